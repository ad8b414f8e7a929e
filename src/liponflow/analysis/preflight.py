"""Disagreement of two engines on single points, before anything expensive is computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from liponflow.arrays import FloatArray

ENERGY_LIMIT = 0.05
"""eV/atom (our choice: as for energies above a hull)."""

FORCE_LIMIT = 0.5
"""eV/Å (our choice: ten times the force at which relaxations of the quick presets end)."""


@dataclass(frozen=True)
class SinglePoint:
    """Energy and forces of a structure with one engine.

    Attributes
    ----------
    composition
        Atoms of each element.
    energy
        eV.
    forces
        eV/Å, shape (atoms, 3).
    """

    composition: Mapping[str, float]
    energy: float
    forces: FloatArray


def energy_disagreement(main: Sequence[SinglePoint], other: Sequence[SinglePoint]) -> float | None:
    """Return how far two engines differ in energies, whatever their zero of energy.

    Parameters
    ----------
    main, other
        The same structures with both engines.

    Returns
    -------
    float or None
        Largest difference of an energy (eV/atom) after an energy per element has been fitted to
        all differences: that part is the choice of the zero and drops out of every reaction. None
        if there are too few structures to tell.
    """
    elements = sorted({element for point in main for element in point.composition})
    counts = np.array([[point.composition.get(e, 0.0) for e in elements] for point in main])
    differences = np.array(
        [theirs.energy - ours.energy for ours, theirs in zip(main, other, strict=True)]
    )
    if len(main) <= np.linalg.matrix_rank(counts):
        return None
    zeros, *_ = np.linalg.lstsq(counts, differences, rcond=None)
    return float(np.max(np.abs(differences - counts @ zeros) / counts.sum(axis=1)))


def force_disagreement(main: Sequence[SinglePoint], other: Sequence[SinglePoint]) -> float:
    """Return the largest difference of the force on an atom, eV/Å; see the energies."""
    return max(
        float(np.linalg.norm(theirs.forces - ours.forces, axis=1).max())
        for ours, theirs in zip(main, other, strict=True)
    )


def preflight_report(
    name: str, main: Sequence[SinglePoint], other: Sequence[SinglePoint]
) -> tuple[str, bool]:
    """Return a line on how far an engine differs from the main one, and whether it is a warning.

    Parameters
    ----------
    name
        Name of the other engine.
    main, other
        The same structures with both engines.
    """
    energy, force = energy_disagreement(main, other), force_disagreement(main, other)
    energies = (
        "energies cannot be compared with so few"
        if energy is None
        else f"energies differ by up to {energy:.3f} eV/atom (limit {ENERGY_LIMIT:g})"
    )
    text = (
        f"{name} on {len(main)} starting structures: {energies}, forces by up to {force:.2f} eV/Å "
        f"(limit {FORCE_LIMIT:g})"
    )
    return text, force > FORCE_LIMIT or (energy is not None and energy > ENERGY_LIMIT)
