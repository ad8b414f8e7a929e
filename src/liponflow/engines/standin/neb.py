"""Nudged elastic bands: the images relax together, connected by springs."""

# ASE's methods carry no types.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from ase.mep import NEB
from ase.mep.neb import NEBState
from ase.optimize import FIRE

from liponflow.engines.standin.errors import InputError
from liponflow.engines.standin.inputs import Inputs, read_inputs
from liponflow.engines.standin.relax import OPTIMISERS
from liponflow.engines.standin.step import BandForces, Step, configuration, evaluate


def read_band(directory: Path, n_images: int) -> dict[Path, Inputs]:
    """Read the images of a band, end points included.

    Parameters
    ----------
    directory
        Folder of INCAR, KPOINTS and POTCAR, and of the folders 00 to IMAGES + 1, each with its
        POSCAR.
    n_images
        Images between the end points (IMAGES).

    Returns
    -------
    dict
        Inputs by folder, in order.

    Raises
    ------
    InputError
        If a folder or its POSCAR is missing, or an image has other ions or another cell than the
        first; the folder is named.
    """
    names = [f"{number:02d}" for number in range(n_images + 2)]
    missing = [name for name in names if not (directory / name / "POSCAR").is_file()]
    if missing:
        raise InputError(
            f"INCAR: IMAGES = {n_images} needs a POSCAR in each of the folders 00 to {names[-1]} "
            f"of {directory}; missing: {', '.join(missing)}"
        )
    band = {directory / name: _read_image(directory, name) for name in names}
    first = next(iter(band.values()))
    for folder, inputs in band.items():
        if inputs.species != first.species:
            raise InputError(
                f"{folder.name}/POSCAR has {_ions(inputs)}, 00/POSCAR has {_ions(first)}: the "
                "images must have the same ions in the same order"
            )
        if not np.allclose(inputs.atoms.cell.array, first.atoms.cell.array, atol=1e-6):
            raise InputError(
                f"{folder.name}/POSCAR has another cell than 00/POSCAR: a band has one cell"
            )
        # Cells that differ in the last printed digits are the same cell.
        inputs.atoms.set_cell(first.atoms.cell)
    return band


def relax_band(band: list[Inputs]) -> Iterator[tuple[Step, ...]]:
    """Relax the images between the end points.

    The tangents are the improved ones of Henkelman and Jónsson, J. Chem. Phys. 113, 9978 (2000),
    as in VTST; VASP's own are central differences. With either the band converges to a minimum
    energy path. The improved tangents need the energies of the end points, which are computed but
    not written, as VASP writes nothing there.

    Parameters
    ----------
    band
        Images with end points, their atoms with calculators of their own.

    Yields
    ------
    tuple of Step
        The steps of all images between the end points, at most NSW times. The last are converged
        if EDIFFG is reached: if it is negative, by the largest force of the band on an ion of any
        image; if it is positive, by the largest change of an image's energy.
    """
    settings = band[0].settings
    everything = [inputs.atoms for inputs in band]
    images = everything[1:-1]
    # SPRING is ASE's k (eV/Å²) with the opposite sign: it is negative for nudging.
    neb = NEB(everything, k=-settings.spring, climb=settings.climb, method="improvedtangent")
    optimiser = OPTIMISERS.get(settings.ibrion, FIRE)(neb, logfile=None)
    # As in a relaxation, the start is the first of the NSW steps.
    path = optimiser.irun(fmax=max(0.0, -settings.ediffg), steps=max(0, settings.nsw - 1))
    previous = None
    for number, force_converged in enumerate(path, start=1):
        energies = np.array([atoms.get_potential_energy() for atoms in images])
        energy_converged = previous is not None and (
            abs(energies - previous).max() < settings.ediffg
        )
        converged = settings.ibrion != -1 and bool(force_converged or energy_converged)
        steps = []
        for atoms, forces in zip(images, _band_forces(neb, vtst=settings.vtst), strict=True):
            result = evaluate(atoms, settings)
            if settings.vtst:
                result = replace(result, forces=forces.total)
            steps.append(
                Step(number, result, configuration(atoms), converged=converged, band=forces)
            )
        yield tuple(steps)
        if converged:
            return
        previous = energies


def _band_forces(neb: NEB, *, vtst: bool) -> list[BandForces]:
    """Return the forces of the band on each image between the end points."""
    total = neb.get_forces().reshape(neb.nimages - 2, neb.natoms, 3)
    assert neb.real_forces is not None  # noqa: S101 - set just now
    state = NEBState(neb, neb.images, neb.energies)
    found = []
    for index, forces in enumerate(total, start=1):
        before, after = state.spring(index - 1), state.spring(index)
        tangent = neb.neb_method.get_tangent(state, before, after, index)
        climbs = neb.climb and index == neb.imax
        found.append(
            BandForces(
                total=forces,
                tangential=float(np.vdot(neb.real_forces[index], tangent)),
                spring=0.0 if climbs else float(after.k * after.nt - before.k * before.nt),
                distances=(float(before.nt), float(after.nt)),
                vtst=vtst,
            )
        )
    return found


def _read_image(directory: Path, name: str) -> Inputs:
    try:
        return read_inputs(directory, directory / name)
    except InputError as error:
        raise InputError(f"image {name}: {error}") from error


def _ions(inputs: Inputs) -> str:
    return " ".join(f"{species.symbol}{species.count}" for species in inputs.species)
