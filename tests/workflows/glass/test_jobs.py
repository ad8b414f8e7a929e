"""Jobs of the glass campaign that need no engine."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from emmet.core.tasks import TaskDoc
from pymatgen.core import Lattice, Structure
from vasp_files import Run

from liponflow.analysis.glass.elastic import ModelElasticity
from liponflow.analysis.glass.fingerprint import fingerprint_structure
from liponflow.analysis.glass.models import COOLING_POINTS, glass_model
from liponflow.analysis.result import EngineInfo, Provenance
from liponflow.analysis.runs import MDResult
from liponflow.inputs.glass import TOPIC, GlassParameters
from liponflow.inputs.presets import load_parameters
from liponflow.inputs.protocol import Stage
from liponflow.workflows.glass.jobs import (
    Measured,
    MeasuredModel,
    conclude,
    measure,
)

ENGINE = EngineInfo(name="chgnet", version="0.4.2", weights="0.3.0", surrogate=True)
RECORD = {
    "preset": "quick",
    "parameters": {},
    "input_fingerprint": "0" * 64,
    "source_structure": "built",
    "parent_uuids": [],
}
PARAMETERS = load_parameters(GlassParameters, TOPIC, "quick")
COOLING = [
    Stage(
        name="cool",
        ensemble="npt",
        temperature=1200,
        end_temperature=200,
        duration=10,
        time_step=2,
    )
]


@pytest.fixture(scope="module")
def structure() -> Structure:
    """Return Li3PO4, one formula unit in a cubic cell."""
    arms = 1.54 / np.sqrt(3) * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    coords = [[2.5, 2.5, 2.5], *(2.5 + arms), [0, 0, 0], [0, 2.5, 0], [2.5, 0, 0]]
    species = ["P", "O", "O", "O", "O", "Li", "Li", "Li"]
    return Structure(Lattice.cubic(5.2), species, coords, coords_are_cartesian=True)


def dynamics(structure: Structure, **fields: Any) -> MDResult:
    """Return dynamics of cooling from 1200 K, with a kink of the volume at 700 K."""
    temperatures = np.linspace(1200, 200, 10 * COOLING_POINTS)
    volumes = 140 + 0.004 * (temperatures - 700) + 0.01 * np.maximum(temperatures - 700, 0)
    noise = 0.02 * np.random.default_rng(1).normal(size=len(temperatures))
    return MDResult(
        formula="Li3PO4",
        converged=True,
        criterion="every step",
        provenance=Provenance(engine=ENGINE, packages={}, **RECORD),
        time_step=2,
        n_steps=5000,
        duration=10,
        ensemble="NpT",
        mean_temperature=700,
        temperatures=temperatures.tolist(),
        potential_energies=[0.0] * len(temperatures),
        total_energies=[0.0] * len(temperatures),
        volumes=(volumes + noise).tolist(),
        structure=structure,
    ).model_copy(update=fields)


def measured(structure: Structure, **parts: Any) -> Measured:
    model = glass_model(
        seed=0,
        start="packed units",
        notes=[],
        fingerprint=fingerprint_structure(structure),
        structure=structure,
        dynamics=None,
        relaxation=None,
    )
    base = Measured(
        models=[MeasuredModel(model=model, engine=ENGINE), None],
        cooling=[],
        elastic=[],
        cleavage=[],
    )
    return base | parts  # type: ignore[return-value]


def concluded(parts: Measured) -> Any:
    return conclude.original(
        parts, protocol=PARAMETERS.protocol, cooling=COOLING, seeds=[0, 1], record=RECORD
    )


def test_failed_models_are_named_and_left_out(structure: Structure) -> None:
    result = concluded(measured(structure))
    assert result.n_models == 1
    assert any("model with seed 1 failed" in line for line in result.warnings)
    assert result.provenance.engine == ENGINE


def test_error_is_raised_if_every_model_failed(structure: Structure) -> None:
    with pytest.raises(ValueError, match="every model of the glass failed"):
        concluded(measured(structure, models=[None, None]))


def test_glass_transition_is_at_the_kink_of_the_volume(structure: Structure) -> None:
    found = concluded(measured(structure, cooling=[dynamics(structure), dynamics(structure)])).tg
    assert found.temperature == pytest.approx(700, abs=40)
    assert found.cooling_rate == pytest.approx(100)
    assert found.resolved


def test_smooth_volume_causes_a_warning_instead_of_a_transition(structure: Structure) -> None:
    run = dynamics(structure)
    bent = 140 + 4e-6 * (np.array(run.temperatures) - 200) ** 2
    noise = 0.02 * np.random.default_rng(2).normal(size=len(bent))
    result = concluded(measured(structure, cooling=[dynamics(structure, volumes=bent + noise)]))
    assert not result.tg.resolved
    [warning] = [line for line in result.warnings if "glass transition" in line]
    assert warning.startswith("glass transition not resolved: two lines describe the points no")


def test_unfinished_cooling_causes_a_warning(structure: Structure) -> None:
    cut = dynamics(structure, converged=False, stop_reason="volume beyond limits")
    result = concluded(measured(structure, cooling=[cut, None]))
    assert result.tg is None
    assert any("volume beyond limits" in line for line in result.warnings)
    assert any("cooling run of a model failed" in line for line in result.warnings)


def test_published_moduli_are_quoted_for_the_same_elements_only(
    structure: Structure,
) -> None:
    moduli = ModelElasticity(
        seed=0,
        youngs_modulus=70,
        bulk_modulus=45,
        shear_modulus=28,
        poisson_ratio=0.24,
        anisotropy=0,
        definition="elastic constants",
        stiffness=[[0.0] * 6] * 6,
        strain=0.01,
        residual_stress=0,
        deviation=0.01,
        converged=True,
        criterion="stresses within 1.0 % of the tensor",
    )
    result = concluded(measured(structure, elastic=[moduli]))
    assert result.elastic.means[0].published is None
    assert result.converged
    refused = moduli.model_copy(update={"converged": False, "criterion": "a stress deviates"})
    result = concluded(measured(structure, elastic=[refused]))
    assert (result.elastic.means, result.converged) == ([], False)
    assert "elastic moduli of seed 0 are in no mean: a stress deviates" in result.warnings
    nitrided = structure.copy()
    nitrided.replace(1, "N")
    published = concluded(measured(nitrided, elastic=[moduli])).elastic.means[0].published
    assert published == "33 free-standing, 77 on a substrate (Cheng 2023)"


def test_measurement_needs_dynamics_or_a_relaxation(structure: Structure) -> None:
    options: dict[str, Any] = {"engine": ENGINE, "force_limit": 0.1, "last_stage": None}
    origin = {"seed": 0, "start": "packed units", "notes": ["neutral"]}
    with pytest.raises(ValueError, match="neither a protocol nor a relaxation"):
        measure.original(origin, None, None, **options)
    found = measure.original(origin, dynamics(structure), None, **options)
    assert found["model"].notes == ["neutral"]
    assert found["engine"] == ENGINE


VASP = EngineInfo(name="vasp", version="6.4.2", functional="PBE", surrogate=False)
FORCE_FIELD = EngineInfo(
    name="vasp MLFF", version="6.4.2", method="machine-learned force field", surrogate=True
)


@pytest.mark.filterwarnings("ignore")
def test_dynamics_of_a_force_field_are_named_beside_the_dft_that_relaxed_the_model(
    structure: Structure, tmp_path: Path
) -> None:
    learned = Provenance(engine=FORCE_FIELD, packages={}, **RECORD)
    run = dynamics(structure, provenance=learned)
    incar = {"NSW": 9, "IBRION": 2, "EDIFFG": -0.02}
    ordered = structure.get_sorted_structure()
    folder = Run([ordered] * 2, [-40.0] * 2, incar).write(tmp_path)
    with (folder / "OUTCAR").open("a") as file:
        file.write("    total drift:      0.000000      0.000000      0.000000\n")
    relaxed = TaskDoc.from_directory(folder)
    origin = {"seed": 0, "start": "packed units", "notes": []}
    model = measure.original(origin, run, relaxed, engine=VASP, force_limit=0.05, last_stage=None)
    assert not model["engine"].surrogate
    assert model["model"].notes == [f"its dynamics were computed by {FORCE_FIELD.label}"]
    result = concluded(measured(structure, models=[model, None], cooling=[run]))
    assert any(FORCE_FIELD.label in line for line in result.warnings)
    assert f"the glass transition is that of {FORCE_FIELD.label}" in result.warnings
