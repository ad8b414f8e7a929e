"""Run the stand-in in a VASP directory: read, compute, write, and obey STOPCAR."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from copy import copy
from pathlib import Path

from liponflow.engines.standin.errors import InputError
from liponflow.engines.standin.faults import Fault
from liponflow.engines.standin.incar import images_asked, read_incar
from liponflow.engines.standin.inputs import Inputs, read_inputs
from liponflow.engines.standin.layout import DEFAULT, Layout
from liponflow.engines.standin.md import dynamics
from liponflow.engines.standin.neb import read_band, relax_band
from liponflow.engines.standin.outcar import write_error
from liponflow.engines.standin.outputs import Outputs
from liponflow.engines.standin.potential import Potential, check_elements, label
from liponflow.engines.standin.relax import relax, single_point
from liponflow.engines.standin.step import Step


def run(directory: Path, fault: Fault | None = None, layout: Layout = DEFAULT) -> None:
    """Run the calculation of a VASP directory.

    Parameters
    ----------
    directory
        VASP directory; the outputs are written there.
    fault
        Fault to inject if it is due in this directory.
    layout
        Version of VASP whose files are written.

    Raises
    ------
    InputError
        If the inputs cannot be used; the OUTCAR has the message, too.
    VaspStopped, OSError
        If the fault is one that raises them.
    """
    try:
        runs, steps = prepare(directory)
    except InputError as error:
        write_error(directory / "OUTCAR", label(), layout, str(error))
        raise
    if fault is not None and not fault.is_due(directory, next(iter(runs.values())).incar):
        fault = None
    if fault is not None:
        steps = fault.strike(steps, directory)
    vaspruns = _vaspruns(directory, list(runs), layout)
    with ExitStack() as stack:
        outputs = [
            stack.enter_context(
                Outputs(folder, inputs, label(), layout, vasprun, aloud=number == 0)
            )
            for number, ((folder, inputs), vasprun) in enumerate(
                zip(runs.items(), vaspruns, strict=True)
            )
        ]
        for images in steps:
            for output, step in zip(outputs, images, strict=True):
                output.write(step)
            kind = stop_requested(directory)
            if kind is not None:
                for output in outputs:
                    output.stop(kind)
                break
    if fault is not None:
        for vasprun in filter(None, vaspruns):
            fault.spoil(vasprun)


def _vaspruns(directory: Path, folders: list[Path], layout: Layout) -> list[Path | None]:
    """Return the vasprun.xml of each folder; of a band, VASP 5 writes only that of image 01."""
    if layout is Layout.V5:
        return [directory / "vasprun.xml", *[None] * (len(folders) - 1)]
    return [folder / "vasprun.xml" for folder in folders]


def prepare(directory: Path) -> tuple[dict[Path, Inputs], Iterator[tuple[Step, ...]]]:
    """Read the inputs and return the steps to compute.

    Returns
    -------
    dict
        Inputs by the folder of their outputs: the VASP directory itself, or the images of a band.
    iterator
        Per ionic step, one Step of each of them.
    """
    n_images = images_asked(read_incar(directory / "INCAR").tags)
    if not n_images:
        inputs = read_inputs(directory)
        inputs.atoms.calc = _potential(inputs)
        return {directory: inputs}, ((step,) for step in ionic_steps(inputs))
    band = read_band(directory, n_images)
    potential = _potential(next(iter(band.values())))
    for inputs in band.values():
        inputs.atoms.calc = copy(potential)  # one model, but separate results
    folders = list(band)[1:-1]
    return {folder: band[folder] for folder in folders}, relax_band(list(band.values()))


def ionic_steps(inputs: Inputs) -> Iterator[Step]:
    """Return the ionic steps that the settings ask for; the ions have a calculator."""
    settings = inputs.settings
    if settings.ibrion == -1:
        return single_point(inputs.atoms, settings)
    if settings.ensemble is None:
        return relax(inputs.atoms, settings)
    return dynamics(inputs)


def _potential(inputs: Inputs) -> Potential:
    """Load the potential for these inputs."""
    check_elements(tuple(species.symbol for species in inputs.species))
    # 2: VASP's value for spin polarisation; ISIF = 0 asks for no stress.
    return Potential(stress=inputs.settings.isif > 0, magmoms=inputs.settings.ispin == 2)  # noqa: PLR2004


def stop_requested(directory: Path) -> str | None:
    """Return what a STOPCAR asks for, and remove it as VASP does.

    Returns
    -------
    str or None
        ``soft`` for LSTOP, ``hard`` for LABORT, None without a STOPCAR. Both end the run after
        the present step: there are no electronic steps that LABORT could cut short.
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
