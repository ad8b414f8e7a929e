"""Task documents of atomate2's jobs: the method of VASP, and that of a stand-in."""

from pathlib import Path

import pytest
from emmet.core.tasks import TaskDoc
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from vasp_files import Run

from liponflow.analysis.result import EngineInfo
from liponflow.engines.standin.identity import version_string
from liponflow.engines.vasp.reading.files import find_runs
from liponflow.engines.vasp.reading.runs import read_run
from liponflow.engines.vasp.reading.task_document import read_task_document

CELL = Structure(Lattice.cubic(4), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
VASP = EngineInfo(name="vasp", version="as installed", functional="PBE+U", surrogate=False)
HUBBARD = {
    "NSW": 0,
    "IBRION": -1,
    "LDAU": True,
    "LDAUU": [6.2, 0.0],
    "LDAUJ": [0.0, 0.0],
    "ENCUT": 520,
}


@pytest.mark.filterwarnings("ignore")
def test_method_is_that_of_the_same_run_when_ingested(tmp_path: Path) -> None:
    folder = Run([CELL], [-10.0], HUBBARD).write(tmp_path)
    [files] = find_runs([folder])
    found = read_task_document(TaskDoc.from_directory(folder), VASP, 0.02)
    assert found.recorded_method == read_run(files).method  # type: ignore[arg-type]
    assert found.method.hubbard_u == {"Ni": [6.2]}


@pytest.mark.filterwarnings("ignore")
def test_stand_in_has_the_method_of_its_potential(tmp_path: Path) -> None:
    folder = Run([CELL], [-10.0], HUBBARD, version=version_string("chgnet 0.3.0")).write(tmp_path)
    found = read_task_document(TaskDoc.from_directory(folder), VASP, 0.02)
    assert found.recorded_method is None
    assert found.method.code == "vasp (stand-in: chgnet 0.3.0)"


@pytest.mark.filterwarnings("ignore")
def test_charge_is_that_of_a_nelect_in_the_incar(tmp_path: Path) -> None:
    # Ni_pv has 16 valence electrons, O 6.
    folder = Run([CELL], [-10.0], HUBBARD | {"NELECT": 21.0}).write(tmp_path)
    document = TaskDoc.from_directory(folder)
    given = document.calcs_reversed[0].input
    for spec, title in zip(given.potcar_spec, ("Ni_pv", "O"), strict=True):
        spec.titel = f"PAW_PBE {title} 06Sep2000"
    assert read_task_document(document, VASP, 0.02).method.charge == pytest.approx(1)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("ediffg", "converged"), [(-0.02, True), (0.0, False)])
def test_relaxation_needs_a_criterion(tmp_path: Path, ediffg: float, *, converged: bool) -> None:
    incar = {"NSW": 9, "IBRION": 2, "EDIFFG": ediffg}
    folder = Run([CELL] * 2, [-10.0] * 2, incar).write(tmp_path)
    with (folder / "OUTCAR").open("a") as file:
        file.write("    total drift:      0.000000      0.000000      0.000000\n")
    found = read_task_document(TaskDoc.from_directory(folder), VASP, 0.02)
    assert found.converged is converged


@pytest.mark.filterwarnings("ignore")
def test_job_with_the_force_field_is_no_dft(tmp_path: Path) -> None:
    folder = Run([CELL], [-10.0], HUBBARD | {"ML_LMLFF": True}).write(tmp_path)
    found = read_task_document(TaskDoc.from_directory(folder), VASP, 0.02)
    assert found.engine.surrogate
    assert found.engine.name == found.method.code == "vasp MLFF"
