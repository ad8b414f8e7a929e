"""The volume search of MPMorph with our engines."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from jobflow import Flow, Job, Maker, job, run_locally
from pymatgen.core import Lattice, Structure

from liponflow.engines.engine import Engine
from liponflow.inputs.glass import TOPIC, GlassParameters
from liponflow.inputs.presets import load_parameters
from liponflow.workflows.glass.volume import (
    PointOutput,
    VolumeFit,
    VolumePoint,
    VolumeSearchMaker,
    chosen_volume,
    equilibrium_volume,
    volume_point,
)

B0, V0 = 400.0, 1200.0
"""kbar and Å³."""

BEYOND = 0.002
"""Strain by which a volume without pressure lies outside the first ones; the fit may err by as
much again."""


def murnaghan(volume: float) -> float:
    """Return the pressure (kbar) with B' = 4; the search itself fits Birch-Murnaghan."""
    return B0 / 4 * ((V0 / volume) ** 4 - 1)


def fitted(volumes: list[float], pressures: list[float]) -> dict[str, Any]:
    fit = VolumeFit(min_data_points=3)
    fit.fit(
        {
            "relax": {
                "energy": [0.0] * len(volumes),
                "volume": volumes,
                "stress": [(p * np.eye(3)).tolist() for p in pressures],
                "pressure": [],
            }
        }
    )
    return fit.results


def test_zero_pressure_volume_is_found_within_one_percent() -> None:
    volumes = [1080.0, 1150.0, 1220.0, 1290.0, 1360.0]
    results = fitted(volumes, [murnaghan(v) for v in volumes])
    assert results["V0"] == pytest.approx(V0, rel=0.01)
    assert (results["Vmin"], results["Vmax"]) == (1080, 1360)


@pytest.mark.parametrize(
    ("pressures", "lower", "upper"),
    [([900.0, 950.0, 910.0], 1300, 1500), ([-3.0, -2.0, -3.1], 800, 1100)],
)
def test_search_extrapolates_beyond_pressures_of_one_sign(
    pressures: list[float], lower: float, upper: float
) -> None:
    found = fitted([1100.0, 1200.0, 1300.0], pressures)["V0"]
    assert lower < found < upper
    assert not 1100 <= found <= 1300


def test_volume_is_bracketed_by_pressures_of_both_signs() -> None:
    found = fitted([1100.0, 1200.0, 1300.0], [90.0, 88.0, -10.0])["V0"]
    assert 1200 < found < 1300


def test_number_of_volumes_is_serialised() -> None:
    fit = VolumeFit(min_data_points=7)
    assert VolumeFit.from_dict(fit.as_dict()).min_data_points == 7


@job
def by_murnaghan(structure: Structure) -> VolumePoint:
    """Compute one volume without dynamics."""
    stress = murnaghan(structure.volume) * np.eye(3)
    return VolumePoint(output=PointOutput(energy=0.0, stress=stress.tolist()), structure=structure)


class Murnaghan(Maker):
    """What stands for the dynamics at one volume."""

    name = "murnaghan"

    def make(self, structure: Structure, prev_dir: str | None = None) -> Job:  # noqa: ARG002
        return by_murnaghan(structure)


def searched(start: Structure, folder: Path, **given: Any) -> list[Any]:
    """Return the outputs of a search for the volume of :func:`murnaghan`."""
    parameters = load_parameters(
        GlassParameters, TOPIC, "quick", {"volume": "pressure-volume", **given}
    )
    engine = SimpleNamespace(md=lambda *_, **__: Murnaghan())
    [search, chosen], _ = equilibrium_volume(cast("Engine", engine), parameters, start, seed=0)
    cast("VolumeSearchMaker", search.maker).md_maker = Murnaghan()
    answers = run_locally(Flow([search, chosen]), root_dir=folder)
    return [response.output for tries in answers.values() for response in tries.values()]


def computed_edges(outputs: list[Any]) -> list[float]:
    """Return the edges (Å) of the volumes that were computed, in ascending order."""
    return sorted(
        output["structure"].lattice.a
        for output in outputs
        if isinstance(output, dict) and "output" in output
    )


@pytest.mark.parametrize("side", [1, -1], ids=["larger", "smaller"])
def test_further_volume_lies_a_whole_strain_beyond_the_first(tmp_path: Path, side: int) -> None:
    """The edge without pressure lies just outside those of the first volumes.

    Were it computed itself, or nearly, the two volumes would be the same but for the noise of the
    dynamics, and the fit would gain nothing.
    """
    given = load_parameters(GlassParameters, TOPIC, "quick")
    strain, points = given.volume_strain, given.volume_points
    just_outside = 1 + side * (strain + BEYOND)
    edge = V0 ** (1 / 3) / just_outside
    outputs = searched(Structure(Lattice.cubic(edge), ["Li"], [[0, 0, 0]]), tmp_path)
    *first, further = computed_edges(outputs)[::side]
    strains = [(a / edge - 1) * side for a in first]
    assert strains == pytest.approx(np.linspace(-strain, strain, points), abs=1e-9)
    assert further / first[-1] - 1 == pytest.approx(side * strain, abs=2 * BEYOND)
    [found] = [output for output in outputs if isinstance(output, Structure)]
    assert found.volume == pytest.approx(V0, rel=0.01)


@pytest.mark.parametrize("strains", [4, -4, 9], ids=["larger", "smaller", "much larger"])
def test_volume_many_strains_away_is_reached(tmp_path: Path, strains: int) -> None:
    strain = load_parameters(GlassParameters, TOPIC, "quick").volume_strain
    edge = V0 ** (1 / 3) / (1 + strain) ** strains
    outputs = searched(Structure(Lattice.cubic(edge), ["Li"], [[0, 0, 0]]), tmp_path)
    [found] = [output for output in outputs if isinstance(output, Structure)]
    # Another equation of state than Murnaghan's, fitted over a twofold volume or more.
    assert found.volume == pytest.approx(V0, rel=0.03)
    edges = computed_edges(outputs)
    assert edges[0] < V0 ** (1 / 3) < edges[-1]
    assert min(abs(edge / found.lattice.a - 1) for edge in edges) < strain / 2


def test_search_ends_after_the_attempts_that_are_allowed(tmp_path: Path) -> None:
    edge = V0 ** (1 / 3) / 3
    start = Structure(Lattice.cubic(edge), ["Li"], [[0, 0, 0]])
    outputs = searched(start, tmp_path, volume_attempts=2)
    assert len(computed_edges(outputs)) == 5 + 2
    assert not any(isinstance(output, Structure) for output in outputs)


def dynamics(**fields: Any) -> Any:
    defaults = {
        "converged": True,
        "stop_reason": "every step was taken",
        "temperatures": [300.0] * 4,
        "pressures": [9.0, 7.0, 1.0, 3.0],
        "potential_energies": [-1.0, -2.0, -5.0, -7.0],
        "structure": Structure(Lattice.cubic(5), ["Li"], [[0, 0, 0]]),
    }
    return SimpleNamespace(**defaults | fields)


def test_second_half_is_averaged_in_the_units_of_mpmorph() -> None:
    point = volume_point.original(dynamics())
    # 2 GPa are 20 kbar; as in VASP, positive under compression.
    assert np.allclose(point["output"]["stress"], 20 * np.eye(3))
    assert point["output"]["energy"] == pytest.approx(-6)
    assert point["structure"].volume == pytest.approx(125)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"converged": False, "stop_reason": "exploded"}, "ended early: exploded"),
        ({"pressures": [None] * 4}, "no pressure"),
    ],
)
def test_unfinished_dynamics_or_missing_pressure_is_refused(
    fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        volume_point.original(dynamics(**fields))


def test_volume_outside_the_computed_range_is_refused() -> None:
    structure = Structure(Lattice.cubic(11), ["Li"], [[0, 0, 0]])
    found = {"working_outputs": {"Vmin": 1000, "Vmax": 1200, "V0": 1300}, "structure": structure}
    with pytest.raises(ValueError, match=r"vanishes at 1300 Å³, outside the 1000 to 1200"):
        chosen_volume.original(found)
    found["working_outputs"]["V0"] = 1100
    assert chosen_volume.original(found) is structure
