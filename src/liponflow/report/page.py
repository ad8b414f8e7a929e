"""The report as one page that needs no network."""

import base64
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from liponflow import __version__
from liponflow.analysis.kinds import get_kind
from liponflow.figures.drawn import drawn_table
from liponflow.figures.style import image_of
from liponflow.formulas import conventional
from liponflow.report.catalogue import Catalogue
from liponflow.report.findings import Finding
from liponflow.report.ruling import Ruling, Verdict, rule_on
from liponflow.report.scenes import Scene, scenes
from liponflow.report.shown import shown_value
from liponflow.report.source_figures import Drawable, SourceFigure, drawable, source_figures

VIEWER = "3Dmol-2.5.5.min.js"
"""3Dmol.js 2.5.5 (N. Rego, D. Koes, Bioinformatics 31, 1322, 2015), BSD-3-Clause."""
VIEWER_LICENCE = "3Dmol-LICENSE.txt"


@dataclass(frozen=True)
class DrawnFigure:
    """One figure of a result in the page.

    Attributes
    ----------
    name
        Name of the file, and of the place in the page.
    title
        Name of the figure, in words.
    image, table
        SVG, PNG or GIF, and CSV of its points, as data URIs; the table is empty without points.
    sources
        Figures of the sources that it stands beside.
    finding
        Its result.
    """

    name: str
    title: str
    image: str
    table: str
    sources: tuple[SourceFigure, ...]
    finding: Finding

    @property
    def moves(self) -> bool:
        """Whether it is a movie, which plays only when it is asked for."""
        return self.image.startswith("data:image/gif")

    @property
    def alt(self) -> str:
        """What the image shows, for those who do not see it."""
        shows = "; ".join(item.shows for item in self.sources)
        what = f"{self.title} of {conventional(self.finding.result.formula)}"
        numbers = " Its numbers are in the table below it." if self.table else ""
        return f"Figure: {what}{f' ({shows})' if shows else ''}.{numbers}"


def make_page(catalogue: Catalogue, findings: Sequence[Finding]) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    catalogue
        Published numbers to rule on.
    findings
        Results, the latest first.

    Returns
    -------
    str
        One page; the same results give the same text.
    """
    rulings = rule_on(catalogue.numbers, findings)
    figures = _draw(findings)
    drawables = drawable(source_figures(), findings)
    turned = scenes(findings)
    used = _used(rulings, figures, turned)
    return (
        _environment()
        .get_template("report.html")
        .render(
            version=__version__,
            topics=[
                (name, title, [item for item in rulings if item.number.topic == name])
                for name, title in catalogue.topics.items()
            ],
            counts=Counter(item.verdict for item in rulings),
            verdicts=list(Verdict),
            total=len(rulings),
            waiting=sum(
                item.verdict is Verdict.MISSING and item.number.command != "" for item in rulings
            ),
            figures=figures,
            places=_places(rulings, figures),
            source_figures=drawables,
            commands=_commands(rulings, drawables),
            scenes=turned,
            scene_data={scene.name: scene.data for scene in turned},
            findings=used,
            style=Markup(_asset("report.css")),  # noqa: S704 - a file of this package
            script=Markup(_asset("report.js")),  # noqa: S704
            viewer=Markup(_asset(VIEWER)) if turned else "",  # noqa: S704
            viewer_licence=_asset(VIEWER_LICENCE) if turned else "",
        )
    )


def _draw(findings: Sequence[Finding]) -> list[DrawnFigure]:
    """Draw the figures of the latest result of each kind and formula."""
    latest: dict[tuple[str, str], Finding] = {}
    for item in sorted(findings, key=lambda item: not item.result.converged):
        latest.setdefault((item.result.kind, item.result.formula), item)
    drawn = []
    for (kind, _), finding in latest.items():
        model = get_kind(kind)
        for name, figure in model.draw(finding.result).items():
            image, table = image_of(figure), drawn_table(figure)
            drawn.append(_drawn(name, _data_uri(*image), table, finding))
        for name, movie in model.write_movies(finding.result).items():
            drawn.append(_drawn(name, _data_uri(movie, "image/gif"), "", finding))
    return drawn


def _drawn(name: str, image: str, table: str, finding: Finding) -> DrawnFigure:
    kind, formula = finding.result.kind, finding.result.formula
    fitting = [
        item
        for item in source_figures()
        if item.figure == name and finding.fits(item.kind, item.formula)
    ]
    return DrawnFigure(
        name=re.sub(r"[^\w.-]+", "-", f"{kind}-{formula}-{name}"),
        title=re.sub("[_-]", " ", name),
        image=image,
        table=_data_uri(table.encode(), "text/csv") if table else "",
        sources=tuple(fitting),
        finding=finding,
    )


def by_result(figures: Sequence[DrawnFigure]) -> list[tuple[Finding, list[DrawnFigure]]]:
    """Group figures by their result; those beside a figure of a source come first."""
    grouped: dict[str, list[DrawnFigure]] = {}
    for figure in figures:
        grouped.setdefault(figure.finding.name, []).append(figure)
    ordered = [sorted(drawn, key=lambda figure: not figure.sources) for drawn in grouped.values()]
    ordered.sort(key=lambda drawn: -sum(bool(figure.sources) for figure in drawn))
    return [(drawn[0].finding, drawn) for drawn in ordered]


def _places(rulings: Sequence[Ruling], figures: Sequence[DrawnFigure]) -> Mapping[str, str]:
    """Return the place of a figure for each number whose result is drawn."""
    first: dict[str, str] = {}
    for figure in figures:
        first.setdefault(figure.finding.name, figure.name)
    return {
        item.number.id: first[item.finding.name]
        for item in rulings
        if item.finding is not None and item.finding.name in first
    }


def _commands(
    rulings: Sequence[Ruling], drawables: Sequence[Drawable]
) -> list[tuple[str, int, int]]:
    """Return the commands that make what is missing: numbers and figures that each would add."""
    missing = [item.number for item in rulings if item.verdict is Verdict.MISSING]
    numbers = Counter(number.command for number in missing if number.command)
    drawn = Counter(item.figure.command for item in drawables if item.is_missing)
    return [(name, numbers[name], drawn[name]) for name in sorted({*numbers, *drawn})]


def _used(
    rulings: Sequence[Ruling], figures: Sequence[DrawnFigure], turned: Sequence[Scene]
) -> list[Finding]:
    """Return every result that the page shows, each once."""
    shown = [item.finding for item in rulings if item.finding is not None]
    shown += [item.finding for item in figures] + [item.finding for item in turned]
    return list({item.name: item for item in shown}.values())


def _data_uri(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(str(__package__), "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "shown": shown_value,
        "formula": conventional,
        "by_result": by_result,
    }
    environment.filters.update(filters)
    return environment
