"""The sites of a host between which a defect moves: its interstices, or those of an element."""

from dataclasses import dataclass

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.arrays import FloatArray, IntArray
from liponflow.formulas import reduced_formula
from liponflow.structures.space_group import SpaceGroup


@dataclass(frozen=True)
class SiteKind:
    """One symmetry-distinct site.

    Attributes
    ----------
    label
        Of an interstice: tetrahedral, octahedral or the number of coordinating atoms ("8-fold").
        Of an occupied site: its element. A number follows where distinct sites share it.
    frac_coords
        One of the equivalent positions, fractional.
    multiplicity
        Equivalent positions in the cell of the host.
    radius
        Distance to the nearest host atom, Å.
    coordination
        Host atoms in the first shell.
    """

    label: str
    frac_coords: tuple[float, float, float]
    multiplicity: int
    radius: float
    coordination: int


@dataclass(frozen=True, eq=False)
class HostSites:
    """All interstices in the cell of a host, or all sites of one of its elements.

    Attributes
    ----------
    host
        The cell that the positions refer to.
    kinds
        Distinct sites: interstices with the widest first, those of an element in the order of the
        host's atoms.
    frac_coords
        All positions, shape (n, 3), fractional in [0, 1).
    kind
        Index into `kinds` of each position, shape (n,).
    group
        Symmetry of the host.
    occupied_by
        Element on the sites, between which a vacancy moves; None for interstices.
    """

    host: Structure
    kinds: tuple[SiteKind, ...]
    frac_coords: FloatArray
    kind: IntArray
    group: SpaceGroup
    occupied_by: str | None = None

    @property
    def noun(self) -> str:
        """What the sites are, for messages.

        Examples
        --------
        >>> from liponflow.structures.lithium import bcc_lithium
        >>> from liponflow.structures.migration.interstitials import interstitial_sites
        >>> interstitial_sites(bcc_lithium(3.44)).noun
        'interstitial sites'
        """
        return "interstitial sites" if self.occupied_by is None else f"{self.occupied_by} sites"

    def __len__(self) -> int:
        return len(self.frac_coords)

    @property
    def labels(self) -> list[str]:
        """Label of every position, shape (n,)."""
        return [self.kinds[kind].label for kind in self.kind]

    def kind_of(self, label: str) -> SiteKind:
        """Return a distinct site by its label.

        Raises
        ------
        ValueError
            If the host has no such site; those that it has are listed.
        """
        for kind in self.kinds:
            if kind.label == label:
                return kind
        known = ", ".join(kind.label for kind in self.kinds)
        raise ValueError(
            f"{reduced_formula(self.host.composition)} has no {label!r} site; it has: {known}"
        )

    def positions_of(self, label: str) -> IntArray:
        """List the indices of all positions of one kind."""
        kind = self.kinds.index(self.kind_of(label))
        return np.flatnonzero(self.kind == kind)
