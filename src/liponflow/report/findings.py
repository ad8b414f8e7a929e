"""Results that the report rules on: of the store, of files, and of models."""

import re
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymatgen.core.composition import Composition

from liponflow import registry
from liponflow.analysis.result import Result
from liponflow.analysis.result_files import read_result_file
from liponflow.formulas import elements_in, reduced_formula
from liponflow.store.file import StoreError
from liponflow.store.results import find_results, open_results
from liponflow.workflows.model import get_model

LATEST = 200
"""Results of the store that are read, the latest of all kinds."""


@dataclass(frozen=True)
class Finding:
    """A result with the name by which it is found.

    Attributes
    ----------
    name
        First characters of its uuid, or the file or the model that it comes from.
    command
        Command that shows it.
    result
        The result.
    """

    name: str
    command: str
    result: Result

    @property
    def place(self) -> str:
        """Name without what cannot stand in a link."""
        return re.sub(r"[^\w.-]+", "-", self.name)

    def fits(self, kind: str | None, formula: str | None, elements: Collection[str] = ()) -> bool:
        """Return whether the result is of a kind and, if given, of a formula and of elements."""
        if self.result.kind != kind:
            return False
        if elements and elements_in(self.result.formula) != set(elements):
            return False
        return formula is None or formula_key(self.result.formula) == formula_key(formula)


def stored_findings(
    location: Path | dict[str, Any], skipped: list[StoreError] | None = None
) -> list[Finding]:
    """Return the latest results of a store, none if there is no file.

    Parameters
    ----------
    location
        As for :func:`liponflow.store.results.open_store`.
    skipped
        List to which the error of each result that cannot be read is added.
    """
    if isinstance(location, Path) and not location.exists():
        return []
    with closing(open_results(location)) as opened:
        found = find_results(opened, limit=LATEST, skipped=skipped)
    return [
        Finding(item.uuid[:8], f"liponflow results show {item.uuid[:8]}", item.result)
        for item in found
    ]


def file_findings(paths: Iterable[Path]) -> list[Finding]:
    """Return the results in files, such as of measurements, which no store holds.

    Raises
    ------
    FileError
        If one is not a result.
    """
    return [Finding(str(path), f"less {path}", read_result_file(path)) for path in paths]


def model_findings() -> list[Finding]:
    """Return the result of every registered model with its published arguments.

    They take no time and are in no store.
    """
    return [
        Finding(f"model {name}", f"liponflow model {name}", get_model(name).compute())
        for name in registry.names(registry.MODELS)
    ]


def all_findings(
    location: Path | dict[str, Any], files: Iterable[Path], warn: Callable[[str], None]
) -> list[Finding]:
    """Return the results in files, the latest ones of a store and those of models, in this order.

    Parameters
    ----------
    location, files
        As for :func:`stored_findings` and :func:`file_findings`.
    warn
        Called with one line for each stored result that cannot be read.
    """
    skipped: list[StoreError] = []
    found = [*file_findings(files), *stored_findings(location, skipped), *model_findings()]
    for error in skipped:
        warn(f"skipped a result: {error}")
    return found


def formula_key(text: str) -> str:
    """Return a formula as pymatgen reduces it, and any other text as it is.

    Examples
    --------
    >>> formula_key("LiNi0.5Mn1.5O4"), formula_key("Li2PNO2"), formula_key("octahedral")
    ('Li2Mn3NiO8', 'Li2PO2N', 'octahedral')
    """
    try:
        whole, _ = Composition(text).get_integer_formula_and_factor(max_denominator=10_000)
    except ValueError:
        return text
    return reduced_formula(whole)
