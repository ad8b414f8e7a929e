"""Engines by name: their Makers, and summaries that agree with the bare calculator."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase.units import GPa
from atomate2.forcefields.utils import MLFF
from atomate2.vasp.jobs.core import RelaxMaker, StaticMaker
from jobflow import run_locally
from pymatgen.core import Element, Lattice, Structure

from liponflow.analysis.result import Calculation
from liponflow.engines.calculators import CalculatorSpec
from liponflow.engines.chgnet.calculator import FastCHGNet
from liponflow.engines.engine import Engine, EngineError, EngineOptions
from liponflow.engines.potential.md.maker import CheckpointedMDMaker
from liponflow.engines.potential.mptrj import UNTRAINED
from liponflow.engines.potential.neb.maker import BandMaker
from liponflow.engines.reading import read_calculation
from liponflow.engines.registry import check_installed, engine_names, environment, get_engine
from liponflow.engines.vasp.md.stages import StagedVaspMDMaker
from liponflow.engines.vasp.neb import VaspNEBMaker
from liponflow.engines.vasp.run import custodian_options
from liponflow.inputs.lithiation import TOPIC, LithiationParameters
from liponflow.inputs.presets import load_parameters
from liponflow.inputs.protocol import Stage
from liponflow.inputs.vasp.lithiation import relax_set, static_set
from liponflow.inputs.vasp.sets import FAMILY, VaspSets
from liponflow.settings import Settings
from liponflow.structures.lithium import bcc_lithium

# atomate2 0.1.5 warns about an argument that it sets itself.
pytestmark = pytest.mark.filterwarnings("ignore:`task_document_kwargs`:DeprecationWarning")

ENERGY_TOLERANCE = 1e-5  # eV; the potential computes in single precision
STRESS_TOLERANCE = 1e-3  # GPa, of 50 GPa: chgnet computes in single precision
FORCE_LIMIT = 0.02  # eV/Å


def engine(name: str, *, max_steps: int = 100) -> Engine:
    parameters = load_parameters(LithiationParameters, TOPIC, "quick")
    sets = VaspSets(relax=relax_set(parameters), static=static_set(parameters))
    return get_engine(name, EngineOptions(FORCE_LIMIT, max_steps, {FAMILY: sets}))


def compressed_nio() -> Structure:
    return Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(4.0), ["Ni", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )


def run(job: Any, folder: Path) -> Any:
    folder.mkdir()
    answers = run_locally(job, root_dir=folder, ensure_success=True, raise_immediately=True)
    return answers[job.uuid][1].output


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Calculation:
    nio = engine("chgnet")
    document = run(nio.static().make(compressed_nio()), tmp_path_factory.mktemp("nio") / "run")
    return read_calculation(document, nio.describe(), FORCE_LIMIT)


@pytest.fixture(scope="module")
def bare(static: Calculation) -> Any:
    """Return the same cell with chgnet's calculator attached."""
    from chgnet.model.dynamics import CHGNetCalculator

    atoms = static.structure.to_ase_atoms()
    atoms.calc = CHGNetCalculator()
    return atoms


def test_static_energy_agrees_with_the_calculator(static: Calculation, bare: Any) -> None:
    assert static.energy == pytest.approx(bare.get_potential_energy(), abs=ENERGY_TOLERANCE)
    assert static.energy_per_atom == pytest.approx(static.energy / 8)


def test_stress_is_in_gpa_and_negative_under_compression(static: Calculation, bare: Any) -> None:
    stress = np.array(static.stress)
    assert stress == pytest.approx(bare.get_stress(voigt=False) / GPa, abs=STRESS_TOLERANCE)
    assert np.trace(stress) / 3 < -5


def test_stress_is_the_strain_derivative_of_the_energy(static: Calculation, bare: Any) -> None:
    strain = 1e-3
    energies = []
    for sign in (1, -1):
        atoms = bare.copy()
        atoms.calc = bare.calc
        atoms.set_cell(bare.cell * (1 + sign * strain), scale_atoms=True)
        energies.append(atoms.get_potential_energy())
    # dE / d(strain) = V tr(stress) for an isotropic strain.
    from_energy = (energies[0] - energies[1]) / (2 * strain) / bare.get_volume() / GPa
    assert np.trace(np.array(static.stress)) == pytest.approx(from_energy, rel=0.02)


def test_moments_agree_with_the_calculator(static: Calculation, bare: Any) -> None:
    bare.get_potential_energy()
    assert static.magmoms == pytest.approx(bare.calc.results["magmoms"], abs=1e-4)
    assert static.structure.site_properties["magmom"] == static.magmoms
    assert 1.0 < static.magmoms[0] < 2.0


def test_largest_force_agrees_with_the_calculator(static: Calculation, bare: Any) -> None:
    forces = np.linalg.norm(bare.get_forces(), axis=1)
    assert static.max_force == pytest.approx(forces.max(), abs=1e-4)


def test_summary_names_engine_weights_and_version(static: Calculation) -> None:
    assert static.engine.name == "chgnet"
    assert static.engine.weights == "0.3.0"
    assert re.fullmatch(r"\d+\.\d+.*", static.engine.version)
    assert static.engine.surrogate
    assert static.directory is not None


def test_relaxation_reaches_the_force_limit(tmp_path: Path) -> None:
    lithium = engine("chgnet")
    stretched = bcc_lithium(3.6)
    document = run(lithium.relax().make(stretched), tmp_path / "run")
    relaxed = read_calculation(document, lithium.describe(), FORCE_LIMIT)
    assert relaxed.converged
    assert 0 < relaxed.ionic_steps < 100
    assert relaxed.max_force is not None
    assert relaxed.max_force < FORCE_LIMIT
    assert np.abs(relaxed.stress).max() < 0.5
    # PBE, measured and CHGNet values of bcc Li lie between 3.40 and 3.51 Å.
    assert 3.35 < relaxed.structure.lattice.a < 3.55


def test_ions_can_move_in_a_fixed_cell(tmp_path: Path) -> None:
    displaced = compressed_nio()
    displaced.translate_sites([0], [0.03, 0, 0])
    fixed = engine("chgnet", max_steps=2)
    relaxed = read_calculation(
        run(fixed.relax(cell=False).make(displaced), tmp_path / "run"),
        fixed.describe(),
        FORCE_LIMIT,
    )
    assert relaxed.structure.lattice.matrix == pytest.approx(displaced.lattice.matrix)
    assert not relaxed.converged, "two steps are not enough"
    assert relaxed.max_force is not None
    assert relaxed.max_force > FORCE_LIMIT
    assert relaxed.force_limit == FORCE_LIMIT


def test_vasp_makers_use_our_input_sets() -> None:
    vasp = engine("vasp")
    relax, static = vasp.relax(), vasp.static()
    assert isinstance(relax, RelaxMaker)
    assert isinstance(static, StaticMaker)
    assert relax.input_set_generator.config_dict["INCAR"]["EDIFFG"] == -0.05
    assert static.input_set_generator.config_dict["INCAR"]["NSW"] == 0
    fixed = vasp.relax(cell=False).input_set_generator
    incar = fixed.get_input_set(compressed_nio(), potcar_spec=True)["INCAR"]
    assert incar["ISIF"] == 2
    symmetric = vasp.relax(keep_symmetry=True).input_set_generator
    assert symmetric.get_input_set(compressed_nio(), potcar_spec=True)["INCAR"]["ISYM"] == 2
    assert not vasp.describe().surrogate


@pytest.mark.parametrize("name", [name for name in engine_names() if name not in {"feff", "vasp"}])
def test_force_fields_have_their_own_makers(name: str) -> None:
    maker = engine(name, max_steps=7).relax()
    ours = {"chgnet": MLFF.CHGNet, "gpaw": MLFF.Forcefield, "sevennet": MLFF.Forcefield}
    assert maker.mlff is (ours.get(name.partition("-")[0]) or MLFF(name))
    assert maker.steps == 7
    assert maker.relax_cell
    assert maker.relax_kwargs["fmax"] < FORCE_LIMIT


@pytest.mark.parametrize("weights", ["0.2.0", "r2scan"])
def test_other_chgnet_weights_are_separate_engines(
    weights: str, static: Calculation, tmp_path: Path
) -> None:
    from chgnet.model import CHGNet

    other = engine(f"chgnet-{weights}")
    document = run(other.static().make(compressed_nio()), tmp_path / "run")
    computed = read_calculation(document, other.describe(), FORCE_LIMIT)
    model = CHGNet.load(model_name=weights, verbose=False, use_device="cpu")
    expected = model.predict_structure(compressed_nio())
    assert computed.energy_per_atom == pytest.approx(float(expected["e"]), abs=ENERGY_TOLERANCE)
    assert computed.engine.label == f"chgnet-{weights} (machine-learned potential, not DFT)"
    assert computed.engine.weights == weights
    # The weights have different energy scales and must not be confused.
    assert abs(computed.energy_per_atom - static.energy_per_atom) > 0.01
    assert computed.engine.weights_hash == other.describe().weights_hash
    atoms = compressed_nio().to_ase_atoms(msonable=False)
    atoms.calc = FastCHGNet(weights)
    assert atoms.get_potential_energy() == pytest.approx(computed.energy, abs=1e-4)


def test_every_engine_makes_bands() -> None:
    band = engine("chgnet-0.2.0").neb(climbing=False, max_steps=7)
    assert isinstance(band, BandMaker)
    assert (band.engine.name, band.climbing, band.max_steps) == ("chgnet-0.2.0", False, 7)
    assert band.potential == CalculatorSpec(FastCHGNet, {"weights": "0.2.0"})
    assert band.force_limit == FORCE_LIMIT
    assert band.engine == engine("chgnet-0.2.0").describe()
    plain = engine("vasp").neb(climbing=False, force_limit=0.03)
    assert isinstance(plain, VaspNEBMaker)
    assert (plain.climbing, plain.force_limit) == (False, 0.03)


def test_short_steps_use_fire() -> None:
    careful = engine("chgnet").relax(cell=False, max_step=0.05)
    assert careful.optimizer_kwargs == {"optimizer": "FIRE"}
    assert careful.relax_kwargs["maxstep"] == 0.05


@pytest.mark.parametrize(
    ("name", "nearest"), [("chgnett", "chgnet"), ("VASP", "vasp"), ("mace-mp-0", "MACE-MP-0")]
)
def test_unknown_engine_suggests_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(EngineError, match=f"did you mean '{nearest}'"):
        engine(name)
    with pytest.raises(EngineError, match=f"did you mean '{nearest}'"):
        check_installed(name, Settings())


@pytest.mark.parametrize("symbol", ["Po", "Fr", "Am"])
def test_untrained_elements_are_refused(symbol: str) -> None:
    structure = compressed_nio()
    structure.replace(0, symbol)
    with pytest.raises(EngineError, match=f"not trained on {symbol}.*--engine vasp"):
        engine("chgnet").check(structure)
    engine("vasp").check(structure)
    engine("chgnet").check(compressed_nio())


def test_untrained_elements_have_untrained_embeddings() -> None:
    """Embeddings that never saw data keep the norm of their random initialisation."""
    from chgnet.model import CHGNet

    weights = CHGNet.load(use_device="cpu", verbose=False).atom_embedding.embedding.weight
    norms = weights.detach().norm(dim=1).numpy()
    untrained = {Element.from_Z(z + 1).symbol for z in np.flatnonzero(norms < 10)}
    beyond = {Element.from_Z(z).symbol for z in range(len(norms) + 1, 119)}
    assert untrained | beyond == UNTRAINED


# Molecular dynamics: the same call for every engine.

ENCUT = {"value": 400, "source": "our choice"}
STAGES = [Stage(name="hold", ensemble="nvt", temperature=300, duration=1, time_step=2)]


def test_potentials_run_dynamics_with_checkpoints() -> None:
    maker = engine("chgnet").md(STAGES, seed=3, frame_interval=5, chunk_steps=20)
    assert isinstance(maker, CheckpointedMDMaker)
    assert (maker.engine.name, maker.seed, maker.stages) == ("chgnet", 3, STAGES)
    assert (maker.frame_interval, maker.chunk_steps) == (5, 20)
    assert maker.engine == engine("chgnet").describe()


@pytest.mark.filterwarnings("ignore:ISMEAR = 0 with a small SIGMA")
def test_vasp_runs_dynamics_in_segments_with_the_topic_incar() -> None:
    parameters = load_parameters(LithiationParameters, TOPIC, "quick")
    sets = VaspSets(relax_set(parameters), static_set(parameters), md_incar={"ENCUT": ENCUT})
    vasp = get_engine("vasp", EngineOptions(FORCE_LIMIT, 2, {FAMILY: sets}))
    maker = vasp.md(STAGES, seed=3, chunk_steps=200)
    assert isinstance(maker, StagedVaspMDMaker)
    runs = [job.maker for job in maker.make(bcc_lithium()).jobs if job.maker is not None]
    assert [run.input_set_generator.nsteps for run in runs] == [200, 200, 100]
    generator = runs[0].input_set_generator
    incar = generator.get_input_set(bcc_lithium(), potcar_spec=True).incar
    assert (incar["ENCUT"], incar["MDALGO"], incar["POTIM"]) == (400, 3, 2)


def test_job_environment_is_taken_from_the_settings() -> None:
    assert (
        environment(Settings.model_validate({"vasp_cmd": "vasp_std"}))["ATOMATE2_VASP_CMD"]
        == "vasp_std"
    )
    assert "ATOMATE2_VASP_CMD" not in environment(Settings(vasp_cmd=None))


def test_engine_without_requirements_is_accepted() -> None:
    check_installed("chgnet", Settings())


@pytest.mark.filterwarnings("ignore:No POTCAR file:UserWarning")
@pytest.mark.filterwarnings("ignore:ISMEAR = 0 with a small SIGMA")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_relaxation_ended_by_a_stopcar_is_not_converged(tmp_path: Path, standin: str) -> None:
    cell = Structure(Lattice.cubic(3.4), ["Li", "Li"], [[0, 0, 0], [0.45, 0.5, 0.5]])
    maker = RelaxMaker(
        run_vasp_kwargs={"vasp_cmd": standin, "custodian_kwargs": custodian_options()},
        write_input_set_kwargs={"potcar_spec": True},
        write_additional_data={"STOPCAR": "LSTOP = .TRUE."},
    )
    document = run(maker.make(cell), tmp_path / "run")
    summary = read_calculation(document, engine("vasp").describe(), FORCE_LIMIT)
    assert summary.ionic_steps == 1
    assert not summary.converged
