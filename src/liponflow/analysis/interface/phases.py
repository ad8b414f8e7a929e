"""Name the phase of every atom by its surroundings.

The surroundings of an atom are described by the smooth overlap of atomic positions (SOAP; A. P.
Bartók, R. Kondor and G. Csányi, Phys. Rev. B 87, 184115 (2013)) as dscribe computes it (L. Himanen
et al., Comput. Phys. Commun. 247, 106949 (2020)). An atom belongs to the reference crystal whose
mean descriptor of its element is nearest (largest cosine), if it is near enough: the limit of each
element is calibrated on a model of the bulk glass, of which almost nothing may pass for a crystal.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pymatgen.core.structure import Structure

from liponflow.arrays import FloatArray

if TYPE_CHECKING:
    from ase import Atoms

References = Mapping[str, Sequence[Structure]]
"""Structures by the name of their phase."""

AMORPHOUS = "LiPON"
"""Name of the phase that is a glass."""
OTHER = "none of these"
"""What is near to no reference."""

CUTOFF = 5.0
"""Reach of a descriptor (Å): the first three or four shells."""
N_MAX, L_MAX = 8, 6
"""Radial and angular functions: dscribe's usual numbers."""
SMEARING = 0.5
"""Width of an atom's density (Å)."""
NOISE = (0.2, 0.3, 0.4)
"""Root mean square displacements (Å) of the atoms of the references: Li at 300 to 600 K."""
STRAIN = 0.03
"""Largest linear strain of a reference, which hides the difference between engines' lattices."""
COPIES = 2
"""Noisy copies of a reference at each displacement."""
LEAST_LENGTH = 10.0
"""Least edge of a repeated reference (Å)."""
GLASS_SHARE = 0.01
"""Share of the atoms of the calibrating glass that may pass for a crystal, half of the 2 % that
another glass may have."""
OWN_SHARE = 0.01
"""Share of the atoms of a noisy crystal that are farther from its mean than is accepted."""


class PhaseNamesError(ImportError):
    """dscribe is not installed."""


@dataclass(frozen=True, eq=False)
class _Means:
    """References of one element, one per crystal and model of the glass."""

    names: tuple[str, ...]
    """Phases; those of the glass come last."""
    means: FloatArray
    """Unit vectors, references x features."""
    limits: FloatArray
    """Least cosine that is accepted, by reference."""


class PhaseNamer:
    """Names the phases of atoms.

    Parameters
    ----------
    crystals
        Reference crystals by phase.
    glasses
        Models of the glass: their atoms calibrate the limits.
    elements
        All elements that structures to be named contain.
    seed
        Of the noise.

    Raises
    ------
    PhaseNamesError
        If dscribe is not installed.
    """

    def __init__(
        self,
        crystals: References,
        glasses: Sequence[Structure],
        elements: Iterable[str],
        *,
        seed: int = 0,
    ) -> None:
        references = [item for found in (*crystals.values(), glasses) for item in found]
        known = {symbol for item in references for symbol in _symbols(item)}
        self.elements = tuple(sorted({*elements, *known}))
        self.phases = (*crystals, AMORPHOUS)
        self._soap = _soap(self.elements)
        rng = np.random.default_rng(seed)
        of_crystals = [
            (name, self._described(item, rng))
            for name, found in crystals.items()
            for item in found
        ]
        of_glass = [self._described(item, rng) for item in glasses]
        self._means = {
            element: _calibrated(
                [(name, found[element]) for name, found in of_crystals if element in found],
                [found[element] for found in of_glass],
            )
            for element in set.intersection(*(set(found) for found in of_glass))
        }

    def _described(self, structure: Structure, rng: np.random.Generator) -> dict[str, FloatArray]:
        """Return unit descriptors of noisy copies by element."""
        found: dict[str, list[FloatArray]] = {}
        for noise in NOISE * COPIES:
            copy = noisy(structure, rng, noise, STRAIN)
            vectors = self.describe(copy)
            symbols = np.array(_symbols(copy))
            for element in set(symbols.tolist()):
                found.setdefault(element, []).append(vectors[symbols == element])
        return {element: np.concatenate(parts) for element, parts in found.items()}

    def describe(self, structure: Structure) -> FloatArray:
        """Return the descriptor of every atom as a unit vector, atoms x features."""
        vectors = np.asarray(self._soap(structure), dtype=np.float64)
        unit: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def name(self, structure: Structure) -> NDArray[np.str_]:
        """Return the name of the phase of every atom.

        Parameters
        ----------
        structure
            Of the elements that the references know, and others.

        Returns
        -------
        array of str
            A phase, or :data:`OTHER` for elements without a reference and for atoms that are
            nearest to a crystal but not near enough, and farther from the glass than its atoms
            are.
        """
        vectors = self.describe(structure)
        symbols = np.array(_symbols(structure))
        names = np.full(len(symbols), OTHER, dtype="U32")
        for element, known in self._means.items():
            chosen = np.flatnonzero(symbols == element)
            if len(chosen):
                names[chosen] = _nearest(vectors[chosen], known)
        return names


def _calibrated(
    crystals: Sequence[tuple[str, FloatArray]], glasses: Sequence[FloatArray]
) -> _Means:
    """Return the mean descriptors of an element, and the limits that keep the glass out.

    Parameters
    ----------
    crystals
        Phase and descriptors of each reference crystal that has the element.
    glasses
        Descriptors of each model of the glass.
    """
    vectors = [*(found for _, found in crystals), *glasses]
    means = np.array([_unit(found.mean(axis=0)) for found in vectors])
    names = (*(name for name, _ in crystals), *[AMORPHOUS] * len(glasses))
    cosines = np.concatenate(glasses) @ means.T
    nearest = cosines.argmax(axis=1)
    allowed = int(GLASS_SHARE * len(cosines) / max(len(set(names)) - 1, 1))
    limits = []
    for index, (found, mean) in enumerate(zip(vectors, means, strict=True)):
        own = found @ mean
        if index >= len(crystals):
            limits.append(float(own.min()))
            continue
        passing = np.sort(cosines[nearest == index, index])
        least = float(passing[-allowed - 1]) if len(passing) > allowed else -1.0
        limits.append(max(float(np.quantile(own, OWN_SHARE)), least))
    return _Means(names, means, np.array(limits))


def _nearest(vectors: FloatArray, known: _Means) -> NDArray[np.str_]:
    cosines = vectors @ known.means.T
    best = cosines.argmax(axis=1)
    accepted = cosines.max(axis=1) > known.limits[best]
    names = np.array([*known.names, OTHER])
    return names[np.where(accepted, best, len(known.names))]


def _unit(vector: FloatArray) -> FloatArray:
    unit: FloatArray = vector / np.linalg.norm(vector)
    return unit


def _symbols(structure: Structure) -> list[str]:
    return [site.specie.symbol for site in structure]


def _soap(elements: Sequence[str]) -> Callable[[Structure], Any]:
    """Return a function that computes the descriptors of a structure."""
    try:
        from dscribe.descriptors import SOAP  # type: ignore[import-untyped]
    except ImportError as error:
        raise PhaseNamesError(
            "naming phases needs dscribe: pip install 'liponflow[interface]', or leave the phases "
            "out (phases=false)"
        ) from error
    descriptor = SOAP(
        species=list(elements),
        periodic=True,
        r_cut=CUTOFF,
        n_max=N_MAX,
        l_max=L_MAX,
        sigma=SMEARING,
        average="off",
    )
    return lambda structure: descriptor.create(_atoms(structure))


def _atoms(structure: Structure) -> "Atoms":
    from ase import Atoms

    return Atoms(
        _symbols(structure),
        positions=structure.cart_coords,
        cell=structure.lattice.matrix,
        pbc=True,
    )


def noisy(
    structure: Structure, rng: np.random.Generator, noise: float, strain: float = 0.0
) -> Structure:
    """Return a repeated crystal as it looks when it is warm.

    Parameters
    ----------
    structure
        At rest.
    rng
        Source of the random numbers.
    noise
        Root mean square displacement of an atom, Å.
    strain
        Largest linear strain of the cell, either way.

    Returns
    -------
    Structure
        At least :data:`LEAST_LENGTH` along every axis.
    """
    repeats = np.ceil(LEAST_LENGTH / np.array(structure.lattice.abc)).astype(int)
    large = structure.make_supercell(np.maximum(repeats, 1).tolist(), in_place=False)
    matrix = large.lattice.matrix * (1 + rng.uniform(-strain, strain))
    positions = np.array(large.frac_coords) @ matrix
    positions += rng.normal(0, noise / np.sqrt(3), positions.shape)
    return Structure(matrix, large.species, positions, coords_are_cartesian=True)
