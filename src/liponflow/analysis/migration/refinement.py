"""What the rungs of a ladder of engines change in the barrier of a hop, and what they take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.method import comparable
from liponflow.analysis.migration.hops import band_barrier
from liponflow.analysis.migration.result import Refinement
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.analysis.runs import NEBResult

TOP_WITHIN = 1e-3
"""An image must lie this much (eV) above the middle of a path for the middle not to be its top."""

ABOVE = 2e-3
"""A relaxed state this much (eV) above the single point that it started from is remarked on."""

LEAVES = 0.5
"""Share of the way from the saddle to the end point at which a dopant has left the saddle."""


@dataclass(frozen=True)
class Geometry:
    """Converged path of an engine, from which the next one continues.

    Attributes
    ----------
    dopant, hop
        Dopant and label of the hop.
    engine
        Engine of the path, with its version.
    barrier
        Its barrier, eV.
    lengths
        Path length up to every image (Å), in the lattice of the refining engine.
    """

    dopant: str
    hop: str
    engine: str
    barrier: float | None
    lengths: Sequence[float]


@dataclass(frozen=True)
class Kept:
    """Checks of a saddle that was relaxed within its symmetry.

    Attributes
    ----------
    space_group
        Space group of the end point before it was relaxed.
    saddle_space_group, relaxed_space_group
        Those of the saddle before and after its relaxation.
    symmetrised_by
        Largest displacement (Å) that made the two symmetric.
    left_along
        Share of the path's direction that the symmetry of the relaxed saddle leaves free.
    limit
        Largest such share.
    dopant_moved
        How far the dopant moved, as a share of its way to the end point.
    """

    space_group: str
    saddle_space_group: str
    relaxed_space_group: str
    symmetrised_by: float
    left_along: float
    limit: float
    dopant_moved: float


def at_geometry(
    geometry: Geometry,
    engine: EngineInfo,
    images: Sequence[Calculation | None],
    *,
    computed: int,
) -> Refinement:
    """Return the barrier of single points at the geometry of another engine.

    Parameters
    ----------
    geometry
        Path of the engine before.
    engine
        Description of the refining engine before it ran.
    images
        Single point of every image, end points included; None for one that failed.
    computed
        Number of single points: images that mirror others are not computed.

    Returns
    -------
    Refinement
        Without a relaxed barrier. The single points give none if one of them failed.
    """
    remarks = []
    for number, image in enumerate(images):
        reason = "it failed" if image is None else unconverged_reason(image)
        if reason:
            remarks.append(f"single point of image {number}: {reason}")
    known = [image for image in images if image is not None]
    info = known[0].engine if known else engine
    found: dict[str, Any] = {}
    if not remarks and (different := _on_other_scales(known)):
        remarks.append(f"single points on different scales: {different}")
    if not remarks:
        energies = [image.energy - known[0].energy for image in known]
        top = max(range(len(energies)), key=energies.__getitem__)
        forces = [force for image in (known[0], known[top]) if (force := image.max_force)]
        found = {
            "single_point_barrier": energies[top],
            "single_point_profile": list(zip(geometry.lengths, energies, strict=True)),
            "single_point_force": max(forces, default=None),
        }
    return Refinement(
        dopant=geometry.dopant,
        hop=geometry.hop,
        model=info.short,
        geometry_of=geometry.engine,
        barrier_before=geometry.barrier,
        barrier=None,
        single_points=computed,
        calculations=computed,
        remarks=remarks,
        **found,
    )


def top_elsewhere(found: Refinement) -> str | None:
    """Return why the saddle is not the middle of a path; None if it may be.

    Parameters
    ----------
    found
        With single points; without any the middle may be the saddle.
    """
    energies = [energy for _, energy in found.single_point_profile]
    if not energies:
        return None
    middle = max(energies[(len(energies) - 1) // 2], energies[len(energies) // 2])
    top = max(range(len(energies)), key=energies.__getitem__)
    if energies[top] - middle <= TOP_WITHIN:
        return None
    return (
        f"image {top} lies {energies[top] - middle:.3f} eV above the middle of the path by single "
        f"points (limit {TOP_WITHIN:g}): the saddle is not there"
    )


def within_symmetry(
    found: Refinement, start: Calculation | None, saddle: Calculation | None, kept: Kept
) -> Refinement:
    """Add states that were relaxed within their symmetry.

    Parameters
    ----------
    found
        With the single points.
    start, saddle
        Relaxed start and saddle; None for one that failed.
    kept
        Checks of the saddle.
    """
    states = {"the start": start, "the saddle": saddle}
    spent = {name: state.ionic_steps for name, state in states.items() if state is not None}
    update: dict[str, Any] = {
        "saddle_by": "symmetry",
        "space_group": kept.space_group,
        "saddle_space_group": kept.saddle_space_group,
        "symmetrised_by": kept.symmetrised_by,
        "end_steps": spent.get("the start"),
        "saddle_steps": spent.get("the saddle"),
        "calculations": (found.calculations or 0) + sum(spent.values()),
        "end_force": None if start is None else start.max_force,
        "saddle_force": None if saddle is None else saddle.max_force,
    }
    reasons = [
        f"{name}: {reason}"
        for name, state in states.items()
        if (reason := "its relaxation failed" if state is None else unconverged_reason(state))
    ]
    if start is not None and saddle is not None:
        reasons += _not_a_saddle(start, saddle, kept)
        if not reasons:
            climb = saddle.energy - start.energy
            update |= {"barrier": climb, "reverse_barrier": climb}
            update["unchecked"] = (
                "the number of imaginary modes: symmetry keeps the saddle on its path, so that a "
                "lower saddle beside it would not be found; a band from an asymmetric path "
                "(refine_saddle=band) or vibrations show it"
            )
    if reasons:
        update["reason"] = "; ".join(reasons)
    return found.model_copy(update=update)


def from_band(
    found: Refinement,
    path: NEBResult | None,
    other: NEBResult | None,
    *,
    end_steps: int,
) -> Refinement:
    """Add a band that was relaxed from a known path, beside one from an interpolation.

    Parameters
    ----------
    found
        With the single points.
    path
        Band from the path of the engine before; None if it failed.
    other
        Band from the interpolation; None if it failed or was not requested.
    end_steps
        Ionic steps of its end points.
    """
    update: dict[str, Any] = {
        "saddle_by": "band",
        "end_steps": end_steps,
        "calculations": (found.calculations or 0) + end_steps,
        "steps_from_interpolation": other.steps if other and other.converged else None,
    }
    if path is None:
        failed = {"reason": "the band failed; the run's report names its cause"}
        return found.model_copy(update=update | failed)
    forces = [image.max_force for image in path.images[1:-1] if image.max_force is not None]
    evaluations = path.force_evaluations
    update |= {
        "model": path.provenance.engine.short,
        "saddle_steps": evaluations,
        "calculations": None if evaluations is None else update["calculations"] + evaluations,
        "saddle_force": max(forces, default=None),
        "steps_from_path": path.steps if path.converged else None,
        "reason": None if path.converged else "; ".join(path.warnings),
    }
    if path.barrier is not None:
        barrier = band_barrier(path)
        update |= {
            "barrier": barrier.forward,
            "reverse_barrier": barrier.reverse,
            "unchecked": "the number of imaginary modes at the saddle; vibrations show it",
        }
    return found.model_copy(update=update)


def refused(found: Refinement, reason: str) -> Refinement:
    """Return the record of a hop without a relaxed barrier, with the reason."""
    return found.model_copy(update={"reason": reason})


def relaxed_above(name: str, relaxed: Calculation, start: Calculation | None) -> list[str]:
    """Return a remark if a relaxation ends above the single point that it started from.

    Parameters
    ----------
    name
        Name of the state.
    relaxed
        State relaxed within its symmetry.
    start
        Single point at the geometry of the engine before, which need not be symmetric; None if
        there is none.
    """
    if start is None or not comparable(relaxed.method, start.method):
        return []
    rise = relaxed.energy - start.energy
    if rise <= ABOVE:
        return []
    remark = (
        f"{name} relaxed within its symmetry lies {rise:.3f} eV above the single point at the "
        f"geometry of the engine before (limit {ABOVE:g}), which is less symmetric: lower "
        "symmetry_tolerance, or set refine_saddle=band"
    )
    return [remark]


def refinement_warnings(refinements: Sequence[Refinement]) -> list[str]:
    """Return why hops have no refined barrier, and what their steps showed."""
    return [
        f"{found.dopant}, {found.hop} hop with {found.model}: {text}"
        for found in refinements
        for text in (*found.remarks, *([found.reason] if found.reason else []))
    ]


def _not_a_saddle(start: Calculation, saddle: Calculation, kept: Kept) -> list[str]:
    """List what is wrong with the relaxed states of a symmetric hop."""
    found = []
    if different := _on_other_scales([start, saddle]):
        found.append(f"start and saddle are on different scales: {different}")
    if kept.left_along > kept.limit:
        found.append(
            f"the symmetry of the relaxed saddle ({kept.relaxed_space_group}) leaves "
            f"{kept.left_along:.2f} of the path's direction free (limit {kept.limit:g}): it was "
            "not kept; set refine_saddle=band"
        )
    if kept.dopant_moved > LEAVES:
        found.append(
            f"the dopant left the saddle, {kept.dopant_moved:.2f} of the way to the end point "
            f"(limit {LEAVES:g}); set refine_saddle=band"
        )
    return found


def _on_other_scales(calculations: Sequence[Calculation]) -> str:
    """Return why the energies of calculations do not compare; empty if they do."""
    reasons = (
        comparable(calculations[0].method, other.method).reason for other in calculations[1:]
    )
    return next(filter(None, reasons), "")
