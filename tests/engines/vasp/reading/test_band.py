import shutil
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from vasp_files import Run

from liponflow.engines.vasp.reading.band import BandUnit, band_unit
from liponflow.engines.vasp.reading.files import Band, IngestError, find_runs

ENERGIES = [-20.0, -19.8, -19.5, -19.7, -19.9]
STEP = 0.25
"""Path length from one image to the next (Å)."""
NEB = {"NSW": 40, "IBRION": 3, "EDIFFG": -0.05, "IMAGES": 3, "LCLIMB": True}


def image(number: int) -> Structure:
    # The atom crosses the cell boundary.
    x = 0.95 + number * STEP / 5
    return Structure(Lattice.cubic(5), ["Li", "O"], [[x % 1, 0, 0], [0.5, 0.5, 0.5]])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, energy in enumerate(ENERGIES):
        force = np.full((2, 3), 0.01)
        run = Run([image(number)], [energy], NEB, forces=[force])
        run.write(tmp_path / f"{number:02d}")
    for end in ("00", "04"):
        (tmp_path / end / "vasprun.xml").unlink()
    return tmp_path


def unit(folder: Path) -> BandUnit:
    [band] = find_runs([folder])
    assert isinstance(band, Band)
    return band_unit(band)


def test_band_has_barriers_in_both_directions(folder: Path) -> None:
    result = unit(folder).build()
    assert [i.energy for i in result.images] == pytest.approx([0, 0.2, 0.5, 0.3, 0.1])
    assert [i.distance for i in result.images] == pytest.approx([n * STEP for n in range(5)])
    assert result.barrier == pytest.approx(0.5)
    assert result.reverse_barrier == pytest.approx(0.4)
    assert result.converged
    assert result.criterion == "largest force below 0.05 eV/Å; 3 of 3 images converged"
    assert result.images[2].max_force == pytest.approx(0.01 * 3**0.5)
    assert result.images[0].max_force is None


def test_monotonic_path_has_its_barrier_at_the_higher_end(folder: Path) -> None:
    Run([image(4)], [-19.2], NEB).write(folder / "04")
    (folder / "04" / "vasprun.xml").unlink()
    result = unit(folder).build()
    assert result.barrier == pytest.approx(0.8)
    assert result.reverse_barrier == pytest.approx(0.0)


def test_forces_of_vtst_are_read(folder: Path) -> None:
    with (folder / "02" / "OUTCAR").open("a") as file:
        file.write(" FORCES: max atom, RMS     0.091000    0.02\n")
        file.write(" FORCES: max atom, RMS     0.042000    0.01\n")
    result = unit(folder).build()
    assert result.images[2].max_force == pytest.approx(0.042)
    assert result.climbing
    assert result.warnings == []


def test_forces_of_a_plain_band_are_read(folder: Path) -> None:
    rule = f" {'-' * 46}\n"
    with (folder / "02" / "OUTCAR").open("a") as file:
        for force in (0.9, 0.03):
            file.write(f" CHAIN + TOTAL  (eV/Angst)\n{rule}")
            file.write(f"{0:13.5f}{-force:13.5f}{0:13.5f}\n{0:13.5f}{0:13.5f}{0.01:13.5f}\n")
            file.write(f"{rule}\n")
    result = unit(folder).build()
    assert result.images[2].max_force == pytest.approx(0.03)
    # Only VTST knows LCLIMB.
    assert not result.climbing
    assert any("no image climbed, though LCLIMB is set" in line for line in result.warnings)


def write_along(folder: Path, line: str, forces: dict[str, float]) -> None:
    """Append the forces along the path, after those of an earlier step."""
    for name, force in forces.items():
        with (folder / name / "OUTCAR").open("a") as file:
            file.write(f"  {line} {9.9:16.6f}\n  {line} {force:16.6f}\n")


@pytest.mark.parametrize(
    "line",
    ["tangential force (eV/A)", "NEB: projections on to tangent (spring, REAL)     0.010000"],
    ids=["VASP", "VTST"],
)
def test_slopes_of_a_band_without_a_climbing_image_are_read(folder: Path, line: str) -> None:
    write_along(folder, line, {"01": -0.9, "02": 0.1, "03": 0.7})
    result = unit(folder).build()
    assert [image.slope for image in result.images] == pytest.approx([0, 0.9, -0.1, -0.7, 0])


def test_slopes_of_a_part_of_the_images_are_not_used(folder: Path) -> None:
    write_along(folder, "tangential force (eV/A)", {"01": -0.9, "03": 0.7})
    assert {image.slope for image in unit(folder).build().images} == {None}


def test_climbing_image_needs_no_slopes(folder: Path) -> None:
    write_along(
        folder,
        "FORCES: max atom, RMS     0.042000    0.01\n"
        "  NEB: projections on to tangent (spring, REAL)     0.010000",
        {"01": -0.9, "02": 0.01, "03": 0.7},
    )
    result = unit(folder).build()
    assert result.climbing
    assert {image.slope for image in result.images} == {None}


def test_stopped_band_has_no_barrier(folder: Path) -> None:
    for name in ("01", "02", "03"):
        with (folder / name / "OUTCAR").open("a") as file:
            file.write(" soft stop encountered!  aborting job ...\n")
    result = unit(folder).build()
    assert not result.converged
    assert result.barrier is None
    assert "did not converge before a STOPCAR ended the run" in result.warnings[0]


def test_unconverged_band_has_no_barrier(folder: Path) -> None:
    Run([image(2)], [ENERGIES[2]], NEB | {"NSW": 1, "NELM": 1}).write(folder / "02")
    result = unit(folder).build()
    assert result.barrier is None
    assert result.reverse_barrier is None
    assert not result.converged
    assert "no barrier: image 02 did not converge" in result.warnings[0]


def test_missing_energy_of_an_end_point_is_a_warning(folder: Path) -> None:
    (folder / "00" / "OUTCAR").unlink()
    result = unit(folder).build()
    assert result.barrier is None
    assert result.reverse_barrier == pytest.approx(0.4)
    assert "00: copy its OUTCAR" in result.warnings[0]


VTST = " FORCES: max atom, RMS     0.04{}000    0.02\n"
REACHED = " reached required accuracy - stopping structural energy minimisation\n"


@pytest.fixture
def vasp_5(folder: Path) -> Path:
    """Leave what VASP 5.4.4 leaves: a vasprun.xml of the first image, beside the folders."""
    vasprun = (folder / "01" / "vasprun.xml").read_text().replace('"IMAGES">3', '"IMAGES">0')
    (folder / "vasprun.xml").write_text(
        vasprun.replace('<i type="logical" name="LCLIMB">T</i>', "")
    )
    shutil.copy(folder / "01" / "INCAR", folder / "INCAR")
    for number in ("01", "02", "03"):
        (folder / number / "vasprun.xml").unlink()
        with (folder / number / "OUTCAR").open("a") as file:
            file.write(REACHED + VTST.format(number[1]))
    for number in range(5):
        (folder / f"{number:02d}" / "INCAR").unlink()
        outcar = folder / f"{number:02d}" / "OUTCAR"
        outcar.write_text(
            outcar.read_text().replace("   IBRION", "   IMAGES =      3\n   IBRION", 1)
        )
    return folder


def test_images_without_vasprun_are_read(vasp_5: Path) -> None:
    found = unit(vasp_5)
    result = found.build()
    assert [i.energy for i in result.images] == pytest.approx([0, 0.2, 0.5, 0.3, 0.1])
    assert [i.distance for i in result.images] == pytest.approx([n * STEP for n in range(5)])
    assert [i.max_force for i in result.images] == pytest.approx([None, 0.041, 0.042, 0.043, None])
    assert result.barrier == pytest.approx(0.5)
    assert result.converged
    assert result.climbing
    assert result.criterion == "largest force below 0.05 eV/Å; 3 of 3 images converged"
    assert result.provenance.engine.label == "vasp 6.4.2"
    assert result.provenance.engine.functional == "PBE"


def test_images_without_any_vasprun_are_read_with_the_incar(vasp_5: Path) -> None:
    (vasp_5 / "vasprun.xml").unlink()
    result = unit(vasp_5).build()
    assert result.barrier == pytest.approx(0.5)
    assert result.converged
    assert "3 of 3 images converged" in result.criterion


def test_band_given_by_its_vasprun_is_no_relaxation(vasp_5: Path) -> None:
    [band] = find_runs([vasp_5 / "vasprun.xml"])
    assert isinstance(band, Band)


def test_band_without_incar_and_end_points_is_refused_as_a_band(vasp_5: Path) -> None:
    (vasp_5 / "INCAR").unlink()
    for end in ("00", "04"):
        shutil.rmtree(vasp_5 / end)
    with pytest.raises(IngestError, match="folder 00 is missing in 00 to 03"):
        unit(vasp_5)


@pytest.mark.parametrize("loss", ["timing", "criterion"])
def test_image_whose_outcar_breaks_off_is_not_converged(vasp_5: Path, loss: str) -> None:
    outcar = vasp_5 / "02" / "OUTCAR"
    if loss == "timing":
        outcar.write_text(outcar.read_text().replace(" General timing", " General"))
    else:
        incar = (vasp_5 / "INCAR").read_text().replace("EDIFFG = -0.05", "EDIFFG = 0")
        (vasp_5 / "INCAR").write_text(incar)
        (vasp_5 / "vasprun.xml").unlink()
    result = unit(vasp_5).build()
    assert not result.converged
    assert result.barrier is None
    assert "02" in result.warnings[0]
    assert ("no criterion, as EDIFFG = 0" in result.criterion) == (loss == "criterion")


def test_image_without_contcar_is_named(vasp_5: Path) -> None:
    (vasp_5 / "02" / "CONTCAR").unlink()
    with pytest.raises(IngestError, match="02: no CONTCAR"):
        unit(vasp_5)


def test_change_of_the_incar_changes_the_result(vasp_5: Path) -> None:
    before = unit(vasp_5).uuid
    with (vasp_5 / "INCAR").open("a") as file:
        file.write("SPRING = -3\n")
    assert unit(vasp_5).uuid != before


def test_images_of_the_optimisers_of_vtst_climb_by_default(folder: Path) -> None:
    for number in ("01", "02", "03"):
        path = folder / number / "vasprun.xml"
        path.write_text(
            path.read_text().replace('type="logical" name="LCLIMB">T', 'type="int" name="IOPT">1')
        )
        with (folder / number / "OUTCAR").open("a") as file:
            file.write(VTST.format(0))
    assert unit(folder).build().climbing


def test_end_point_by_another_method_is_a_warning(folder: Path) -> None:
    Run([image(0)], [ENERGIES[0]], {"ENCUT": 700}).write(folder / "00")
    assert "ENCUT differs" in " ".join(unit(folder).build().warnings)


def test_end_point_that_is_not_self_consistent_is_refused(folder: Path) -> None:
    Run([image(0)], [ENERGIES[0]], {"ICHARG": 11}).write(folder / "00")
    with pytest.raises(IngestError, match=r"00/vasprun\.xml: ICHARG = 11 keeps the"):
        unit(folder).build()
    (folder / "00" / "vasprun.xml").unlink()
    outcar = folder / "00" / "OUTCAR"
    outcar.write_text(outcar.read_text().replace("   IBRION", "   ICHARG =     11\n   IBRION", 1))
    with pytest.raises(IngestError, match="00/OUTCAR: ICHARG = 11 keeps the charge density"):
        unit(folder).build()


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


@pytest.mark.parametrize(
    ("gone", "complaint"),
    [
        ("02", "folder 02 is missing in 00 to 04"),
        ("04", "hold 2 images between the end points, but IMAGES = 3"),
    ],
)
def test_missing_folders_are_named(folder: Path, gone: str, complaint: str) -> None:
    empty(folder / gone)
    (folder / gone).rmdir()
    with pytest.raises(IngestError, match=complaint):
        unit(folder)


def test_image_without_output_is_named(folder: Path) -> None:
    for name in ("vasprun.xml", "OUTCAR"):
        (folder / "03" / name).unlink()
    with pytest.raises(IngestError, match=r"03: no vasprun\.xml and no OUTCAR"):
        unit(folder)


def test_end_point_without_structure_is_named(folder: Path) -> None:
    empty(folder / "00")
    with pytest.raises(IngestError, match="00: no POSCAR of the end point"):
        unit(folder).build()
