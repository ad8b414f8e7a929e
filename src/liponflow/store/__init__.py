"""The results database: open it, write to it, query it for typed results, export them."""

from liponflow.store.export import export, export_all
from liponflow.store.file import StoreError
from liponflow.store.frames import results_frame, states_frame
from liponflow.store.lock import writer_lock
from liponflow.store.query import QueryError
from liponflow.store.results import StoredResult, find_results, get_result, open_store

__all__ = [
    "QueryError",
    "StoreError",
    "StoredResult",
    "export",
    "export_all",
    "find_results",
    "get_result",
    "open_store",
    "results_frame",
    "states_frame",
    "writer_lock",
]
