from pathlib import Path

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from vasp_files import POINTS, Densities, Run, bump, doscar

from liponflow.engines.standin.identity import version_string
from liponflow.engines.vasp.reading.doscar_run import read_doscar_run
from liponflow.engines.vasp.reading.files import IngestError, find_runs
from liponflow.engines.vasp.reading.runs import read_run
from liponflow.ingest.densities import PDOSUnit, pdos_units


def lnmo(n_li: int, height: float = 1.0) -> Run:
    """Return a formula unit of Li2Mn3NiO8 with a chosen number of Li, in a made-up cell."""
    species = ["Li"] * n_li + ["Ni"] + ["Mn"] * 3 + ["O"] * 8
    coords = [[i / len(species), 0, 0] for i in range(len(species))]
    cell = Structure(Lattice.orthorhombic(30, 4, 4), species, coords)
    site = np.array([[bump(s, height)] * 9 for s in range(2)])
    total = np.array([bump(0, 9.0)] * 2)
    densities = Densities(total, [site] * len(cell))
    return Run([cell], [-90.0 - 5 * n_li], {"ISPIN": 2}, densities=densities)


def units(folder: Path) -> list[PDOSUnit]:
    return pdos_units([read_run(files) for files in find_runs([folder])])  # type: ignore[arg-type]


def test_two_li_contents_make_one_result(tmp_path: Path) -> None:
    for n_li in (4, 2):
        lnmo(n_li).write(tmp_path / f"li{n_li}")
    [unit] = units(tmp_path)
    result = unit.build()
    assert [state.x for state in result.states] == [1, 2]
    oxygen = next(
        p
        for p in result.states[1].projections
        if (p.element, p.orbital, p.spin) == ("O", "d", "up")
    )
    assert oxygen.density == pytest.approx(8 * 5 * bump(0), abs=2e-3)
    assert result.converged
    assert result.warnings == []


def test_static_calculation_is_preferred_to_a_relaxation(tmp_path: Path) -> None:
    relaxed = lnmo(2, height=2.0)
    relaxed.incar = {**relaxed.incar, "NSW": 9, "IBRION": 2}
    relaxed.write(tmp_path / "relax")
    lnmo(2).write(tmp_path / "static")
    [unit] = units(tmp_path)
    assert [Path(run.directory).name for run in unit.runs] == ["static"]
    assert "relax is left out" in unit.build().warnings[0]


def test_relaxation_is_used_with_a_warning(tmp_path: Path) -> None:
    relaxed = lnmo(2)
    relaxed.incar = {**relaxed.incar, "NSW": 9, "IBRION": 2}
    relaxed.write(tmp_path)
    [unit] = units(tmp_path)
    assert "density of states of a relaxation" in unit.build().warnings[0]


def test_another_material_has_no_x(tmp_path: Path) -> None:
    cell = Structure(Lattice.cubic(4), ["Fe", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    site = np.array([[bump(0)] * 9])
    Run([cell], [-9.0], densities=Densities(np.array([bump(0)]), [site] * 2)).write(tmp_path)
    [unit] = units(tmp_path)
    [state] = unit.build().states
    assert state.x is None
    assert list(state.total) == ["both"]


def test_densities_of_the_stand_in_are_ignored(tmp_path: Path) -> None:
    run = lnmo(2)
    run.version, run.densities = version_string("chgnet 0.3.0"), None
    run.write(tmp_path)
    assert units(tmp_path) == []


@pytest.fixture
def doscars(tmp_path: Path) -> Path:
    """Write two static calculations without their vasprun.xml."""
    for n_li in (2, 4):
        run = lnmo(n_li)
        assert run.densities is not None
        run.incar = run.incar | {"GGA": "Pe", "LDAU": True, "LDAUU": [0.0, 4.5, 5.96, 0.0]}
        folder = run.write(tmp_path / f"li{n_li}")
        (folder / "vasprun.xml").unlink()
        columns = [site.transpose(1, 0, 2).reshape(-1, POINTS) for site in run.densities.sites]
        (folder / "DOSCAR").write_text(doscar(run.densities.total, columns))
        with (folder / "OUTCAR").open("a") as file:
            file.write("------ aborting loop because EDIFF is reached ------\n")
    return tmp_path


def doscar_units(folder: Path) -> list[PDOSUnit]:
    return pdos_units([read_doscar_run(files) for files in find_runs([folder])])  # type: ignore[arg-type]


def test_doscar_replaces_a_missing_vasprun(doscars: Path) -> None:
    [unit] = doscar_units(doscars)
    result = unit.build()
    assert [state.x for state in result.states] == [1, 2]
    assert result.converged
    assert result.provenance.engine.label == "vasp 6.4.2"
    assert result.provenance.engine.functional == "PBE+U (Mn 5.96, Ni 4.5 eV)"
    oxygen = next(
        p
        for p in result.states[0].projections
        if (p.element, p.orbital, p.spin) == ("O", "d", "up")
    )
    assert oxygen.density == pytest.approx(8 * 5 * bump(0), abs=2e-3, rel=1e-4)


def test_run_without_outcar_is_not_converged(doscars: Path) -> None:
    for n_li in (2, 4):
        (doscars / f"li{n_li}" / "OUTCAR").unlink()
    [unit] = doscar_units(doscars)
    assert not unit.build().converged


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("INCAR", None, "DOSCAR: INCAR is missing"),
        ("INCAR", "NSW = 30\n", "averages over the steps"),
        ("OUTCAR", " vasp.0.0.0.stand-in: chgnet 0.3.0\n", "written by a stand-in"),
    ],
)
def test_invalid_doscars_are_refused(
    doscars: Path, file: str, text: str | None, complaint: str
) -> None:
    path = doscars / "li2" / file
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(IngestError, match=complaint):
        doscar_units(doscars)


def test_doscar_without_structure_is_refused(doscars: Path) -> None:
    for name in ("POSCAR", "CONTCAR"):
        (doscars / "li2" / name).unlink()
    with pytest.raises(IngestError, match="CONTCAR or POSCAR is missing"):
        doscar_units(doscars)
