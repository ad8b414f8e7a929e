"""Bands with atomate2, custodian, emmet and the stand-in: a vacancy hop in bcc Li."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from pathlib import Path
from typing import Any

import pytest
from ase import Atoms
from ase.mep import NEB
from ase.optimize import FIRE
from atomate2.forcefields.utils import ase_calculator
from jobflow import JobStore
from maggma.stores import MemoryStore
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import Incar
from rich.console import Console

from liponflow import safejson
from liponflow.analysis.runs import NEBResult
from liponflow.engines.vasp.neb import VaspNEBMaker
from liponflow.engines.vasp.run import vasp_environment
from liponflow.inputs.migration import MigrationParameters
from liponflow.inputs.presets import load_parameters
from liponflow.inputs.vasp import potcar
from liponflow.inputs.vasp.migration import band_set
from liponflow.runners.local import start
from liponflow.structures.lithium import bcc_lithium

pytestmark = pytest.mark.usefixtures("warm_workers")

FORCE_LIMIT = 0.02
"""eV/Å; at 0.05 two bands still differ by 6 meV."""
BARRIER_TOLERANCE = 5e-3
"""Largest difference (eV) between barriers of bands that are converged to the force limit."""
POTCAR = """  PAW_PBE Li_sv 10Sep2004
   3.00000000000000
 parameters from PSCTR are:
   VRHFIN =Li: 1s2s2p
   LEXCH  = PE
   EATOM  =   202.0178 eV,   14.8476 Ry

   TITEL  = PAW_PBE Li_sv 10Sep2004
   POMASS =    7.010; ZVAL   =    3.000    mass and valenz
   ENMAX  =  499.034; ENMIN  =  374.276 eV

 END of PSCTR-controll parameters
 local part
   75.589 1
  0.1 0.2 0.3 0.4
 End of Dataset
"""
"""A POTCAR with the lines that readers need; the numbers are made up."""
MILLIELECTRONVOLT = 1e-3
"""Largest difference of energies (eV/atom) between the direct engine and the stand-in."""


def hop(n_images: int = 5) -> list[Structure]:
    """Return the path of a Li atom into a neighbouring vacancy, slightly off the straight line."""
    crystal = bcc_lithium(3.4) * (2, 2, 2)
    distances = crystal.lattice.get_all_distances([0.5] * 3, crystal.frac_coords)[0]
    vacant = int(distances.argmin())
    hole = crystal[vacant].frac_coords
    crystal.remove_sites([vacant])
    start = hole + 0.25
    hopper = int(crystal.lattice.get_all_distances(start, crystal.frac_coords)[0].argmin())
    images = []
    for number in range(n_images):
        image = crystal.copy()
        between = 0 < number < n_images - 1
        position = start + (hole - start) * number / (n_images - 1)
        image.replace(hopper, "Li", position + ([0.01, -0.01, 0] if between else 0))
        images.append(image)
    return images


def run(folder: Path, command: str, **options: Any) -> NEBResult:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    store.connect()
    flow = VaspNEBMaker(**({"force_limit": FORCE_LIMIT} | options)).make(hop())
    report = start(
        flow,
        store,
        folder,
        workers=2,
        environment=vasp_environment(command),
        console=Console(quiet=True),
    )
    assert report.failures == ()
    result: NEBResult = safejson.decode(store.get_output(flow.output.uuid, load=True))
    return result


def independent_barrier() -> float:
    """Return the barrier of the same path by ASE, with the springs of the input set."""
    atoms: list[Atoms] = [image.to_ase_atoms() for image in hop()]
    for image in atoms:
        image.calc = ase_calculator("CHGNet", stress_unit="eV/A3")
    band = NEB(atoms, k=5, method="improvedtangent")
    assert FIRE(band, logfile=None).run(fmax=FORCE_LIMIT, steps=200)
    energies = [image.get_potential_energy() for image in atoms]
    return float(max(energies) - energies[0])


def incar(folder: Path) -> Incar:
    """Return the INCAR of the band that ran in a folder."""
    [path] = (p.parent for p in folder.rglob("02") if p.is_dir())
    return Incar.from_file(next(path.glob("INCAR*")))


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory, standin: str) -> tuple[NEBResult, Path]:
    """Return the plain band and the folder in which it ran, in the layout of VASP 6."""
    folder = tmp_path_factory.mktemp("band")
    return run(folder, standin), folder


def test_energies_agree_with_the_direct_engine(rehearsed: tuple[NEBResult, Path]) -> None:
    images = rehearsed[0].images
    calculator = ase_calculator("CHGNet", stress_unit="eV/A3")
    direct = []
    for image in images:
        atoms = image.structure.to_ase_atoms()
        atoms.calc = calculator
        direct.append(atoms.get_potential_energy())
    expected = [energy - direct[0] for energy in direct]
    # Relative to the first end point, as a difference of two energies of 15 atoms: a thirtieth
    # of the tolerance per atom, which is as large as the barrier.
    tolerance = MILLIELECTRONVOLT * len(images[0].structure) / 30
    assert [image.energy for image in images] == pytest.approx(expected, abs=tolerance)


def test_barrier_agrees_with_an_independent_band(rehearsed: tuple[NEBResult, Path]) -> None:
    result, folder = rehearsed
    assert result.converged
    assert not result.climbing
    assert [image.image for image in result.images] == [0, 1, 2, 3, 4]
    assert all((image.max_force or 0) < FORCE_LIMIT for image in result.images)
    expected = independent_barrier()
    assert expected > 5 * BARRIER_TOLERANCE
    assert result.barrier == pytest.approx(expected, abs=BARRIER_TOLERANCE)
    # The hop is symmetric.
    assert result.reverse_barrier == pytest.approx(expected, abs=BARRIER_TOLERANCE)
    assert result.provenance.engine.label.startswith("vasp (stand-in: chgnet 0.3.0)")
    written = incar(folder)
    # By default an image of VTST climbs.
    assert written["LCLIMB"] is False
    assert "IOPT" not in written


def test_unconverged_band_has_a_result_without_barrier(
    tmp_path: Path, cheap_vasp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Use a made-up POTCAR library, KSPACING instead of a mesh, and the layout of VASP 5.4.4."""
    lithium = tmp_path / "potcars" / "POT_GGA_PAW_PBE_54" / "Li_sv" / "POTCAR"
    lithium.parent.mkdir(parents=True)
    lithium.write_text(POTCAR)
    monkeypatch.setenv(potcar.POTCAR_LIBRARY, str(tmp_path / "potcars"))
    monkeypatch.setenv("PMG_DEFAULT_FUNCTIONAL", "PBE_54")
    monkeypatch.setitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, str(tmp_path / "potcars"))
    spacing = {"KSPACING": 0.5}
    command = f"{cheap_vasp} --layout 5.4.4"
    result = run(tmp_path, command, climbing=True, max_steps=2, user_incar_settings=spacing)
    assert not result.converged
    assert result.barrier is None
    assert "within NSW = 2 steps" in result.warnings[0]
    assert result.climbing
    written = incar(tmp_path)
    assert {"IOPT", "LCLIMB", "KSPACING"} <= written.keys()
    # Custodian changed nothing and did not start it again.
    assert written["IBRION"] == 3
    assert result.steps == 2
    potcars = [path.name for path in tmp_path.glob("*/jobs/*/POTCAR*")]
    assert potcars.count("POTCAR.gz") == 3
    assert "POTCAR.spec" not in potcars


def test_end_points_have_the_settings_of_the_band() -> None:
    flow = VaspNEBMaker(user_incar_settings={"ENCUT": 450}).make(hop())
    first, last, band, _ = flow.jobs
    sets = [
        job.maker.input_set_generator.get_input_set(hop()[0], potcar_spec=True).incar
        for job in (first, last, band)
    ]
    assert sets[0] == sets[1]
    changed = {key for key in {*sets[0], *sets[2]} if sets[0].get(key) != sets[2].get(key)}
    # Ionic tags; pymatgen sets no ISIF in static calculations.
    assert changed == {"NSW", "IBRION", "ISIF", "IMAGES", "SPRING", "LCLIMB", "EDIFFG"}
    assert sets[2]["IBRION"] == 1
    assert sets[2]["ENCUT"] == 450


@pytest.mark.parametrize("climbing", [True, False])
@pytest.mark.parametrize("own_set", [True, False])
@pytest.mark.parametrize("optimiser", [3, None])
def test_a_band_says_whether_an_image_climbs(
    *, climbing: bool, own_set: bool, optimiser: int | None
) -> None:
    """VTST lets the highest image climb by default."""
    parameters: MigrationParameters = load_parameters(
        MigrationParameters, "migration", "quick", {"dopant": ["N"], "climbing": climbing}
    )
    maker = VaspNEBMaker(
        climbing=climbing,
        band_set=band_set(parameters) if own_set else None,
        user_incar_settings={} if optimiser is None else {"IOPT": optimiser},
    )
    first, _, band, _ = maker.make(hop()).jobs
    incars = [
        job.maker.input_set_generator.get_input_set(hop()[0], potcar_spec=True).incar
        for job in (first, band)
    ]
    assert {"IOPT", "LCLIMB"}.isdisjoint(incars[0])
    assert incars[1].get("IOPT") == (optimiser or (1 if climbing else None))
    assert incars[1]["LCLIMB"] is climbing


def test_moments_of_the_first_image_apply_to_the_whole_band() -> None:
    oxide = Structure(
        Lattice.cubic(4.2),
        ["O", "Ni", "O", "Ni"],
        [[0, 0, 0.5], [0, 0, 0], [0.5, 0, 0], [0.5] * 3],
    )
    start = oxide.copy(site_properties={"magmom": [0.0, 2.0, 0.0, -2.0]})
    first, last, band, _ = VaspNEBMaker().make([start, oxide, oxide]).jobs
    images = [first.function_args[0], *band.function_args[0], last.function_args[0]]
    assert [image.site_properties["magmom"] for image in images] == [[2.0, -2.0, 0.0, 0.0]] * 5
    assert [str(element) for element in images[0].species] == ["Ni", "Ni", "O", "O"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: path[:2], "a band of 2 images: give the two end points and at least one"),
        (
            lambda path: [path[0], path[1].copy().replace_species({"Li": "Na"}), path[2]],
            r"image 1 \(Na15\) has other atoms than image 0 \(Li15\)",
        ),
        (
            lambda path: [*path[:2], path[2].copy().apply_strain(0.01)],
            "image 2 has another cell than image 0",
        ),
    ],
)
def test_images_that_do_not_form_a_band_are_refused(change: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        VaspNEBMaker().make(change(hop(3)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"force_limit": -0.05}, r"force_limit = -0\.05 eV/Å must be above 0"),
        ({"max_steps": 1}, "max_steps = 1 must be 2 or more"),
    ],
)
def test_invalid_numbers_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        VaspNEBMaker(**options)
