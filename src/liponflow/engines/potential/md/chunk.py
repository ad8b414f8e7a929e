"""Chunks of steps, each of which depends only on the state at its start.

Atoms, integrator and calculator are created for every chunk, in an unbroken run as in one that was
killed. Both therefore give the same trajectory, bit for bit.
"""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from ase import Atoms, units
from ase.calculators.calculator import Calculator
from ase.calculators.singlepoint import SinglePointCalculator
from ase.md.velocitydistribution import Stationary, thermalize_momenta

from liponflow.analysis.glass.volume import SETTLED
from liponflow.engines.potential.md.integrators import degrees_of_freedom, integrator, moves_centre
from liponflow.engines.potential.md.observe import (
    BLOCKS,
    Limits,
    Means,
    Observation,
    default_limits,
    pressure,
)
from liponflow.engines.potential.md.output import frame_text
from liponflow.engines.potential.md.state import Place, State
from liponflow.inputs.protocol import Stage, takes_mean_cell, total_steps
from liponflow.units import FS_PER_PS


class ExplodedError(RuntimeError):
    """Dynamics beyond the limits of temperature or energy."""


class Chunk(NamedTuple):
    """Result of a chunk of steps.

    Attributes
    ----------
    end
        State after the last step; its place does not include the files yet.
    frames
        Frames to keep, as extended XYZ: text takes less memory than atoms.
    rows
        Values of every step, in the order of the series' columns.
    """

    end: State
    frames: list[str]
    rows: list[tuple[float | str | None, ...]]


@dataclass(frozen=True)
class Dynamics:
    """A protocol and the settings of its run.

    Attributes
    ----------
    stages
        The protocol.
    potential
        Description of the calculator, created again for every chunk without earlier positions.
    seed
        Seed of velocities and random forces.
    frame_interval
        Steps between two frames.
    chunk_steps
        Largest number of steps of a chunk.
    limits
        Limits that end the run; None for :func:`default_limits`.
    identity
        Further text that determines the run, such as the name of the potential.
    """

    stages: Sequence[Stage]
    potential: Callable[[], Calculator]
    seed: int = 0
    frame_interval: int = 10
    chunk_steps: int = 100
    limits: Limits | None = None
    identity: str = ""

    def __post_init__(self) -> None:
        """Refuse protocols that cannot be run."""
        if not self.stages:
            raise ValueError("the protocol has no stages")
        for name, least in (("seed", 0), ("frame_interval", 1), ("chunk_steps", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} = {getattr(self, name)} must be {least} or more")

    @property
    def steps_per_block(self) -> int:
        """Steps over which the lists of the result are means."""
        return -(-total_steps(self.stages) // BLOCKS)

    def fingerprint(self, atoms: Atoms) -> str:
        """Return the SHA-256 of everything that determines the trajectory from a start."""
        digest = hashlib.sha256()
        options = [self.seed, self.frame_interval, self.chunk_steps, self.identity]
        stages = [stage.model_dump(mode="json") for stage in self.stages]
        digest.update(json.dumps([options, stages], sort_keys=True).encode())
        for array in (atoms.numbers, atoms.positions, atoms.cell.array, atoms.get_momenta()):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def begin(self, atoms: Atoms) -> State:
        """Return the state before the first step.

        Parameters
        ----------
        atoms
            Start; momenta are kept, or drawn at the temperature of the first stage if all are 0.
        """
        stage = self.stages[0]
        rng = np.random.default_rng(self.seed)
        start = _bare(atoms)
        start.set_momenta(atoms.get_momenta())
        if not start.get_momenta().any():
            _draw_momenta(start, stage, rng)
        start.calc = self.potential()
        energy = start.get_potential_energy()
        blocks = -(-total_steps(self.stages) // self.steps_per_block)
        return State(
            place=Place(fingerprint=self.fingerprint(atoms), first_energy=float(energy)),
            positions=start.positions.copy(),
            momenta=start.get_momenta(),
            cell=start.cell.array.copy(),
            random=_random_state(rng),
            blocks=Means.empty(blocks),
            stages=Means.empty(len(self.stages)),
        )

    def advance(
        self, kinds: Atoms, state: State, show: Callable[[str, float], None], saved: str
    ) -> Chunk:
        """Return the result of one chunk of steps.

        Parameters
        ----------
        kinds
            Atoms, whose positions come from the state.
        state
            Where to begin, in a stage that is left.
        show
            Called with the stage and the time (ps) after every step.
        saved
            The last checkpoint, for the message of a run that explodes.

        Raises
        ------
        ExplodedError
            If temperature or energy leave the limits.
        """
        place = state.place
        stage = self.stages[place.stage]
        rng = np.random.default_rng()
        rng.bit_generator.state = state.random
        atoms = self.atoms(kinds, state)
        # After Langevin dynamics the centre of mass drifts, which this stage would keep and does
        # not count among its degrees of freedom.
        if place.stage_step == 0 and not moves_centre(stage):
            Stationary(atoms, preserve_temperature=False)
        moving = integrator(atoms, stage, rng)
        if place.stage_step > 0:
            moving.restore(state.integrator)
        # Copies: a chunk that fails must leave the state of the checkpoint as it was.
        blocks, stages = Means(state.blocks.copy()), Means(state.stages.copy())
        chunk, cell_sum = Chunk(state, [], []), state.cell_sum.copy()
        following = [*self.stages, None][place.stage + 1]
        averages = following is not None and takes_mean_cell(stage, following)
        for _ in range(min(self.chunk_steps, stage.steps - place.stage_step)):
            place = replace(place, step=place.step + 1, stage_step=place.stage_step + 1)
            time = self.time(place)
            target = stage.target(place.stage_step / stage.steps)
            try:
                moving.aim(target)
                moving.step()
                seen = observe(atoms, stage)
                self._check(seen, state, len(atoms))
            except Exception as error:
                error.add_note(
                    f"in step {place.step} ({time:.4f} ps, stage {stage.name!r}); the last good "
                    f"checkpoint is {saved}; a shorter time_step, a stronger thermostat or a "
                    "relaxed start may help"
                )
                raise
            if averages and place.stage_step > int(stage.steps * SETTLED):
                cell_sum += atoms.cell.array
                place = replace(place, cell_steps=place.cell_steps + 1)
            blocks.add((place.step - 1) // self.steps_per_block, seen, time)
            stages.add(place.stage, seen, time)
            chunk.rows.append((place.step, time, stage.name, target, *seen))
            if place.step % self.frame_interval == 0:
                chunk.frames.append(frame(atoms, place.step, time, stage.name, seen.temperature))
            show(stage.name, time)
        done = place.stage_step == stage.steps
        if done and place.cell_steps:
            # The last cell is off by a fluctuation, which constant volume would keep.
            atoms.set_cell(cell_sum / place.cell_steps, scale_atoms=True)
        begun = replace(place, stage=place.stage + 1, stage_step=0, cell_steps=0)
        end = State(
            place=begun if done else place,
            positions=atoms.positions.copy(),
            momenta=atoms.get_momenta(),
            cell=atoms.cell.array.copy(),
            random=_random_state(rng),
            blocks=blocks.sums,
            stages=stages.sums,
            # Thermostat and barostat of the next stage start at rest, since they may be of another
            # kind.
            integrator={} if done else moving.state(),
            cell_sum=np.zeros((3, 3)) if done else cell_sum,
        )
        return chunk._replace(end=end)

    def atoms(self, kinds: Atoms, state: State) -> Atoms:
        """Return the atoms of a state, with a new calculator."""
        atoms = _bare(kinds)
        atoms.set_cell(state.cell)
        atoms.set_positions(state.positions)
        atoms.set_momenta(state.momenta)
        atoms.calc = self.potential()
        atoms.calc.reset()
        return atoms

    def time(self, place: Place) -> float:
        """Return the time since the start, ps."""
        steps = [*(stage.steps for stage in self.stages[: place.stage]), place.stage_step]
        sizes = [stage.time_step for stage in self.stages]
        return sum(n * size for n, size in zip(steps, sizes, strict=False)) / FS_PER_PS

    def _check(self, seen: Observation, state: State, n_atoms: int) -> None:
        highest = max(max(s.temperature, s.final_temperature) for s in self.stages)
        limits = self.limits or default_limits(highest)
        broken = limits.broken_by(seen, first_energy=state.place.first_energy, n_atoms=n_atoms)
        if broken:
            raise ExplodedError(f"the dynamics explode: {broken}")


def observe(atoms: Atoms, stage: Stage) -> Observation:
    """Return the values of a step, with stress only if it was computed anyway."""
    kinetic = float(atoms.get_kinetic_energy())
    volume = float(atoms.get_volume())
    freedom = degrees_of_freedom(stage, len(atoms))
    return Observation(
        temperature=2 * kinetic / (freedom * units.kB),
        potential=float(atoms.get_potential_energy()),
        kinetic=kinetic,
        volume=volume,
        pressure=pressure(atoms.calc.results.get("stress"), kinetic, volume),
    )


def frame(atoms: Atoms, step: int, time: float, stage: str, temperature: float) -> str:
    """Return a frame of the trajectory, with time in ps and temperature in K."""
    kept: Atoms = atoms.copy()
    kept.info = {"step": step, "time": time, "stage": stage, "temperature": temperature}
    results = {
        name: atoms.calc.results[name]
        for name in ("energy", "stress")
        if name in atoms.calc.results
    }
    kept.calc = SinglePointCalculator(kept, **results)
    return frame_text(kept)


def _bare(atoms: Atoms) -> Atoms:
    return Atoms(atoms.numbers, positions=atoms.positions, cell=atoms.cell, pbc=True)


def _draw_momenta(atoms: Atoms, stage: Stage, rng: np.random.Generator) -> None:
    """Draw velocities of exactly the temperature of a stage, with no drift."""
    thermalize_momenta(atoms, temperature_K=stage.temperature, rng=rng)
    if len(atoms) > 1:
        Stationary(atoms)
    kinetic = atoms.get_kinetic_energy()
    if kinetic > 0:
        wanted = 0.5 * degrees_of_freedom(stage, len(atoms)) * units.kB * stage.temperature
        atoms.set_momenta(atoms.get_momenta() * np.sqrt(wanted / kinetic))


def _random_state(rng: np.random.Generator) -> dict[str, object]:
    return dict(rng.bit_generator.state)
