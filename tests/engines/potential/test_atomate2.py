"""The potentials that atomate2 supports by name."""

import inspect
import re

import pytest
from atomate2.forcefields.utils import ase_calculator

from liponflow.engines.engine import EngineError
from liponflow.engines.potential import atomate2
from liponflow.engines.potential.atomate2 import REQUIREMENTS, Atomate2Engine
from liponflow.engines.registry import check_installed, engine_class, engine_names
from liponflow.settings import Settings


def test_every_potential_has_a_requirement() -> None:
    registered = {name for name in engine_names() if engine_class(name) is Atomate2Engine}
    assert set(REQUIREMENTS) == registered


def test_requirements_are_the_imports_of_atomate2() -> None:
    source = inspect.getsource(ase_calculator)
    for module, _ in REQUIREMENTS.values():
        assert re.search(rf"(import|from|\")\s*{module}\b", source), module


def test_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomate2, "find_spec", lambda _: None)
    with pytest.raises(
        EngineError,
        match=r"MACE-MP-0 cannot run here: it is not installed.*pip install mace-torch",
    ):
        check_installed("MACE-MP-0", Settings())


def test_potential_without_weights_is_refused() -> None:
    with pytest.raises(EngineError, match="GAP cannot run here: it has no universal potential"):
        check_installed("GAP", Settings())
