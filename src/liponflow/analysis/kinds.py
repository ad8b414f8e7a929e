"""Kinds of results: the name in a stored document, the model that reads it, and its figures.

A stored document says what it is by its ``kind``, never by the path of a module, so that it is
found whatever moves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from liponflow import registry
from liponflow.names import nearest

if TYPE_CHECKING:
    from liponflow.analysis.result import Result


@dataclass(frozen=True)
class ResultKind:
    """One kind of result.

    Attributes
    ----------
    name
        Value of the field ``kind``.
    model
        ``module:Class`` of the result document.
    figures
        ``module:function`` that returns every figure of a result by file name; None if it is
        not drawn.
    pages
        ``module:function`` that returns every interactive page (HTML) by file name; None if
        there is none.
    """

    name: str
    model: str
    figures: str | None = None
    pages: str | None = None

    def load(self) -> "type[Result]":
        """Import the model."""
        model: type[Result] = registry.resolve(self.model)
        return model

    def draw(self, result: "Result") -> Mapping[str, Any]:
        """Draw every figure of a result, by file name; empty if the kind is not drawn."""
        return _call(self.figures, result)

    def write_pages(self, result: "Result") -> Mapping[str, str]:
        """Write every interactive page of a result as HTML, by file name."""
        return _call(self.pages, result)


def kind_names() -> list[str]:
    """List every kind of result: those of campaigns, and those registered on their own."""
    return sorted({*registry.names(registry.CAMPAIGNS), *registry.names(registry.RESULTS)})


def get_kind(name: str) -> ResultKind:
    """Look up a kind of result.

    Raises
    ------
    liponflow.registry.RegistryError
        If it is not registered; the nearest is suggested.
    """
    if name in registry.names(registry.CAMPAIGNS):
        kind: ResultKind = registry.load(registry.CAMPAIGNS, name).result
        return kind
    if name in registry.names(registry.RESULTS):
        registered: ResultKind = registry.load(registry.RESULTS, name)
        return registered
    raise registry.RegistryError(f"unknown kind of result {name!r}{nearest(name, kind_names())}")


def _call(reference: str | None, result: "Result") -> Mapping[str, Any]:
    if reference is None:
        return {}
    function: Callable[[Result], Mapping[str, Any]] = registry.resolve(reference)
    return function(result)


FINGERPRINT = ResultKind(
    "fingerprint",
    model="liponflow.analysis.glass.result:FingerprintResult",
    figures="liponflow.figures.glass.gallery:all_figures",
)
PDOS = ResultKind(
    "pdos",
    model="liponflow.analysis.pdos:PDOSResult",
    figures="liponflow.figures.pdos:all_figures",
)
MD = ResultKind("md", model="liponflow.analysis.runs:MDResult")
NEB = ResultKind("neb", model="liponflow.analysis.runs:NEBResult")
CALCULATION = ResultKind("calculation", model="liponflow.analysis.runs:CalculationResult")
