"""Structural units Q^n_m of a phosphate network, and the sites of its anions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.chemistry import LARGE_FORMERS, Roles, former_bond, roles
from liponflow.analysis.glass.neighbours import PairFinder, Pairs
from liponflow.analysis.trajectory.frames import frames_of_structures
from liponflow.arrays import BoolArray, IntArray
from liponflow.formulas import reduced_formula

TETRAHEDRAL = 4
MAIN_FORMER = "P"
"""Former whose units have no element in their name."""
SITE_NAMES = {0: "free", 1: "apical", 2: "bridging", 3: "triply coordinated"}
"""Anions by the number of network formers that they are bonded to."""
SHARED_EDGE = 2
"""Anions that two formers share if their tetrahedra share an edge."""
_BASE = 64
"""Base of the number that encodes a unit: no atom has this many neighbours of one kind."""


@dataclass(frozen=True)
class Network:
    """Bonds of a network over a block of frames; atoms are numbered as in ``Pairs``."""

    species: NDArray[np.str_]
    """Element of every atom of one frame."""
    found: Roles
    bonds: Pairs
    """Bonds from former to anion, the former first."""
    former_bonds: Pairs
    """Bonds from former to former that no anion bridges."""

    @property
    def n_frames(self) -> int:
        """Frames in the block."""
        return self.bonds.n_frames

    @cached_property
    def total(self) -> int:
        """Atoms of all frames."""
        return self.bonds.n_frames * self.bonds.n_atoms

    @cached_property
    def formers_of(self) -> IntArray:
        """Number of formers bonded to every atom, used for anions."""
        return np.bincount(self.bonds.second, minlength=self.total)

    @cached_property
    def coordination(self) -> IntArray:
        """Number of anions bonded to every atom, used for formers."""
        return np.bincount(self.bonds.first, minlength=self.total)

    def atoms(self, elements: Sequence[str]) -> IntArray:
        """Return the numbers of the atoms of some elements, over all frames, in order."""
        one = np.flatnonzero(np.isin(self.species, elements))
        frames = np.arange(self.n_frames)[:, None] * self.bonds.n_atoms
        return (frames + one).ravel()

    def element(self, atoms: IntArray) -> NDArray[np.str_]:
        """Return the elements of some atoms."""
        return self.species[atoms % self.bonds.n_atoms]


def network(symbols: Sequence[str], pairs: Pairs, found: Roles) -> Network:
    """Return the bonds of the network among all short pairs.

    Parameters
    ----------
    symbols
        Element of every atom of a frame.
    pairs
        Pairs of these atoms, at least up to the longest cut-off.
    found
        Formers, anions and cut-offs.

    Notes
    -----
    Two formers within :func:`liponflow.analysis.glass.chemistry.former_bond` are bonded unless
    anions bridge them: the P of tetrahedra that share an edge are 2.4 to 2.6 Å apart, as close as
    in a long bond. Two shared anions make a bridge. One does for Al, Ti and W, whose radii in the
    metal reach beyond M-O-M and M-O-P.
    """
    species = np.array(symbols)
    anion = np.isin(species, found.anions)
    # Formers with any partner; anions and formers are separated below.
    near = pairs.select(pairs.joining(np.isin(species, found.formers), anion | ~anion))
    first, second = near.ends
    forward = np.zeros(len(first), dtype=np.bool_)
    backward, direct = forward.copy(), forward.copy()
    for former in found.formers:
        is_former = species == former
        within = near.distance <= found.former_cutoff(former)
        forward |= within & is_former[first] & anion[second]
        backward |= within & is_former[second] & anion[first]
        for other in found.formers:
            within = near.distance <= former_bond(former, other)
            direct |= within & is_former[first] & (species == other)[second]
    bonded = forward | backward
    bonds = near.select(bonded).oriented(backward[bonded])
    close = near.select(direct)
    return Network(species, found, bonds, close.select(~_bridged(close, bonds, species)))


def shared_anions(bonds: Pairs) -> tuple[IntArray, IntArray]:
    """Return the pairs of formers that share anions, and how many they share.

    Parameters
    ----------
    bonds
        Bonds from former to anion.

    Returns
    -------
    tuple
        Pairs x 5, each once: the two formers and the image of the second relative to the first;
        and the number of anions that each pair shares.
    """
    order = np.argsort(bonds.second, kind="stable")
    anion, former, image = bonds.second[order], bonds.first[order], bonds.image[order]
    # Bonds of an anion are consecutive: shifts by 1, 2, ... pair every two of them once.
    keys = [np.zeros((0, 5), dtype=np.int64)]
    for step in range(1, int(np.bincount(anion).max(initial=0))):
        same = np.flatnonzero(anion[step:] == anion[:-step])
        ends = former[same], former[same + step]
        keys.append(_named_once(*ends, image[same] - image[same + step]))
    links, number = np.unique(np.concatenate(keys), axis=0, return_counts=True)
    return links, number


def _named_once(first: IntArray, second: IntArray, image: IntArray) -> IntArray:
    """Return pairs x 5, where a pair seen from either of its ends has one name."""
    behind = image @ np.array([1_000_000, 1_000, 1]) < 0
    turned = (first > second) | ((first == second) & behind)
    sign = np.where(turned, -1, 1)[:, None]
    low, high = np.where(turned, second, first), np.where(turned, first, second)
    return np.column_stack([low, high, image * sign])


def _bridged(close: Pairs, bonds: Pairs, species: NDArray[np.str_]) -> BoolArray:
    """Return a mask of the pairs of formers that enough anions bridge."""
    if not len(close.first):
        return np.zeros(0, dtype=np.bool_)
    links, number = shared_anions(bonds)
    shared = {
        tuple(link): count for link, count in zip(links.tolist(), number.tolist(), strict=True)
    }
    pairs = _named_once(close.first, close.second, close.image).tolist()
    large = np.isin(species, LARGE_FORMERS)
    first, second = close.ends
    enough = np.where(large[first] | large[second], 1, SHARED_EDGE)
    return np.array([shared.get(tuple(pair), 0) for pair in pairs]) >= enough


@dataclass(frozen=True)
class UnitCounts:
    """Units of the formers and their numbers."""

    names: tuple[str, ...]
    """Units that occur."""
    kind: IntArray
    """Index into `names` of every former, in the order of ``Network.atoms(formers)``."""
    per_frame: IntArray
    """Formers in each unit, frames x names."""


def unit_name(
    bridging: Mapping[str, int],
    terminal: Mapping[str, int],
    *,
    former: str = MAIN_FORMER,
    former_bonds: int = 0,
) -> str:
    """Return the name of a unit Q^n_m.

    Parameters
    ----------
    bridging
        Anions of the former that it shares with other formers, by element.
    terminal
        Its other anions, by element.
    former
        The former; one other than P is named in front.
    former_bonds
        Formers that it is bonded to directly.

    Returns
    -------
    str
        ``Qn_m`` with n bridging anions and m N, of which as many as possible are among the
        bridging ones: Q1_1 is the bridging-N unit of P2O6N, Q0_1 the apical-N unit PO3N (D. Cheng,
        dissertation, UC San Diego, 2023, section 6.3.2 and Figure 6.8). Any difference from that,
        or from four anions that are all O or N, follows in brackets: no unit is dropped or merged.

    Examples
    --------
    >>> unit_name({}, {"O": 4}), unit_name({"O": 1}, {"O": 3})
    ('Q0_0', 'Q1_0')
    >>> unit_name({"N": 1}, {"O": 3}), unit_name({}, {"O": 3, "N": 1})
    ('Q1_1', 'Q0_1')
    >>> unit_name({"O": 1}, {"O": 2, "N": 1})
    'Q1_1 (1 apical N)'
    >>> unit_name({"O": 1}, {"O": 2}), unit_name({}, {"O": 3, "F": 1})
    ('Q1_0 (3 anions)', 'Q0_0 (1 F)')
    >>> unit_name({"O": 4}, {}, former="Si")
    'Si Q4_0'
    """
    n = sum(bridging.values())
    apical = terminal.get("N", 0)
    m = bridging.get("N", 0) + apical
    notes = []
    total = n + sum(terminal.values())
    if total != TETRAHEDRAL:
        notes.append(f"{total} anion{'' if total == 1 else 's'}")
    if apical > max(0, m - n):
        notes.append(f"{apical} apical N")
    others = sorted((bridging.keys() | terminal.keys()) - {"O", "N"})
    notes += [
        f"{number} {'bridging ' if source is bridging else ''}{element}"
        for element in others
        for source in (bridging, terminal)
        if (number := source.get(element, 0))
    ]
    if former_bonds:
        notes.append(f"{former_bonds} former bond{'' if former_bonds == 1 else 's'}")
    name = f"Q{n}_{m}" if former == MAIN_FORMER else f"{former} Q{n}_{m}"
    return f"{name} ({', '.join(notes)})" if notes else name


def classify_units(net: Network) -> UnitCounts:
    """Return the units of all formers, in all frames at once."""
    formers = net.atoms(net.found.formers)
    anions = net.found.anions
    kinds = len(net.found.formers)
    # One integer per former: its element, its direct bonds, then the numbers of its anions.
    code = np.zeros(net.total, dtype=np.int64)
    bonds = net.former_bonds
    code += np.bincount(bonds.first, minlength=net.total)
    code += np.bincount(bonds.second, minlength=net.total)
    element_of_bond = net.element(net.bonds.second)
    shared = net.formers_of[net.bonds.second] > 1
    for anion in anions:
        for mask in (shared, ~shared):
            chosen = net.bonds.first[mask & (element_of_bond == anion)]
            code = code * _BASE + np.bincount(chosen, minlength=net.total)
    elements = net.element(formers)
    code = code[formers] * kinds
    for index, former in enumerate(net.found.formers):
        code[elements == former] += index
    codes, inverse = np.unique(code, return_inverse=True)
    names = tuple(_decode(int(value), net.found) for value in codes)
    frame = formers // net.bonds.n_atoms
    flat = np.bincount(frame * len(names) + inverse, minlength=net.n_frames * len(names))
    return UnitCounts(names, inverse, flat.reshape(net.n_frames, len(names)))


def _decode(code: int, found: Roles) -> str:
    # The digits come in reverse order of their writing in classify_units.
    code, kind = divmod(code, len(found.formers))
    bridging: dict[str, int] = {}
    terminal: dict[str, int] = {}
    for anion in reversed(found.anions):
        for counts in (terminal, bridging):
            code, number = divmod(code, _BASE)
            if number:
                counts[anion] = number
    return unit_name(bridging, terminal, former=found.formers[kind], former_bonds=code)


def anion_sites(net: Network, element: str) -> dict[str, IntArray]:
    """Return the anions of an element in every frame, by the number of formers bonded to them.

    Parameters
    ----------
    net
        Bonds over a block of frames.
    element
        O, N, ...

    Returns
    -------
    dict
        Atoms in every frame by name of the site: free, apical (one former; of O this is the
        non-bridging O), bridging, triply coordinated, and `n`-fold coordinated beyond. The first
        four are always there.
    """
    atoms = net.atoms([element])
    degree = net.formers_of[atoms].reshape(net.n_frames, -1)
    highest = int(degree.max(initial=0))
    return {
        SITE_NAMES.get(number, f"{number}-fold coordinated"): (degree == number).sum(axis=1)
        for number in range(max(highest, len(SITE_NAMES) - 1) + 1)
    }


@dataclass(frozen=True)
class StructuralUnits:
    """Units of one structure."""

    fractions: dict[str, float]
    """Share of the formers in each unit; sums to 1."""
    sites: dict[int, str]
    """Unit of every former by its index in the structure."""


def structural_units(
    structure: Structure,
    cutoff: float | Mapping[str, float] | None = None,
    *,
    formers: Sequence[str] | None = None,
    anions: Sequence[str] | None = None,
) -> StructuralUnits:
    """Classify every network former by the anions that it shares.

    Parameters
    ----------
    structure
        Periodic model with P (or other formers) and O and/or N.
    cutoff
        Longest bond of a former to an anion (Å), for all or by former; 2.1 Å for P if None.
    formers, anions
        As in :func:`liponflow.analysis.glass.chemistry.roles`.

    Returns
    -------
    StructuralUnits
        Share of the formers in each unit (dimensionless, sums to 1) and the unit of each.

    Raises
    ------
    ValueError
        If no former is present, or one has no anion within `cutoff` (the nearest distance is
        given).

    Notes
    -----
    Names are those of :func:`unit_name`.

    Examples
    --------
    >>> from pymatgen.core.lattice import Lattice
    >>> o = [[0.53, 0.53, 0.53], [0.47, 0.47, 0.53], [0.53, 0.47, 0.47], [0.47, 0.53, 0.47]]
    >>> po4 = Structure(Lattice.cubic(30), ["P", *"OOOO"], [[0.5] * 3, *o])
    >>> structural_units(po4).fractions
    {'Q0_0': 1.0}
    """
    frames = frames_of_structures(structure)
    found = roles(frames.symbols, formers=formers, anions=anions, cutoff=cutoff)
    if not found.formers:
        raise ValueError(
            f"{reduced_formula(structure.composition)} has no network former beside an anion; "
            "name them (formers=, anions=)"
        )
    radius = max(map(found.former_cutoff, found.formers)) + 1
    finder = PairFinder(frames.symbols, r_max=radius, bins=1, bond_radius=radius)
    net = network(frames.symbols, finder.find(frames)[1], found)
    atoms = net.atoms(found.formers)
    bare = atoms[net.coordination[atoms] == 0]
    if len(bare):
        raise ValueError(_bare_message(structure, int(bare[0]), found))
    units = classify_units(net)
    shares = units.per_frame[0] / len(atoms)
    return StructuralUnits(
        {name: float(share) for name, share in zip(units.names, shares, strict=True)},
        {int(atom): units.names[kind] for atom, kind in zip(atoms, units.kind, strict=True)},
    )


def _bare_message(structure: Structure, index: int, found: Roles) -> str:
    anions = [i for i, site in enumerate(structure) if site.specie.symbol in found.anions]
    former = structure[index].specie.symbol
    limit = found.former_cutoff(former)
    nearest = min(structure.get_distance(index, i) for i in anions)
    return (
        f"atom {index + 1} ({former}) has no anion within {limit:g} Å; the nearest is "
        f"{nearest:.2f} Å away: raise the cut-off, or look into the structure"
    )
