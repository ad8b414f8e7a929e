"""Bands: a vacancy hops to the next site of body-centred Li."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Kpoints, Outcar, Poscar, Vasprun

from liponflow.engines.standin.errors import InputError
from liponflow.engines.standin.inputs import read_inputs
from liponflow.engines.standin.potential import Potential
from liponflow.engines.standin.run import run
from liponflow.engines.vasp.reading.band import band_unit
from liponflow.engines.vasp.reading.files import Band, find_runs

FORCES = 0.08
"""eV/Å."""
PLAIN = f"IMAGES = 3\nSPRING = -5\nIBRION = 1\nNSW = 60\nEDIFFG = -{FORCES}\n"
VTST = (
    "IMAGES = 3\nICHAIN = 0\nLCLIMB = T\nIOPT = 7\nIBRION = 3\nPOTIM = 0\n"
    f"NSW = 60\nEDIFFG = -{FORCES}\n"
)
IMAGES = ("01", "02", "03")

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def write_band(directory: Path, incar: str) -> Path:
    """Write a band of three images, slightly off the straight line."""
    crystal = Structure(Lattice.cubic(3.4), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]]) * (2, 2, 2)
    centre = crystal.lattice.get_cartesian_coords([0.5, 0.5, 0.5])
    vacant = min(range(16), key=lambda i: crystal[i].distance_from_point(centre))
    centre = crystal[vacant].frac_coords
    crystal.remove_sites([vacant])
    start = centre + 0.25
    hopper = min(
        range(15),
        key=lambda i: crystal.lattice.get_all_distances(start, crystal[i].frac_coords)[0, 0],
    )
    for number in range(5):
        image = crystal.copy()
        position = start + (centre - start) * number / 4
        if number in (1, 2, 3):
            position = position + np.array([0.02, -0.01, 0.0])
        image.replace(hopper, "Li", position)
        folder = directory / f"{number:02d}"
        folder.mkdir(parents=True)
        Poscar(image).write_file(folder / "POSCAR", significant_figures=16)
    (directory / "INCAR").write_text(incar)
    (directory / "POTCAR.spec").write_text("Li_sv")
    Kpoints.gamma_automatic((1, 1, 1)).write_file(directory / "KPOINTS")
    return directory


@pytest.fixture(scope="module", params=[PLAIN, VTST], ids=["plain", "VTST"])
def band(request, tmp_path_factory) -> Path:
    directory = write_band(tmp_path_factory.mktemp("band") / "band", request.param)
    run(directory)
    return directory


def test_only_images_between_the_end_points_have_outputs(band: Path) -> None:
    for name in IMAGES:
        written = {path.name for path in (band / name).iterdir()}
        # The first image has the standard output of the process.
        expected = {"POSCAR", "CONTCAR", "OUTCAR", "OSZICAR", "XDATCAR", "vasprun.xml", "stdout"}
        assert written == expected - ({"stdout"} if name == "01" else set())
    for name in ("00", "04"):
        assert [path.name for path in (band / name).iterdir()] == ["POSCAR"]
    assert not (band / "OUTCAR").exists()


def written_forces(band: Path, name: str) -> np.ndarray:
    """Return the forces of the band that were written at the last step."""
    vasprun = Vasprun(band / name / "vasprun.xml", parse_potcar_file=False)
    text = (band / name / "OUTCAR").read_text()
    if "NEB: projections" in text:
        return np.array(vasprun.ionic_steps[-1]["forces"])
    table = text.rsplit("CHAIN + TOTAL  (eV/Angst)\n", 1)[1].splitlines()[1:16]
    return np.array([line.split() for line in table], dtype=float)


def test_band_converges_when_its_forces_are_below_the_limit(band: Path) -> None:
    steps = set()
    for name in IMAGES:
        vasprun = Vasprun(band / name / "vasprun.xml", parse_potcar_file=False)
        assert vasprun.converged
        assert np.linalg.norm(written_forces(band, name), axis=1).max() < FORCES
        assert "reached required accuracy" in (band / name / "OUTCAR").read_text()
        steps.add(vasprun.nionic_steps)
    assert len(steps) == 1
    assert 1 < steps.pop() < 60


def test_energies_agree_with_direct_calculations_of_the_images(band: Path) -> None:
    potential = Potential(stress=False, magmoms=False)
    energies = []
    for name in IMAGES:
        atoms = read_inputs(band, band / name).atoms
        final = Poscar.from_file(band / name / "CONTCAR", check_for_potcar=False).structure
        atoms.set_scaled_positions(final.frac_coords)
        atoms.calc = potential
        energies.append(atoms.get_potential_energy())
        vasprun = Vasprun(band / name / "vasprun.xml", parse_potcar_file=False)
        assert vasprun.final_energy == pytest.approx(energies[-1], abs=1e-5)
    # The hop is symmetric.
    assert energies[0] == pytest.approx(energies[2], abs=5e-3)
    assert energies[1] > energies[0]


def test_band_forces_are_transverse_forces_and_springs(band: Path) -> None:
    path = [
        Vasprun(band / name / "vasprun.xml", parse_potcar_file=False).final_structure
        for name in IMAGES
    ]
    lattice, potential = path[0].lattice, Potential(stress=False, magmoms=False)
    # The middle image is the symmetric maximum: its tangent joins its two neighbours.
    shift = path[2].frac_coords - path[0].frac_coords
    tangent = lattice.get_cartesian_coords(shift - np.round(shift))
    tangent /= np.linalg.norm(tangent)
    atoms = read_inputs(band, band / "02").atoms
    atoms.set_scaled_positions(path[1].frac_coords)
    atoms.calc = potential
    real = atoms.get_forces()
    along = np.vdot(real, tangent)
    across = real - along * tangent
    distances = []
    for before, after in ((0, 1), (1, 2)):
        step = path[after].frac_coords - path[before].frac_coords
        distances.append(np.linalg.norm(lattice.get_cartesian_coords(step - np.round(step))))
    outcar = Outcar(band / "02" / "OUTCAR")
    outcar.read_neb()
    assert outcar.data["tangent_force"] == pytest.approx(along, abs=0.01)
    if "LCLIMB" in (band / "INCAR").read_text():
        expected = across - along * tangent
    else:
        expected = across + 5 * (distances[1] - distances[0]) * tangent
    assert written_forces(band, "02") == pytest.approx(expected, abs=0.01)


def test_band_can_be_ingested(band: Path, tmp_path: Path) -> None:
    folder = tmp_path / "band"
    shutil.copytree(band, folder)
    for end in ("00", "04"):
        for name in ("POTCAR.spec", "KPOINTS"):
            shutil.copy(folder / name, folder / end)
        (folder / end / "INCAR").write_text("NSW = 0\n")
        run(folder / end)
    [found] = find_runs([folder])
    assert isinstance(found, Band)
    result = band_unit(found).build()
    assert result.converged
    assert len(result.images) == 5
    assert result.climbing == ("LCLIMB" in (band / "INCAR").read_text())
    assert result.provenance.engine.surrogate
    assert "stand-in" in result.provenance.engine.name
    # Below the 0.5 eV of a rigid lattice; the hop is symmetric.
    assert 0 < result.barrier < 0.5
    assert result.barrier == pytest.approx(result.reverse_barrier, abs=5e-3)
    slopes = [image.slope for image in result.images]
    if not result.climbing:
        # Up from the first end, down to the last.
        assert slopes[1] > 0 > slopes[3]
        assert slopes[2] == pytest.approx(0, abs=0.05)
    if result.climbing:
        assert all(image.max_force < FORCES for image in result.images[1:-1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda band: shutil.rmtree(band / "02"), "00 to 04 of .*; missing: 02"),
        (lambda band: (band / "04" / "POSCAR").unlink(), "missing: 04"),
        (
            lambda band: (
                Structure.from_file(band / "03" / "POSCAR")
                .remove_sites([3])
                .to_file(band / "03" / "POSCAR")
            ),
            "03/POSCAR has Li14, 00/POSCAR has Li15",
        ),
        (
            lambda band: (
                Structure.from_file(band / "01" / "POSCAR")
                .replace_species({"Li": "Na"})
                .to_file(band / "01" / "POSCAR")
            ),
            "image 01: POSCAR has the species Na, POTCAR has Li",
        ),
        (
            lambda band: (
                Structure.from_file(band / "01" / "POSCAR")
                .apply_strain(0.1)
                .to_file(band / "01" / "POSCAR")
            ),
            "01/POSCAR has another cell than 00/POSCAR",
        ),
        (lambda band: (band / "INCAR").write_text(PLAIN + "ISIF = 3"), "ISIF = 3 lets the cell"),
        (lambda band: (band / "INCAR").write_text(PLAIN + "LDNEB = T"), "doubly nudged"),
        (lambda band: (band / "INCAR").write_text("IMAGES = 3\nSPRING = 5"), "without nudging"),
        (
            lambda band: (band / "INCAR").write_text("IMAGES = 3\nIBRION = 0\nNSW = 5\nPOTIM = 1"),
            "IMAGES and IBRION = 0",
        ),
    ],
)
def test_invalid_bands_are_refused(tmp_path: Path, change, message: str) -> None:
    band = write_band(tmp_path / "band", PLAIN)
    change(band)
    with pytest.raises(InputError, match=message):
        run(band)
    assert re.search(message, (band / "OUTCAR").read_text())
