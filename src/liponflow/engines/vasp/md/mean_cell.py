"""The end of a stage at constant pressure, in its mean cell."""

from collections.abc import Sequence
from itertools import islice

import numpy as np
from atomate2.utils.path import strip_hostname
from jobflow import job
from pymatgen.core.structure import Structure

from liponflow.analysis.glass.volume import SETTLED
from liponflow.arrays import FloatArray
from liponflow.boundary import file_boundary
from liponflow.decompression import open_bytes
from liponflow.engines.vasp.md.segments import parts_of, read_end
from liponflow.engines.vasp.reading.files import IngestError
from liponflow.freeformat.ionic_steps import IonicSteps


@job
def mean_cell(directories: Sequence[str]) -> Structure:
    """Return the end of a stage in its mean cell; see :func:`end_in_mean_cell`."""
    return end_in_mean_cell(directories)


def end_in_mean_cell(directories: Sequence[str]) -> Structure:
    """Return positions and velocities at the end of a stage, in its mean cell.

    The volume of a small cell fluctuates by some percent. A stage at constant volume that took
    over the last one would keep that deviation as a pressure.

    Parameters
    ----------
    directories
        Directories of all segments of the stage in order, with host.

    Returns
    -------
    Structure
        Fractional coordinates and velocities (Å/fs) of the last step, in the mean of the lattice
        vectors over the second half of the steps.

    Raises
    ------
    IngestError
        If a segment has no vasprun.xml, or it cannot be read.
    ValueError
        If the last CONTCAR has no velocities.
    """
    cells = [cell for directory in directories for cell in _cells(directory)]
    end = read_end(directories[-1])
    return Structure(
        np.mean(cells[int(len(cells) * SETTLED) :], axis=0),
        end.species,
        end.frac_coords,
        site_properties={"velocities": end.site_properties["velocities"]},
    )


def _cells(directory: str) -> list[FloatArray]:
    """Return the lattice of every step, of a segment in one part or several."""
    cells: list[FloatArray] = []
    for files, steps in parts_of(directory):
        if files.vasprun is None:
            break
        with (
            file_boundary(
                files.vasprun, IngestError, what="a vasprun.xml", remedy="copy it again"
            ),
            open_bytes(files.vasprun) as file,
        ):
            cells += [step.cell for step in islice(IonicSteps(file), steps)]
    else:
        if cells:
            return cells
    path = strip_hostname(directory)
    raise IngestError(f"{path} has no vasprun.xml, which has the lattice of every step: run VASP")
