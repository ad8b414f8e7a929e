"""What follows dynamics in a flow: the last structure, and the files of a stage."""

from pathlib import Path

from atomate2.utils.path import strip_hostname
from jobflow import job
from pymatgen.core.structure import Structure

from liponflow.analysis.runs import MDResult
from liponflow.job_directory import found_here
from liponflow.structures.plain import without_properties


@job
def at_rest(dynamics: MDResult) -> Structure:
    """Return the last structure of dynamics without its velocities; see :func:`last_structure`."""
    return last_structure(dynamics)


def last_structure(dynamics: MDResult) -> Structure:
    """Return the last structure of dynamics without its velocities.

    Raises
    ------
    ValueError
        If the dynamics ended before the protocol did.
    """
    if not dynamics.converged:
        raise ValueError(f"the protocol was not finished: {dynamics.stop_reason}")
    return without_properties(dynamics.structure)


def stage_files(dynamics: MDResult, name: str) -> tuple[list[Path], str | None]:
    """Return the files with the frames of a stage.

    Parameters
    ----------
    dynamics
        Of a protocol.
    name
        Stage.

    Returns
    -------
    list of Path, str or None
        Files, and the stage to select in them: None if they hold that stage alone, as the files
        of VASP's segments do.
    """
    files = [found_here(Path(strip_hostname(file))) for file in dynamics.trajectory_files]
    if not dynamics.segments:
        return files, name
    stage = next(stage for stage in dynamics.stages if stage.name == name)
    steps = range(stage.first_step, stage.first_step + stage.n_steps)
    runs = zip(files, dynamics.segments, strict=True)
    return [file for file, segment in runs if segment.first_step in steps], None
