"""Parameters and VASP sets of the glass campaign."""

from typing import Any

import pytest
from pymatgen.core import Lattice, Structure

from liponflow.inputs.glass import TOPIC, GlassParameters
from liponflow.inputs.presets import ParameterError, load_data, load_parameters
from liponflow.inputs.protocol import total_duration
from liponflow.inputs.vasp.glass import md_incar, relax_set, static_set

PRESETS = ("quick", "melt-quench", "paper")


def parameters(preset: str = "quick", **overrides: Any) -> GlassParameters:
    return load_parameters(GlassParameters, TOPIC, preset, overrides)


def entries(node: Any) -> list[dict[str, Any]]:
    """Return every {value, source} below a node."""
    if not isinstance(node, dict):
        return []
    if "value" in node:
        return [node]
    return [found for child in node.values() for found in entries(child)]


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_valid_and_every_value_has_a_source(preset: str) -> None:
    assert parameters(preset).composition == "Li46P16O55N5"
    data = load_data(TOPIC)["presets"][preset]
    assert data.keys() == GlassParameters.model_fields.keys()
    assert all(entry["source"].strip() for entry in entries(data))


def test_only_published_values_are_cited_as_published() -> None:
    data = load_data(TOPIC)["presets"]
    for preset in PRESETS:
        published = [k for k, entry in data[preset].items() if "published:" in entry["source"]]
        assert published == ["composition"]


def test_quick_protocol_is_short_and_melt_quench_is_complete() -> None:
    assert total_duration(parameters("quick").protocol) < 0.5
    stages = {stage.name: stage for stage in parameters("melt-quench").protocol}
    assert stages["melt"].temperature > 2000
    assert (stages["quench"].temperature, stages["quench"].final_temperature) == (2500, 300)
    assert stages["equilibrate"].ensemble == "npt"
    assert parameters("paper").protocol == parameters("melt-quench").protocol


def test_models_have_consecutive_seeds() -> None:
    assert parameters(seed=7, n_models=3).seeds == [7, 8, 9]


STAGE = {"name": "hold", "ensemble": "nvt", "temperature": 300, "duration": 1, "time_step": 1}


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"density": -2.3}, "density=-2.3"),
        ({"density": 0}, "density=0"),
        ({"n_models": 0}, "n_models=0"),
        ({"bridging_to_apical": -1}, "bridging_to_apical=-1"),
        ({"protocol": [STAGE | {"temperature": -300}]}, "temperature = -300 K is negative"),
        ({"protocol": [STAGE | {"duration": -1}]}, "duration = -1 ps must be above 0"),
        ({"protocol": [STAGE | {"time_step": 0}]}, "time_step = 0 fs must be above 0"),
        ({"protocol": [STAGE, STAGE]}, "two stages have the name 'hold'"),
        ({"protocol": [STAGE | {"temprature": 3}]}, "temprature"),
        ({"protocol": [], "measure": "last stage"}, "needs a protocol"),
        ({"protocol": [], "relax": False}, "nothing to compute"),
        ({"volume_stage": STAGE | {"ensemble": "npt"}}, "constant volume"),
        ({"properties": ["tg"], "cooling": [STAGE]}, "must have the ensemble npt"),
        ({"properties": ["hardness"]}, "properties.0='hardness'"),
        ({"units": {"PO4": -1}}, "units.PO4=-1"),
        ({"elastic_strain": 0.5}, "elastic_strain=0.5"),
        ({"desity": 2}, "did you mean 'density'"),
    ],
)
def test_invalid_values_are_refused_by_name(overrides: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        parameters(**overrides)


@pytest.fixture(scope="module")
def cell() -> Structure:
    species = ["Li", "P", "O", "N"]
    return Structure(
        Lattice.cubic(10), species, [[0, 0, 0], [0.5, 0.5, 0.5], [0.2, 0, 0], [0, 0.7, 0]]
    )


def test_relaxation_set_uses_the_parameters(cell: Structure) -> None:
    even = cell * (2, 1, 1)  # 38 electrons
    files = relax_set(parameters("paper")).get_input_set(even, potcar_spec=True)
    incar = dict(files.incar)
    assert incar["EDIFFG"] == -0.02
    assert (incar["IBRION"], incar["ISIF"], incar["NSW"]) == (2, 3, 500)
    assert (incar["GGA"], incar["ENCUT"], incar["ISPIN"], incar["ISYM"]) == ("Pe", 520, 1, 0)
    assert files.kpoints.kpts == [(1, 1, 1)]


def test_static_set_does_not_move_ions(cell: Structure) -> None:
    assert static_set().get_input_set(cell, potcar_spec=True).incar["NSW"] == 0


def test_dynamics_and_relaxation_use_the_same_functional() -> None:
    relaxation = load_data(TOPIC)["vasp"]["incar"]
    for key in ("GGA", "ENCUT", "ISPIN", "ISMEAR", "SIGMA"):
        assert md_incar()[key]["value"] == relaxation[key]["value"]
