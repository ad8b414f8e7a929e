"""Stores on servers: what goes wrong is one line with a remedy."""

from contextlib import closing
from typing import Any

import pytest
from maggma.stores import S3Store
from mongo_server import MongoDatabase

from liponflow.store.file import StoreError
from liponflow.store.results import open_store


def with_s3(mongo: MongoDatabase) -> dict[str, Any]:
    """Return the specification of a store whose data are on an S3 server that is not there."""
    place = {"type": "MongoStore", "uri": mongo.uri, "database": mongo.name}
    keys = {"aws_access_key_id": "me", "aws_secret_access_key": "hush", "region_name": "here"}
    data = {
        "type": "S3Store", "bucket": "lipon", "endpoint_url": "http://127.0.0.1:9",
        "s3_profile": keys, "key": "blob_uuid",
        "index": {**place, "collection_name": "index", "key": "blob_uuid"},
    }  # fmt: skip
    return {
        "docs_store": {**place, "collection_name": "outputs"},
        "additional_stores": {"data": data},
    }


def test_an_s3_server_that_does_not_answer_is_named_without_its_key(mongo: MongoDatabase) -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:9.*correct the address") as error:
        open_store(with_s3(mongo))
    assert "hush" not in str(error.value)


def test_what_is_removed_goes_from_the_bucket_too(
    mongo: MongoDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[dict[str, Any]] = []

    def connect(self: S3Store, **_: Any) -> None:
        self.s3 = "connected"
        self.index.connect()

    monkeypatch.setattr(S3Store, "connect", connect)
    monkeypatch.setattr(S3Store, "close", lambda self: self.index.close())
    monkeypatch.setattr(
        S3Store, "remove_docs", lambda _, found, **options: removed.append(found | options)
    )
    with closing(open_store(with_s3(mongo))) as store:
        output = {"frames": {"blob_uuid": "b", "store": "data"}}
        store.docs_store.update({"uuid": "u", "index": 1, "output": output}, key="uuid")
        store.remove_docs({"uuid": "u"})
        assert store.count() == 0
    assert removed[0] == {"blob_uuid": {"$in": ["b"]}, "remove_s3_object": True}
