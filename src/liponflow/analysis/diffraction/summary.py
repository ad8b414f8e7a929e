"""Summary of diffraction: observed lines against candidate phases, as a result."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from liponflow.analysis.diffraction.candidates import (
    Matches,
    Name,
    Observed,
    match,
    name_phases,
)
from liponflow.analysis.diffraction.fourier import (
    FALSE_ALARM,
    Rings,
    Spots,
    Transform,
    find_rings,
    find_spots,
    observable_range,
    transform,
)
from liponflow.analysis.diffraction.image import LatticeImage
from liponflow.analysis.diffraction.reflections import Reflections, miller_text
from liponflow.analysis.diffraction.result import (
    Candidate,
    DiffractionLine,
    DiffractionResult,
    GrainZone,
    Picture,
)
from liponflow.analysis.diffraction.shown import MOST_SHOWN, greys
from liponflow.analysis.result import Provenance
from liponflow.arrays import FloatArray

MOST_LISTED = 10
"""Lines that a warning names."""
_PERCENT = 100.0


@dataclass(frozen=True)
class CandidatePhase:
    """Reflections of a candidate and the origin of its lattice."""

    reflections: Reflections
    lattice: str
    measured: bool


@dataclass(frozen=True)
class Lines:
    """Observed lines as a result shows them, and which of them candidates are compared with."""

    documents: list[DiffractionLine]
    compared: Observed
    places: list[int] = field(default_factory=list)
    """Place of every compared line in the documents."""


def summarise_spacings(
    observed: Observed,
    phases: Sequence[CandidatePhase],
    tolerance: float,
    provenance: Provenance,
) -> DiffractionResult:
    """Return the candidates of a list of spacings.

    Parameters
    ----------
    observed
        The list.
    phases
        Candidates.
    tolerance
        Largest relative deviation by calibration and lattice.
    provenance
        Of the result.
    """
    documents = [
        _line(number, "list", spacing, error)
        for number, (spacing, error) in enumerate(
            zip(observed.spacing, observed.error, strict=True), start=1
        )
    ]
    lines = Lines(documents, observed, list(range(len(documents))))
    return _result(lines, phases, tolerance, provenance, picture=None, doubts=[])


def summarise_image(
    image: LatticeImage,
    phases: Sequence[CandidatePhase],
    tolerance: float,
    d_range: tuple[float, float],
    provenance: Provenance,
) -> DiffractionResult:
    """Return the candidates of the spots and rings of an image.

    Parameters
    ----------
    image
        The image.
    phases
        Candidates, with reflections down to the least spacing of the range.
    tolerance
        Largest relative deviation by calibration and lattice.
    d_range
        Least and largest spacing that are looked for (Å); what the image cannot show is left out.
    provenance
        Of the result.

    Raises
    ------
    ValueError
        If the image shows no spacing of the range.
    """
    seen = shown_range(image.intensity.shape, image.pixel, d_range)
    found = transform(image.intensity, image.pixel)
    spots, rings = find_spots(found, seen), find_rings(found, seen)
    return _result(
        _image_lines(spots, rings, seen),
        phases,
        tolerance,
        provenance,
        picture=_picture(image, found, seen),
        doubts=image.doubts(),
    )


def shown_range(
    shape: tuple[int, ...], pixel: float, d_range: tuple[float, float]
) -> tuple[float, float]:
    """Return the part of a range of spacings that an image shows (Å).

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> shown_range((100, 100), 0.1, (1.8, 6.0))
    (2.2, 6.0)
    """
    least, largest = observable_range((shape[0], shape[1]), pixel)
    seen = max(d_range[0], round(least, 6)), min(d_range[1], largest)
    if seen[0] >= seen[1]:
        raise ValueError(
            f"the image shows spacings of {least:.2f} to {largest:.2f} Å, and those of "
            f"{d_range[0]:g} to {d_range[1]:g} Å are looked for; check the size of a pixel "
            f"({pixel:g} nm), or give another --spacings"
        )
    return seen


def _image_lines(spots: Spots, rings: Rings, d_range: tuple[float, float]) -> Lines:
    documents = [
        _line(number, "spot", spacing, error, angle=angle, height=height)
        for number, (spacing, error, angle, height) in enumerate(
            zip(spots.spacing, spots.error, spots.angle, spots.height, strict=True), start=1
        )
    ]
    angles = [float(angle) for angle in spots.angle]
    places = list(range(len(documents)))
    for spacing, error, height, narrow in zip(
        rings.spacing, rings.error, rings.height, rings.narrow, strict=True
    ):
        if narrow:
            places.append(len(documents))
            angles.append(np.nan)
        sort = "ring" if narrow else "halo"
        documents.append(_line(len(documents) + 1, sort, spacing, error, height=height))
    compared = Observed(
        np.array([documents[place].spacing for place in places]),
        np.array([documents[place].error for place in places]),
        np.array(angles),
        d_range,
    )
    return Lines(documents, compared, places)


def _line(
    number: int,
    sort: str,
    spacing: float,
    error: float,
    *,
    angle: float | None = None,
    height: float | None = None,
) -> DiffractionLine:
    return DiffractionLine.model_validate(
        {
            "line": number,
            "sort": sort,
            "spacing": float(spacing),
            "error": float(error),
            "angle": None if angle is None else float(angle),
            "height": None if height is None else float(height),
            "phases": "",
            "indices": "",
        }
    )


def _result(
    lines: Lines,
    phases: Sequence[CandidatePhase],
    tolerance: float,
    provenance: Provenance,
    *,
    picture: Picture | None,
    doubts: list[str],
) -> DiffractionResult:
    found = [match(lines.compared, phase.reflections, tolerance) for phase in phases]
    names = name_phases(found)
    by_name = {one.phase.name: one for one in found}
    documents = list(lines.documents)
    for name in names:
        for place in name.lines:
            at = lines.places[place]
            documents[at] = _named(documents[at], name, by_name[name.phases[0]], place)
    verdict = list(dict.fromkeys(name.text for name in names))
    candidates = [_candidate(phase, one, names) for phase, one in zip(phases, found, strict=True)]
    unnamed = [documents[place].line for place in lines.places if not documents[place].phases]
    return DiffractionResult(
        formula=", ".join(dict.fromkeys(by_name[name.phases[0]].phase.formula for name in names))
        or "unknown",
        converged=True,
        criterion=f"a spot is higher than noise is in {1 - FALSE_ALARM:.0%} of all transforms"
        if picture
        else "every spacing of the list is compared",
        provenance=provenance,
        warnings=[*doubts, *_warnings(documents, unnamed, phases, names)],
        source="image" if picture else "list",
        tolerance=tolerance * _PERCENT,
        d_range=list(lines.compared.d_range),
        verdict=", ".join(verdict) or "none",
        lines=documents,
        candidates=sorted(candidates, key=lambda one: -one.score),
        zones=_zones(names, by_name, lines),
        picture=picture,
    )


def _named(line: DiffractionLine, name: Name, found: Matches, place: int) -> DiffractionLine:
    number = int(found.line[place])
    expected = float(found.phase.spacing[number])
    return line.model_copy(
        update={
            "phases": name.text,
            "indices": found.phase.label(number),
            "expected": expected,
            "deviation": (line.spacing / expected - 1) * _PERCENT,
        }
    )


def _candidate(phase: CandidatePhase, found: Matches, names: Sequence[Name]) -> Candidate:
    own = found.phase.name
    sharing = [name for name in names if own in name.phases]
    alike = dict.fromkeys(one for name in sharing for one in name.phases if one != own)
    return Candidate(
        phase=own,
        formula=found.phase.formula,
        score=found.total,
        explained=int(found.within.sum()),
        named=bool(sharing),
        alike=", ".join(alike),
        unseen=" ".join(found.phase.label(line) for line in found.unseen),
        spacing=found.phase.spacing[found.expected].tolist(),
        intensity=found.phase.intensity[found.expected].tolist(),
        lattice=phase.lattice,
        measured=phase.measured,
    )


def _zones(names: Sequence[Name], found: dict[str, Matches], lines: Lines) -> list[GrainZone]:
    zones = []
    for name in names:
        one = found[name.phases[0]]
        chosen = np.isin(np.arange(len(one.score)), name.lines)
        zone = one.zone(chosen)
        if zone is not None:
            zones.append(
                GrainZone(
                    phase=name.text,
                    spots=[lines.documents[lines.places[spot]].line for spot in zone.spots],
                    indices=" ".join(miller_text(indices) for indices in zone.indices),
                    axis=f"[{miller_text(zone.axis)[1:-1]}]",
                    angle=zone.angle,
                    expected=zone.expected,
                )
            )
    return zones


def _warnings(
    documents: Sequence[DiffractionLine],
    unnamed: Sequence[int],
    phases: Sequence[CandidatePhase],
    names: Sequence[Name],
) -> list[str]:
    remarks = []
    if not documents:
        remarks.append("no spot or ring is above the noise: the region is amorphous or too noisy")
    if unnamed:
        remarks.append(
            f"no candidate is named for {_counted(unnamed)}: none is within the tolerance, or it "
            "has so many lines that it is there by chance; other phases are given by --phases or "
            "--structures"
        )
    computed = [
        phase.reflections.name
        for phase in phases
        if not phase.measured and any(phase.reflections.name in name.phases for name in names)
    ]
    if computed:
        remarks.append(
            f"the lattice of {', '.join(computed)} was relaxed with PBE, which errs by up to 3 % "
            "in spacings; a CIF with measured parameters is given by --structures"
        )
    single = [name.text for name in names if len(name.lines) == 1]
    if single:
        remarks.append(
            f"named by one line each, which is weak evidence: {', '.join(dict.fromkeys(single))}; "
            "another line or an angle would confirm it"
        )
    return remarks


def _counted(numbers: Sequence[int]) -> str:
    listed = ", ".join(map(str, numbers[:MOST_LISTED]))
    more = f" and {len(numbers) - MOST_LISTED} more" if len(numbers) > MOST_LISTED else ""
    return f"line {listed}" if len(numbers) == 1 else f"lines {listed}{more}"


def _picture(image: LatticeImage, found: Transform, d_range: tuple[float, float]) -> Picture:
    power, largest = _inner(found, 1.25 / d_range[0])
    return Picture(
        pixel=image.pixel,
        pixel_source=image.pixel_source,
        size=list(image.size),
        intensity=greys(image.intensity),
        transform=np.log10(np.maximum(power, 1e-2)).round(2).tolist(),
        largest_frequency=largest,
    )


def _inner(found: Transform, largest: float) -> tuple[FloatArray, float]:
    """Return the square around zero frequency up to a frequency, and that frequency (1/Å)."""
    rows, columns = found.power.shape
    steps = np.array(found.steps)
    largest = min(largest, float((np.array([rows, columns]) // 2 * steps).min()))
    number = min(2 * int(largest / steps.min()) + 1, MOST_SHOWN + 1)
    edges = np.linspace(-largest, largest, number + 1)
    y, x = (
        (np.arange(size) - size // 2) * step
        for size, step in zip((rows, columns), steps, strict=True)
    )
    at_rows = np.clip(np.searchsorted(edges, y, side="right") - 1, -1, number)
    at_columns = np.clip(np.searchsorted(edges, x, side="right") - 1, -1, number)
    kept_rows, kept_columns = (
        np.flatnonzero((at >= 0) & (at < number)) for at in (at_rows, at_columns)
    )
    square = np.zeros((number, number))
    np.maximum.at(
        square,
        (at_rows[kept_rows][:, None], at_columns[kept_columns][None, :]),
        found.power[np.ix_(kept_rows, kept_columns)],
    )
    return square, largest
