"""How many densities the worker keeps, on one rank and on several, without GPAW."""

import importlib.util
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from ase import Atoms

from liponflow.engines.gpaw.process import WORKER


class Ranks:
    """Ranks of MPI, of which one may have too little memory."""

    def __init__(self, size: int, *, short: bool = False) -> None:
        self.size = size
        self._short = short

    def min_scalar(self, value: int) -> int:
        return 0 if self._short else value


@pytest.fixture(scope="module")
def worker() -> ModuleType:
    """Return the script as a module: it imports nothing of GPAW before it runs."""
    spec = importlib.util.spec_from_file_location("worker", WORKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def has_room(worker: ModuleType, ranks: Ranks, *, memory: int, available: int) -> bool:
    """Return whether a session with one state may keep another."""
    session = worker.Session({}, None, 5, ranks)
    state: Any = SimpleNamespace(atoms=Atoms("Li"), calculator=None, memory=memory)
    session._states = [state]
    session._available = available
    found: bool = session._room()
    return found


@pytest.mark.parametrize(
    ("ranks", "memory", "room"),
    [(1, 50, True), (1, 51, False), (2, 25, True), (2, 26, False), (4, 12, True)],
)
def test_states_of_all_ranks_fit_into_half_of_what_is_left(
    worker: ModuleType, ranks: int, memory: int, *, room: bool
) -> None:
    assert has_room(worker, Ranks(ranks), memory=memory, available=100) is room


def test_ranks_decide_together(worker: ModuleType) -> None:
    assert not has_room(worker, Ranks(2, short=True), memory=1, available=100)
