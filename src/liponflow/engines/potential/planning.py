"""Planned calculations of Makers of atomate2's ASE or force-field jobs."""

from collections.abc import Sequence

from atomate2.ase.jobs import AseMaker
from atomate2.ase.md import AseMDMaker
from atomate2.ase.neb import AseNebFromImagesMaker
from atomate2.forcefields.jobs import ForceFieldStaticMaker
from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow.engines.planned import (
    MD,
    NEB,
    RELAX,
    STATIC,
    PlannedCalculation,
    images_between,
)


def planned(maker: Maker, engine: str, images: Sequence[Structure]) -> PlannedCalculation | None:
    """Return the calculation of a Maker of a single job; None if it runs no ASE calculator.

    Parameters
    ----------
    maker
        Relaxation, static calculation, dynamics or band.
    engine
        Name of the engine.
    images
        Structure passed to it, or the images of a band.
    """
    if not isinstance(maker, AseMaker):
        return None
    atoms = len(images[0])
    if isinstance(maker, AseMDMaker):
        return PlannedCalculation(MD, engine, atoms, maker.n_steps)
    if isinstance(maker, AseNebFromImagesMaker):
        return PlannedCalculation(NEB, engine, atoms, images=max(1, images_between(images)))
    if isinstance(maker, ForceFieldStaticMaker) or getattr(maker, "steps", None) == 1:
        return PlannedCalculation(STATIC, engine, atoms, 1)
    return PlannedCalculation(RELAX, engine, atoms)
