"""XDATCAR and CONTCAR."""

from pathlib import Path

import numpy as np

from liponflow.engines.standin.inputs import Inputs
from liponflow.engines.standin.step import Configuration, Step, ThermostatState
from liponflow.engines.standin.text import TextFile, rows


class Xdatcar(TextFile):
    """Writer of XDATCAR, which repeats the cell in every frame if it moves.

    Parameters
    ----------
    path
        File to replace.
    inputs
        Species, and whether the cell moves.
    comment
        First line.
    """

    def __init__(self, path: Path, inputs: Inputs, comment: str) -> None:
        super().__init__(path)
        self._inputs = inputs
        self._comment = comment
        self._cell_moves = inputs.settings.isif > 2  # noqa: PLR2004 - from ISIF 3 on

    def write(self, step: Step) -> None:
        """Write one ionic step."""
        where = step.result.configuration
        header = ""
        if step.number == 1 or self._cell_moves:
            header = f"{self._comment}\n           1\n" + rows(
                " %11.6f %11.6f %11.6f\n", where.cell
            )
            header += _species_lines(self._inputs)
        frame = f"Direct configuration={step.number:6d}\n"
        self.put(header + frame + rows(" %11.8f %11.8f %11.8f\n", where.scaled))


def write_contcar(path: Path, inputs: Inputs, comment: str, where: Configuration) -> None:
    """Replace CONTCAR atomically, so that a kill never leaves a part of one.

    Parameters
    ----------
    path
        CONTCAR.
    inputs
        Species and selective dynamics.
    comment
        First line.
    where
        Configuration, with velocities (Å/fs) of ions and lattice and the thermostat if another
        run may continue them.
    """
    text = f"{comment}\n   1.00000000000000\n"
    text += rows("   %20.16f  %20.16f  %20.16f\n", where.cell) + _species_lines(inputs)
    positions = rows("%20.16f%20.16f%20.16f\n", where.scaled)
    if inputs.movable is None:
        text += "Direct\n" + positions
    else:
        flags = np.where(inputs.movable, "T", "F")
        marked = zip(positions.splitlines(), flags, strict=True)
        text += "Selective dynamics\nDirect\n"
        text += "".join(f"{line}   {'   '.join(row)}\n" for line, row in marked)
    if where.lattice_velocities is not None:
        both = np.concatenate([where.lattice_velocities, where.cell])
        text += "Lattice velocities and vectors\n  1\n" + rows("  %.8E  %.8E  %.8E\n", both)
    if where.velocities is not None:
        text += "\n" + rows("  %.8E  %.8E  %.8E\n", where.velocities)
    if where.thermostat is not None:
        text += _predictor_corrector(where.thermostat, inputs.settings.potim, positions)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _predictor_corrector(thermostat: ThermostatState, timestep: float, positions: str) -> str:
    """Return the block from which VASP continues a Nosé thermostat, in pymatgen's layout.

    VASP does not document its third line and its three sets of coordinates
    (https://www.vasp.at/wiki/CONTCAR). Here they are the thermostat, the positions, and zeros.
    """
    state = "".join(f"  {value:.16E}" for value in (*thermostat, 0.0, 0.0))
    zeros = f"{0:20.16f}{0:20.16f}{0:20.16f}\n" * (2 * positions.count("\n"))
    return f"\n           1\n  {timestep:.8E}\n{state}\n{positions}{zeros}"


def _species_lines(inputs: Inputs) -> str:
    symbols = "".join(f"{species.symbol:>5s}" for species in inputs.species)
    counts = "".join(f"{species.count:6d}" for species in inputs.species)
    return f"{symbols}\n{counts}\n"
