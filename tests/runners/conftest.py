import sys
from pathlib import Path

import pytest
from jobflow import JobStore
from rich.console import Console

# The workers import the jobs of the tests by name, which pytest's importlib mode does not allow.
sys.path.insert(0, str(Path(__file__).parent))

import runner_checks
import runner_jobs


@pytest.fixture
def store() -> JobStore:
    return runner_checks.memory_store()


@pytest.fixture
def quiet() -> Console:
    return Console(quiet=True)


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """File with one line for every execution of a counting job."""
    file = tmp_path / "counter"
    file.touch()
    monkeypatch.setenv(runner_jobs.COUNTER, str(file))
    return file
