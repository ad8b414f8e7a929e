"""Helpers that make stores and flows comparable in the runner's tests."""

import json
from collections import Counter

from bson import json_util
from jobflow import Flow, JobStore, OnMissing
from maggma.stores import MemoryStore
from monty.json import jsanitize

TRUSTED = ["runner_jobs"]


def memory_store() -> JobStore:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    store.connect()
    return store


def stored(store: JobStore) -> Counter[str]:
    """Count the documents of a store, with the uuids of dynamic jobs made comparable."""
    found = []
    for document in store.query({}, load=True):
        output = store.get_output(
            document["uuid"], which=document["index"], load=True, on_missing=OnMissing.NONE
        )
        entry = {
            "name": document["name"],
            "index": document["index"],
            "metadata": document["metadata"],
            "hosts": len(document["hosts"]),
            "output": jsanitize(output, strict=True, allow_bson=True),
        }
        found.append(json.dumps(entry, default=json_util.default, sort_keys=True))
    return Counter(found)


def named(name: str, flow: Flow) -> Flow:
    """Prefix the names of all jobs of a flow, including dynamic ones."""
    flow.append_name(f"{name}: ", prepend=True)
    return flow
