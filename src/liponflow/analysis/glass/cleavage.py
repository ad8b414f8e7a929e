"""Bond cleavage: the energy to remove an anion from an isolated phosphate unit."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from liponflow.analysis.glass.published import PublishedBondStrength
from liponflow.analysis.quantity import Column, Quantity
from liponflow.analysis.result import Calculation
from liponflow.document import Document
from liponflow.formulas import reduced_formula

DISSOCIATION = {"O": 5.116, "N": 9.759}
"""Dissociation energies (eV) of O2 and N2 at 0 K: K. P. Huber and G. Herzberg, Constants of
Diatomic Molecules (1979), as listed in the NIST Chemistry WebBook."""

NOTE = (
    "isolated units made neutral with Li, since the engine takes no charge; the anion leaves as a "
    "free atom, whose energy is half that of its molecule, by the same engine, plus half the "
    "experimental dissociation energy"
)


class BondCleavage(Document):
    """Energy to remove one anion from one cluster."""

    summary_columns: ClassVar[tuple[str, ...]] = (
        "cluster",
        "bonds",
        "cleavage_energy",
        "energy_per_bond",
        "vertical_energy_per_bond",
        "site",
        "converged",
    )

    cluster: Annotated[str, Column(heading="cluster")] = Field(
        description="Formula of the cluster."
    )
    site: Annotated[str, Column(heading="site")] = Field(
        description="Atom removed: apical N, bridging N, apical O, ..."
    )
    bonds: Annotated[int, Column(heading="bonds", fmt="d")] = Field(
        description="Bonds to network formers that break."
    )
    cleavage_energy: Annotated[float, Quantity("eV", heading="energy", fmt=".2f")] = Field(
        description="Cleavage energy with the rest of the cluster relaxed."
    )
    energy_per_bond: Annotated[float, Quantity("eV", heading="per bond", fmt=".2f")] = Field(
        description="Cleavage energy per broken bond."
    )
    vertical_energy_per_bond: Annotated[float, Quantity("eV", heading="vertical", fmt=".2f")] = (
        Field(description="Cleavage energy per broken bond with the rest of the cluster fixed.")
    )
    converged: Annotated[bool, Column(heading="conv.")] = Field(
        description="Whether cluster, remainder and molecule converged."
    )


class GlassCleavage(Document):
    """Bond strengths of the structural units of a glass."""

    bonds: list[BondCleavage] = Field(description="One entry per cluster and site.")
    ratio_bridging: Annotated[float | None, Quantity("", fmt=".2f")] = Field(
        description="Energy per bond of P-O in PO4 divided by that of P-N with bridging N."
    )
    ratio_apical: Annotated[float | None, Quantity("", fmt=".2f")] = Field(
        description="Energy per bond of P-O in PO4 divided by that of P-N with apical N."
    )
    published: str | None = Field(description="Published ratios.")
    note: str = Field(description="How the energies are defined.")


def atom_energy(symbol: str, molecule: Calculation) -> float:
    """Return the energy (eV) of a free atom from its molecule and the measured bond energy.

    A potential trained on solids is unreliable for free atoms, but not for the molecule.

    Parameters
    ----------
    symbol
        O or N.
    molecule
        Calculation of O2 or N2.
    """
    return (molecule.energy + DISSOCIATION[symbol]) / 2


def bond_cleavage(
    site: str,
    bonds: int,
    *,
    cluster: Calculation,
    frozen: Calculation,
    rest: Calculation,
    molecule: Calculation,
) -> BondCleavage:
    """Return the energies to remove one anion from a cluster.

    Parameters
    ----------
    site
        Role and element, such as ``apical N``.
    bonds
        Bonds to network formers that break.
    cluster, frozen, rest
        The cluster, and the rest of it without the anion: fixed, and relaxed.
    molecule
        O2 or N2.
    """
    free = atom_energy(site.rpartition(" ")[2], molecule)
    relaxed = rest.energy + free - cluster.energy
    vertical = frozen.energy + free - cluster.energy
    return BondCleavage(
        cluster=reduced_formula(cluster.structure.composition),
        site=site,
        bonds=bonds,
        cleavage_energy=relaxed,
        energy_per_bond=relaxed / bonds,
        vertical_energy_per_bond=vertical / bonds,
        converged=all(c.converged for c in (cluster, rest, molecule)),
    )


def summarise_cleavage(
    bonds: Sequence[BondCleavage], published: PublishedBondStrength | None
) -> GlassCleavage:
    """Compare the cleavage energies with the published statement.

    Parameters
    ----------
    bonds
        One per cluster and site; the ratios take P-O from the first apical O.
    published
        The statement; None if nothing is published for the glass.
    """
    energies: dict[str, float] = {}
    for bond in bonds:
        energies.setdefault(bond.site, bond.energy_per_bond)
    return GlassCleavage(
        bonds=list(bonds),
        ratio_bridging=_ratio(energies, "bridging N"),
        ratio_apical=_ratio(energies, "apical N"),
        published=published
        and (
            f"P-O over P-N {published.ratio:g} with bridging N, "
            f"{1 / published.apical_ratio:g} with apical N ({published.citation}: in words)"
        ),
        note=NOTE,
    )


def _ratio(energies: Mapping[str, float], site: str) -> float | None:
    oxygen, nitrogen = energies.get("apical O"), energies.get(site)
    if oxygen is None or nitrogen is None or nitrogen <= 0:
        return None
    return oxygen / nitrogen
