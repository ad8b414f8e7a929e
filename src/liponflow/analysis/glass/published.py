"""Published values that glasses are compared with."""

from collections.abc import Sequence
from functools import cache

from pydantic import Field

from liponflow.analysis.published import Published, topics


class PublishedUnits(Published):
    """Structural units that were identified; the print gives no shares in numbers."""

    units: dict[str, str] = Field(description="What each unit is, by name Q^n_m.")


class PublishedNitrogen(Published):
    """Sites of nitrogen."""

    found: tuple[str, ...]
    absent: tuple[str, ...]


class PublishedGlassTransition(Published):
    """Glass transition measured at a laboratory rate."""

    onset: float = Field(description="Onset (°C).")
    inflection: float = Field(description="Inflection (°C).")


class PublishedModulus(Published):
    """Young's modulus of films."""

    freestanding: float = Field(description="GPa.")
    on_substrate: float = Field(description="GPa.")

    @property
    def text(self) -> str:
        """Both values and their source."""
        return (
            f"{self.freestanding:g} free-standing, {self.on_substrate:g} on a substrate "
            f"({self.citation})"
        )


class PublishedBondStrength(Published):
    """Strength of P-O against P-N bonds."""

    ratio: float = Field(description="P-O in isolated PO4 over P-N with bridging N.")
    apical_ratio: float = Field(description="Apical P-N over P-O.")


class PublishedLiEnvironment(Published):
    """Tetrahedral lithium."""

    share: float = Field(description="Share of Li in one of these environments.")
    environments: tuple[str, ...]


class PublishedGlass(Published):
    """Published values for one family of glasses."""

    elements: tuple[str, ...] = Field(description="Elements of the family, all of them.")
    structural_units: PublishedUnits
    nitrogen_sites: PublishedNitrogen
    glass_transition: PublishedGlassTransition
    youngs_modulus: PublishedModulus
    bond_strength: PublishedBondStrength
    li_tetrahedra: PublishedLiEnvironment


def published_glass(elements: Sequence[str]) -> PublishedGlass | None:
    """Find the published values for a glass.

    Parameters
    ----------
    elements
        Elements of the glass.

    Returns
    -------
    PublishedGlass or None
        None if nothing is recorded for glasses of these elements.

    Examples
    --------
    >>> published_glass(["Li", "P", "O", "N"]).glass_transition.onset
    207.0
    >>> published_glass(["Si", "O"]) is None
    True
    """
    return _entries().get(frozenset(elements))


def published_share(elements: Sequence[str], group: str, name: str) -> str | None:
    """Describe the published share of a unit, a nitrogen site or a Li environment.

    Examples
    --------
    >>> published_share(["Li", "P", "O", "N"], "units", "Q1_1")
    'found (Cheng 2023)'
    >>> published_share(["Li", "P", "O", "N"], "li_environments", "Li[O4]")
    'with Li[O2N2], Li[O3N] about 0.20 (Dai 2022)'
    >>> published_share(["Li", "P", "O", "N"], "nitrogen_sites", "triply coordinated")
    'absent (Dai 2022)'
    """
    known = published_glass(elements)
    if known is None:
        return None
    if group == "units" and name in known.structural_units.units:
        return f"found ({known.structural_units.citation})"
    if group == "nitrogen_sites":
        sites = known.nitrogen_sites
        if name in sites.found:
            return f"found ({sites.citation})"
        if name in sites.absent:
            return f"absent ({sites.citation})"
    if group == "li_environments" and name in known.li_tetrahedra.environments:
        tetrahedra = known.li_tetrahedra
        others = ", ".join(other for other in tetrahedra.environments if other != name)
        return f"with {others} about {tetrahedra.share:.2f} ({tetrahedra.citation})"
    return None


@cache
def _entries() -> dict[frozenset[str], PublishedGlass]:
    entries = (PublishedGlass.model_validate(entry) for entry in topics()["glass"])
    return {frozenset(entry.elements): entry for entry in entries}
