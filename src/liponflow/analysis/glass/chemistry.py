"""Roles of the elements of a phosphate glass: network formers, anions, longest bonds."""

from collections.abc import Mapping, Sequence
from functools import cache

from pydantic import ConfigDict, Field

from liponflow.document import Document

FORMERS = ("P", "Si", "B", "Al", "Ge", "C", "S", "Ti", "W")
"""Network formers of LiPON and of its derivatives (LiSiPON, LiBPON, LiCPON, LiSON, ...)."""
ANIONS = ("O", "N", "F", "Cl")
MOBILE = ("Li", "Na")

BOND_CUTOFF = 2.1
"""Longest bond of a network former to an anion (Å): P-O and P-N are 1.5 to 1.75, the next anions
of a tetrahedron are beyond 2.5."""
LARGE_FORMER_CUTOFF = 2.4
"""The same for Al, Ti and W, whose bonds to O reach 2.0 to 2.1 Å in octahedra."""
LARGE_FORMERS = ("Al", "Ti", "W")
ANION_FACTOR = 1.2
"""Two anions are bonded within this multiple of the sum of their covalent radii: 1.58 Å for O-O
(peroxide 1.49, DFT 1.55), 1.70 Å for N-N; in a tetrahedron they are beyond 2.4 Å."""
FORMER_FACTOR = 1.15
"""The same for two formers: 2.46 Å for P-P (bond 2.2; across a bridging anion 2.7 to 3.0)."""


class Roles(Document):
    """Roles of the elements in the network, and their longest bonds."""

    model_config = ConfigDict(frozen=True)

    formers: tuple[str, ...] = Field(description="Network formers.")
    anions: tuple[str, ...] = Field(description="Anions, in the order in which they are named.")
    mobile: tuple[str, ...] = Field(description="Mobile cations.")
    cutoffs: dict[str, float] = Field(
        default_factory=dict, description="Longest bond of a former to an anion (Å), by former."
    )

    def former_cutoff(self, former: str) -> float:
        """Return the longest bond (Å) of a former to an anion."""
        default = LARGE_FORMER_CUTOFF if former in LARGE_FORMERS else BOND_CUTOFF
        return self.cutoffs.get(former, default)


def roles(
    elements: Sequence[str],
    *,
    formers: Sequence[str] | None = None,
    anions: Sequence[str] | None = None,
    cutoff: float | Mapping[str, float] | None = None,
) -> Roles:
    """Return the roles of the elements of a glass in the network.

    Parameters
    ----------
    elements
        Elements that are present.
    formers, anions
        Elements that form and link the network; by default the usual ones of LiPON and its
        derivatives. S is a former (sulfate) unless it is named as an anion.
    cutoff
        Longest bond of a former to an anion (Å), for all formers or by former.

    Returns
    -------
    Roles
        Roles of the elements that are present; without an anion there is neither a network nor an
        environment, and no former or mobile cation.

    Raises
    ------
    ValueError
        If an element has two roles, or a cut-off is not above zero.

    Examples
    --------
    >>> found = roles(["Li", "N", "O", "P"])
    >>> found.formers, found.anions, found.mobile
    (('P',), ('O', 'N'), ('Li',))
    """
    named_anions = tuple(anions) if anions is not None else ANIONS
    if formers is not None:
        named_formers = tuple(formers)
        named_anions = tuple(a for a in named_anions if anions is not None or a not in formers)
    else:
        named_formers = tuple(former for former in FORMERS if former not in named_anions)
    both = set(named_formers) & set(named_anions)
    if both:
        raise ValueError(f"{', '.join(sorted(both))} cannot be network former and anion at once")
    present = set(elements)
    linked = present & set(named_anions)
    chosen = tuple(former for former in named_formers if former in present and linked)
    given = dict.fromkeys(chosen, cutoff) if isinstance(cutoff, int | float) else (cutoff or {})
    for former, value in given.items():
        if value <= 0:
            raise ValueError(f"cut-off of {former} = {value:g} Å must be above 0")
    return Roles(
        formers=chosen,
        anions=tuple(anion for anion in named_anions if anion in present),
        mobile=tuple(element for element in MOBILE if element in present and linked),
        cutoffs={former: float(value) for former, value in given.items()},
    )


@cache
def covalent_radius(element: str) -> float:
    """Return the covalent radius (Å) of Cordero et al., Dalton Trans. 2832 (2008), from ASE.

    Examples
    --------
    >>> covalent_radius("P")
    1.07
    """
    from ase.data import atomic_numbers, covalent_radii

    return float(covalent_radii[atomic_numbers[element]])


def anion_bond(first: str, second: str) -> float:
    """Return the longest bond (Å) between two anions."""
    return ANION_FACTOR * (covalent_radius(first) + covalent_radius(second))


def former_bond(first: str, second: str) -> float:
    """Return the longest bond (Å) between two network formers."""
    return FORMER_FACTOR * (covalent_radius(first) + covalent_radius(second))
