"""The queue server as a process of its own."""

import os
import signal
import socket
import stat
from pathlib import Path

import psutil
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from liponflow.runners.remote import server as module
from liponflow.runners.remote.errors import QueueError
from liponflow.runners.remote.server import HOST, USER, QueueServer

if not module.is_installed():
    pytest.skip("the extra `queue` is not installed", allow_module_level=True)


def client(server: QueueServer) -> MongoClient:
    address = server.address
    return MongoClient(
        HOST, address.port, username=USER, password=address.password, authSource="admin",
        serverSelectionTimeoutMS=5000,
    )  # fmt: skip


def test_server_keeps_its_data_through_a_kill_and_lets_nobody_else_in(tmp_path: Path) -> None:
    server = QueueServer(tmp_path / "queue")
    with pytest.raises(QueueError, match="there is no queue server"):
        _ = server.address
    try:
        first = server.start()
        assert server.start() == first  # it runs already
        with pytest.raises(QueueError, match=f"keeps its port, {first.port}: leave out"):
            server.start(9999)
        with client(server) as known:
            known.queue.jobs.insert_one({"_id": 1})
        with (
            MongoClient(HOST, first.port, serverSelectionTimeoutMS=5000) as stranger,
            pytest.raises(OperationFailure, match="authentication"),
        ):
            stranger.queue.jobs.find_one()
        assert first.password not in " ".join(psutil.Process(server.pid).cmdline())
        killed = psutil.Process(server.pid)
        killed.send_signal(signal.SIGKILL)
        killed.wait(5)
        assert server.pid is None
        assert server.start() == first
        with client(server) as known:
            assert known.queue.jobs.find_one() == {"_id": 1}
    finally:
        assert server.stop()
    assert server.pid is None
    assert not server.stop()
    for path in (server.folder, server.folder / "address.json"):
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path


def test_nobody_gets_in_before_the_server_has_a_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, refused = QueueServer(tmp_path / "queue"), []
    launch = server._launch

    def intruded(port: int, *options: str) -> None:
        launch(port, *options)
        known = (
            {"tls": True, "tlsAllowInvalidCertificates": True} if "--auth" not in options else {}
        )
        with (
            MongoClient(HOST, port, serverSelectionTimeoutMS=2000, **known) as stranger,
            pytest.raises(PyMongoError) as error,
        ):
            stranger.queue.jobs.insert_one({"_id": 1})
        refused.append(type(error.value).__name__)

    monkeypatch.setattr(server, "_launch", intruded)
    try:
        server.start()
        with client(server) as known:
            assert known.queue.jobs.find_one() is None
    finally:
        server.stop()
    assert refused == ["ServerSelectionTimeoutError", "OperationFailure"]
    assert not list(server.folder.glob("*.pem"))


def test_lost_address_is_replaced_and_the_data_stay(tmp_path: Path) -> None:
    server = QueueServer(tmp_path / "queue")
    try:
        first = server.start()
        with client(server) as known:
            known.queue.jobs.insert_one({"_id": 1})
        server.stop()
        (server.folder / "address.json").unlink()
        assert server.start().password != first.password
        with client(server) as known:
            assert known.queue.jobs.find_one() == {"_id": 1}
    finally:
        server.stop()


def test_pid_of_another_process_is_not_taken_for_the_server(tmp_path: Path) -> None:
    server = QueueServer(tmp_path)
    (tmp_path / "server.pid").write_text(f'{{"pid": {os.getpid()}}}')
    assert server.pid is None
    assert not server.stop()


def test_missing_program_is_an_error_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROGRAM", "no-such-program")
    assert not module.is_installed()
    with pytest.raises(QueueError, match=r"not installed: pip install .*queue"):
        QueueServer(tmp_path).start()


def test_server_that_does_not_start_names_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROGRAM", "false")
    with pytest.raises(QueueError, match=r"server\.log"):
        QueueServer(tmp_path).start()


def test_server_does_not_start_on_the_port_of_another_program(tmp_path: Path) -> None:
    server = QueueServer(tmp_path / "queue")
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        try:
            with pytest.raises(QueueError, match=f"does not start on port {port}.*in use"):
                server.start(port)
            assert server.pid is None
        finally:
            server.stop()


def test_password_is_not_in_the_text_of_an_address() -> None:
    assert "hush" not in repr(module.Address(27017, "hush"))
