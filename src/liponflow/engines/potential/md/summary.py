"""The result of a run of dynamics, from its last state."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ase import Atoms, units
from pymatgen.core.structure import Structure

from liponflow.analysis.result import Provenance
from liponflow.analysis.runs import MDResult, MDStage
from liponflow.engines.potential.md.chunk import Dynamics
from liponflow.engines.potential.md.driver import STATE
from liponflow.engines.potential.md.observe import Means
from liponflow.engines.potential.md.output import SERIES, TRAJECTORY
from liponflow.engines.potential.md.state import State
from liponflow.formulas import reduced_formula
from liponflow.inputs.protocol import Stage, describe_ensemble, total_duration

VELOCITIES = "velocities"
"""Site property of pymatgen's structures, Å/fs in a POSCAR."""


def to_atoms(structure: Structure) -> Atoms:
    """Return atoms with the momenta of the site property ``velocities`` (Å/fs), if any."""
    atoms = Atoms(
        [site.specie.symbol for site in structure],
        positions=structure.cart_coords,
        cell=structure.lattice.matrix,
        pbc=True,
    )
    velocities = structure.site_properties.get(VELOCITIES)
    if velocities is not None:
        atoms.set_velocities(np.array(velocities, float) / units.fs)
    return atoms


def final_structure(structure: Structure, state: State) -> Structure:
    """Return the structure of a state, with the sites of another structure and velocities.

    Positions are wrapped into the cell; the trajectory has them unwrapped.
    """
    masses = to_atoms(structure).get_masses()
    velocities = state.momenta / masses[:, None] * units.fs
    properties = {
        name: values for name, values in structure.site_properties.items() if name != VELOCITIES
    }
    return Structure(
        state.cell,
        structure.species,
        state.positions,
        coords_are_cartesian=True,
        to_unit_cell=True,
        site_properties=properties | {VELOCITIES: velocities.tolist()},
    )


def summarise(
    dynamics: Dynamics,
    state: State,
    structure: Structure,
    *,
    folder: Path,
    provenance: Provenance,
) -> MDResult:
    """Return the result of a run.

    Parameters
    ----------
    dynamics
        The protocol.
    state
        State after the last step.
    structure
        Start.
    folder
        Folder of checkpoint, trajectory and series.
    provenance
        Provenance of the result.
    """
    means = Means(state.blocks)
    counts = means.counts
    steps = state.place.step
    temperatures, potentials = means.mean("temperature"), means.mean("potential")
    return MDResult(
        formula=reduced_formula(structure.composition),
        converged=True,
        criterion=f"{steps} of {steps} steps taken",
        provenance=provenance,
        time_step=dynamics.stages[0].time_step,
        n_steps=steps,
        duration=total_duration(dynamics.stages),
        ensemble="; ".join(dict.fromkeys(map(describe_ensemble, dynamics.stages))),
        mean_temperature=float(np.average(temperatures, weights=counts)),
        stages=_stages(dynamics.stages, Means(state.stages)),
        stride=dynamics.steps_per_block,
        times=means.times.tolist(),
        temperatures=temperatures.tolist(),
        potential_energies=potentials.tolist(),
        total_energies=(potentials + means.mean("kinetic")).tolist(),
        volumes=means.mean("volume").tolist(),
        pressures=[_known(value) for value in means.mean("pressure")],
        structure=final_structure(structure, state),
        trajectory_files=[str(folder / TRAJECTORY)],
        frame_interval=dynamics.frame_interval,
        series_file=str(folder / SERIES),
        checkpoint=str(folder / STATE),
    )


def _stages(stages: Sequence[Stage], means: Means) -> list[MDStage]:
    table, first = [], 0
    column = {
        name: means.mean(name) for name in ("temperature", "potential", "volume", "pressure")
    }
    for row, stage in enumerate(stages):
        table.append(
            MDStage(
                name=stage.name,
                ensemble=describe_ensemble(stage),
                target_temperature=stage.temperature,
                end_target_temperature=stage.final_temperature,
                target_pressure=stage.pressure if stage.ensemble == "npt" else None,
                time_step=stage.time_step,
                first_step=first,
                n_steps=stage.steps,
                duration=stage.duration,
                mean_temperature=column["temperature"][row],
                mean_potential_energy=column["potential"][row],
                mean_volume=column["volume"][row],
                mean_pressure=_known(column["pressure"][row]),
            )
        )
        first += stage.steps
    return table


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
