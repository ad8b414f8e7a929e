"""Result of a glass campaign from its models."""

from typing import Any

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from liponflow.analysis.glass.fingerprint import fingerprint_structure
from liponflow.analysis.glass.models import (
    SERIES_POINTS,
    cooling_points,
    glass_model,
    protocol_series,
    summarise_glass,
)
from liponflow.analysis.glass.result import GlassModel, GlassResult
from liponflow.analysis.result import Calculation, EngineInfo, Provenance
from liponflow.analysis.runs import MDResult, MDStage

ENGINE = EngineInfo(name="chgnet", version="0.4.2", weights="0.3.0", surrogate=True)
PROVENANCE = Provenance(
    engine=ENGINE,
    packages={},
    preset="quick",
    parameters={},
    input_fingerprint="0" * 64,
    source_structure="built",
    parent_uuids=[],
)


@pytest.fixture(scope="module")
def structure() -> Structure:
    """Return isolated PO4 with Li, 8 atoms in a cube of 5 Å."""
    arms = 1.54 / np.sqrt(3) * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    coords = [[2.5, 2.5, 2.5], *(2.5 + arms), [0, 0, 0], [0, 2.5, 0], [2.5, 0, 0]]
    species = ["P", "O", "O", "O", "O", "Li", "Li", "Li"]
    return Structure(Lattice.cubic(5.2), species, coords, coords_are_cartesian=True)


def relaxation(structure: Structure, *, force: float = 0.05, limit: float = 0.1) -> Calculation:
    return Calculation(
        engine=ENGINE,
        structure=structure,
        energy=-50.0,
        max_force=force,
        force_limit=limit,
        stress=[[-3.0, 0.5, 0.0], [0.5, -2.0, 0.0], [0.0, 0.0, -1.0]],
        converged=force < limit,
        ionic_steps=40,
    )


def dynamics(structure: Structure, blocks: int = 40, **fields: Any) -> MDResult:
    """Return MD in two equal stages; the temperature falls from 1000 K by 10 K per block."""
    stages = [
        MDStage(
            name=name,
            ensemble="NpT",
            target_temperature=1000,
            end_target_temperature=600,
            time_step=2,
            first_step=first * blocks,
            n_steps=blocks,
            duration=blocks / 1000,
            mean_temperature=800,
            mean_potential_energy=-50,
        )
        for first, name in enumerate(("cool", "hold"))
    ]
    return MDResult(
        formula="Li3PO4",
        converged=True,
        criterion="every step",
        provenance=PROVENANCE,
        time_step=2,
        n_steps=2 * blocks,
        duration=2 * blocks / 1000,
        ensemble="NpT",
        mean_temperature=800,
        stages=stages,
        times=[(index + 1) * 2 / 1000 for index in range(blocks)],
        temperatures=[1000.0 - 10 * index for index in range(blocks)],
        potential_energies=[-50.0] * blocks,
        total_energies=[-49.0] * blocks,
        volumes=[140.0 - 0.1 * index for index in range(blocks)],
        structure=structure,
        trajectory_files=["host:/run/trajectory.extxyz.gz"],
    ).model_copy(update=fields)


def model(structure: Structure, seed: int = 0, **parts: Any) -> GlassModel:
    options = {"dynamics": None, "relaxation": relaxation(structure)} | parts
    return glass_model(
        seed=seed,
        start="packed units",
        notes=["neutral"],
        fingerprint=fingerprint_structure(structure),
        structure=structure,
        **options,
    )


def summarise(models: list[GlassModel], **properties: Any) -> GlassResult:
    return summarise_glass(models, protocol=["melt"], provenance=PROVENANCE, **properties)


def test_model_keeps_final_values_without_trajectory_data(structure: Structure) -> None:
    made = model(structure, dynamics=dynamics(structure))
    assert made.converged
    assert "largest force 0.050 eV/Å, limit 0.1" in made.criterion
    assert "every step of 0.08 ps" in made.criterion
    assert made.energy_per_atom == pytest.approx(-50 / 8)
    assert made.pressure == pytest.approx(2.0)  # positive under compression
    assert made.density == pytest.approx(float(structure.density))
    assert made.trajectories == ["host:/run/trajectory.extxyz.gz"]
    assert [point.stage for point in made.series] == ["cool"] * 20 + ["hold"] * 20
    assert made.series[0].volume_per_atom == pytest.approx(140 / 8)


def test_relaxation_above_the_force_limit_is_unconverged(structure: Structure) -> None:
    made = model(structure, relaxation=relaxation(structure, force=0.3))
    assert not made.converged
    assert "0.300 eV/Å after 40 steps, limit 0.1: raise the number of steps" in made.criterion


def test_stopped_protocol_is_unconverged(structure: Structure) -> None:
    broken = dynamics(structure, converged=False, stop_reason="temperature above 20000 K")
    made = model(structure, dynamics=broken)
    assert not made.converged
    assert "temperature above 20000 K" in made.criterion


def test_long_series_are_thinned(structure: Structure) -> None:
    assert len(protocol_series(dynamics(structure, blocks=5 * SERIES_POINTS))) == SERIES_POINTS


def test_result_has_mean_and_spread(structure: Structure) -> None:
    larger = structure.copy()
    larger.scale_lattice(structure.volume * 1.05)
    models = [model(structure), model(larger, seed=1)]
    result = summarise(models)
    densities = [item.density for item in models]
    assert result.density == pytest.approx(np.mean(densities))
    assert result.density_spread == pytest.approx(np.std(densities, ddof=1))
    assert result.formula == "Li3PO4"
    assert result.converged
    assert (result.n_models, result.warnings, result.problems) == (2, [], [])
    assert GlassResult.model_validate(result.model_dump(mode="json")).mean == result.mean


def test_unconverged_models_are_left_out_with_the_reason(structure: Structure) -> None:
    bad = model(structure, seed=5, relaxation=relaxation(structure, force=0.3))
    result = summarise([model(structure), bad])
    assert (result.n_models, result.converged) == (1, False)
    assert "seed 5: relaxation: largest force 0.300" in result.warnings[0]
    with pytest.raises(ValueError, match=r"no model of the glass converged: seed 5"):
        summarise([bad])


def test_defects_are_reported_with_the_seed(structure: Structure) -> None:
    defective = structure.copy()
    defective.remove_sites([1])
    result = summarise([model(defective, seed=3)])
    assert any(
        line.startswith("seed 3: P with fewer than 4 anions: 1") for line in result.problems
    )


def test_cooling_points_are_averages_over_time_and_models(structure: Structure) -> None:
    runs = [dynamics(structure), dynamics(structure, volumes=[120.0] * 40)]
    temperatures, volumes = cooling_points(runs, points=4)
    assert temperatures == pytest.approx([955, 855, 755, 655])
    falling = [140 - 0.1 * np.arange(10 * i, 10 * i + 10).mean() for i in range(4)]
    assert volumes == pytest.approx([(value + 120) / 2 / 8 for value in falling])
    with pytest.raises(ValueError, match="has 40 blocks with a volume, fewer than 50"):
        cooling_points(runs, points=50)
