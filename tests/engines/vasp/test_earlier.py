"""POSCARs made from earlier runs of the stand-in."""

from pathlib import Path

import numpy as np
import pytest
from cheap_potential import CheapPotential
from pymatgen.io.vasp import Poscar, Vasprun

from liponflow.engines.standin import run as standin
from liponflow.engines.vasp.earlier import make_poscars
from liponflow.engines.vasp.md.stages import StagedVaspMDMaker
from liponflow.inputs.protocol import Stage
from liponflow.inputs.vasp import potcar
from liponflow.inputs.vasp.earlier import Taken, write_earlier
from liponflow.runners.documents import all_jobs
from liponflow.structures.lithium import bcc_lithium

pytestmark = pytest.mark.filterwarnings("ignore:ISMEAR = 0 with a small SIGMA")

STAGES = [
    Stage(name="press", ensemble="npt", temperature=300, duration=0.008, time_step=1),
    Stage(name="hold", ensemble="nvt", temperature=300, duration=0.002, time_step=1),
]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return two segments at constant pressure, which have run, and what may follow."""
    monkeypatch.delitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, raising=False)
    monkeypatch.setattr(standin, "Potential", lambda **_: CheapPotential(2.94))
    start = bcc_lithium(3.6)
    first, second, hold = (
        job.maker.input_set_generator
        for job in all_jobs(StagedVaspMDMaker(STAGES, seed=4, segment_steps=4).make(start))
        if job.maker is not None
    )
    names = {"first": first, "second": second, "hold": hold, "go-on": hold, "rest": hold}
    for name, generator in names.items():
        generator.get_input_set(start, potcar_spec=True).write_input(tmp_path / name)
    write_earlier(tmp_path / "second", ["../first"], Taken.EVERYTHING)
    write_earlier(tmp_path / "hold", ["../first", "../second"], Taken.MEAN_CELL)
    write_earlier(tmp_path / "go-on", ["../second"], Taken.MOTION)
    write_earlier(tmp_path / "rest", ["../second"], Taken.STRUCTURE)
    return tmp_path


def poscar(directory: Path, name: str = "POSCAR") -> Poscar:
    return Poscar.from_file(directory / name, check_for_potcar=False)


def test_every_run_starts_from_what_it_takes(tree: Path) -> None:
    reasons = {item.directory.name: item.reason for item in make_poscars(tree).waiting}
    assert reasons.keys() == {"second", "hold", "go-on", "rest"}
    assert all("VASP has not run there (no vasprun.xml)" in text for text in reasons.values())
    standin.run(tree / "first")
    assert [path.name for path in make_poscars(tree).made] == ["second"]
    assert (tree / "second" / "POSCAR").read_text() == (tree / "first" / "CONTCAR").read_text()
    standin.run(tree / "second")
    assert [path.name for path in make_poscars(tree).made] == ["go-on", "hold", "rest"]
    assert make_poscars(tree).made == (), "what is there stays"

    last = poscar(tree / "second", "CONTCAR")
    assert last.lattice_velocities is not None
    for name in ("hold", "go-on", "rest"):
        found = poscar(tree / name)
        np.testing.assert_allclose(found.structure.frac_coords, last.structure.frac_coords)
        assert found.lattice_velocities is None
        if name == "rest":
            assert found.velocities is None
        else:
            np.testing.assert_allclose(found.velocities, last.velocities)
    assert poscar(tree / "go-on").structure.lattice == last.structure.lattice
    # The second half of eight steps is the second segment.
    steps = Vasprun(tree / "second" / "vasprun.xml", parse_potcar_file=False).structures
    mean = np.mean([step.lattice.matrix for step in steps], axis=0)
    np.testing.assert_allclose(poscar(tree / "hold").structure.lattice.matrix, mean, atol=1e-8)
    assert np.abs(mean - last.structure.lattice.matrix).max() > 1e-4


def test_run_that_is_not_there_or_was_stopped_is_named(tree: Path) -> None:
    write_earlier_again(tree / "rest", ["../nowhere"])
    reasons = {item.directory.name: item.reason for item in make_poscars(tree).waiting}
    assert "nowhere: no such directory: keep all directories" in reasons["rest"]
    (tree / "first" / "STOPCAR").write_text("LSTOP = .TRUE.")
    standin.run(tree / "first")
    [reason] = [
        item.reason for item in make_poscars(tree).waiting if item.directory.name == "second"
    ]
    assert "first: the files end after" in reason
    assert "of 4 steps: let it take all steps, then repeat this command" in reason
    (tree / "rest" / "POSCAR.from").write_text("runs: ../second\ntake: half")
    [reason] = [
        item.reason for item in make_poscars(tree).waiting if item.directory.name == "rest"
    ]
    assert "POSCAR.from" in reason


def write_earlier_again(directory: Path, runs: list[str]) -> None:
    (directory / "POSCAR").touch()
    write_earlier(directory, runs, Taken.STRUCTURE)
