"""Relaxations of a cell are repeated with the basis set of the new one."""

import os
from pathlib import Path

import pytest
from cheap_potential import CheapPotential
from cheap_vasp import LITHIUM
from pymatgen.io.vasp import Kpoints, Poscar

from liponflow.crystals.poscar import read_poscar
from liponflow.engines.standin import run as standin
from liponflow.engines.vasp.handlers import SAME_BASIS, NewBasisHandler
from liponflow.engines.vasp.reading.parts import Record, read_record, write_record
from liponflow.structures.lithium import bcc_lithium

EDGE = 3.3
"""Å; the potential of the stand-in has a much smaller cell."""


def volume(file: Path) -> float:
    return float(read_poscar(file).structure.volume)


@pytest.fixture
def relaxed(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return the directory of a relaxation of bcc Li with this ISIF and lattice constant (Å)."""
    isif, edge = request.param
    directory = tmp_path / "relax"
    directory.mkdir()
    incar = f"IBRION = 2\nNSW = 40\nEDIFFG = -0.01\nISIF = {isif}\n"
    (directory / "INCAR").write_text(incar)
    Poscar(bcc_lithium(edge)).write_file(directory / "POSCAR")
    (directory / "POTCAR.spec").write_text("Li")
    Kpoints.gamma_automatic((1, 1, 1)).write_file(directory / "KPOINTS")
    write_record(directory, Record(job="a"))
    monkeypatch.setattr(standin, "Potential", lambda **_: CheapPotential(LITHIUM))
    standin.run(directory)
    return directory


@pytest.mark.parametrize("relaxed", [(3, EDGE)], indirect=True)
def test_cell_that_has_changed_much_is_relaxed_again(relaxed: Path) -> None:
    start, end = volume(relaxed / "POSCAR"), volume(relaxed / "CONTCAR")
    handler = NewBasisHandler()
    assert abs(end / start - 1) > SAME_BASIS
    assert handler.check(str(relaxed))
    assert handler.change == pytest.approx(end / start - 1)
    actions = handler.correct(str(relaxed))["actions"]
    [part] = read_record(relaxed).earlier
    assert part.reason == f"the volume changed by {100 * (end / start - 1):+.1f} %"
    attempt = relaxed.with_name(part.directory)
    assert (attempt / "OUTCAR").exists()
    assert not (relaxed / "OUTCAR").exists()
    assert actions[0]["action"] == {"_file_copy": {"dest": "POSCAR"}}
    assert volume(relaxed / "POSCAR") == pytest.approx(end)
    standin.run(relaxed)
    assert not handler.check(str(relaxed))


@pytest.mark.parametrize("relaxed", [(2, EDGE), (3, 3.05)], indirect=True)
def test_cell_that_has_changed_little_is_kept(relaxed: Path) -> None:
    assert not NewBasisHandler().check(str(relaxed))


@pytest.mark.parametrize("relaxed", [(3, EDGE)], indirect=True)
def test_relaxation_without_its_end_is_left_to_others(relaxed: Path) -> None:
    os.truncate(relaxed / "vasprun.xml", (relaxed / "vasprun.xml").stat().st_size - 100)
    assert not NewBasisHandler().check(str(relaxed))
