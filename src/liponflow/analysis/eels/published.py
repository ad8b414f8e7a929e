"""Published peaks of edges."""

from functools import cache

from pydantic import Field
from pymatgen.core.composition import Composition

from liponflow.analysis.published import Published, topics
from liponflow.formulas import reduced_formula


class PublishedPeaks(Published):
    """Peaks of an edge of one material."""

    material: str = Field(description="Material as it is called in print.")
    edge: str = Field(description="Edge, such as Li K or P L23.")
    formula: str | None = Field(None, description="Reduced formula of a crystal.")
    elements: list[str] | None = Field(
        None, description="Elements of a glass, whose formula varies; in alphabetic order."
    )
    energies: list[float] = Field(description="Peaks (eV), increasing.")

    def covers(self, formula: str) -> bool:
        """Return whether a material is the published one."""
        composition = Composition(formula)
        if self.formula is None:
            return sorted(element.symbol for element in composition.elements) == self.elements
        return reduced_formula(composition) == self.formula


@cache
def _entries() -> tuple[PublishedPeaks, ...]:
    return tuple(PublishedPeaks.model_validate(entry) for entry in topics()["eels"])


def published_peaks(formula: str, edge: str) -> PublishedPeaks | None:
    """Return the published peaks of an edge.

    Parameters
    ----------
    formula
        Formula of the material; anything of Li, N, O and P is LiPON.
    edge
        Edge, such as P L23.

    Returns
    -------
    PublishedPeaks or None
        None if nothing is recorded for it.

    Examples
    --------
    >>> published_peaks("Li3PO4", "P L23").energies
    [138.0, 141.0]
    >>> published_peaks("Li46P16O55N9", "Li K").energies
    [59.5]
    >>> published_peaks("Li3P", "P L23") is None
    True
    """
    return next(
        (entry for entry in _entries() if entry.edge == edge and entry.covers(formula)), None
    )
