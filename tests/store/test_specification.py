"""Specifications of stores: unknown names are refused, and servers waited for only so long."""

from typing import Any

import pytest

from liponflow.store.file import StoreError
from liponflow.store.specification import OUTAGE_MS, from_specification

SERVER = {"type": "MongoStore", "database": "lipon", "collection_name": "outputs"}
BOTH = {"docs_store": SERVER, "additional_stores": {"data": SERVER}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"docs_stores": SERVER}, "unknown part 'docs_stores'; did you mean 'docs_store'"),
        ({"additional_stores": {"date": SERVER}}, "lacks additional_stores: data"),
        ({"additional_stores": "data"}, "lacks additional_stores: data"),
        ({"docs_store": "MongoStore"}, "docs_store of the results store lacks `type`"),
        ({"docs_store": {**SERVER, "type": "Mongo"}}, "type 'Mongo'; did you mean 'MongoStore'"),
        ({"docs_store": {**SERVER, "prot": 1}}, "MongoStore takes no 'prot'; did you mean 'port'"),
        ({"docs_store": {"type": "MongoStore"}}, "MongoStore needs collection_name, database"),
        (
            {"additional_stores": {"data": {"type": "S3Store", "index": {"type": "None"}}}},
            "additional_stores: data: index of the results store: unknown type 'None'",
        ),
    ],
)
def test_unknown_and_missing_names_are_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(StoreError) as error:
        from_specification(BOTH | change)
    assert said in str(error.value)


def test_arguments_of_the_bases_of_a_store_are_known() -> None:
    store = from_specification(BOTH | {"docs_store": {**SERVER, "key": "uuid"}})
    assert store.docs_store.key == "uuid"


def test_servers_are_waited_for_so_long_or_as_the_user_says() -> None:
    own = {"mongoclient_kwargs": {"serverSelectionTimeoutMS": 7}, "port": 1}
    address = {"uri": "mongodb://127.0.0.1/?serverselectiontimeoutms=7"}
    for given, expected in (({}, OUTAGE_MS), (own, 7), (address, None)):
        store = from_specification(BOTH | {"docs_store": {**SERVER, **given}})
        set_to = vars(store.docs_store)["mongoclient_kwargs"].get("serverSelectionTimeoutMS")
        assert set_to == expected
