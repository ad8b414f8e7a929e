"""Averages of the fingerprints of independent models of a glass."""

from collections.abc import Callable, Sequence
from statistics import fmean, stdev
from typing import Any, TypeVar

from pydantic import BaseModel

from liponflow.analysis.glass.result import (
    AngleStatistics,
    BondStatistics,
    Defect,
    Fingerprint,
    PairCorrelation,
    Scattering,
    Share,
)

Item = TypeVar("Item", bound=BaseModel)


def average_fingerprints(found: Sequence[Fingerprint]) -> Fingerprint:
    """Average the fingerprints of several models.

    Parameters
    ----------
    found
        Fingerprints of models of the same elements, on the same grids.

    Returns
    -------
    Fingerprint
        Means over the models. Every error is the standard deviation over them, None for one
        model. A part that is absent from a model counts as 0 there; the cut-offs are those of the
        first model.

    Raises
    ------
    ValueError
        If the list is empty.
    """
    if not found:
        raise ValueError("there is no fingerprint to average")
    first = found[0]
    return first.model_copy(
        update={
            "n_frames": sum(item.n_frames for item in found),
            "density": fmean(item.density for item in found),
            "density_error": spread([item.density for item in found]),
            "number_density": fmean(item.number_density for item in found),
            "half_width": min(item.half_width for item in found),
            "pairs": [_pair(items) for items in _matched([f.pairs for f in found], "pair")],
            "scattering": [
                _scattering(items) for items in _matched([f.scattering for f in found], "probe")
            ],
            "bonds": [_bond(items) for items in _matched([f.bonds for f in found], "name")],
            "angles": [_angle(items) for items in _matched([f.angles for f in found], "name")],
            "defects": [_defect(items) for items in _matched([f.defects for f in found], "name")],
            **{group: _shares([getattr(f, group) for f in found]) for group in _SHARES},
        }
    )


_SHARES = ("units", "nitrogen_sites", "oxygen_sites", "fragments", "rings", "li_environments")


def spread(values: Sequence[float]) -> float | None:
    """Return the standard deviation over models; None for fewer than two.

    Examples
    --------
    >>> spread([1.0, 2.0, 3.0]), spread([1.0])
    (1.0, None)
    """
    return stdev(values) if len(values) > 1 else None


def _matched(lists: Sequence[Sequence[Item]], key: str) -> list[list[Item | None]]:
    """Return items of the same name, in the order of the first list; None if a model has none."""
    names = list(dict.fromkeys(getattr(item, key) for items in lists for item in items))
    indexed = [{getattr(item, key): item for item in items} for items in lists]
    return [[items.get(name) for items in indexed] for name in names]


def _present(items: Sequence[Item | None]) -> list[Item]:
    return [item for item in items if item is not None]


def _mean_lists(lists: Sequence[Sequence[float]]) -> list[float]:
    return [fmean(values) for values in zip(*lists, strict=True)]


def _mean_known(items: Sequence[Any], read: Callable[[Any], float | None]) -> float | None:
    values = [value for item in items if (value := read(item)) is not None]
    return fmean(values) if values else None


def _pair(items: Sequence[PairCorrelation | None]) -> PairCorrelation:
    known = _present(items)
    curves = [item.g for item in known]
    errors = [spread(values) for values in zip(*curves, strict=True)]
    return PairCorrelation(
        pair=known[0].pair,
        g=_mean_lists(curves),
        g_error=None if None in errors else [error or 0.0 for error in errors],
        first_peak=_mean_known(known, lambda item: item.first_peak),
        first_minimum=_mean_known(known, lambda item: item.first_minimum),
        coordination=_mean_known(known, lambda item: item.coordination),
        coordination_reverse=_mean_known(known, lambda item: item.coordination_reverse),
    )


def _scattering(items: Sequence[Scattering | None]) -> Scattering:
    known = _present(items)
    curves = {"s": [item.s for item in known], "g": [item.g for item in known]}
    return known[0].model_copy(update={name: _mean_lists(lists) for name, lists in curves.items()})


def _bond(items: Sequence[BondStatistics | None]) -> BondStatistics:
    known = _present(items)
    lengths = [item.length for item in known]
    return BondStatistics(
        name=known[0].name,
        length=fmean(lengths),
        error=spread(lengths),
        width=fmean(item.width for item in known),
        number=sum(item.number for item in known) / len(items),
    )


def _angle(items: Sequence[AngleStatistics | None]) -> AngleStatistics:
    known = _present(items)
    angles = [item.angle for item in known]
    return AngleStatistics(
        name=known[0].name,
        angle=fmean(angles),
        error=spread(angles),
        width=fmean(item.width for item in known),
        number=sum(item.number for item in known) / len(items),
        density=_mean_lists([item.density for item in known]),
    )


def _defect(items: Sequence[Defect | None]) -> Defect:
    known = _present(items)
    return Defect(
        name=known[0].name,
        mean=sum(item.mean for item in known) / len(items),
        worst=max(item.worst for item in known),
        last=max(item.last for item in known),
    )


def _shares(lists: Sequence[Sequence[Share]]) -> list[Share]:
    averaged = []
    for items in _matched(lists, "name"):
        values = [0.0 if item is None else item.share for item in items]
        known = _present(items)[0]
        averaged.append(
            Share(
                name=known.name,
                share=fmean(values),
                error=spread(values),
                published=known.published,
            )
        )
    return sorted(averaged, key=lambda share: (-share.share, share.name))
