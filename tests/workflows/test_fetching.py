"""Results of submitted campaigns; runners/remote/test_slurm.py fetches those of a cluster."""

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from liponflow.runners.remote.campaigns import CampaignStatus, JobStatus, State
from liponflow.settings import Settings
from liponflow.store.file import StoreError
from liponflow.store.lock import writer_lock
from liponflow.store.results import find_summaries, open_results
from liponflow.store.sqlite import embedded_store
from liponflow.workflows import fetching

GOLDEN = Path(__file__).parents[1] / "data" / "golden" / "0.2.0.db"


def campaign(uuid: str, state: State) -> CampaignStatus:
    job = JobStatus("result", uuid, 1, state, "main", None, "", "", None)
    return CampaignStatus("flow of " + uuid, {"result": uuid}, datetime.now(UTC), [job])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a project with the golden results, of whose campaigns one runs."""
    file = tmp_path / "project.db"
    shutil.copy(GOLDEN, file)
    done = find_summaries(open_results(file))[0].uuid
    found = [campaign(done, State.DONE), campaign("another", State.RUNNING)]
    monkeypatch.setattr(fetching, "campaigns", lambda *_: found)
    return SimpleNamespace(
        name="test",
        done=done,
        file=file,
        jobstore={"@class": "JobStore"},
        get_jobstore=lambda: embedded_store(file, read_only=False),
    )


def test_results_are_copied_to_the_store_of_the_settings(project: Any, tmp_path: Path) -> None:
    elsewhere = Settings(store=tmp_path / "mine.db")
    fetched = fetching.fetch(project, elsewhere, [])
    assert [stored.uuid for stored in fetched.results] == [project.done]
    assert fetched.unfinished == ["flow of  has no result yet: it is running"]
    assert fetched.damaged == []
    assert [item.uuid for item in find_summaries(open_results(elsewhere.store))] == [project.done]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.FAILED, "it has failed; `liponflow status flow of ` says why"),
        (State.STOPPED, "it was stopped; `liponflow rerun flow of ` continues it"),
    ],
)
def test_campaign_that_does_not_run_says_what_to_do(
    project: Any, monkeypatch: pytest.MonkeyPatch, state: State, words: str
) -> None:
    monkeypatch.setattr(fetching, "campaigns", lambda *_: [campaign("another", state)])
    found = fetching.fetch(project, Settings(store=project.file), [])
    assert found == fetching.Fetched(unfinished=[f"flow of  has no result: {words}"])


def test_results_in_the_store_of_the_settings_are_read_while_it_is_written(project: Any) -> None:
    with writer_lock(project.file):
        (stored,) = fetching.fetch(project, Settings(store=project.file), []).results
    assert stored.uuid == project.done


@pytest.mark.parametrize("store", ["mine.db", "project.db"])
def test_a_damaged_result_is_named_and_the_others_fetched(
    project: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    broken, whole = (item.uuid for item in find_summaries(open_results(project.file))[:2])
    found = [campaign(uuid, State.DONE) for uuid in (broken, whole)]
    monkeypatch.setattr(fetching, "campaigns", lambda *_: found)
    with sqlite3.connect(project.file) as raw:
        raw.execute("UPDATE docs SET doc = substr(doc, 1, 300) WHERE key LIKE ?", [f"%{broken}%"])
    raw.close()
    fetched = fetching.fetch(project, Settings(store=tmp_path / store), [])
    assert [stored.uuid for stored in fetched.results] == [whole]
    (line,) = fetched.damaged
    assert broken in line
    assert "restore" in line


def test_results_on_a_server_that_does_not_answer_are_named_without_the_password(
    project: Any, tmp_path: Path
) -> None:
    nobody = {
        "type": "MongoStore", "host": "127.0.0.1", "port": 9, "database": "results",
        "username": "me", "password": "hush", "collection_name": "outputs",
        "mongoclient_kwargs": {"serverSelectionTimeoutMS": 50},
    }  # fmt: skip
    project.jobstore = {"docs_store": nobody, "additional_stores": {"data": nobody}}
    with pytest.raises(
        StoreError, match=r"results.outputs on 127.0.0.1:9.*does not answer"
    ) as error:
        fetching.fetch(project, Settings(store=tmp_path / "mine.db"), [])
    assert "hush" not in str(error.value)
