"""Commands about results: the same answers from a file and a server, and no passwords."""

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result as CliResult
from mongo_server import MongoDatabase, MongoServer, free_port
from pymongo import MongoClient
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.store.results import open_store

PASSWORD = "hunter2"  # noqa: S105


def liponflow(*words: object) -> CliResult:
    return CliRunner().invoke(app, [str(word) for word in words])


def write(path: Path, specification: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(specification))
    return path


@pytest.fixture
def on_server(mongo: MongoDatabase, stored: Path, tmp_path: Path) -> Path:
    """Return the file of the specification of a server with the results of `stored`."""
    server = write(tmp_path / "server.yaml", mongo.specification())
    assert liponflow("results", "sync", stored, server).exit_code == 0
    return server


def test_a_file_and_a_server_give_the_same_answers(
    stored: Path, on_server: Path, tmp_path: Path
) -> None:
    kept = liponflow("results", "sync", stored, on_server)
    assert kept.stderr == "0 documents copied with 0 pieces of data, 2 there already\n"
    for command in (
        ["list"],
        ["list", "--json", "--where", "x>0.5"],
        ["list", "--csv", "--engine", "vasp"],
        ["list", "--where", "states.x=99999999999999999999"],
        ["list", "--where", "states.c_over_b>1"],
        ["list", "--limit", "1", "--until", "2025-12-31"],
        ["show", "aaaa"],
        ["show", "b", "--json"],
        ["show", "c"],
        ["compare", "aaaa", "bbbb"],
        ["export", "aaaa", "--field", "states", "--out", tmp_path / "states.csv"],
        ["check"],
        ["delete", "aaaa", "--yes"],
        ["list"],
        ["show", "aaaa"],
    ):
        texts = []
        for store in (stored, on_server):
            answer = liponflow("results", *command, "--store", store)
            exported = tmp_path / "states.csv"
            errors = answer.stderr.replace(str(stored), "STORE")
            named = "STORE" if store == stored else place(on_server)
            texts.append((answer.exit_code, answer.stdout, errors.replace(named, "STORE")))
            texts[-1] += (exported.read_text() if exported.exists() else "",)
            exported.unlink(missing_ok=True)
        assert texts[0] == texts[1], command


def place(specification: Path) -> str:
    docs = yaml.safe_load(specification.read_text())["docs_store"]
    host = docs["uri"].rpartition("/")[2]
    return f"{docs['database']}.{docs['collection_name']} on {host}"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    """Start a server that asks for a password: `me` may write, `reader` only read."""
    folder = tmp_path_factory.mktemp("guarded")
    server = MongoServer(folder)
    server.start()
    with MongoClient(server.uri) as client:
        for user, role in (("me", "readWrite"), ("reader", "read")):
            client["lipon"].command("createUser", user, pwd=PASSWORD, roles=[role])
    server.stop()
    server = MongoServer(folder, "--auth")
    server.start()
    yield server
    server.stop()


def specification(port: int, user: str = "me", **fields: Any) -> dict[str, Any]:
    place = {
        "type": "MongoStore", "database": "lipon", "host": "127.0.0.1", "port": port,
        "username": user, "password": PASSWORD,
    }  # fmt: skip
    return {
        "docs_store": {**place, "collection_name": "outputs", **fields},
        "additional_stores": {"data": {**place, "collection_name": "data"}},
    }


@pytest.fixture
def silent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Callable[..., CliResult]]:
    """Return a function that runs a command; the password must appear nowhere afterwards."""
    caplog.set_level(logging.INFO)
    texts = []

    def run(*words: object) -> CliResult:
        answer = liponflow(*words)
        assert answer.exit_code in {0, 1, 2}, answer.output
        assert answer.exception is None or isinstance(answer.exception, SystemExit | Exception)
        texts.append(answer.output)
        texts.append(answer.stderr)
        if answer.exc_info is not None:
            texts.append("".join(traceback.format_exception(*answer.exc_info)))
        return answer

    yield run
    assert texts
    written = [
        file.read_bytes()
        for file in tmp_path.rglob("*")
        if file.is_file() and file.suffix != ".yaml"
    ]
    for text in (*texts, caplog.text):
        assert PASSWORD not in text
    assert not any(PASSWORD.encode() in content for content in written)


def test_no_command_shows_the_password(
    stored: Path,
    guarded: MongoServer,
    silent: Callable[..., CliResult],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = write(tmp_path / "server.yaml", specification(guarded.port))
    monkeypatch.setenv("LIPONFLOW_STORE", json.dumps(specification(guarded.port)))
    monkeypatch.setenv("LIPONFLOW_RUNS_DIR", str(tmp_path / "runs"))
    assert silent("results", "sync", stored, server).exit_code == 0
    assert silent("results", "list").exit_code == 0
    out = tmp_path / "out.json"
    for words in (
        ["results", "show", "aaaa"],
        ["results", "show", "c"],
        ["results", "compare", "aaaa", "bbbb"],
        ["results", "export", "aaaa", "--out", out],
        ["results", "check"],
        ["results", "list", "--where", "nothing=1"],
        ["results", "sync", server, server],
        ["results", "sync", server, tmp_path / "copy.db"],
        ["results", "delete", "aaaa", "--yes"],
        ["figures", "cccc", "--out", tmp_path],
        ["run", "lithiation", "--dry-run", "--set", "x=0,1"],
        ["resume"],
        ["ingest", tmp_path],
    ):
        silent(*words)
        silent("--debug", *words)


def test_no_error_of_a_server_shows_the_password(
    stored: Path, guarded: MongoServer, silent: Callable[..., CliResult], tmp_path: Path
) -> None:
    port, down = guarded.port, free_port()
    silent("results", "sync", stored, write(tmp_path / "server.yaml", specification(port)))
    cases = {
        f"on 127.0.0.1:{down}: the server does not answer": specification(down),
        "refuses the user or the password": specification(port, "nobody"),
        "no results store lipon.output on": specification(port, collection_name="output"),
        "takes no 'pasword'; did you mean 'password'": specification(port, pasword=PASSWORD),
        "'MongoStor'; did you mean 'MongoStore'": specification(port, type="MongoStor"),
        "cannot use the specification": specification(port, database=None),
        "no store in it": {"docs": {"password": PASSWORD}},
        "lacks additional_stores: data": {"docs_store": specification(port)["docs_store"]},
        "docs_store of the results store lacks `type`": {
            "docs_store": PASSWORD, "additional_stores": {"data": {}},
        },
        "must be escaped": specification(port, uri=f"mongodb://me:{PASSWORD}@:@127.0.0.1:{port}"),
        "Port contains non-digit": specification(port, uri=f"mongodb://me:{PASSWORD}@host:x/db"),
    }  # fmt: skip
    for said, written in cases.items():
        store = write(tmp_path / "broken.yaml", written)
        answer = silent("results", "list", "--store", store)
        assert answer.exit_code in {1, 2}
        assert said in answer.stderr
        assert len(answer.stderr.splitlines()) == 1
        silent("--debug", "results", "list", "--store", store)
    silent("results", "list", "--store", f"mongodb://me:{PASSWORD}@127.0.0.1:{port}")


def test_a_reader_is_refused_with_the_reason(
    stored: Path, guarded: MongoServer, silent: Callable[..., CliResult], tmp_path: Path
) -> None:
    silent("results", "sync", stored, write(tmp_path / "server.yaml", specification(guarded.port)))
    reader = write(tmp_path / "reader.yaml", specification(guarded.port, "reader"))
    assert silent("results", "list", "--store", reader).exit_code == 0
    for command in (["delete", "bbbb", "--yes", "--store", reader], ["sync", stored, reader]):
        answer = silent("results", *command)
        assert answer.exit_code == 1
        assert "ask for the role readWrite" in answer.stderr


def test_a_server_that_ends_in_the_middle_is_named(tmp_path: Path, stored: Path) -> None:
    server = MongoServer(tmp_path / "server")
    server.start()
    database = MongoDatabase(f"{server.uri}/?serverSelectionTimeoutMS=500", "lipon")
    store = open_store(database.specification())
    server.kill()
    with pytest.raises(RuntimeError, match=r"lipon\.outputs on 127.*: the server does not answer"):
        store.count()
    store.close()
    server.start()
    answer = liponflow(
        "results", "sync", stored, write(tmp_path / "a.yaml", database.specification())
    )
    assert answer.exit_code == 0
    server.kill()
