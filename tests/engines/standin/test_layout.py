"""The same run in the layouts of VASP 5.4.4 and VASP 6, of copper with ASE's EMT."""

import shutil
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from ase.calculators.emt import EMT
from custodian.vasp.handlers import UnconvergedErrorHandler
from emmet.core.tasks import TaskDoc
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Outcar, Poscar, Vasprun

from liponflow.analysis.runs import MDResult, NEBResult
from liponflow.engines.standin import run as standin
from liponflow.engines.standin.cli import main
from liponflow.engines.standin.layout import Layout
from liponflow.engines.vasp.neb import _HANDLERS
from liponflow.engines.vasp.reading.band import band_unit
from liponflow.engines.vasp.reading.files import Band, RunFiles, find_runs
from liponflow.engines.vasp.reading.outcar_run import read_outcar_run
from liponflow.engines.vasp.reading.runs import read_run
from liponflow.engines.vasp.reading.trajectory import trajectory_units

PLAIN = "IMAGES = 3\nSPRING = -5\nIBRION = 1\nNSW = 60\nEDIFFG = -0.1\nLCLIMB = F\n"
VTST = "IMAGES = 3\nIOPT = 7\nIBRION = 3\nPOTIM = 0\nNSW = 60\nEDIFFG = -0.1\n"
RELAXATION = "IBRION = 2\nNSW = 9\nISIF = 3\nPSTRESS = 5\nEDIFFG = -0.05\n"
DYNAMICS = "IBRION = 0\nNSW = 4\nSMASS = 1\nPOTIM = 1\nTEBEG = 300\nISIF = 2\n"

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*unconverged VASP run"),
    pytest.mark.filterwarnings("ignore:No POTCAR file:UserWarning"),
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def potential_that_loads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standin, "Potential", lambda **_: EMT())


def copper(lattice_parameter: float) -> Structure:
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(lattice_parameter), ["Cu"], [[0] * 3])


def write_inputs(folder: Path, incar: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "INCAR").write_text(incar)
    (folder / "POTCAR.spec").write_text("Cu")
    return folder


def write_run(folder: Path, incar: str, structure: Structure) -> Path:
    write_inputs(folder, incar)
    Poscar(structure).write_file(folder / "POSCAR", significant_figures=16)
    return folder


def write_band(folder: Path, incar: str) -> Path:
    """Write the hop of an atom into a vacancy, with static calculations of its ends."""
    crystal = copper(3.61) * (2, 2, 2)
    hole, start = crystal[0].frac_coords, crystal[0].frac_coords + np.array([0.25, 0.25, 0])
    crystal.remove_sites([0])
    hopper = int(crystal.lattice.get_all_distances(start, crystal.frac_coords)[0].argmin())
    write_inputs(folder, incar)
    for number in range(5):
        image = crystal.copy()
        aside = [0.01, -0.01, 0] if 0 < number < 4 else 0
        image.replace(hopper, "Cu", start + (hole - start) * number / 4 + aside)
        write_run(folder / f"{number:02d}", "NSW = 0\n", image)
    for end in ("00", "04"):
        standin.run(folder / end)
    for name in ("01", "02", "03"):
        for file in ("INCAR", "POTCAR.spec"):
            (folder / name / file).unlink()
    return folder


def read_band(folder: Path) -> NEBResult:
    [band] = find_runs([folder])
    assert isinstance(band, Band)
    return band_unit(band).build()


def single(folder: Path) -> RunFiles:
    [files] = find_runs([folder])
    assert isinstance(files, RunFiles)
    return files


def in_both(tmp_path: Path, folder: Path) -> dict[Layout, Path]:
    """Run the inputs of a folder in both layouts."""
    copies = {}
    for layout in Layout:
        copies[layout] = shutil.copytree(folder, tmp_path / f"layout-{layout}")
        standin.run(copies[layout], layout=layout)
    return copies


@pytest.mark.parametrize("incar", [PLAIN, VTST], ids=["plain", "VTST"])
def test_band_is_read_alike_in_both_layouts(tmp_path: Path, incar: str) -> None:
    copies = in_both(tmp_path, write_band(tmp_path / "inputs", incar))
    old, new = (read_band(copies[layout]) for layout in (Layout.V5, Layout.V6))
    assert [path.parent.name for path in copies[Layout.V5].rglob("vasprun.xml")] == [
        copies[Layout.V5].name, "00", "04"
    ]  # fmt: skip
    assert not (copies[Layout.V6] / "vasprun.xml").exists()
    assert (copies[Layout.V6] / "02" / "vasprun.xml").exists()
    assert old.converged
    assert new.converged
    assert old.climbing is new.climbing is (incar == VTST)
    # Energies in OUTCAR and vasprun.xml have 8 decimals, forces 6 and 8.
    assert old.barrier == pytest.approx(new.barrier, abs=2e-8)
    for one, other in zip(old.images, new.images, strict=True):
        assert one.energy == pytest.approx(other.energy, abs=2e-8)
        assert one.max_force == (
            None if other.max_force is None else pytest.approx(other.max_force, abs=2e-6)
        )
        assert one.slope == other.slope
    assert old.steps == new.steps
    assert old.provenance.engine == new.provenance.engine
    assert old.provenance.engine.surrogate


def test_first_image_of_an_unconverged_band_starts_no_band_again(tmp_path: Path) -> None:
    """VASP 5.4.4 writes the vasprun.xml of image 01 where custodian looks for that of the run."""
    folder = write_band(tmp_path / "band", VTST.replace("NSW = 60", "NSW = 2"))
    standin.run(folder, layout=Layout.V5)
    for output in ("vasp.out", "std_err.txt"):
        (folder / output).touch()
    assert UnconvergedErrorHandler().check(str(folder))
    assert not any(isinstance(handler, UnconvergedErrorHandler) for handler in _HANDLERS)
    corrected = [handler for handler in _HANDLERS if handler.check(str(folder))]
    assert corrected == []
    assert not read_band(folder).converged


def test_relaxation_is_read_alike_in_both_layouts(tmp_path: Path) -> None:
    crystal = copper(3.5)
    crystal.translate_sites([0], [0.05, 0.03, 0])
    copies = in_both(tmp_path, write_run(tmp_path / "inputs", RELAXATION, crystal))
    found = [read_run(single(copies[layout])).calculation() for layout in Layout]
    assert found[0].energy == found[1].energy
    assert found[0].converged is found[1].converged
    assert found[0].max_force == found[1].max_force
    assert found[0].stress == found[1].stress
    documents = [TaskDoc.from_directory(copies[layout]) for layout in Layout]
    assert documents[0].output.energy == documents[1].output.energy == found[0].energy
    # What VASP 5 writes under the name is the entropy term.
    steps = [document.calcs_reversed[0].output.ionic_steps for document in documents]
    assert [step.e_0_energy for step in steps[0]] == [0.0] * len(steps[0])
    assert all(abs(step.e_0_energy) > 1e-3 for step in steps[1])
    for layout in Layout:
        (copies[layout] / "vasprun.xml").unlink()
        alone = read_outcar_run(single(copies[layout])).calculation()
        assert alone.converged is found[0].converged


def test_dynamics_are_read_alike_in_both_layouts(tmp_path: Path) -> None:
    crystal = copper(3.61)
    incar = DYNAMICS + "RANDOM_SEED = 1 0 0\n"
    copies = in_both(tmp_path, write_run(tmp_path / "inputs", incar, crystal))
    results: list[MDResult] = []
    for layout in Layout:
        [unit] = trajectory_units([read_run(single(copies[layout]))])
        results.append(unit.build())
    old, new = results
    assert old.potential_energies == new.potential_energies
    assert min(map(abs, old.potential_energies)) > 1e-3
    assert old.total_energies == new.total_energies
    assert old.pressures == new.pressures


def test_outcars_differ_as_those_of_the_versions(tmp_path: Path) -> None:
    copies = in_both(tmp_path, write_run(tmp_path / "inputs", "NSW = 0\n", copper(3.61)))
    old, new = ((copies[layout] / "OUTCAR").read_text() for layout in (Layout.V5, Layout.V6))
    assert " running on    1 total cores\n" in old
    assert " running    1 mpi-ranks, with    1 threads/rank, on    1 nodes\n" in new
    assert " INCAR:\n\n" in old
    assert " INCAR:\n   NSW = 0\n" in new
    for layout, text in ((Layout.V5, old), (Layout.V6, new)):
        head = "".join(text.splitlines(keepends=True)[:3])
        assert "stand-in: chgnet 0.3.0" in head
        assert f"layout of VASP {layout}" in head
        vasprun = Vasprun(copies[layout] / "vasprun.xml", parse_potcar_file=False)
        assert vasprun.vasp_version == "0.0.0.stand-in: chgnet 0.3.0"
        # pymatgen capitalises all strings.
        assert f"layout of vasp {layout}" in vasprun.generator["subversion"]
        assert Outcar(copies[layout] / "OUTCAR").final_energy == vasprun.final_energy


def written_layout(folder: Path) -> str:
    return (folder / "OUTCAR").read_text().partition("layout of VASP ")[2].split()[0]


@pytest.mark.parametrize(
    ("arguments", "variable", "expected"),
    [
        ([], None, "6"),
        ([], "5.4.4", "5.4.4"),
        (["--layout", "5.4.4"], None, "5.4.4"),
        (["--layout", "6"], "5.4.4", "6"),
    ],
)
def test_option_of_the_layout_has_priority_over_the_variable(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    variable: str | None,
    expected: str,
) -> None:
    write_run(tmp_path, "NSW = 0\n", copper(3.61))
    monkeypatch.chdir(tmp_path)
    if variable is not None:
        monkeypatch.setenv("LIPONFLOW_VASP_LAYOUT", variable)
    assert main(arguments) == 0
    assert written_layout(tmp_path) == expected


def test_unknown_layout_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIPONFLOW_VASP_LAYOUT", "5.4")
    monkeypatch.chdir(tmp_path)
    error = StringIO()
    with redirect_stderr(error):
        assert main([]) == 1
    assert "LIPONFLOW_VASP_LAYOUT = 5.4: unknown layout (known: 5.4.4, 6)" in error.getvalue()
    assert list(tmp_path.iterdir()) == []
