"""Onsets, widths and order of elements in profiles across an interface."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from liponflow.analysis.line_scan.published import published_width
from liponflow.analysis.line_scan.result import ElementProfile, LineScanResult, OnsetOrder
from liponflow.analysis.line_scan.step import (
    LEAST_POINTS,
    SEEN,
    Profile,
    Step,
    first_seen,
    fit_step,
)
from liponflow.analysis.measured.fit import FitError
from liponflow.analysis.measured.table import Table, TableError
from liponflow.analysis.result import Provenance
from liponflow.arrays import FloatArray
from liponflow.formulas import elements_in

NM = "nm"
_PER_NM = {"nm": 1.0, "å": 0.1, "angstrom": 0.1, "a": 0.1, "µm": 1e3, "um": 1e3, "pm": 1e-3}
POOR_FIT = 3.0
"""Chi² per degree of freedom above which a step is not the shape of a profile of counts."""


@dataclass(frozen=True)
class Scan:
    """Profiles of one file.

    Attributes
    ----------
    source
        The file.
    unit
        Unit of the positions: nm, or as the file names it.
    profiles
        One for each element.
    """

    source: str
    unit: str
    profiles: tuple[Profile, ...]

    def moved(self, shift: float) -> "Scan":
        """Return the scan with other positions."""
        profiles = (item._replace(position=item.position + shift) for item in self.profiles)
        return replace(self, profiles=tuple(profiles))

    def turned(self) -> "Scan":
        """Return the scan from the other side."""
        profiles = (
            item._replace(position=-item.position[::-1], values=item.values[::-1])
            for item in self.profiles
        )
        return replace(self, profiles=tuple(profiles))


def scan_of(table: Table, elements: Sequence[str] | None = None) -> Scan:
    """Return the profiles of a table.

    Parameters
    ----------
    table
        Position in the first column, an element in each further one, named. Lengths in Å or µm
        become nm; other positions keep the unit that their heading has in brackets.
    elements
        Columns to take; all if None.

    Raises
    ------
    TableError
        If columns have no names, an element is missing, or positions do not ascend.
    """
    names = table.names
    if not names:
        raise TableError(
            f"{table.path}: name the columns in a line above the numbers, such as "
            "'position (nm), P, N'"
        )
    wanted = list(elements) if elements else names[1:]
    missing = [name for name in wanted if name not in names[1:]]
    if missing:
        raise TableError(
            f"{table.path}: no column {missing[0]!r}; it has {', '.join(names[1:])}: choose "
            "among them by --elements"
        )
    position = table.values[:, 0]
    if len(position) < LEAST_POINTS or (np.diff(position) <= 0).any():
        raise TableError(
            f"{table.path}: {len(position)} positions; give at least {LEAST_POINTS}, ascending"
        )
    written = names[0].partition("(")[2].rstrip(") ") or NM
    factor = _PER_NM.get(written.lower())
    profiles = tuple(
        _profile(name, position * (factor or 1.0), table.values[:, names.index(name)])
        for name in wanted
    )
    return Scan(str(table.path), NM if factor else written, profiles)


def _profile(name: str, position: FloatArray, values: FloatArray) -> Profile:
    whole = bool((values >= 0).all() and (values == np.round(values)).all() and values.max() > 1)
    return Profile(name, position, values, whole)


def line_scan_of(
    scan: Scan, simulated: Scan | None, align: str | None, made: Provenance, *, material: str
) -> LineScanResult:
    """Return onsets and widths of measured profiles, beside simulated ones.

    Parameters
    ----------
    scan
        Measured profiles.
    simulated
        Profiles of a simulation, which are moved; elements that are not measured are left out.
        None without.
    align
        Element whose centres are put together; None for the first that both have.
    made
        Provenance.
    material
        Formula or name.

    Raises
    ------
    TableError, FitError
        If a profile has no step that can be fitted, or the scans have no element in common.
    """
    steps = [_fit(scan.source, profile) for profile in scan.profiles]
    warnings = [text for pair in zip(scan.profiles, steps, strict=True) for text in _doubts(*pair)]
    profiles = [_documented("measured", *pair) for pair in zip(scan.profiles, steps, strict=True)]
    shift = None
    if simulated is not None:
        measured = {item.element for item in scan.profiles}
        simulated = replace(
            simulated,
            profiles=tuple(item for item in simulated.profiles if item.element in measured),
        )
        shift, moved = _aligned(scan, steps, simulated, align)
        profiles += [
            _documented("simulated", profile, _fit(simulated.source, profile))
            for profile in moved.profiles
        ]
        warnings.append(
            "the simulation is moved, not scaled: a model of a few nm cannot have an interphase "
            "of tens of nm, so that widths compare only where the model is thicker than they"
        )
    width = _width(steps, warnings)
    known = published_width()[0] if scan.unit == NM and _is_lipon(scan) else None
    return LineScanResult(
        formula=material,
        converged=True,
        criterion="every step was fitted with an error of each parameter",
        provenance=made,
        warnings=warnings,
        unit=scan.unit,
        width=None if width is None else width[0],
        width_low=None if width is None else width[1],
        width_high=None if width is None else width[2],
        width_published=known,
        moved=shift,
        orders=_orders(scan.profiles, steps),
        profiles=profiles,
    )


def _is_lipon(scan: Scan) -> bool:
    named = {element for item in scan.profiles for element in elements_in(item.element.split()[0])}
    return {"P", "N"} <= named


def _fit(source: str, profile: Profile) -> Step:
    try:
        return fit_step(profile)
    except FitError as error:
        raise FitError(
            f"{source}, {profile.element}: {error}; a step needs a plateau on both sides: choose "
            "other --elements or another --range"
        ) from error


def _edges(step: Step) -> tuple[FloatArray, FloatArray]:
    """Return onset, end and width of a step, and half their intervals."""
    values, covariance = step.found.evaluate(step.edge)
    return values, step.found.quantile * np.sqrt(np.diag(covariance))


def _documented(origin: str, profile: Profile, step: Step) -> ElementProfile:
    (onset, end, width), half = _edges(step)
    seen, unseen = first_seen(profile, step)
    return ElementProfile.model_validate(
        {
            "element": profile.element,
            "origin": origin,
            "rises": step.rises,
            "onset": onset,
            "onset_low": onset - half[0],
            "onset_high": onset + half[0],
            "centre": step.found["centre"],
            "end": end,
            "width": width,
            "width_low": max(width - half[2], 0.0),
            "width_high": width + half[2],
            "seen_from": seen,
            "unseen_at": unseen,
            "low": step.found["low"],
            "high": step.found["high"],
            "position": profile.position.tolist(),
            "values": profile.values.tolist(),
            "fitted": step.fitted.tolist(),
        }
    )


def _aligned(
    scan: Scan, steps: Sequence[Step], simulated: Scan, align: str | None
) -> tuple[float, Scan]:
    common = [
        item.element
        for item in scan.profiles
        if any(item.element == other.element for other in simulated.profiles)
    ]
    if align is not None:
        common = [name for name in common if name == align]
    if not common or scan.unit != simulated.unit:
        what = f"{align!r} is not in both" if align else "no element is in both"
        if scan.unit != simulated.unit:
            what = f"positions are in {scan.unit} and {simulated.unit}"
        raise TableError(f"{simulated.source}: {what}, {scan.source} and this simulation")
    name = common[0]
    ours = next(s for p, s in zip(scan.profiles, steps, strict=True) if p.element == name)
    theirs = _fit(
        simulated.source, next(item for item in simulated.profiles if item.element == name)
    )
    same = ours.rises == theirs.rises
    centre = theirs.found["centre"] if same else -theirs.found["centre"]
    shift = float(ours.found["centre"] - centre)
    return shift, (simulated if same else simulated.turned()).moved(shift)


def _width(steps: Sequence[Step], warnings: list[str]) -> tuple[float, float, float] | None:
    """Return the distance of the first onset and the last end, with its interval."""
    if len({step.rises for step in steps}) > 1:
        warnings.append(
            "elements become richer to different sides: give those of one side by --elements to "
            "get the width of the interphase"
        )
        return None
    sign = steps[0].sign
    edges = [_edges(step) for step in steps]
    first = min(edges, key=lambda item: sign * item[0][0])
    last = max(edges, key=lambda item: sign * item[0][1])
    if first is last:
        width, half = float(first[0][2]), float(first[1][2])
    else:
        width = float(sign * (last[0][1] - first[0][0]))
        half = float(np.hypot(first[1][0], last[1][1]))
    return width, max(width - half, 0.0), width + half


def _orders(profiles: Sequence[Profile], steps: Sequence[Step]) -> list[OnsetOrder]:
    found = []
    for rises in (True, False):
        sign = 1 if rises else -1
        same = [
            (profile.element, *_edges(step))
            for profile, step in zip(profiles, steps, strict=True)
            if step.rises == rises
        ]
        same.sort(key=lambda item: sign * item[1][0])
        for (first, edge, half), (second, other, other_half) in pairwise(same):
            distance = abs(float(other[0] - edge[0]))
            error = float(np.hypot(half[0], other_half[0]))
            found.append(
                OnsetOrder(
                    first=first,
                    second=second,
                    distance=distance,
                    low=distance - error,
                    high=distance + error,
                    significant=distance > error,
                )
            )
    return found


def _doubts(profile: Profile, step: Step) -> list[str]:
    doubts = []
    spread = step.found.chi_square / step.found.freedom
    if profile.counts and spread > POOR_FIT:
        doubts.append(
            f"{profile.element}: the counts have {spread:.1f} times the variance of counts about "
            "a step: the profile is not a single step, or its values are not raw counts; its "
            "intervals are too narrow"
        )
    if step.height < SEEN * step.noise:
        doubts.append(f"{profile.element}: its step is within the noise")
    edges, _ = _edges(step)
    if min(edges[:2]) < profile.position[0] or max(edges[:2]) > profile.position[-1]:
        doubts.append(
            f"{profile.element}: onset or end lies outside of the scan, and is extrapolated"
        )
    return doubts
