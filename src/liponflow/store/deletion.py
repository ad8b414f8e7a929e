"""Delete results from the store, with their data."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liponflow.store.conditions import ANY_KIND

if TYPE_CHECKING:
    from jobflow.core.store import JobStore


@dataclass(frozen=True)
class Referrer:
    """A result that names another one in its provenance.

    Attributes
    ----------
    uuid
        Its job.
    kind
        Its kind.
    """

    uuid: str
    kind: str


def referrers(store: "JobStore", uuid: str) -> list[Referrer]:
    """List the results that continue a result, or were made from it."""
    named = [{"output.provenance.continues": uuid}, {"output.provenance.parent_uuids": uuid}]
    documents = store.query(
        {"$and": [{"output.kind": ANY_KIND}, {"$or": named}]},
        properties=["uuid", "output.kind"],
    )
    return [Referrer(document["uuid"], document["output"]["kind"]) for document in documents]


def delete_result(store: "JobStore", uuid: str) -> None:
    """Delete a result and its data, in one transaction for a file.

    The calculations that it was made from stay. A result that is stored again, as by resuming its
    run, is a result as before.

    Parameters
    ----------
    store
        Open store; this process is its only writer.
    uuid
        Whole uuid of the result's job.
    """
    store.remove_docs({"uuid": uuid})
