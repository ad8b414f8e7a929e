import sys
from pathlib import Path

import pytest
from jobflow import JobStore
from rich.console import Console

# Workers import the test jobs by name, which pytest's importlib mode does not support.
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
    """Return the file that gets one line per execution of a counting job."""
    file = tmp_path / "counter"
    file.touch()
    monkeypatch.setenv(runner_jobs.COUNTER, str(file))
    return file
