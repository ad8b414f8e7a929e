"""The barrier of one hop: from its relaxed band and its vibrations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from liponflow.analysis.migration.barrier import Barrier, barrier
from liponflow.analysis.migration.hop_documents import (
    HopBarrier,
    Jump,
    Mechanism,
    PassedSite,
    Restart,
)
from liponflow.analysis.migration.rates import vineyard_prefactor
from liponflow.analysis.migration.saddle import imaginary_modes
from liponflow.analysis.runs import NEBResult

NO_SADDLE = 1e-3
"""A path that climbs less than this (eV) above an end point has no separate saddle."""

_NOTHING: dict[str, Any] = dict.fromkeys(
    ("barrier", "reverse_barrier", "highest_image", "saddle_distance", "lowest_on_the_way")
)


@dataclass(frozen=True)
class HopRecord:
    """Description of a hop before it is computed (from ``structures.hops.Hop``).

    Attributes are those of :class:`liponflow.analysis.migration.hop_documents.HopBarrier`.
    """

    dopant: str
    hop: str
    start_site: str
    end_site: str
    hop_distance: float
    from_start: int
    from_end: int
    jumps: Sequence[Jump]
    symmetric: bool
    via: Sequence[str] = field(default_factory=list)
    passed: Sequence[PassedSite] = field(default_factory=list)
    restart: Restart | None = None
    mechanism: Mechanism = "interstitial"
    environment: Literal["divacancy"] | None = None


@dataclass(frozen=True)
class Vibrations:
    """Γ-point frequencies of a hop, THz, translations left out and imaginary ones negative.

    Attributes
    ----------
    start, saddle
        At the first image and at the saddle.
    end
        At the last image; None if it is equivalent to the first.
    """

    start: Sequence[float]
    saddle: Sequence[float]
    end: Sequence[float] | None = None


def hop_barrier(
    record: HopRecord,
    band: NEBResult | None,
    *,
    force_limit: float,
    vibrations: Vibrations | None = None,
    reason: str | None = None,
) -> HopBarrier:
    """Return the barrier of a hop from its band.

    Parameters
    ----------
    record
        The hop.
    band
        Relaxed band; None if it failed.
    force_limit
        Largest perpendicular force of a converged band, eV/Å.
    vibrations
        Vibrations of end points and saddle, if computed.
    reason
        Why the band failed.

    Returns
    -------
    HopBarrier
        Without a barrier, and with the reason, if the band did not converge.
        :func:`liponflow.analysis.migration.summary.with_energies` fills in the energy of its
        saddle.
    """
    images = band.images if band else []
    forces = [image.max_force for image in images[1:-1] if image.max_force is not None]
    max_force = max(forces, default=None)
    if reason is None:
        reason = _reason_unconverged(band, max_force, force_limit)
    found: dict[str, Any] = {} if band is None or reason else _saddle(band)
    if vibrations and found:
        found |= _rates(vibrations)
    return HopBarrier(
        dopant=record.dopant,
        mechanism=record.mechanism,
        environment=record.environment,
        hop=record.hop,
        start_site=record.start_site,
        end_site=record.end_site,
        via=list(record.via),
        passed=list(record.passed),
        restart=record.restart,
        hop_distance=record.hop_distance,
        from_start=record.from_start,
        from_end=record.from_end,
        jumps=list(record.jumps),
        symmetric=record.symmetric,
        saddle_energy=None,
        max_force=max_force,
        force_limit=force_limit,
        climbing=bool(band and band.climbing),
        converged=reason is None,
        reason=reason,
        steps=band.steps if band else None,
        force_evaluations=band.force_evaluations if band else None,
        force_history=band.force_history if band else [],
        images=images,
        **{**_NOTHING, **found},
    )


def has_saddle(hop: HopBarrier) -> bool:
    """Return whether a path has a barrier and rises between its end points."""
    return min(hop.barrier or 0.0, hop.reverse_barrier or 0.0) >= NO_SADDLE


def _reason_unconverged(
    band: NEBResult | None, max_force: float | None, force_limit: float
) -> str | None:
    if band is None:
        return "the band failed; the run's report names its directory and cause"
    go_on = "no barrier; raise max_steps and run again: it continues from the last images"
    steps = "" if band.steps is None else f" after {band.steps} steps"
    if max_force is not None and max_force > force_limit:
        return (
            f"largest force perpendicular to the path {max_force:.3f} eV/Å{steps}, limit "
            f"{force_limit:g}: {go_on}"
        )
    if not band.converged:
        # The end points may be the cause, which only the band's criterion shows.
        return "; ".join(band.warnings) or f"band not converged{steps} ({band.criterion}): {go_on}"
    if any(image.energy is None for image in band.images):
        return "no barrier: the energy of an end point is unknown; compute the end points too"
    return None


def band_barrier(band: NEBResult) -> Barrier:
    """Return the barrier of a converged band, from slopes or the climbing image where it can.

    Parameters
    ----------
    band
        Band whose images all have an energy.
    """
    distances = [image.distance for image in band.images]
    energies = [image.energy or 0.0 for image in band.images]
    slopes = [image.slope for image in band.images]
    known = [slope for slope in slopes if slope is not None]
    return barrier(
        distances,
        energies,
        known if len(known) == len(slopes) else None,
        climbing=_climbed(energies) if band.climbing else None,
    )


def _saddle(band: NEBResult) -> dict[str, Any]:
    found = band_barrier(band)
    nearest = min(band.images, key=lambda image: abs(image.distance - found.saddle_distance))
    return {
        "barrier": found.forward,
        "reverse_barrier": found.reverse,
        "highest_image": max(image.energy or 0.0 for image in band.images),
        "saddle_distance": found.saddle_distance,
        "lowest_on_the_way": found.lowest_between,
        "profile": [(float(s), float(e)) for s, e in found.curve],
        "saddle": nearest.structure,
    }


def _climbed(energies: Sequence[float]) -> int | None:
    """Return the number of the image that climbs: the highest, if it lies above both ends."""
    top = max(range(len(energies)), key=energies.__getitem__)
    return top if 0 < top < len(energies) - 1 else None


def _rates(vibrations: Vibrations) -> dict[str, Any]:
    """Return the prefactors, or why there are none."""
    found: dict[str, Any] = {
        "start_frequencies": list(vibrations.start),
        "saddle_frequencies": list(vibrations.saddle),
        "end_frequencies": None if vibrations.end is None else list(vibrations.end),
        "imaginary_modes": len(imaginary_modes(vibrations.saddle)),
    }
    end = vibrations.start if vibrations.end is None else vibrations.end
    try:
        found["attempt_frequency"] = vineyard_prefactor(vibrations.start, vibrations.saddle)
        found["reverse_attempt_frequency"] = vineyard_prefactor(end, vibrations.saddle)
    except ValueError as error:  # the result gives the reason and keeps the barrier
        found["saddle_reason"] = str(error)
    return found
