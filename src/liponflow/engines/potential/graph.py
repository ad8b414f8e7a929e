"""Base of fast ASE calculators for graph potentials, whose energy depends on neighbours.

The energy of such a potential depends on positions and cell only through the vectors r_ij between
neighbours, so one backward pass gives forces and stress. With g_ij = dE/dr_ij, the force on atom i
is sum_j g_ij - sum_j g_ji, and the stress is sum r_ij g_ij / V, made symmetric. Neighbours are
remembered between steps (:class:`liponflow.engines.potential.neighbours.VerletList`).
"""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

from liponflow.arrays import FloatArray, IntArray
from liponflow.engines.potential.neighbours import Pairs, VerletList
from liponflow.settings import CPU


class Evaluation(NamedTuple):
    """Energies of atoms and their derivatives.

    Attributes
    ----------
    energies
        Shape (atoms,), eV.
    slopes
        Derivatives of their sum by the vectors of the pairs, shape (pairs, 3), eV/Å.
    moments
        Magnetic moments, shape (atoms,), µB; None if they were not computed.
    """

    energies: FloatArray
    slopes: FloatArray
    moments: FloatArray | None = None


class GraphCalculator(Calculator):
    """A graph potential on one CPU thread or a GPU, for cells with three periodic vectors.

    Energy, forces and stress cost no more than energy and forces.

    Parameters
    ----------
    cutoff
        Distance of the farthest neighbours, Å.
    lone_atoms
        Whether to compute cells with an atom that has no neighbour. Otherwise they are refused,
        since in dynamics they mean that the cell has come apart.
    device
        ``cpu`` or a device of CUDA. Neighbours are found on the CPU in any case.
    """

    implemented_properties = [  # noqa: RUF012 - so ASE declares it
        "energy",
        "free_energy",
        "forces",
        "stress",
    ]

    def __init__(self, cutoff: float, *, lone_atoms: bool, device: str = CPU) -> None:
        super().__init__()
        self.device = device
        self._lone_atoms = lone_atoms
        self._lists = [VerletList(cutoff)]

    @abstractmethod
    def evaluate(self, pairs: Pairs, numbers: IntArray) -> Evaluation:
        """Return the energies of the atoms and their derivatives.

        Parameters
        ----------
        pairs
            Pairs within the cut-off, each once. The atoms may be those of several cells, between
            which there are no pairs.
        numbers
            Atomic numbers, shape (atoms,).
        """

    def reset(self) -> None:
        """Forget results and neighbours."""
        super().reset()
        self._lists = [VerletList(self._lists[0].cutoff)]

    def compute(self, images: Sequence[Atoms]) -> list[dict[str, Any]]:
        """Return the results of several cells from one evaluation.

        On a GPU, several cells of a hundred atoms take little longer than one.

        Parameters
        ----------
        images
            The cells. The neighbours of each are remembered by its place in the list.

        Returns
        -------
        list of dict
            Energy, forces, stress and moments of each, as :meth:`calculate` gives them.

        Raises
        ------
        ValueError
            As from :meth:`calculate`.
        """
        cutoff = self._lists[0].cutoff
        self._lists += [VerletList(cutoff) for _ in images[len(self._lists) :]]
        found = [
            neighbours.pairs(image.positions, image.cell.array)
            for neighbours, image in zip(self._lists, images, strict=False)
        ]
        if not self._lone_atoms:
            for pairs, image in zip(found, images, strict=True):
                self._refuse_lone_atoms(pairs, len(image))
        sizes = [len(image) for image in images]
        numbers = np.concatenate([image.numbers for image in images])
        whole = self.evaluate(found[0] if len(found) == 1 else _joined(found, sizes), numbers)
        atoms = np.cumsum([0, *sizes])
        rows = np.cumsum([0, *(len(pairs.first) for pairs in found)])
        return [
            _results(
                image,
                pairs,
                Evaluation(
                    whole.energies[atoms[place] : atoms[place + 1]],
                    whole.slopes[rows[place] : rows[place + 1]],
                    None
                    if whole.moments is None
                    else whole.moments[atoms[place] : atoms[place + 1]],
                ),
            )
            for place, (image, pairs) in enumerate(zip(images, found, strict=True))
        ]

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Any = ("energy",),
        system_changes: Any = all_changes,
    ) -> None:
        """Compute energy, eV, forces, eV/Å, stress, eV/Å³, and moments, µB, if there are any.

        Raises
        ------
        ValueError
            If an atom has no neighbour within the cut-off, unless lone atoms are allowed.
        """
        super().calculate(atoms, properties, system_changes)
        assert self.atoms is not None  # noqa: S101 - set by the base class
        [self.results] = self.compute([self.atoms])

    def _refuse_lone_atoms(self, pairs: Pairs, n_atoms: int) -> None:
        bound = np.zeros(n_atoms, dtype=bool)
        bound[pairs.first] = bound[pairs.second] = True
        if not bound.all():
            lone = int(np.flatnonzero(~bound)[0])
            raise ValueError(
                f"atom {lone} has no neighbour within {self._lists[0].cutoff:g} Å, which "
                f"{self.name} cannot describe; the cell has come apart or is too large"
            )


def _joined(found: Sequence[Pairs], sizes: Sequence[int]) -> Pairs:
    """Return the pairs of several cells as those of one, with atoms counted on."""
    starts = np.cumsum([0, *sizes[:-1]])
    return Pairs(
        np.concatenate([pairs.first + start for pairs, start in zip(found, starts, strict=True)]),
        np.concatenate([pairs.second + start for pairs, start in zip(found, starts, strict=True)]),
        np.concatenate([pairs.vectors for pairs in found]),
        np.concatenate([pairs.lengths for pairs in found]),
    )


def _results(image: Atoms, pairs: Pairs, evaluation: Evaluation) -> dict[str, Any]:
    energy, slopes, n_atoms = float(evaluation.energies.sum()), evaluation.slopes, len(image)
    # A strain takes every vector r between neighbours to (1 + strain) r, so the stress is the
    # sum of r dE/dr over the pairs, by volume: A. P. Thompson, S. J. Plimpton and W. Mattson,
    # J. Chem. Phys. 131, 154107 (2009). It is symmetric except for rounding.
    stress = pairs.vectors.T @ slopes / image.get_volume()
    results: dict[str, Any] = {
        "energy": energy,
        "free_energy": energy,
        # Vectors point from the first atom to the second, whose force is minus the slope.
        "forces": _scatter(pairs.first, slopes, n_atoms) - _scatter(pairs.second, slopes, n_atoms),
        "stress": full_3x3_to_voigt_6_stress((stress + stress.T) / 2),
    }
    if evaluation.moments is not None:
        results["magmoms"] = evaluation.moments
    return results


def _scatter(owners: IntArray, rows: FloatArray, n_owners: int) -> FloatArray:
    # Adding by index (`forces[owners] += rows`) would count an atom with several bonds once.
    columns = [np.bincount(owners, rows[:, axis], n_owners) for axis in range(3)]
    return np.stack(columns, axis=1)
