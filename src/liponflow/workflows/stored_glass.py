"""Glasses in the results store, which other campaigns start from."""

from jobflow import JobStore

from liponflow.analysis.glass.result import GlassResult
from liponflow.store.results import find_results, get_result

LATEST = "latest"
"""Used in place of a uuid: the glass that entered the store last."""


class StoredGlassError(ValueError):
    """The store has no such glass."""


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
        If there is no store, or no glass in it, or the result is none of a glass.
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
