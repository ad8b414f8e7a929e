"""The state of a run between two chunks, and its checkpoint file."""

import io
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from liponflow import durable
from liponflow.arrays import FloatArray

_META = "meta"
_INTEGRATOR = "integrator."


class CheckpointError(ValueError):
    """A checkpoint from which a run cannot continue."""


@dataclass(frozen=True)
class Place:
    """Progress of a run, and the length of its files.

    Attributes
    ----------
    fingerprint
        SHA-256 of what determines the run.
    step
        Steps taken in all stages.
    stage, stage_step
        Index of the stage, and steps taken in it.
    first_energy
        Potential energy at the start, eV.
    cell_steps
        Steps of the stage whose lattice is in the sum.
    trajectory_bytes, series_bytes
        Length of the files.
    """

    fingerprint: str
    step: int = 0
    stage: int = 0
    stage_step: int = 0
    first_energy: float = 0.0
    cell_steps: int = 0
    trajectory_bytes: int = 0
    series_bytes: int = 0


@dataclass(frozen=True)
class State:
    """Everything that later steps depend on.

    Attributes
    ----------
    place
        Progress of the run.
    positions, momenta
        Arrays of shape (atoms, 3) in ASE's units; positions are not wrapped.
    cell
        Lattice vectors in rows, Å.
    integrator
        Variables of the integrator; see :mod:`liponflow.engines.potential.md.integrators`.
    random
        State of the random number generator.
    blocks, stages
        Sums over steps for the means; see :mod:`liponflow.engines.potential.md.observe`.
    cell_sum
        Sum of the lattice vectors over the second half of a stage whose mean cell the next takes.
    """

    place: Place
    positions: FloatArray
    momenta: FloatArray
    cell: FloatArray
    random: dict[str, Any]
    blocks: FloatArray
    stages: FloatArray
    integrator: dict[str, FloatArray] = field(default_factory=dict)
    cell_sum: FloatArray = field(default_factory=lambda: np.zeros((3, 3)))

    def at(self, **changes: Any) -> Self:
        """Return a copy with another place."""
        return replace(self, place=replace(self.place, **changes))


def save(path: Path, state: State) -> None:
    """Write a checkpoint atomically: a kill or power cut leaves the old or the new file.

    Raises
    ------
    OSError
        If it cannot be written, e.g. because the disk is full.
    """
    meta = json.dumps({"place": asdict(state.place), "random": state.random})
    arrays = {
        name: getattr(state, name)
        for name in ("positions", "momenta", "cell", "blocks", "stages", "cell_sum")
    }
    arrays |= {_INTEGRATOR + name: value for name, value in state.integrator.items()}
    arrays[_META] = np.frombuffer(meta.encode(), dtype=np.uint8)
    archive = io.BytesIO()
    np.savez(archive, **arrays)
    durable.write(path, archive.getvalue())


def load(path: Path, fingerprint: str) -> State | None:
    """Return the state in a checkpoint.

    Parameters
    ----------
    path
        The file.
    fingerprint
        Fingerprint of the run that is to continue.

    Returns
    -------
    State or None
        None if there is no file.

    Raises
    ------
    CheckpointError
        If the file is damaged or belongs to another run.
    """
    try:
        # numpy leaves a file open that it cannot read, unless it was opened by the caller.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        meta = json.loads(arrays.pop(_META).tobytes())
        place = Place(**meta["place"])
    except FileNotFoundError:
        return None
    except Exception as error:  # zip, numpy and JSON each have their own
        raise CheckpointError(
            f"{path} is damaged ({error}); remove its folder to start the dynamics again"
        ) from error
    if place.fingerprint != fingerprint:
        raise CheckpointError(
            f"{path} is of dynamics with another structure, protocol, seed or potential; remove "
            "its folder to start again"
        )
    names = [name for name in arrays if name.startswith(_INTEGRATOR)]
    variables = {name.removeprefix(_INTEGRATOR): arrays.pop(name) for name in names}
    return State(place=place, random=meta["random"], integrator=variables, **arrays)
