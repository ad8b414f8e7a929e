"""Absorbing sites of an element: all, the symmetry-distinct ones, or representatives.

Sites with similar surroundings have similar edges. Where there are more distinct sites than are to
be computed, they are put into groups by a fingerprint of their surroundings, and the most central
site of each group stands for it. The spectrum of the element is then an average over a stratified
sample (W. G. Cochran, Sampling Techniques, 3rd ed., Wiley, 1977, chapter 5);
:mod:`liponflow.analysis.eels.sampling` estimates its error.
"""

from collections.abc import Sequence

import numpy as np
from pydantic import ConfigDict, Field
from pymatgen.core.structure import Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer
from scipy.cluster.hierarchy import fcluster, linkage

from liponflow.arrays import FloatArray
from liponflow.document import Document
from liponflow.formulas import reduced_formula
from liponflow.names import nearest
from liponflow.structures.lithiation.arrangements import SYMPREC

CUTOFF = 5.0
"""Radius of the surroundings that count (Å, our choice): two or three shells."""

SPACING = 0.4
"""Distance between the shells of the fingerprint, and their width (Å, our choice)."""

FIRST_SHELL = 1.2
"""Radius of the first shell (Å); only bonds of H and triple bonds are shorter."""

SAME = 1e-6
"""Distance of two fingerprints (1/Å²) below which surroundings are the same."""

_SEED = 0
"""Seed of the choice of second members: the same structure has the same ones."""


class SiteError(ValueError):
    """A structure without sites of an element."""

    page = "docs/eels.md"


class SiteGroup(Document):
    """Sites of which one or two are computed for all.

    Attributes
    ----------
    members
        Indices of the sites.
    computed
        Indices of those that are computed, the representative first.
    variance
        Variance of the members' fingerprints about their mean, 1/Å⁴; 0 if they are all the same.
    """

    model_config = ConfigDict(frozen=True)

    members: tuple[int, ...] = Field(min_length=1)
    computed: tuple[int, ...] = Field(min_length=1, max_length=2)
    variance: float = Field(ge=0)


class SiteChoice(Document):
    """Sites of an element that are computed, and what they stand for.

    Attributes
    ----------
    element
        Symbol.
    groups
        Groups of the sites, the largest first.
    distances
        Distances between the fingerprints of the computed sites, in their order, 1/Å²; shape
        (computed, computed).
    symmetric
        Whether the members of every group are the same by symmetry, so that nothing is estimated.
    """

    model_config = ConfigDict(frozen=True)

    element: str
    groups: tuple[SiteGroup, ...] = Field(min_length=1)
    distances: tuple[tuple[float, ...], ...]
    symmetric: bool

    @property
    def n_sites(self) -> int:
        """Number of sites of the element."""
        return sum(len(group.members) for group in self.groups)

    @property
    def computed(self) -> list[int]:
        """Indices of the computed sites, group by group."""
        return [site for group in self.groups for site in group.computed]

    @property
    def group_numbers(self) -> list[int]:
        """Number of the group of every computed site."""
        return [number for number, group in enumerate(self.groups) for _ in group.computed]

    @property
    def weights(self) -> list[float]:
        """Weight of every computed site in the average; they add up to 1."""
        return [
            len(group.members) / len(group.computed) / self.n_sites
            for group in self.groups
            for _ in group.computed
        ]

    @property
    def text(self) -> str:
        """What is computed, in words.

        Examples
        --------
        >>> from liponflow.structures.phases import phase
        >>> choose_sites(phase("Li3P").structure(), "Li").text
        '2 of 6 Li sites, all that differ by symmetry'
        """
        known = f"{len(self.computed)} of {self.n_sites} {self.element} sites"
        if len(self.computed) == self.n_sites:
            return f"all {self.n_sites} {self.element} sites" if self.n_sites > 1 else known
        if self.symmetric:
            return f"{known}, all that differ by symmetry"
        weights = ", ".join(f"{weight:.2f}" for weight in self.weights)
        return f"{known}, representatives of {len(self.groups)} groups, weights {weights}"


def choose_sites(
    structure: Structure, element: str, *, most: int | None = None, second_members: int = 0
) -> SiteChoice:
    """Choose the absorbing sites of an element.

    Parameters
    ----------
    structure
        Ordered structure: a crystal, or a model of a glass.
    element
        Symbol of the absorber.
    most
        Largest number of groups of sites, each with a representative; None for all distinct sites.
    second_members
        Groups of representatives of which another site is computed, the largest first, so that
        the spread within groups is measured.

    Returns
    -------
    SiteChoice
        With one group per symmetry-distinct site if there are not more than `most` of them. Else
        all sites are grouped by Ward's method, which minimises the variance within groups.

    Raises
    ------
    SiteError
        If the structure has no such element.

    Examples
    --------
    >>> from liponflow.structures.phases import phase
    >>> found = choose_sites(phase("Li3N_alpha").structure(), "Li")
    >>> [len(group.members) for group in found.groups], found.symmetric
    ([2, 1], True)
    """
    sites = sites_of(structure, element)
    found = SpacegroupAnalyzer(structure, symprec=SYMPREC).get_symmetry_dataset()
    orbits = [int(found.equivalent_atoms[site]) for site in sites]
    prints = fingerprints(structure, sites)
    symmetric = most is None or len(set(orbits)) <= most
    labels = orbits if symmetric else _clusters(prints, most or 1)
    members = [
        [place for place, label in enumerate(labels) if label == name]
        for name in dict.fromkeys(labels)
    ]
    members.sort(key=len, reverse=True)
    random = np.random.default_rng(_SEED)
    chosen = []
    for number, places in enumerate(members):
        first = places[0] if symmetric else places[_medoid(prints[places])]
        computed = [first]
        others = [place for place in places if orbits[place] != orbits[first]]
        if number < second_members and others:
            computed.append(int(random.choice(others)))
        chosen.append(computed)
    flat = prints[[place for computed in chosen for place in computed]]
    apart = np.linalg.norm(flat[:, None] - flat[None, :], axis=-1)
    return SiteChoice(
        element=element,
        groups=tuple(
            SiteGroup(
                members=tuple(sites[place] for place in places),
                computed=tuple(sites[place] for place in computed),
                variance=0.0 if symmetric else _variance(prints[places]),
            )
            for places, computed in zip(members, chosen, strict=True)
        ),
        distances=tuple(tuple(row) for row in apart.tolist()),
        symmetric=symmetric,
    )


def sites_of(structure: Structure, element: str) -> list[int]:
    """Return the indices of the sites of an element.

    Raises
    ------
    SiteError
        If there are none, or sites are occupied in part.
    """
    if not structure.is_ordered:
        raise SiteError("sites are occupied in part; order the structure first")
    symbols = [site.specie.symbol for site in structure]
    found = [index for index, symbol in enumerate(symbols) if symbol == element]
    if not found:
        raise SiteError(
            f"{reduced_formula(structure.composition)} has no {element}"
            f"{nearest(element, sorted(set(symbols)))}"
        )
    return found


def fingerprints(structure: Structure, sites: Sequence[int]) -> FloatArray:
    """Return fingerprints of the surroundings of sites.

    Parameters
    ----------
    structure
        Ordered structure.
    sites
        Indices.

    Returns
    -------
    numpy.ndarray
        Shape (sites, elements × shells), 1/Å². Each number counts the neighbours of an element in
        a Gaussian shell, weighted by 1/r², as the intensity of a scattered wave falls, and by a
        cosine that ends at the cutoff.

    Notes
    -----
    But for the weight 1/r² these are the radial symmetry functions of J. Behler and M. Parrinello,
    Phys. Rev. Lett. 98, 146401 (2007). Angles do not enter, except through the distances of
    further shells.
    """
    elements = sorted({site.specie.symbol for site in structure})
    radii = np.arange(FIRST_SHELL, CUTOFF, SPACING)
    found = np.zeros((len(sites), len(elements), len(radii)))
    for row, site in enumerate(sites):
        for neighbour in structure.get_neighbors(structure[site], CUTOFF):
            distance = neighbour.nn_distance
            weight = 0.5 * (1 + np.cos(np.pi * distance / CUTOFF)) / distance**2
            column = elements.index(neighbour.specie.symbol)
            found[row, column] += weight * np.exp(-(((distance - radii) / SPACING) ** 2) / 2)
    flat: FloatArray = found.reshape(len(sites), -1)
    return flat


def _clusters(prints: FloatArray, most: int) -> list[int]:
    """Return the group of every site, at most so many groups."""
    if most == 1:
        return [0] * len(prints)
    # Rounded, so that equivalent sites are the same whatever the order of their neighbours.
    return [int(one) for one in fcluster(linkage(prints.round(8), "ward"), most, "maxclust")]


def _medoid(prints: FloatArray) -> int:
    """Return the member with the least mean square distance from all, the first of equals."""
    squares = ((prints - prints.mean(axis=0)) ** 2).sum(axis=1)
    return int(np.argmin(squares.round(10)))


def _variance(prints: FloatArray) -> float:
    """Return the variance of fingerprints; exactly 0 if they differ by rounding alone."""
    if len(prints) == 1:
        return 0.0
    squares = ((prints - prints.mean(axis=0)) ** 2).sum(axis=1)
    return float(squares.sum() / (len(prints) - 1)) if squares.max() > SAME**2 else 0.0
