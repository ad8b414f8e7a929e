"""Driver of a protocol in a directory, chunk by chunk, so that a kill loses at most one chunk.

::

    checkpoint/
        state.npz               all that later steps depend on, in double precision
        trajectory.extxyz.gz    frames, a gzip member per chunk
        series.csv              values of every step

The files are extended on disk before the state that refers to them is written. Data that a killed
run wrote after its last state are cut off.
"""

from contextlib import closing
from pathlib import Path

from ase import Atoms

from liponflow.engines.potential.md.chunk import Dynamics, frame, observe
from liponflow.engines.potential.md.output import (
    COLUMNS,
    SERIES,
    TRAJECTORY,
    GrowingFile,
    frames_chunk,
    series_chunk,
)
from liponflow.engines.potential.md.progress import Speedometer
from liponflow.engines.potential.md.state import State, load, save
from liponflow.inputs.protocol import total_duration
from liponflow.job_directory import CHECKPOINT

STATE = "state.npz"


def run(dynamics: Dynamics, atoms: Atoms, directory: Path) -> State:
    """Run a protocol to its end, from the last checkpoint if any, and return the last state.

    Parameters
    ----------
    dynamics
        The protocol and the settings of its run.
    atoms
        Start, treated as periodic; momenta are kept, or drawn if there are none.
    directory
        Directory of the job; the files are in its folder ``checkpoint``.

    Returns
    -------
    State
        After the last step.

    Raises
    ------
    ExplodedError
        If temperature or energy leave the limits; the last good checkpoint is named.
    CheckpointError
        If the checkpoint is damaged or of another run.
    OSError
        If the files cannot be written.
    """
    folder = directory / CHECKPOINT
    folder.mkdir(exist_ok=True)
    file = folder / STATE
    state = load(file, dynamics.fingerprint(atoms)) or dynamics.begin(atoms)
    trajectory = GrowingFile(folder / TRAJECTORY, state.place.trajectory_bytes)
    series = GrowingFile(folder / SERIES, state.place.series_bytes)
    begin, end = dynamics.time(state.place), total_duration(dynamics.stages)
    speedometer = Speedometer(directory, begin, end)
    with closing(trajectory), closing(series):
        if not state.place.series_bytes:
            start = dynamics.atoms(atoms, state)
            stage = dynamics.stages[0]
            seen = observe(start, stage)
            first = frames_chunk([frame(start, 0, 0.0, stage.name, seen.temperature)])
            state = state.at(
                trajectory_bytes=trajectory.append(first),
                series_bytes=series.append((",".join(COLUMNS) + "\n").encode()),
            )
            save(file, state)
        while state.place.stage < len(dynamics.stages):
            chunk = dynamics.advance(atoms, state, speedometer.update, str(file))
            state = chunk.end.at(
                trajectory_bytes=trajectory.append(frames_chunk(chunk.frames)),
                series_bytes=series.append(series_chunk(chunk.rows)),
            )
            save(file, state)
    return state
