import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from vasp_files import Densities, bump
from vasp_files import Run as Files

from liponflow.engines.standin.identity import version_string
from liponflow.engines.vasp.reading.files import IngestError, find_runs
from liponflow.engines.vasp.reading.runs import Run, read_run

CELL = Structure(Lattice.cubic(4), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def read(folder: Path) -> Run:
    [files] = find_runs([folder])
    return read_run(files)  # type: ignore[arg-type]


def static(folder: Path, **changes) -> Run:
    return read(Files([CELL], [-10.0], **changes).write(folder))


def test_relaxation_is_read_into_the_common_summary(
    tmp_path: Path, make_relaxation: Callable[..., Files]
) -> None:
    run = read(make_relaxation(8).write(tmp_path))
    assert (run.task, run.lithium) == ("relaxation", 8)
    assert run.engine.label == "vasp 6.4.2"
    assert run.engine.functional == "PBE+U (Mn 5.96, Ni 4.5 eV)"
    found = run.calculation()
    assert found.energy == pytest.approx(-412.8)
    assert found.ionic_steps == 2
    assert found.converged
    assert found.force_limit == pytest.approx(0.02)
    assert found.max_force == pytest.approx(0.005 * 3**0.5)
    nickel = [
        m
        for m, site in zip(found.magmoms or [], found.structure, strict=True)
        if site.specie.symbol == "Ni"
    ]
    assert nickel == [-1.7] * 4
    assert found.structure.site_properties["magmom"] == found.magmoms


def test_stress_is_in_gpa_and_positive_under_tension(tmp_path: Path) -> None:
    folder = Files([CELL], [-10.0]).write(tmp_path)
    text = (folder / "vasprun.xml").read_text()
    head, tail = text.split('<varray name="stress">', 1)
    pressed = tail.replace("0.000000000000", "25.0", 1)
    (folder / "vasprun.xml").write_text(f'{head}<varray name="stress">{pressed}')
    assert np.array(read(folder).calculation().stress)[0, 0] == pytest.approx(-2.5)


@pytest.mark.parametrize(
    ("ediffg", "force", "converged"),
    [(-0.02, 0.005, True), (-0.02, 0.1, False), (1e-3, 0.0, False)],
)
def test_single_step_relaxation_needs_small_forces_to_be_converged(
    tmp_path: Path, ediffg: float, force: float, *, converged: bool
) -> None:
    incar = {"NSW": 1, "IBRION": 2, "EDIFFG": ediffg}
    run = static(tmp_path, incar=incar, forces=[np.full((2, 3), force)])
    assert run.task == "relaxation"
    assert run.converged is run.calculation().converged is converged


def test_run_out_of_steps_is_not_converged(
    tmp_path: Path, make_relaxation: Callable[..., Files]
) -> None:
    run = make_relaxation(8)
    run.incar = {**run.incar, "NSW": 2}
    assert not read(run.write(tmp_path)).calculation().converged


@pytest.mark.parametrize(
    ("kind", "n_steps", "converged"),
    [("soft", 50, False), ("hard", 50, False), ("soft", 0, True), ("hard", 0, False)],
)
def test_run_ended_by_a_stopcar_is_not_converged(
    tmp_path: Path,
    make_relaxation: Callable[..., Files],
    kind: str,
    n_steps: int,
    converged: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    files = make_relaxation(8)
    files.incar = {**files.incar, "NSW": n_steps}
    folder = files.write(tmp_path)
    assert read(folder).converged
    with (folder / "OUTCAR").open("a") as file:
        file.write(f" {kind} stop encountered!  aborting job ...\n")
    run = read(folder)
    assert run.converged is converged
    assert run.calculation().converged is converged


def test_moments_are_missing_without_outcar(tmp_path: Path) -> None:
    Files([CELL], [-10.0], moments=[1.7, 0.1]).write(tmp_path)
    (tmp_path / "OUTCAR").unlink()
    assert read(tmp_path).calculation().magmoms is None


def test_moments_of_another_run_are_refused(tmp_path: Path) -> None:
    run = static(tmp_path, moments=[1.7])
    with pytest.raises(IngestError, match="moments of 1 sites, but 2 in"):
        run.calculation()


def test_damaged_outcar_is_named(tmp_path: Path) -> None:
    run = static(tmp_path, moments=[1.7, 0.1])
    (tmp_path / "OUTCAR").write_text("nothing of VASP's\n")
    with pytest.raises(IngestError, match="OUTCAR: cannot be read"):
        run.calculation()


def test_stand_in_is_never_labelled_vasp(tmp_path: Path) -> None:
    engine = static(tmp_path, version=version_string("chgnet 0.3.0")).engine
    assert engine.surrogate
    assert engine.name == "vasp (stand-in: chgnet 0.3.0)"


def test_projected_densities_are_detected(tmp_path: Path) -> None:
    total = np.array([bump(0)])
    site = np.array([[bump(0)] * 9])
    assert static(tmp_path / "a", densities=Densities(total, [site, site])).has_projected_densities
    assert not static(tmp_path / "b", densities=Densities(total)).has_projected_densities


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_truncated_vasprun_is_refused(tmp_path: Path, pack) -> None:
    folder = Files([CELL], [-10.0], incar={"NSW": 9, "IBRION": 2}).write(tmp_path)
    text = (folder / "vasprun.xml").read_bytes()
    (folder / "vasprun.xml").unlink()
    name = "vasprun.xml" if pack is bytes else "vasprun.xml.gz"
    (folder / name).write_bytes(pack(text[: len(text) * 3 // 4]))
    with pytest.raises(IngestError, match=rf"{name}: breaks off"):
        read(folder)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", r"vasprun\.xml: breaks off"),
        ("<modeling></modeling>", r"vasprun\.xml: cannot be read as a vasprun\.xml"),
        ("no xml at all", r"vasprun\.xml: breaks off"),
    ],
)
def test_other_xml_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "vasprun.xml").write_text(text)
    with pytest.raises(IngestError, match=complaint):
        read(tmp_path)


def test_truncated_archive_is_refused(tmp_path: Path) -> None:
    folder = Files([CELL], [-10.0]).write(tmp_path)
    packed = gzip.compress((folder / "vasprun.xml").read_bytes())
    (folder / "vasprun.xml").unlink()
    (folder / "vasprun.xml.gz").write_bytes(packed[:-20])
    with pytest.raises(IngestError, match=r"vasprun\.xml\.gz: breaks off"):
        read(folder)


def test_unstarted_and_unsupported_runs_are_refused(tmp_path: Path) -> None:
    folder = Files([CELL], [-10.0], incar={"NSW": 1, "IBRION": 5}).write(tmp_path / "a")
    with pytest.raises(IngestError, match="IBRION = 5"):
        read(folder)
    (folder / "vasprun.xml").unlink()
    with pytest.raises(IngestError, match=r"no vasprun\.xml: copy it"):
        read(folder)
    (folder / "OUTCAR").unlink()
    with pytest.raises(IngestError, match="VASP has not run here yet"):
        read(folder)


def test_lexch_of_the_outcar_precedes_the_titles(tmp_path: Path) -> None:
    folder = Files([CELL], [-10.0]).write(tmp_path)
    vasprun = folder / "vasprun.xml"
    text = vasprun.read_text().replace('name="GGA">PE', 'name="GGA">--')
    vasprun.write_text(text.replace("PAW_PBE", "US"))
    outcar = folder / "OUTCAR"
    outcar.write_text("   LEXCH  = 91\n POSCAR: NiO\n   LEXCH  = PE\n" + outcar.read_text())
    assert read(folder).engine.functional == "PW91"


def test_charge_is_that_of_a_nelect_in_the_incar(tmp_path: Path) -> None:
    # One valence electron per atom.
    assert static(tmp_path / "neutral").method.charge == 0
    assert static(tmp_path / "cation", incar={"NELECT": 1.0}).method.charge == pytest.approx(1)


def test_stand_in_has_the_method_of_its_potential(tmp_path: Path) -> None:
    settings = {"LDAU": True, "LDAUU": [6.2, 0.0], "LDAUJ": [0.0, 0.0], "ENCUT": 520}
    run = static(tmp_path, incar=settings, version=version_string("chgnet 0.3.0"))
    assert run.method == run.engine.as_method
    assert run.calculation().recorded_method is None
