"""vasprun.xml with numbers that are too long for their columns."""

from pathlib import Path

import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from vasp_files import Run as Files

from liponflow.engines.vasp.reading.files import find_runs
from liponflow.engines.vasp.reading.runs import Run, read_run

CELL = Structure(Lattice.cubic(4), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def read(folder: Path, extra: str) -> Run:
    path = Files([CELL], [-10.0]).write(folder) / "vasprun.xml"
    path.write_text(path.read_text().replace("</parameters>", f"{extra}</parameters>", 1))
    [files] = find_runs([folder])
    return read_run(files)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tag", "parameter"),
    [
        ("NGXF", '<i type="int" name="NGXF">  ********</i>'),
        ("APACO", '<i name="APACO">******</i>'),
        ("KPUSE", '<separator name="k"><v type="int" name="KPUSE"> 1**** </v></separator>'),
    ],
)
def test_asterisks_in_a_parameter_that_nobody_needs_are_none(
    tmp_path: Path, tag: str, parameter: str
) -> None:
    run = read(tmp_path, parameter)
    assert run.header.parameters[tag] is None
    assert run.calculation().energy == pytest.approx(-10)


def test_a_list_with_asterisks_is_that_of_the_incar(tmp_path: Path) -> None:
    path = Files([CELL], [-10.0]).write(tmp_path) / "INCAR"
    path.write_text(path.read_text() + "LDAUL = 2 -1\n")
    vasprun = tmp_path / "vasprun.xml"
    extra = '<v type="int" name="LDAUL"> 2****</v></parameters>'
    vasprun.write_text(vasprun.read_text().replace("</parameters>", extra, 1))
    [files] = find_runs([tmp_path])
    assert read_run(files).header.parameters["LDAUL"] == [2, -1]  # type: ignore[arg-type]


def test_a_text_may_have_asterisks(tmp_path: Path) -> None:
    run = read(tmp_path, '<i type="string" name="SYSTEM"> *** NiO *** </i>')
    assert run.header.parameters["SYSTEM"] == "*** NiO ***"
