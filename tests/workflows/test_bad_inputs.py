"""Bad inputs of every campaign: one clear line before anything is computed or written."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from liponflow.cli import app
from liponflow.engines.engine import EngineError
from liponflow.inputs.presets import ParameterError, parse_settings
from liponflow.structures.glass.roles import CompositionError
from liponflow.workflows.campaign import get_campaign

SETTINGS = [
    ("lithiation", "supercell=100,100,100", ["1000000 cells", "8,000"]),
    ("lithiation", "supercell=0,1,1", ["[0, 1, 1]", "such as 2,2,1"]),
    ("lithiation", "supercell=nan,1,1", ["nan", "such as 2,2,1"]),
    ("lithiation", "x=", ["'x=' has no value", "x=null"]),
    ("lithiation", "x=[]", ["x=[]", "at least 1", "such as x=0,0.5,1"]),
    ("lithiation", "x=-1", ["-1 is negative", "such as x=0,0.5,1"]),
    ("lithiation", "x=nan", ["nan", "finite", "such as x=0,0.5,1"]),
    ("lithiation", "budget=", ["'budget=' has no value"]),
    ("lithiation", "budget=0", ["budget=0", "greater than or equal to 1"]),
    ("lithiation", "budget=1e400", ["budget='1e400'", "integer"]),
    ("lithiation", "seed=-1", ["seed=-1", "greater than or equal to 0"]),
    ("lithiation", "seed=1.5", ["seed=1.5", "integer"]),
    ("lithiation", "seed=99999999999", ["seed=99999999999", "2000000000"]),
    ("lithiation", "hubbard_u={Ni: 900}", ["hubbard_u", "900", "less than or equal to 20"]),
    ("lithiation", "hubbard_u={Xx: 1}", ["'Xx' is not an element"]),
    ("lithiation", "magmoms={Ni: 1000000}", ["magmoms", "less than or equal to 12"]),
    ("lithiation", "magmoms={Xx: 1}", ["'Xx' is not an element"]),
    ("lithiation", "force_limit=inf", ["force_limit", "finite"]),
    ("lithiation", "force_limit=true", ["force_limit=true", "not numbers"]),
    ("lithiation", "budget=true", ["budget=true", "not numbers"]),
    ("lithiation", "max_steps=1", ["max_steps=1", "greater than or equal to 2"]),
    ("lithiation", "max_steps=1000000000", ["less than or equal to 100000"]),
    ("migration", "vibration_radius=true", ["vibration_radius=true", "not numbers"]),
    ("migration", "attempt_frequency=1.0e+30", ["less than or equal to 1000"]),
    ("stability", "gas_pressure=1.0e+30", ["less than or equal to 10000"]),
    ("lithiation", "dopant=N", ["'dopant' is a parameter of migration and not of lithiation"]),
    ("lithiation", "plausible=never", ["plausible='never'", "'refuse' or 'warn'"]),
    ("migration", "x=0.5", ["'x' is a parameter of lithiation, stability and not of migration"]),
    ("migration", "dopant=", ["'dopant=' has no value"]),
    ("migration", "dopant=Xx", ["'Xx' is not an element"]),
    ("migration", "temperatures=1000000", ["less than or equal to 5000"]),
    ("migration", "processes=0", ["processes=0", "greater than or equal to 1"]),
    ("migration", "images=many", ["images='many'", "integer", "such as images="]),
    ("phonons", "temperature=300", ["'temperature' is a parameter of stability"]),
    ("phonons", "distance=1", ["distance=1", "less than or equal to 0.1"]),
    ("phonons", "supercell=5", ["supercell"]),
    ("phonons", "disagreement={foo: 1}", ["unknown quantity 'foo'"]),
    ("glass", "density=-1", ["density=-1", "greater than 0"]),
    ("glass", "n_atoms=1000000000", ["n_atoms=1000000000", "100000"]),
    ("glass", "voltages=3", ["'voltages' is a parameter of stability"]),
    (
        "glass",
        "protocol=[{name: a, ensemble: nvt, temperature: 1.0e+9, duration: 1, time_step: 1}]",
        ["temperature = 1e+09 K is above 20000 K"],
    ),
    (
        "glass",
        "protocol=[{name: a, ensemble: nvt, temperature: 300, duration: 1, time_step: 500}]",
        ["time_step = 500 fs is above 20 fs"],
    ),
    ("stability", "composition=Xx2", ["'Xx2' is not a formula", "write Li2PO2N"]),
    ("stability", "composition=42", ["composition=42", "string"]),
    ("stability", "x=50", ["less than or equal to 20"]),
    ("stability", "electrode=NiO", ["'NiO' has no Lix", "LixNi0.5Mn1.5O4"]),
    ("stability", "source=file", ["needs the file: --entries FILE"]),
    ("stability", "voltages={low: 5, high: 2, count: 3}", ["2, is not above 5"]),
    ("stability", "samples=1000000000", ["samples=1000000000", "1000000"]),
]

PLANS = [
    ("lithiation", {"supercell": [8, 8, 8]}, ValueError, "28,672 atoms, more than 3,000"),
    (
        "phonons",
        {"supercell": [8, 8, 8], "phase": "Li3PO4_gamma"},
        ValueError,
        "16,384 atoms, more than 5,000",
    ),
    ("phonons", {"min_length": 150}, ValueError, "faces 150 Å apart need .*lower the length"),
    ("migration", {"supercell": [8, 8, 8], "models": []}, EngineError, "GiB left, enough for"),
    ("migration", {"dopant": ["Cf"], "models": []}, EngineError, "not trained on Cf"),
    ("glass", {"composition": "Li7P3S11"}, CompositionError, "method=random packs atoms"),
    ("glass", {"density": 0.001, "n_models": 1}, ValueError, "no solid has more than 8"),
]

COMMANDS = [
    (["run", "lithiation", "--engine", ""], "--engine is empty"),
    (["run", "lithiation", "--out="], "--out is empty"),
    (["results", "show", ""], "an argument is empty"),
    (["run", "migration", "--dopant", "N"], "--dopant is not an option but a parameter"),
    (["run", "lithiation", "--set", "dopant=N"], "a parameter of migration"),
]


@pytest.mark.parametrize(("kind", "setting", "words"), SETTINGS)
def test_a_bad_parameter_is_refused_with_value_and_remedy(
    kind: str, setting: str, words: Sequence[str]
) -> None:
    with pytest.raises(ParameterError) as caught:
        get_campaign(kind).request(
            preset="quick", engine="chgnet", overrides=parse_settings([setting])
        )
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert "\n" not in message
    assert "Value error" not in message


@pytest.mark.parametrize(("kind", "overrides", "error", "words"), PLANS)
def test_a_plan_that_cannot_be_computed_is_refused(
    kind: str,
    overrides: dict[str, object],
    error: type[Exception],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("liponflow.engines.potential.engine.available_memory", lambda: 2**30)
    with pytest.raises(error, match=words):
        get_campaign(kind).plan(preset="quick", engine="chgnet", overrides=overrides)


@pytest.mark.parametrize(("arguments", "words"), COMMANDS)
def test_a_bad_command_is_refused_in_one_line(
    arguments: Sequence[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    result = CliRunner().invoke(app, [*arguments])
    # A slow machine says what it is doing before.
    [line] = [text for text in result.stderr.splitlines() if not text.endswith(" ...")]
    assert line.startswith("error: ")
    assert words in line
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_vasp_inputs_of_an_element_without_potential_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="no potential of Fm"):
        get_campaign("migration").write(
            tmp_path / "out", preset="quick", overrides={"dopant": ["Fm"]}
        )
    assert not (tmp_path / "out").exists()
