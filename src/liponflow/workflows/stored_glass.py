"""Glasses that other campaigns start from: of the results store, and of the library."""

from typing import NamedTuple

from jobflow import JobStore
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.result import GlassResult
from liponflow.formulas import reduced_formula
from liponflow.store.file import StoreError
from liponflow.store.results import find_results, get_result
from liponflow.structures.glass.library import library_glass, library_glasses

LATEST = "latest"
"""Used in place of a uuid: the glass that entered the store last."""


class StoredGlassError(ValueError):
    """The store has no such glass."""


class NamedGlass(NamedTuple):
    """Models of a glass."""

    name: str
    formula: str
    source: str
    """What made the models."""
    models: list[Structure]


def named_glass(which: str, store: JobStore | None) -> NamedGlass:
    """Return a glass of the library or of the store.

    Parameters
    ----------
    which
        Name in the library, first characters of a uuid in the store, or ``latest``.
    store
        Open store; None without one.

    Raises
    ------
    StoredGlassError
        If there is none; the remedy is named.
    """
    names = [model.name for model in library_glasses()]
    if which in names:
        model = library_glass(which)
        structure = model.structure()
        return NamedGlass(
            f"{model.name} glass",
            reduced_formula(structure.composition),
            f"library of liponflow: {model.made_by}",
            [structure],
        )
    known = f"the library has {', '.join(names)}"
    try:
        uuid, result = find_glass(store, which)
    except StoredGlassError as error:
        note = (
            "" if store else " and use it in `liponflow run`, as `liponflow inputs` reads no store"
        )
        raise StoredGlassError(f"glass={which}: {known}, and {error}{note}") from error
    except StoreError as error:
        raise StoredGlassError(f"glass={which}: {known}; in the store, {error}") from error
    doubt = "" if result.converged else f", NOT CONVERGED: {result.criterion}"
    return NamedGlass(
        f"{result.formula} glass",
        result.formula,
        f"glass {uuid[:8]} by {result.provenance.engine.label}{doubt}",
        [model.structure for model in result.models],
    )


def find_glass(store: JobStore | None, which: str) -> tuple[str, GlassResult]:
    """Return the uuid and the result of a glass.

    Parameters
    ----------
    store
        Open store; None without one.
    which
        First characters of the uuid, or ``latest``.

    Raises
    ------
    StoredGlassError
        If there is no store, or no glass in it, or the result is not one of a glass.
    StoreError
        If no result, or more than one, has such a uuid.
    """
    if store is None:
        raise StoredGlassError("there is no results store to look in: run `liponflow run glass`")
    if which == LATEST:
        found = find_results(store, kind="glass", limit=1)
        if not found:
            raise StoredGlassError("the results store holds no glass: run `liponflow run glass`")
        stored = found[0]
    else:
        stored = get_result(store, which)
    if not isinstance(stored.result, GlassResult):
        raise StoredGlassError(
            f"result {stored.uuid[:8]} is of kind {stored.result.kind}; glass takes a result of "
            "kind glass"
        )
    return stored.uuid, stored.result
