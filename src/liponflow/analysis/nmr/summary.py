"""Shares of units of one or two samples, their changes, and models beside them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from liponflow.analysis.glass.result import Share
from liponflow.analysis.nmr.deconvolution import Deconvolution
from liponflow.analysis.nmr.populations import Shares
from liponflow.analysis.nmr.published import published_change
from liponflow.analysis.nmr.result import FittedNmr, NmrResult, UnitChange, UnitShare
from liponflow.analysis.result import Provenance
from liponflow.arrays import FloatArray

CORRELATED = 3.0
"""Points of the noise that count as one, above which a bad fit is suspected."""


class Sample(NamedTuple):
    """A sample: given shares, or a spectrum with its deconvolution."""

    shares: Shares
    spectrum: tuple[FloatArray, FloatArray, Deconvolution] | None = None
    """Shift, intensity and peaks."""


def nmr_of(
    samples: Sequence[Sample],
    models: Sequence[Sequence[Share]],
    made: Provenance,
    *,
    material: str,
) -> NmrResult:
    """Return the shares of units with their changes.

    Parameters
    ----------
    samples
        One, or two of which the second is compared with the first.
    models
        Shares of units in a model of each sample, in the same order; may be fewer.
    made
        Provenance.
    material
        Formula or name.
    """
    by_name = [{item.name: item for item in model} for model in models]
    rows: list[UnitShare] = []
    for place, sample in enumerate(samples):
        rows += _rows(sample, by_name[place] if place < len(by_name) else None)
    known = {row.unit for row in rows}
    others = None
    if by_name:
        others = sum(item.share for name, item in by_name[0].items() if name not in known)
    return NmrResult(
        formula=material,
        converged=True,
        criterion="every fit ended with an error of each area",
        provenance=made,
        warnings=_doubts(samples, by_name, others),
        shares=rows,
        changes=_changes(samples[0].shares, samples[1].shares, by_name)
        if len(samples) > 1
        else [],
        spectra=[
            _documented(sample, *sample.spectrum)
            for sample in samples
            if sample.spectrum is not None
        ],
        model_others=others,
    )


def _rows(sample: Sample, model: Mapping[str, Share] | None) -> list[UnitShare]:
    shares, peaks = sample.shares, {}
    if sample.spectrum is not None:
        peaks = {peak.unit: peak for peak in sample.spectrum[2].peaks}
    rows = []
    for unit, value in shares.values.items():
        ends = shares.interval(unit)
        peak, modelled = peaks.get(unit), None if model is None else model.get(unit)
        rows.append(
            UnitShare(
                sample=shares.source,
                unit=unit,
                share=value,
                low=ends[0] if ends else None,
                high=ends[1] if ends else None,
                shift=peak.shift if peak else None,
                width=peak.width if peak else None,
                model=None if model is None else (modelled.share if modelled else 0.0),
                model_error=modelled.error if modelled else None,
            )
        )
    return rows


def _changes(
    before: Shares, after: Shares, models: Sequence[Mapping[str, Share]]
) -> list[UnitChange]:
    published = published_change()
    found = []
    for unit in dict.fromkeys([*before.values, *after.values]):
        old, new = before.values.get(unit, 0.0), after.values.get(unit, 0.0)
        change = 100 * (new - old)
        below, above = _halves(before, after, unit, 1.0)
        relative, smaller, larger = None, None, None
        if old > 0:
            relative = 100 * (new / old - 1)
            smaller, larger = _halves(before, after, unit, new / old, over=old)
        modelled = None
        if len(models) > 1:
            ends = [model[unit].share if unit in model else 0.0 for model in models[:2]]
            modelled = 100 * (ends[1] - ends[0])
        found.append(
            UnitChange(
                unit=unit,
                points=change,
                points_low=_moved(change, below, -1),
                points_high=_moved(change, above, 1),
                relative=relative,
                relative_low=_moved(relative, smaller, -1),
                relative_high=_moved(relative, larger, 1),
                model_points=modelled,
                published=published.percent if unit == published.unit else None,
            )
        )
    return found


def _halves(
    before: Shares, after: Shares, unit: str, weight: float, over: float = 1.0
) -> tuple[float | None, float | None]:
    """Return both halves of the interval of a difference over a number, the first share weighted.

    Each half has that of one share and the opposite one of the other (G. Y. Zou and A. Donner,
    Stat. Med. 27, 1693 (2008)).
    """
    old, new = before.values.get(unit, 0.0), after.values.get(unit, 0.0)
    first, second = before.interval(unit) or (old, old), after.interval(unit) or (new, new)
    below = float(np.hypot(new - second[0], weight * (first[1] - old)))
    above = float(np.hypot(second[1] - new, weight * (old - first[0])))
    return below / over or None, above / over or None


def _moved(value: float | None, half: float | None, side: int) -> float | None:
    return None if value is None or half is None else value + 100 * side * half


def _documented(
    sample: Sample, shift: FloatArray, intensity: FloatArray, found: Deconvolution
) -> FittedNmr:
    return FittedNmr(
        sample=sample.shares.source,
        shift=shift.tolist(),
        intensity=intensity.tolist(),
        parts={
            peak.unit: part.tolist() for peak, part in zip(found.peaks, found.parts, strict=True)
        },
        baseline=found.baseline,
        correlation=found.correlation,
    )


def _doubts(
    samples: Sequence[Sample], models: Sequence[Mapping[str, Share]], others: float | None
) -> list[str]:
    doubts = []
    for sample in samples:
        source = sample.shares.source
        if sample.spectrum is not None:
            found = sample.spectrum[2]
            if found.at_limit:
                doubts.append(
                    f"{source}: the shift of {', '.join(found.at_limit)} is at the end of its "
                    "--reach: correct --shifts, or widen --reach"
                )
            if found.correlation > CORRELATED:
                doubts.append(
                    f"{source}: residuals of {found.correlation:.0f} neighbouring points are "
                    "alike: the spectrum is zero-filled or broadened, a unit is missing, or the "
                    "--shape is another; the intervals allow for it"
                )
        if not any(sample.shares.errors.values()):
            doubts.append(f"{source}: has no errors, so that its changes have no interval")
    if others:
        doubts.append(
            f"the model has {100 * others:.0f} % of its P in units that the samples do not have"
        )
    if models:
        doubts.append(
            "the model has the units that its preparation gave it: cooled within picoseconds, or "
            "packed from units that were assumed"
        )
    return doubts
