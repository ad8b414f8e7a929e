"""GPAW as an engine: its label, its scale of energies, and what it refuses."""

from typing import Any

import pytest
from pymatgen.core import Lattice, Structure

from liponflow.analysis.energy_scale import OWN
from liponflow.analysis.method import comparable
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.stability.corrections import resolve, scale_name
from liponflow.engines.engine import Engine, EngineError, EngineOptions
from liponflow.engines.gpaw import engine as module
from liponflow.engines.gpaw.engine import GpawEngine, recorded_method
from liponflow.engines.registry import get_engine
from liponflow.inputs.gpaw.settings import gpaw_inputs
from liponflow.inputs.presets import ParameterError

LITHIUM = Structure(Lattice.cubic(3.43), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]])


@pytest.fixture(autouse=True)
def _version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "installed_version", lambda _: "26.7.0")


def engine(topic: str = "migration", **arguments: Any) -> Engine:
    return get_engine("gpaw", EngineOptions(0.03, 100, gpaw_inputs(topic, "quick"), arguments))


def test_label_names_version_functional_and_cutoff() -> None:
    info = engine().describe()
    assert info.label == "gpaw 26.7.0 (PBE, PW 350 eV)"
    assert not info.surrogate
    assert info.functional == "PBE"
    assert engine(hubbard_u={"Ni": 6.2}).describe().functional == "PBE+U (Ni 6.2 eV)"


def test_every_setting_is_in_the_record_and_the_fingerprint() -> None:
    one, other = engine(), engine(density=1e-6)
    arguments = one.describe().arguments
    assert arguments is not None
    assert {"ecut", "kpts", "smearing", "width", "li_electrons", "density"} <= set(arguments)
    assert one.describe().identity != other.describe().identity
    assert one.input_settings() != other.input_settings()
    assert EngineInfo.model_validate_json(one.describe().model_dump_json()) == one.describe()


def test_settings_of_the_user_reach_gpaw() -> None:
    made = engine(ecut=200, kpts="2,2,2", li_electrons=3)
    assert isinstance(made, GpawEngine)
    parameters = made.calculator().arguments["parameters"]
    assert parameters["mode"] == {"name": "pw", "ecut": 200.0}
    assert parameters["kpts"]["size"] == [2, 2, 2]
    assert parameters["setups"] == {"Li": "sv"}


def test_unknown_settings_are_refused_when_the_engine_is_made() -> None:
    with pytest.raises(ParameterError, match="did you mean 'ecut'"):
        engine(encut=350)


def test_molecular_dynamics_are_refused() -> None:
    assert engine().capabilities() == ("relax", "static", "neb", "vibrations")
    with pytest.raises(EngineError, match=r"gpaw cannot compute molecular dynamics; use .*chgnet"):
        engine().require("md")


def test_corrections_of_the_materials_project_are_not_for_gpaw() -> None:
    info = engine().describe()
    assert info.energy_scale == OWN
    assert resolve("auto", info) == "none"
    with pytest.raises(ValueError, match=r"fitted to energies of VASP, these are of gpaw 26.7.0"):
        resolve("mp2020", info)
    assert scale_name("none", info) == "gpaw: PBE, total energies"


def test_energies_of_other_codes_and_settings_do_not_compare() -> None:
    ours = recorded_method(engine().describe(), LITHIUM)
    vasp = EngineInfo(name="vasp", version="6.4", functional="PBE", surrogate=False).as_method
    assert not comparable(ours, vasp)
    assert not comparable(ours, recorded_method(engine(li_electrons=3).describe(), LITHIUM))
    nickel = Structure(Lattice.cubic(3.5), ["Ni"], [[0, 0, 0]])
    u = engine(hubbard_u={"Ni": 6.2}).describe()
    assert not comparable(recorded_method(engine().describe(), nickel), recorded_method(u, nickel))
    finer = recorded_method(engine(ecut=500).describe(), LITHIUM)
    assert comparable(ours, finer)
    assert comparable(ours, finer).differences[0].setting == "ENCUT"


def test_method_has_the_spacing_of_the_mesh() -> None:
    # 3.2 points per Å⁻¹ along 1.83 per Å are 6 divisions.
    found = recorded_method(engine().describe(), LITHIUM)
    assert found.kpoint_spacing == pytest.approx(2 * 3.141592653589793 / 3.43 / 6)
    assert found.cutoff == 350
    assert found.label == "PBE"


def test_relaxations_take_whole_steps_and_bands_keep_their_images() -> None:
    made = engine()
    relax = made.relax(max_step=0.05)
    assert relax.optimizer_kwargs["optimizer"] == "LBFGS"
    assert relax.relax_kwargs["maxstep"] == 0.1
    assert made.relax(keep_symmetry=True).fix_symmetry
    assert made.neb().potential.arguments["states"] > 1
    assert made.relax().potential.arguments["stress"] is True
