"""Checkpoints are exact, written atomically and tied to their run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from liponflow.engines.potential.md.observe import Means
from liponflow.engines.potential.md.state import CheckpointError, Place, State, load, save


def state() -> State:
    rng = np.random.default_rng(5)
    return State(
        place=Place("abc", step=7, stage=1, stage_step=3, first_energy=-1 / 3, series_bytes=99),
        positions=rng.normal(size=(3, 3)),
        momenta=rng.normal(size=(3, 3)),
        cell=rng.normal(size=(3, 3)),
        random=dict(rng.bit_generator.state),
        blocks=Means.empty(2) + 1 / 3,
        stages=Means.empty(1),
        integrator={"eta": rng.normal(size=3), "p_eps": np.array(1 / 7)},
    )


def test_state_is_restored_bit_for_bit(tmp_path: Path) -> None:
    before = state()
    save(tmp_path / "state.npz", before)
    after = load(tmp_path / "state.npz", "abc")
    assert after is not None
    assert after.place == before.place
    assert after.random == before.random
    for name in ("positions", "momenta", "cell", "blocks", "stages"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
    assert after.integrator.keys() == before.integrator.keys()
    np.testing.assert_array_equal(after.integrator["p_eps"], before.integrator["p_eps"])
    assert [path.name for path in tmp_path.iterdir()] == ["state.npz"]


def test_missing_file_loads_as_none(tmp_path: Path) -> None:
    assert load(tmp_path / "state.npz", "abc") is None


@pytest.mark.parametrize("cut", [0, 10, 500])
def test_damaged_file_is_named(cut: int, tmp_path: Path) -> None:
    file = tmp_path / "state.npz"
    save(file, state())
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(CheckpointError, match=r"state\.npz is damaged .*remove its folder"):
        load(file, "abc")


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.npz"
    with file.open("wb") as stream:
        np.savez(stream, meta=np.array([{"place": {}}], dtype=object))
    with pytest.raises(CheckpointError, match="allow_pickle=False"):
        load(file, "abc")


def test_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "state.npz", state())
    with pytest.raises(CheckpointError, match="another structure, protocol, seed or potential"):
        load(tmp_path / "state.npz", "abd")


def test_interrupted_write_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, old = tmp_path / "state.npz", state()
    save(file, old)

    def full(_descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space left"):
        save(file, replace(old, positions=old.positions + 1))
    monkeypatch.undo()
    found = load(file, "abc")
    assert found is not None
    np.testing.assert_array_equal(found.positions, old.positions)
