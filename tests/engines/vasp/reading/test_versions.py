"""Every reader on the files of VASP 5.4.4, 6.2, 6.4 and 6.5, as in support/vasp_versions.py."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from emmet.core.tasks import TaskDoc
from pymatgen.core import Lattice, Structure
from vasp_files import LM_FIELDS, Densities, bump, doscar
from vasp_versions import VERSIONS, Version, VersionedRun

from liponflow.analysis.result import EngineInfo
from liponflow.engines.vasp.reading.band import band_unit
from liponflow.engines.vasp.reading.doscar_run import read_doscar_run
from liponflow.engines.vasp.reading.files import Band, IngestError, RunFiles, find_runs
from liponflow.engines.vasp.reading.origin import origin
from liponflow.engines.vasp.reading.outcar_run import read_outcar_run
from liponflow.engines.vasp.reading.runs import read_run
from liponflow.engines.vasp.reading.task_document import read_task_document
from liponflow.engines.vasp.reading.trajectory import trajectory_units

CELL = Structure(Lattice.cubic(4.2), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
HUBBARD = {"LDAU": True, "LDAUTYPE": 2, "LDAUL": [2, -1], "LDAUU": [6.2, 0.0], "LDAUJ": [0, 0]}
RELAXATION = {"GGA": "PE", "IBRION": 2, "NSW": 9, "EDIFFG": -0.02, "ISPIN": 2, **HUBBARD}
ENERGIES = [-9.0, -9.5, -9.75]
MOMENTS = [1.7, -0.1]
FORCES = [np.array([[0, 0, force], [0, 0, -force]]) for force in (0.4, 0.1, 0.015)]

pytestmark = pytest.mark.filterwarnings("ignore:No POTCAR file:UserWarning")


@pytest.fixture(params=VERSIONS)
def by(request: pytest.FixtureRequest) -> Version:
    return VERSIONS[request.param]


def relaxation(by: Version, folder: Path) -> RunFiles:
    run = VersionedRun(
        [CELL] * 3, ENERGIES, RELAXATION, forces=FORCES, moments=MOMENTS, by=by, reached=True
    )
    run.write(folder)
    return single(folder)


def single(folder: Path) -> RunFiles:
    [files] = find_runs([folder])
    assert isinstance(files, RunFiles)
    return files


def test_relaxation_is_read(by: Version, tmp_path: Path) -> None:
    run = read_run(relaxation(by, tmp_path))
    found = run.calculation()
    assert found.energy == pytest.approx(-9.75)
    assert found.converged
    assert found.max_force == pytest.approx(0.015)
    assert found.magmoms == MOMENTS
    assert run.engine.label == f"vasp {by.number}"
    assert run.method.label == "PBE+U (Ni 6.2 eV)"
    assert run.method.hubbard_type == 2
    assert run.method.lexch == "PE"
    assert origin(tmp_path / "vasprun.xml").label == f"vasp {by.number}"


def test_relaxation_is_read_from_its_outcar(by: Version, tmp_path: Path) -> None:
    relaxation(by, tmp_path)
    (tmp_path / "vasprun.xml").unlink()
    run = read_outcar_run(single(tmp_path))
    found = run.calculation()
    assert found.energy == pytest.approx(-9.75)
    assert found.converged
    assert found.max_force == pytest.approx(0.015)
    assert found.magmoms == MOMENTS
    assert run.engine.label == f"vasp {by.number}"
    assert run.method.label == "PBE+U (Ni 6.2 eV)"


def test_task_document_is_read(by: Version, tmp_path: Path) -> None:
    relaxation(by, tmp_path)
    vasp = EngineInfo(name="vasp", version="as installed", functional="PBE+U", surrogate=False)
    found = read_task_document(TaskDoc.from_directory(tmp_path), vasp, 0.02)
    assert found.energy == pytest.approx(-9.75)
    assert found.converged
    assert found.magmoms == MOMENTS
    assert found.engine.version is not None
    # pymatgen changes the case of all strings.
    assert found.engine.version.strip().casefold() == by.number.casefold()


def test_dynamics_are_read(by: Version, tmp_path: Path) -> None:
    tags = {"IBRION": 0, "NSW": 3, "POTIM": 1.0, "TEBEG": 300, "MDALGO": 2, "SMASS": 0.0}
    run = VersionedRun([CELL] * 3, ENERGIES, tags, kinetic=[0.05] * 3, by=by)
    run.write(tmp_path)
    [unit] = trajectory_units([read_run(single(tmp_path))])
    found = unit.build()
    assert found.potential_energies == pytest.approx(ENERGIES)
    assert found.total_energies == pytest.approx([energy + 0.05 for energy in ENERGIES])
    assert found.provenance.engine.label == f"vasp {by.number}"
    assert found.ensemble == "NVT, Nosé-Hoover"


def write_band(by: Version, folder: Path, *, climbs: bool, said: bool) -> None:
    """Write a band of three images with the files that the version leaves.

    The OUTCAR has VTST's value of LCLIMB, the INCAR has it if it is said.
    """
    tags = {"IMAGES": 3, "SPRING": -5, "IOPT": 1, "IBRION": 3, "NSW": 9, "EDIFFG": -0.02}
    energies = [-9.0, -8.8, -8.5, -8.7, -8.9]
    for number, energy in enumerate(energies):
        image = folder / f"{number:02d}"
        shifted = CELL.copy()
        shifted.translate_sites([1], [0.02 * number, 0, 0])
        inner = 0 < number < 4
        VersionedRun(
            [shifted],
            [energy],
            {**tags, "LCLIMB": climbs} if inner else {"NSW": 0},
            forces=[FORCES[-1]],
            moments=MOMENTS,
            by=by,
            reached=inner,
        ).write(image)
        if inner:
            (image / "INCAR").unlink()
            if not by.image_vaspruns:
                if number == 1:
                    (image / "vasprun.xml").rename(folder / "vasprun.xml")
                (image / "vasprun.xml").unlink(missing_ok=True)
    lines = [f"{tag} = {value}\n" for tag, value in tags.items()]
    (folder / "INCAR").write_text("".join([*lines, f"LCLIMB = {climbs}\n" if said else ""]))


@pytest.mark.parametrize("climbs", [True, False])
@pytest.mark.parametrize("said", [True, False])
def test_band_is_read(by: Version, tmp_path: Path, *, climbs: bool, said: bool) -> None:
    """The OUTCAR has VTST's value of LCLIMB, whether the INCAR gives it or not."""
    write_band(by, tmp_path, climbs=climbs, said=said)
    [band] = find_runs([tmp_path])
    assert isinstance(band, Band)
    found = band_unit(band).build()
    assert [image.energy for image in found.images] == pytest.approx([0, 0.2, 0.5, 0.3, 0.1])
    assert found.converged
    assert found.climbing is climbs
    assert [image.max_force for image in found.images[1:-1]] == pytest.approx([0.015] * 3)
    assert found.images[2].structure.site_properties["magmom"] == MOMENTS
    assert found.provenance.engine.label == f"vasp {by.number}"


def test_images_without_the_incar_are_no_relaxations(by: Version, tmp_path: Path) -> None:
    write_band(by, tmp_path, climbs=True, said=True)
    (tmp_path / "INCAR").unlink()
    for end in ("00", "04"):
        shutil.rmtree(tmp_path / end)
    [band] = find_runs([tmp_path])
    assert isinstance(band, Band)
    with pytest.raises(IngestError, match="folder 00 is missing in 00 to 03"):
        band_unit(band)


def test_densities_are_read(by: Version, tmp_path: Path) -> None:
    orbitals = np.array([[bump(-1.0 + 0.1 * n) for n in range(9)]])
    fields = [by.orbital if name == "x2-y2" else name for name in LM_FIELDS]
    densities = Densities(np.array([bump(0.0, 5.0)]), [orbitals, orbitals], fields)
    VersionedRun([CELL], [-9.0], {"LORBIT": 11}, densities=densities, by=by).write(tmp_path)
    found = read_run(single(tmp_path)).densities()
    (tmp_path / "vasprun.xml").unlink()
    columns = orbitals[0]
    (tmp_path / "DOSCAR").write_text(doscar(np.array([bump(0.0, 5.0)]), [columns, columns]))
    run = read_doscar_run(single(tmp_path))
    assert run.engine.version == by.number
    assert run.converged
    other = run.densities()
    for one, two in zip(found.sites, other.sites, strict=True):
        assert set(one) == set(two) == {(kind, "both") for kind in "spd"}
        for channel, density in one.items():
            np.testing.assert_allclose(density, two[channel], atol=1e-3)


@pytest.mark.parametrize("number", ["6.4.3", "6.5.0"])
def test_steps_of_the_force_field_are_read(number: str, tmp_path: Path) -> None:
    tags = {"IBRION": 0, "NSW": 3, "POTIM": 1.0, "TEBEG": 300, "MDALGO": 2, "ML_LMLFF": True}
    learned = [False, True, True]
    run = VersionedRun(
        [CELL] * 3, ENERGIES, tags, kinetic=[0.05] * 3, learned=learned, by=VERSIONS[number]
    )
    run.write(tmp_path)
    [unit] = trajectory_units([read_run(single(tmp_path))])
    found = unit.build()
    assert found.potential_energies == pytest.approx(ENERGIES)
    assert found.provenance.engine.name == "vasp MLFF"
    assert found.provenance.engine.version == number
