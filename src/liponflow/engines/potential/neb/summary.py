"""The result of a relaxed band."""

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.analysis.provenance import fingerprint, provenance
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.runs import NEBImage, NEBResult
from liponflow.engines.potential.neb.band import Band
from liponflow.engines.potential.neb.relaxation import RelaxedBand
from liponflow.formulas import reduced_formula

PRESET = "as called"
"""Recorded in place of a preset: the parameters are those of the Maker."""


def summarise(
    band: Band,
    relaxed: RelaxedBand,
    start: Sequence[Structure],
    *,
    force_limit: float,
    max_steps: int,
    evaluations: int,
    engine: EngineInfo,
    parameters: Mapping[str, Any],
) -> NEBResult:
    """Return the result of a band after its relaxation.

    Parameters
    ----------
    band
        The band.
    relaxed
        End of its relaxation.
    start
        Images that it started from.
    force_limit
        Largest force of a converged band, eV/Å.
    max_steps
        Largest number of steps.
    evaluations
        Images whose forces were computed, also by an attempt that was killed.
    engine
        Engine that computed them.
    parameters
        Further parameters of the relaxation, for the record.

    Returns
    -------
    NEBResult
        Result without a barrier, and with the reason among the warnings, if the band or an end
        point did not converge.
    """
    state = relaxed.state
    energies = state.energies - state.energies[0]
    structures = [
        Structure(
            first.lattice,
            first.species,
            image.positions,
            coords_are_cartesian=True,
            site_properties=first.site_properties,
        )
        for first, image in zip(start, band.images, strict=True)
    ]
    steps = (np.linalg.norm(b.cart_coords - a.cart_coords) for a, b in pairwise(structures))
    settled = state.residuals < force_limit

    images = [
        NEBImage(
            image=number,
            distance=distance,
            energy=float(energies[number]),
            max_force=float(state.residuals[number]),
            converged=bool(settled[number]),
            slope=float(state.slopes[number]),
            structure=structure,
        )
        for number, (distance, structure) in enumerate(
            zip(accumulate(map(float, steps), initial=0.0), structures, strict=True)
        )
    ]
    warnings = _warnings(relaxed, force_limit, max_steps)
    top = float(energies.max())
    record = {
        "climbing": band.climbing,
        "force_limit": force_limit,
        "max_steps": max_steps,
        **parameters,
    }
    return NEBResult(
        formula=reduced_formula(start[0].composition),
        converged=not warnings,
        criterion=(
            f"largest force perpendicular to the path {state.residual:.4f} eV/Å after "
            f"{len(relaxed.history)} steps, limit {force_limit:g}"
        ),
        provenance=provenance(
            engine=engine,
            preset=PRESET,
            parameters=record,
            input_fingerprint=fingerprint(start[0], engine, record),
            source_structure=f"given: {start[0].composition.formula}",
            parent_uuids=[],
        ),
        warnings=warnings,
        images=images,
        climbing=state.climbs,
        barrier=None if warnings else top,
        reverse_barrier=None if warnings else top - float(energies[-1]),
        steps=len(relaxed.history),
        force_evaluations=evaluations,
        force_history=relaxed.history,
    )


def _warnings(relaxed: RelaxedBand, force_limit: float, max_steps: int) -> list[str]:
    """Return why there is no barrier; empty if there is one."""
    found = []
    residuals = relaxed.state.residuals
    for name, residual in (("first", residuals[0]), ("last", residuals[-1])):
        if residual >= force_limit:
            found.append(
                f"no barrier: largest force on the {name} end point {residual:.3f} eV/Å, limit "
                f"{force_limit:g}: relax the end point with the same potential first"
            )
    if not relaxed.converged:
        steps = len(relaxed.history)
        worst = int(1 + np.argmax(residuals[1:-1]))
        found.append(
            f"no barrier: image {worst:02d} has a force of {residuals[worst]:.3f} eV/Å "
            f"perpendicular to the path after {steps} steps, limit {force_limit:g}: continue "
            f"from these images, or raise max_steps (now {max_steps})"
        )
    return found
