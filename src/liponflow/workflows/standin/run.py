"""One run: inputs read, ionic steps computed and written, STOPCAR honoured."""

import re
from collections.abc import Iterator
from pathlib import Path

from liponflow.workflows.standin.errors import InputError
from liponflow.workflows.standin.faults import Fault
from liponflow.workflows.standin.inputs import Inputs, read_inputs
from liponflow.workflows.standin.md import dynamics
from liponflow.workflows.standin.outputs import Outputs
from liponflow.workflows.standin.outputs.outcar import write_error
from liponflow.workflows.standin.potential import LABEL, Potential, check_elements
from liponflow.workflows.standin.relax import relax, single_point
from liponflow.workflows.standin.step import Step


def run(directory: Path, fault: Fault | None = None) -> None:
    """Do what the inputs of a VASP directory ask for.

    Parameters
    ----------
    directory
        VASP directory; the outputs are written there.
    fault
        What goes wrong, if it is due in this directory.

    Raises
    ------
    InputError
        If the inputs cannot be used; the OUTCAR says so too.
    VaspStopped, OSError
        If the fault is one that raises them.
    """
    try:
        inputs = read_inputs(directory)
        check_elements(tuple(species.symbol for species in inputs.species))
        steps = ionic_steps(inputs)
    except InputError as error:
        write_error(directory / "OUTCAR", LABEL, str(error))
        raise
    if fault is not None and not fault.is_due(directory, inputs.incar):
        fault = None
    if fault is not None:
        steps = fault.strike(steps, directory)
    with Outputs(directory, inputs, LABEL) as outputs:
        for step in steps:
            outputs.write(step)
            kind = stop_requested(directory)
            if kind is not None:
                outputs.stop(kind)
                break
    if fault is not None:
        fault.spoil(directory / "vasprun.xml")


def ionic_steps(inputs: Inputs) -> Iterator[Step]:
    """Give the ions the potential and say which steps are to be computed."""
    settings = inputs.settings
    # 2: VASP's value for spin polarisation; ISIF = 0 asks for no stress.
    inputs.atoms.calc = Potential(stress=settings.isif > 0, magmoms=settings.ispin == 2)  # noqa: PLR2004
    if settings.ibrion == -1:
        return single_point(inputs.atoms, settings)
    if settings.ensemble is None:
        return relax(inputs.atoms, settings)
    return dynamics(inputs)


def stop_requested(directory: Path) -> str | None:
    """Look for a STOPCAR, and remove it as VASP does.

    Returns
    -------
    str or None
        ``soft`` for LSTOP, ``hard`` for LABORT. Both end the run behind the present step: there
        are no electronic steps that LABORT could cut short.
    """
    path = directory / "STOPCAR"
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8", errors="replace")
    for tag, kind in (("LABORT", "hard"), ("LSTOP", "soft")):
        if re.search(rf"{tag}\s*=\s*\.?T", text, re.IGNORECASE):
            path.unlink()
            return kind
    return None
