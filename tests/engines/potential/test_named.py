"""Any ASE calculator as an engine, in all calculations of an engine."""

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from ase.calculators.emt import EMT
from ase.io import read
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore
from pymatgen.core import Lattice, Structure
from vacancy_example import copper_hop

from liponflow import safejson
from liponflow.analysis.migration.gamma_modes import GammaModes
from liponflow.analysis.provenance import fingerprint
from liponflow.analysis.runs import MDResult, NEBResult
from liponflow.engines.engine import CAPABILITIES, Engine, EngineError, EngineOptions
from liponflow.engines.planning import planned_by
from liponflow.engines.reading import read_calculation
from liponflow.engines.registry import calculator_packages, check_installed, get_engine
from liponflow.inputs.protocol import Stage
from liponflow.settings import CONFIG_FILE_VARIABLE, Settings, SettingsError, load_settings
from liponflow.structures.migration.images import interpolate

# atomate2 0.1.5 warns about an argument that it sets itself.
pytestmark = pytest.mark.filterwarnings("ignore:`task_document_kwargs`:DeprecationWarning")

NAME = "ase.calculators.emt:EMT"
LIMIT = 0.02  # eV/Å


def emt(name: str = NAME, **arguments: Any) -> Engine:
    return get_engine(name, EngineOptions(LIMIT, 100, arguments=arguments))


def copper(a: float = 3.6) -> Structure:
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(a), ["Cu"], [[0, 0, 0]])


def run(job: Any, folder: Path) -> Any:
    """Run a job like a runner, encoded and decoded, in a separate directory."""
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    again = safejson.decode(job.as_dict())
    run_locally(again, store=store, root_dir=folder, ensure_success=True, log=False)
    return safejson.decode(store.get_output(job.uuid, load=True))


def energy(structure: Structure, **arguments: Any) -> float:
    atoms = structure.to_ase_atoms(msonable=False)
    atoms.calc = EMT(**arguments)
    return float(atoms.get_potential_energy())


def test_static_energy_agrees_with_the_calculator(tmp_path: Path) -> None:
    engine = emt()
    document = run(engine.static().make(copper()), tmp_path)
    computed = read_calculation(document, engine.describe(), LIMIT)
    assert computed.energy == pytest.approx(energy(copper()), abs=1e-9)
    assert computed.magmoms is None
    assert computed.engine == engine.describe()
    assert computed.engine.version == version("ase")
    assert computed.engine.label == f"{NAME} {version('ase')} (ASE calculator, not DFT)"


def test_relaxation_finds_the_published_lattice_constant(tmp_path: Path) -> None:
    engine = emt()
    document = run(engine.relax().make(copper(3.7)), tmp_path)
    relaxed = read_calculation(document, engine.describe(), LIMIT)
    assert relaxed.converged
    # EMT's lattice constant of Cu: Jacobsen, Stoltze and Norskov, Surf. Sci. 366, 394 (1996).
    assert relaxed.structure.lattice.a == pytest.approx(3.59, abs=0.01)


def test_energies_of_dynamics_agree_with_the_calculator(tmp_path: Path) -> None:
    stages = [Stage(name="hold", ensemble="npt", temperature=300, duration=0.03, time_step=3)]
    made = emt().md(stages, seed=3, frame_interval=5).make(copper() * (2, 2, 2))
    result = MDResult.model_validate(run(made, tmp_path))
    [file] = result.trajectory_files
    last = read(file, -1)
    stored = last.get_potential_energy()
    last.calc = EMT()
    assert last.get_potential_energy() == pytest.approx(stored, abs=1e-6)
    assert result.provenance.engine.name == NAME


def test_bands_and_vibrations_are_computed(tmp_path: Path) -> None:
    ends = copper_hop()
    images = interpolate(ends.start, ends.end, 3)
    (tmp_path / "band").mkdir()
    band = NEBResult.model_validate(
        run(emt().neb(climbing=False, max_steps=3).make(images), tmp_path / "band")
    )
    energies = [energy(image.structure) for image in band.images]
    heights = [image.energy - band.images[0].energy for image in band.images]
    assert heights == pytest.approx([one - energies[0] for one in energies], abs=1e-6)
    assert 0.5 < max(heights) < 1.5  # eV; the vacancy of Cu migrates over 0.7 eV
    (tmp_path / "modes").mkdir()
    job = emt().vibrations().make(ends.start, moving=[30])
    modes = GammaModes.model_validate(run(job, tmp_path / "modes"))
    assert len(modes.frequencies) == 3


def test_calculator_computes_all_but_spectra() -> None:
    mechanics = tuple(name for name in CAPABILITIES if name != "spectrum")
    assert emt().capabilities() == mechanics
    emt().require(*mechanics)


def test_relaxations_and_static_calculations_are_planned() -> None:
    [relaxation] = planned_by(emt().relax(), copper())
    [static] = planned_by(emt().static(), copper())
    assert (relaxation.kind, relaxation.engine, relaxation.ionic_steps) == ("relax", NAME, None)
    assert (static.kind, static.engine, static.ionic_steps) == ("static", NAME, 1)


def test_arguments_reach_the_calculator_and_the_fingerprint(tmp_path: Path) -> None:
    plain, cut = emt(), emt(asap_cutoff=True)
    document = run(cut.static().make(copper()), tmp_path)
    computed = read_calculation(document, cut.describe(), LIMIT)
    assert computed.energy == pytest.approx(energy(copper(), asap_cutoff=True), abs=1e-9)
    assert abs(computed.energy - energy(copper())) > 1e-3
    assert computed.engine.arguments == {"asap_cutoff": True}
    prints = {fingerprint(copper(), engine.describe(), {}) for engine in (plain, cut)}
    assert len(prints) == 2


def test_unsupported_elements_and_arguments_are_refused_in_one_line() -> None:
    salt = Structure(Lattice.cubic(4), ["Cu", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    emt().check(copper())
    with pytest.raises(EngineError, match=f"{NAME} cannot compute Cu1 Cl1: .*Cl") as caught:
        emt().check(salt)
    assert "\n" not in str(caught.value)
    with pytest.raises(EngineError, match=r"cannot be created with the arguments .*colour"):
        emt("liponflow.engines.chgnet.calculator:FastCHGNet", colour="red").check(copper())


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("no_such_package:Potential", "No module named 'no_such_package'"),
        ("ase.calculators.emt:EMTT", "has no 'EMTT'; did you mean 'EMT'"),
        ("ase:Atoms", "ase:Atoms is not an ASE calculator"),
        ("a:b:c", "not of the form module:Class"),
    ],
)
def test_name_that_is_not_a_calculator_is_refused(name: str, complaint: str) -> None:
    with pytest.raises(EngineError, match=complaint):
        emt(name).describe()
    with pytest.raises(EngineError, match=complaint):
        check_installed(name, Settings())


def test_calculator_without_stress_cannot_relax_cells() -> None:
    tip = emt("ase.calculators.tip3p:TIP3P")
    with pytest.raises(EngineError, match="computes no stress, so it cannot relax cells"):
        tip.relax()
    tip.relax(cell=False)
    hold = Stage(name="hold", ensemble="npt", temperature=300, duration=0.03, time_step=3)
    with pytest.raises(EngineError, match="so it cannot hold a pressure"):
        tip.md([hold], seed=0)


def test_engines_without_arguments_refuse_them() -> None:
    with pytest.raises(EngineError, match=r"chgnet takes no arguments but device \(given: skin\)"):
        emt("chgnet", skin=0.5)


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write settings that define a calculator by name."""
    weights = tmp_path / "emt.dat"
    weights.write_bytes(b"parameters")
    file = tmp_path / "liponflow.yaml"
    file.write_text(
        f"""
engines:
  metals:
    calculator: ase.calculators.emt:EMT
    arguments: {{asap_cutoff: true}}
    functional: fitted to LDA
    method: effective medium theory
    weights: {weights}
"""
    )
    monkeypatch.setenv(CONFIG_FILE_VARIABLE, str(file))
    return file


@pytest.mark.usefixtures("configured")
def test_calculator_is_defined_by_name_in_the_settings(tmp_path: Path) -> None:
    described = emt("metals").describe()
    digest = sha256(b"parameters").hexdigest()
    assert described.weights == f"emt.dat {digest[:8]}"
    assert described.weights_hash == digest
    assert described.functional == "fitted to LDA"
    assert described.label.endswith("(effective medium theory, not DFT)")
    assert described.arguments == {"asap_cutoff": True}
    assert emt("metals", asap_cutoff=False).describe().arguments == {"asap_cutoff": False}
    with pytest.raises(EngineError, match="did you mean 'metals'"):
        emt("metal")
    check_installed("metals", load_settings())
    folder = tmp_path / "run"
    folder.mkdir()
    document = run(emt("metals").static().make(copper()), folder)
    computed = read_calculation(document, described, LIMIT)
    assert computed.energy == pytest.approx(energy(copper(), asap_cutoff=True), abs=1e-9)


@pytest.mark.usefixtures("configured")
def test_packages_named_by_the_user_are_trusted() -> None:
    assert calculator_packages(["chgnet", "my.model:Potential"], load_settings()) == {"ase", "my"}


def test_name_of_a_registered_engine_is_refused(configured: Path) -> None:
    configured.write_text(configured.read_text().replace("metals", "chgnet"))
    with pytest.raises(EngineError, match=r"chgnet is a registered engine; give .* another name"):
        emt("chgnet")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [("calculator: em t", "engines"), ("calculator: a:b\n    colour: red", "engines")],
)
def test_invalid_engine_settings_are_refused(configured: Path, line: str, complaint: str) -> None:
    configured.write_text(f"engines:\n  metals:\n    {line}\n")
    with pytest.raises(SettingsError, match=complaint):
        load_settings()
