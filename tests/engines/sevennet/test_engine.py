"""SevenNet as an engine: what it is, and what happens where it is not installed."""

import hashlib
from pathlib import Path

import pytest
from pymatgen.core import Lattice, Structure

from liponflow.analysis.stability.corrections import resolve
from liponflow.engines.engine import EngineError, EngineOptions
from liponflow.engines.planned import PlannedCalculation
from liponflow.engines.registry import check_installed, get_engine
from liponflow.engines.sevennet import engine as module
from liponflow.engines.sevennet.engine import SevennetEngine
from liponflow.engines.sevennet.weights import VARIANTS
from liponflow.settings import Settings

OPTIONS = EngineOptions(force_limit=0.05, max_steps=100)


@pytest.mark.parametrize("name", VARIANTS)
def test_engines_name_their_weights_and_functional(name: str) -> None:
    info = get_engine(name, OPTIONS).describe()
    assert info.surrogate
    assert info.label.endswith("(machine-learned potential, not DFT)")
    assert info.functional is not None
    assert ("r2SCAN" in info.functional) == (name == "sevennet-mf-r2scan")
    import sevenn

    file = Path(sevenn.__file__).parent / "pretrained_potentials" / VARIANTS[name].file
    assert info.weights_hash == hashlib.sha256(file.read_bytes()).hexdigest()


def test_channels_of_the_same_weights_have_different_identities() -> None:
    pbe, r2scan = (
        get_engine(f"sevennet-mf-{channel}", OPTIONS).describe() for channel in ("pbe", "r2scan")
    )
    assert pbe.weights_hash == r2scan.weights_hash
    assert pbe.as_method.code != r2scan.as_method.code
    assert pbe.identity != r2scan.identity


@pytest.mark.parametrize("name", ["sevennet-0", "sevennet-mf-pbe", "sevennet-l3i5"])
def test_pbe_energies_get_the_corrections_of_the_materials_project(name: str) -> None:
    assert resolve("auto", get_engine(name, OPTIONS).describe()) == "mp2020"


def test_elements_outside_the_training_data_are_refused() -> None:
    polonium = Structure(Lattice.cubic(3.35), ["Po"], [[0, 0, 0]])
    with pytest.raises(EngineError, match="sevennet-0 was not trained on Po"):
        get_engine("sevennet-0", OPTIONS).check(polonium)


def test_arguments_are_refused() -> None:
    options = EngineOptions(force_limit=0.05, max_steps=100, arguments={"modal": "PBE"})
    with pytest.raises(EngineError, match=r"takes no arguments.*entry of the setting engines"):
        get_engine("sevennet-0", options)


def test_estimates_know_that_larger_weights_take_longer() -> None:
    step = PlannedCalculation("static", "", atoms=122, ionic_steps=1)
    small, large = (SevennetEngine.cost(f"sevennet-{name}") for name in ("0", "l3i5"))
    # Measured: 0.52 and 1.24 s in benchmarks/RESULTS_sevennet.md.
    assert large.rule(step) / small.rule(step) == pytest.approx(1.24 / 0.52, rel=0.05)
    assert "as measured for CHGNet, times 2.8 for sevennet-l3i5" in large.rule_basis


def test_missing_package_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    remedy = "pip install 'liponflow\\[sevennet\\]'"
    with pytest.raises(EngineError, match=remedy):
        check_installed("sevennet-0", Settings())
    with pytest.raises(EngineError, match=remedy):
        get_engine("sevennet-0", OPTIONS).describe()
