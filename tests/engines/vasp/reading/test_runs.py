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
from liponflow.freeformat.ionic_steps import IonicSteps

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
    cation = static(tmp_path / "cation", incar={"NELECT": 1.0})
    assert cation.method.charge == pytest.approx(1)
    assert "the cell has a charge of +1 e" in cation.notes[0]


def test_stand_in_has_the_method_of_its_potential(tmp_path: Path) -> None:
    settings = {"LDAU": True, "LDAUU": [6.2, 0.0], "LDAUJ": [0.0, 0.0], "ENCUT": 520}
    run = static(tmp_path, incar=settings, version=version_string("chgnet 0.3.0"))
    assert run.method == run.engine.as_method
    assert run.calculation().recorded_method is None


def test_type_of_u_may_be_an_array_of_one(tmp_path: Path) -> None:
    settings = {"LDAU": True, "LDAUU": [6.2, 0.0], "LDAUJ": [0.0, 0.0], "LDAUTYPE": [1]}
    assert static(tmp_path, incar=settings).method.hubbard_type == 1


@pytest.mark.parametrize(
    ("incar", "reason"),
    [
        ({"ICHARG": 11}, "ICHARG = 11 keeps the charge density"),
        ({"ALGO": "G0W0"}, "ALGO = G0W0 computes no self-consistent total energy"),
        ({"ALGO": "Exact", "NELM": 1}, "ALGO = EXACT computes no self-consistent"),
        ({"ALGO": "None"}, "ALGO = NONE"),
        ({"ALGO": "CHI"}, "ALGO = CHI"),
        ({"ALGO": "ACFDT"}, "ALGO = ACFDT"),
        ({"IALGO": 2}, "IALGO = 2"),
        ({"LCHIMAG": True}, "LCHIMAG computes NMR shieldings"),
    ],
)
def test_run_without_a_total_energy_gives_none(tmp_path: Path, incar: dict, reason: str) -> None:
    run = static(tmp_path, incar=incar)
    assert run.no_energy is not None
    assert run.no_energy.startswith(reason)
    with pytest.raises(IngestError, match=reason):
        run.calculation()


@pytest.mark.parametrize(
    "incar",
    [{"ALGO": algo} for algo in ("N", "Normal", "veryfast", "Fast", "All", "Conjugate", "D")]
    + [{}, {"ICHARG": 1}, {"IALGO": 38}, {"LOPTICS": True}],
)
def test_self_consistent_run_has_an_energy(tmp_path: Path, incar: dict) -> None:
    assert static(tmp_path, incar=incar).calculation().energy == pytest.approx(-10)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('name="e_fr_energy">-10.00000000', 'name="e_fr_energy"> *********', "is asterisks"),
        ("-10.00000000", "nan", "is nan, which is not finite"),
        ("-10.00000000", "-Infinity", "is nan, which is not finite"),
    ],
)
def test_energy_that_is_no_number_is_refused(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    folder = Files([CELL], [-10.0]).write(tmp_path)
    path = folder / "vasprun.xml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(IngestError, match=f"step 1 {reason}"):
        read(folder).calculation()


def test_relaxation_without_a_criterion_is_not_converged(tmp_path: Path) -> None:
    incar = {"NSW": 9, "IBRION": 2, "EDIFFG": 0.0}
    run = read(Files([CELL] * 3, [-10.0] * 3, incar=incar).write(tmp_path))
    assert not run.converged
    assert not run.calculation().converged
    assert "EDIFFG = 0 ends a relaxation by no criterion" in run.notes[0]


def test_relaxation_that_was_ended_above_its_limit_is_not_converged(tmp_path: Path) -> None:
    incar = {"NSW": 9, "IBRION": 2, "EDIFFG": -0.02}
    forces = [np.full((2, 3), 0.5)] * 2
    run = read(Files([CELL] * 2, [-10.0] * 2, incar=incar, forces=forces).write(tmp_path))
    assert not run.calculation().converged
    assert run.ended_by_its_criterion


def test_forces_on_held_atoms_do_not_count(tmp_path: Path) -> None:
    incar = {"NSW": 9, "IBRION": 2, "EDIFFG": -0.02}
    forces = [np.array([[0.5, 0.0, 0.01], [0.3, 0.3, 0.3]])] * 2
    files = Files([CELL] * 2, [-10.0] * 2, incar=incar, forces=forces)
    folder = files.write(tmp_path)
    held = '<varray type="logical" name="selective"><v>F T T</v><v>F F F</v></varray>'
    path = folder / "vasprun.xml"
    head, tail = path.read_text().split("</structure>", 1)
    path.write_text(f"{head}{held}</structure>{tail}")
    found = read(folder).calculation()
    assert found.converged
    assert found.max_force == pytest.approx(0.01)


def test_moments_of_an_outcar_with_other_steps_are_left_out(tmp_path: Path) -> None:
    incar = {"NSW": 9, "IBRION": 2, "EDIFFG": -0.02}
    relaxed = Files([CELL] * 3, [-9.0, -9.5, -10.0], incar=incar, moments=[1.7, 0.1])
    folder = relaxed.write(tmp_path)
    assert read(folder).calculation().magmoms == [1.7, 0.1]
    assert read(folder).notes == []
    (folder / "OUTCAR").write_text(Files([CELL], [-10.0], moments=[1.2, 0.0]).outcar())
    run = read(folder)
    assert run.calculation().magmoms is None
    assert "its 1 ionic steps are not the 3 of" in run.notes[0]


def test_relaxation_by_the_force_field_has_the_energy_of_its_last_step(tmp_path: Path) -> None:
    incar = {"NSW": 9, "IBRION": 2, "EDIFFG": -0.02, "ML_LMLFF": True}
    files = Files([CELL] * 3, [-9.0, -9.5, -10.0], incar=incar, learned=[False, True, True])
    found = read(files.write(tmp_path)).calculation()
    assert (found.energy, found.ionic_steps, found.converged) == (-10.0, 3, True)
    assert found.engine.surrogate
    assert found.engine.name == "vasp MLFF"
    assert found.method.code == "vasp MLFF"


def test_structure_of_a_run_is_checked_and_wrapped(tmp_path: Path) -> None:
    outside = Structure(CELL.lattice, CELL.species, [[0, 0, 0], [-0.5, 3.5, 0.5]])
    found = read(Files([outside], [-10.0]).write(tmp_path / "outside")).final_structure
    assert found.frac_coords.tolist() == CELL.frac_coords.tolist()
    close = Structure(CELL.lattice, CELL.species, [[0, 0, 0], [0.1, 0, 0]])
    with pytest.raises(IngestError, match=r"vasprun\.xml.*: its last structure atoms 1 .* apart"):
        read(Files([close], [-10.0]).write(tmp_path / "close")).calculation()


def test_several_runs_in_one_vasprun_are_refused(tmp_path: Path) -> None:
    moving = {"IBRION": 0, "NSW": 9, "POTIM": 1.0}
    for name, incar in (("static", {}), ("md", moving)):
        folder = Files([CELL] * 2, [-9.0] * 2, incar, kinetic=[0.1] * 2).write(tmp_path / name)
        text = (folder / "vasprun.xml").read_text()
        (folder / "vasprun.xml").write_text(text + text)
        with pytest.raises(IngestError, match="one behind the other: cut it apart"):
            read(folder)
    killed = text[: text.rindex("<calculation>")]
    (folder / "vasprun.xml").write_text(killed + text)
    with (folder / "vasprun.xml").open("rb") as file, pytest.raises(ValueError, match="several"):
        list(IonicSteps(file))
