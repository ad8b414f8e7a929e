"""The figures of the sources that show a calculation, a model or a fit, and what draws ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import ConfigDict, Field

from liponflow import datayaml
from liponflow.analysis.kinds import kind_names
from liponflow.document import Document
from liponflow.report.findings import Finding


class SourceFigure(Document):
    """A figure of a source."""

    model_config = ConfigDict(frozen=True)

    source: Literal["dissertation", "review", "perspective"] = Field(description="The source.")
    number: str = Field(description="Number as printed.")
    shows: str = Field(description="What it shows.")
    nature: Literal["calculation", "model", "fit"] = Field(description="What made its data.")
    kind: str = Field(description="Kind of result that ours needs.")
    formula: str | None = Field(None, description="Formula that the result must have.")
    figure: str = Field(description="Name of ours among the figures of such a result.")
    command: str = Field(description="Command that makes such a result.")


@cache
def source_figures() -> tuple[SourceFigure, ...]:
    """Return the figures, by source and number.

    Examples
    --------
    >>> [item.figure for item in source_figures() if item.number == "5.4E"]
    ['moments']
    """
    text = resources.files(__package__).joinpath("source_figures.yaml").read_text("utf-8")
    return tuple(
        SourceFigure(source=source, **entry)
        for source, entries in datayaml.load(text).items()
        for entry in entries
    )


@dataclass(frozen=True)
class Drawable:
    """A figure of a source with the result that draws ours.

    Attributes
    ----------
    figure
        The figure.
    finding
        The latest result of its kind; None without one.
    reason
        Why there is no result; empty with one.
    known
        Whether this version has such results.
    """

    figure: SourceFigure
    finding: Finding | None
    reason: str
    known: bool = True

    @property
    def is_missing(self) -> bool:
        """Whether its command would make the result that it needs."""
        return self.finding is None and self.known


def drawable(figures: Sequence[SourceFigure], findings: Sequence[Finding]) -> list[Drawable]:
    """Return each figure with the result that draws ours.

    Parameters
    ----------
    figures
        Figures of the sources.
    findings
        Results, the latest first; one that is not converged counts only without another.
    """
    known = set(kind_names())
    found = []
    for figure in figures:
        of_kind = [item for item in findings if item.fits(figure.kind, figure.formula)]
        best = max(of_kind, key=lambda item: item.result.converged, default=None)
        has = figure.kind in known
        reason = f"no {figure.kind} result" if has else f"{figure.kind} is not in this version"
        found.append(Drawable(figure, best, "" if best else reason, has))
    return found
