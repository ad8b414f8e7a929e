import warnings
from pathlib import Path

import ase.io
import numpy as np
import pytest
from chgnet.model.dynamics import CHGNetCalculator
from emmet.core.tasks import TaskDoc
from emmet.core.types.enums import TaskState
from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor
from pymatgen.io.vasp import Oszicar, Outcar, Poscar, Vasprun, Xdatcar

from liponflow.engines.standin.identity import stand_in_label
from liponflow.engines.standin.run import run

KILOBAR = 0.1 * ase.units.GPa
SPIN = "ISPIN = 2\nMAGMOM = 2*2 2*-2 4*0\nLORBIT = 11\n"

# The model's float32 sums depend on the order of the neighbours.
ENERGY_TOLERANCE = 2e-5  # eV per cell
FORCE_TOLERANCE = 1e-4  # eV/Å: chgnet rounds coordinates to single precision, ours differences
STRESS_TOLERANCE = 1e-2  # kB, for the same reason

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*unconverged VASP run"),
    pytest.mark.filterwarnings("ignore:No POTCAR file:UserWarning"),
    # pymatgen leaves the XDATCAR open.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def static(vasp_directory, nickel_oxide: Structure) -> Path:
    directory = vasp_directory(nickel_oxide, SPIN + "ISIF = 2\nNSW = 0\nENCUT = 520\n")
    run(directory)
    return directory


@pytest.fixture
def direct(nickel_oxide: Structure) -> dict[str, np.ndarray]:
    """Compute the same cell with chgnet's own calculator."""
    atoms = AseAtomsAdaptor.get_atoms(nickel_oxide, msonable=False)
    atoms.calc = CHGNetCalculator(use_device="cpu")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Converting a tensor with requires_grad=True")
        stress = atoms.get_stress(voigt=False)
    return {
        "energy": atoms.get_potential_energy(),
        "forces": atoms.get_forces(),
        "stress": -stress / KILOBAR,
        "magmoms": atoms.calc.results["magmoms"],
    }


def test_pymatgen_reads_what_chgnet_computes(static, direct) -> None:
    vasprun = Vasprun(static / "vasprun.xml", parse_potcar_file=False)
    step = vasprun.ionic_steps[-1]
    assert float(vasprun.final_energy) == pytest.approx(direct["energy"], abs=ENERGY_TOLERANCE)
    assert step["forces"] == pytest.approx(direct["forces"], abs=FORCE_TOLERANCE)
    assert step["stress"] == pytest.approx(direct["stress"], abs=STRESS_TOLERANCE)
    assert vasprun.converged
    assert vasprun.kpoints.kpts == [(2, 2, 2)]
    oszicar = Oszicar(static / "OSZICAR")
    assert float(oszicar.final_energy) == pytest.approx(direct["energy"], abs=ENERGY_TOLERANCE)


def test_stretched_cell_has_positive_pressure_under_compression(
    vasp_directory, nickel_oxide
) -> None:
    nickel_oxide.scale_lattice(0.9 * nickel_oxide.volume)
    directory = vasp_directory(nickel_oxide, "NSW = 0\n")
    run(directory)
    vasprun = Vasprun(directory / "vasprun.xml", parse_potcar_file=False)
    assert np.trace(vasprun.ionic_steps[-1]["stress"]) / 3 > 50  # kB, VASP's sign


def test_moments_have_the_signs_of_magmom(static, direct) -> None:
    outcar = Outcar(static / "OUTCAR")
    signs = np.array([1, 1, -1, -1, 1, 1, 1, 1])
    moments = [site["tot"] for site in outcar.magnetization]
    assert moments == pytest.approx(signs * direct["magmoms"], abs=6e-4)
    assert outcar.total_mag == pytest.approx(sum(signs * direct["magmoms"]), abs=1e-5)


def test_total_moment_is_the_sum_at_the_last_step(vasp_directory, nickel_oxide) -> None:
    tags = "IBRION = 2\nNSW = 3\nEDIFFG = -1e-9\nISIF = 3\n"
    directory = vasp_directory(nickel_oxide, SPIN + tags)
    run(directory)
    outcar = Outcar(directory / "OUTCAR")
    total = sum(site["tot"] for site in outcar.magnetization)
    assert outcar.total_mag == pytest.approx(total, abs=0.005)
    assert outcar.total_mag == pytest.approx(
        Oszicar(directory / "OSZICAR").ionic_steps[-1]["mag"], abs=1e-4
    )


def test_moments_are_not_written_without_spin(vasp_directory, nickel_oxide) -> None:
    directory = vasp_directory(nickel_oxide, "NSW = 0\nLORBIT = 11\n")
    run(directory)
    assert Outcar(directory / "OUTCAR").magnetization == ()
    assert "mag=" not in (directory / "OSZICAR").read_text()


def test_stress_is_not_computed_with_isif_0(vasp_directory, nickel_oxide) -> None:
    directory = vasp_directory(nickel_oxide, "NSW = 0\nISIF = 0\n")
    run(directory)
    vasprun = Vasprun(directory / "vasprun.xml", parse_potcar_file=False)
    assert "stress" not in vasprun.ionic_steps[-1]
    assert "in kB" not in (directory / "OUTCAR").read_text()


def test_ase_reads_every_file(static, direct) -> None:
    for name, form in (("vasprun.xml", "vasp-xml"), ("OUTCAR", "vasp-out")):
        atoms = ase.io.read(static / name, format=form)
        assert atoms.get_potential_energy() == pytest.approx(
            direct["energy"], abs=ENERGY_TOLERANCE
        )
        assert atoms.get_forces() == pytest.approx(direct["forces"], abs=FORCE_TOLERANCE)
        assert -atoms.get_stress(voigt=False) / KILOBAR == pytest.approx(
            direct["stress"], abs=STRESS_TOLERANCE
        )
    assert atoms.get_magnetic_moment() == pytest.approx(
        atoms.get_magnetic_moments().sum(), abs=5e-3
    )
    start = ase.io.read(static / "POSCAR", format="vasp")
    for name, form, tolerance in (("XDATCAR", "vasp-xdatcar", 2e-6), ("CONTCAR", "vasp", 1e-12)):
        atoms = ase.io.read(static / name, format=form)
        assert atoms.get_chemical_symbols() == start.get_chemical_symbols()
        shift = atoms.get_scaled_positions() - start.get_scaled_positions()
        assert abs(shift - np.round(shift)).max() < tolerance


def test_emmet_documents_name_the_potential(static, direct) -> None:
    document = TaskDoc.from_directory(static)
    calculation = document.calcs_reversed[0]
    assert stand_in_label(calculation.vasp_version) == "stand-in: chgnet 0.3.0"
    assert document.state is TaskState.SUCCESS
    assert document.output.energy == pytest.approx(direct["energy"], abs=ENERGY_TOLERANCE)
    assert document.structure.site_properties["magmom"][2] < -1
    # No electronic properties are made up.
    assert calculation.output.bandgap is None
    assert calculation.output.dos_properties in ({}, None)
    assert calculation.output.run_stats.elapsed_time > 0


@pytest.mark.parametrize("name", ["OUTCAR", "OSZICAR", "CONTCAR", "XDATCAR", "vasprun.xml"])
def test_every_file_names_the_stand_in(static, name: str) -> None:
    head = "".join((static / name).read_text().splitlines(keepends=True)[:10])
    assert "stand-in" in head
    assert "chgnet 0.3.0" in head


def test_comment_is_signed_once(static) -> None:
    (static / "POSCAR").write_bytes((static / "CONTCAR").read_bytes())
    run(static)
    assert (static / "CONTCAR").read_text().splitlines()[0].count("stand-in") == 1


def test_trajectory_contains_every_step_with_its_cell(vasp_directory, nickel_oxide) -> None:
    directory = vasp_directory(nickel_oxide, "IBRION = 1\nNSW = 4\nISIF = 3\nEDIFFG = -1e-9\n")
    run(directory)
    frames = Xdatcar(directory / "XDATCAR").structures
    steps = Vasprun(directory / "vasprun.xml", parse_potcar_file=False).structures
    assert len(frames) == len(steps) == 4
    images = ase.io.read(directory / "XDATCAR", index=":", format="vasp-xdatcar")
    for frame, image, step in zip(frames, images, steps, strict=True):
        assert frame.lattice.matrix == pytest.approx(step.lattice.matrix, abs=1e-6)
        assert image.cell.array == pytest.approx(step.lattice.matrix, abs=1e-6)
        shift = frame.frac_coords - step.frac_coords
        assert abs(shift - np.round(shift)).max() < 2e-8
    assert frames[0].lattice != frames[-1].lattice
    final = Poscar.from_file(directory / "CONTCAR", check_for_potcar=False).structure
    assert final.lattice.matrix == pytest.approx(steps[-1].lattice.matrix, abs=1e-7)


def test_titles_electrons_and_masses_come_from_the_potcar(vasp_directory, lithium) -> None:
    directory = vasp_directory(lithium, "NSW = 0\n")
    (directory / "POTCAR.spec").unlink()
    (directory / "POTCAR").write_text(
        "  PAW_PBE Li_sv 10Sep2004\n   VRHFIN =Li: 1s2s2p\n"
        "   TITEL  = PAW_PBE Li_sv 10Sep2004\n   POMASS =    7.010; ZVAL   =    3.000    mass\n"
    )
    run(directory)
    vasprun = Vasprun(directory / "vasprun.xml", parse_potcar_file=False)
    assert vasprun.potcar_symbols == ["PAW_PBE Li_sv 10Sep2004"]
    assert vasprun.parameters["NELECT"] == pytest.approx(6)
    assert "POMASS =    7.01" in (directory / "OUTCAR").read_text()
