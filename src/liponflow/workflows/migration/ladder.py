"""Jobs of one rung of a ladder: the converged paths of an engine, refined by a better one.

Every hop takes three steps, each in jobs of its own, so that a kill loses one calculation: single
points on the images, relaxations of the end point and of the saddle in their space groups, and a
band where symmetry does not fix the saddle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypedDict

import numpy as np
from jobflow import Flow, Job, Maker, Response, job
from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.migration.hop_documents import HopBarrier, Mechanism, Mover
from liponflow.analysis.migration.hops import has_saddle
from liponflow.analysis.migration.refinement import (
    Geometry,
    Kept,
    at_geometry,
    from_band,
    refused,
    relaxed_above,
    top_elsewhere,
    within_symmetry,
)
from liponflow.analysis.migration.result import Refinement
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.runs import NEBResult
from liponflow.crystals.supercell import Supercell
from liponflow.engines.engine import KEPT_WITHIN
from liponflow.engines.reading import read_calculation
from liponflow.inputs.migration import MigrationParameters
from liponflow.structures.migration.displacement import displacements, dopant_displacement
from liponflow.structures.migration.end_points import match
from liponflow.structures.migration.images import (
    PathMirror,
    interpolate,
    moved_path,
    path_lengths,
    path_mirror,
)
from liponflow.structures.migration.order import hopping_last, in_order_of
from liponflow.structures.migration.symmetry import (
    ALONG,
    Symmetrised,
    direction_at_middle,
    left_along,
    middle_of,
    path_through,
    symmetrised,
)
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.migration.sites import cells_of
from liponflow.workflows.migration.survey import Survey

SAME = 1e-3
"""Structures whose atoms are all closer than this (Å) are computed once."""


class RungTools(TypedDict):
    """Makers of the engine of a rung."""

    static: Maker
    relax: Maker
    """Of end points whose symmetry need not be kept."""
    symmetric: Maker
    """Keeps the space group."""
    band: Maker
    hessian_of: str | None
    """Engine with whose Hessian the relaxations begin, with its version."""
    remarks: list[str]
    """What each hop of this rung records of its engine."""


class HopPath(TypedDict):
    """Converged path of a hop, and the engine that made it."""

    dopant: str
    mechanism: Mechanism
    hop: str
    symmetric: bool
    engine: str
    barrier: float | None
    images: list[Structure]


class PointedHop(TypedDict):
    """A hop with single points on its images."""

    path: HopPath
    """Path of the engine below."""
    images: list[Structure]
    """Its images in the lattice of the refining engine."""
    mirror: dict[str, Any] | None
    """The PathMirror of a symmetric path, as a dictionary."""
    found: Any
    """Refinement with the single points; None if it failed."""
    points: list[Any]
    """Task documents of the first and the last image that were computed; None for failed ones."""
    label: str
    """Name of the hop for its jobs."""


class RefinedHop(TypedDict):
    """A hop on one rung, and the path from which the next rung continues."""

    refinement: Refinement
    path: HopPath


@dataclass
class _Shared:
    """Jobs on structures, one for all hops that need the same."""

    jobs: list[Flow | Job] = field(default_factory=list)
    known: list[tuple[Maker, Structure, Any]] = field(default_factory=list)

    def output(self, maker: Maker, structure: Structure, name: str) -> Any:
        """Return the output of a job, which is added unless there is one like it."""
        for other, before, output in self.known:
            if other is maker and _same(before, structure):
                return output
        made = named(maker.make(structure), name)
        self.jobs.append(made)
        self.known.append((maker, structure, made.output))
        return made.output


@job
def refine(
    host: Any,
    survey: Survey | None,
    below: Sequence[Sequence[RefinedHop] | None],
    *,
    parameters: MigrationParameters,
    supercell: Supercell,
    tools: RungTools,
    engine: EngineInfo,
) -> Response[list[RefinedHop]]:
    """Refine the converged paths of a survey, or of the rungs below, with a better engine.

    Parameters
    ----------
    host
        Task document of the host's cell, relaxed with the better engine: the paths are scaled to
        its lattice, and their states relaxed in it.
    survey
        Survey to refine.
    below
        Rungs between the survey and this one, lowest first; None for one that failed.
    parameters, supercell
        Of the survey.
    tools, engine
        Of the better engine.

    Raises
    ------
    ValueError
        If there is no survey, or the cell of the host did not converge.
    """
    if survey is None:
        raise ValueError("nothing to refine: the survey of the hops failed")
    relaxed = read_calculation(host, engine, parameters.force_limit)
    if reason := unconverged_reason(relaxed):
        raise ValueError(f"the cell of the host: {reason}")
    cells = cells_of(relaxed.structure, parameters, supercell)
    # They differ in their sites, not in the supercell.
    lattice = next(iter(cells.values())).supercell.lattice
    points = _Shared()
    compared: list[Job] = []
    hops = []
    for path in _paths(survey, below):
        label = f"refine {path['dopant']} {path['hop']} with {engine.name}"
        images = [Structure(lattice, image.species, image.frac_coords) for image in path["images"]]
        cell = cells[Mover(path["dopant"], path["mechanism"])]
        mirror = path_mirror(cell, images[0], images[-1]) if path["symmetric"] else None
        computed = len(images) if mirror is None else len(images) // 2 + len(images) % 2
        singles = [
            points.output(tools["static"], image, f"{label}: single point of image {number}")
            for number, image in enumerate(images[:computed])
        ]
        barrier = named(
            compare(path, images, singles, engine, parameters.force_limit),
            f"{label}: barrier by single points",
        )
        tolerate_failures(barrier)
        compared.append(barrier)
        hops.append(
            PointedHop(
                path=path,
                images=images,
                mirror=None if mirror is None else asdict(mirror),
                found=barrier.output,
                points=[singles[0], singles[-1]],
                label=label,
            )
        )
    # Nothing is relaxed before the single points have shown every barrier.
    relaxing = named(
        relax_states(hops, parameters=parameters, tools=tools, engine=engine),
        f"relax states with {engine.name}",
    )
    tolerate_failures(relaxing)
    return Response(replace=Flow([*points.jobs, *compared, relaxing], output=relaxing.output))


@job
def relax_states(
    hops: Sequence[PointedHop],
    *,
    parameters: MigrationParameters,
    tools: RungTools,
    engine: EngineInfo,
) -> Response[list[RefinedHop]]:
    """Relax the start of every hop, then find its saddle.

    Parameters
    ----------
    hops
        Hops with their single points.
    parameters, tools, engine
        As for :func:`refine`.
    """
    by_symmetry = keeps_symmetry(parameters, engine)
    ends = _Shared()
    saddles: list[Flow | Job] = []
    sought: list[Job] = []
    for given in hops:
        hop = _with_points(given, engine, tools)
        images, name = hop["images"], f"{hop['label']}: relax the start"
        start = _in_space_group(images[0], parameters) if by_symmetry else None
        if start is None:
            first = ends.output(tools["relax"], images[0], name)
        else:
            first = ends.output(tools["symmetric"], start.structure, name)
        saddle, why_not = _fixed_saddle(hop, parameters) if by_symmetry else (None, "")
        if saddle is None:
            searched = _before_band(hop, start, why_not)
            last = named(
                relax_band(searched, first, tools=tools, engine=engine, parameters=parameters),
                hop["label"],
            )
        else:
            # It does not wait for the start.
            relaxed = named(
                tools["symmetric"].make(saddle.structure), f"{hop['label']}: relax the saddle"
            )
            saddles.append(relaxed)
            last = named(
                judge(hop, [first, relaxed.output], engine=engine, parameters=parameters),
                f"{hop['label']}: barrier",
            )
        tolerate_failures(last)
        sought.append(last)
    listed = named(as_list([hop.output for hop in sought]), f"refined with {engine.name}")
    tolerate_failures(listed)
    return Response(replace=Flow([*ends.jobs, *saddles, *sought, listed], output=listed.output))


def keeps_symmetry(parameters: MigrationParameters, engine: EngineInfo) -> bool:
    """Return whether the engine of a rung relaxes states in their space groups."""
    if parameters.refine_saddle == "auto":
        return not engine.surrogate
    return parameters.refine_saddle == "symmetry"


@job
def compare(
    path: HopPath,
    images: Sequence[Structure],
    points: Sequence[Any],
    engine: EngineInfo,
    force_limit: float,
) -> Refinement:
    """Return the barrier of single points at the geometry of the engine below.

    Parameters
    ----------
    path
        Path of the engine below.
    images
        Its images in the lattice of the refining engine.
    points
        Task documents of the images up to the middle of a mirrored path, else of all; None for
        those that failed.
    engine, force_limit
        Of the refining engine.
    """
    read = [
        None if point is None else read_calculation(point, engine, force_limit) for point in points
    ]
    rest = len(images) - len(read)
    geometry = Geometry(
        path["dopant"], path["hop"], path["engine"], path["barrier"], path_lengths(images)
    )
    return at_geometry(geometry, engine, [*read, *read[:rest][::-1]], computed=len(points))


@job
def relax_band(
    hop: PointedHop,
    first: Any | None,
    *,
    tools: RungTools,
    engine: EngineInfo,
    parameters: MigrationParameters,
) -> Response[RefinedHop] | RefinedHop:
    """Relax the end points of a hop as far as they are not mirror images, then its band.

    Parameters
    ----------
    hop
        Hop with its single points.
    first
        Task document of the relaxed start; None if it failed.
    tools, engine, parameters
        Of the refining engine, and of the campaign.
    """
    path, images, label = hop["path"], hop["images"], hop["label"]
    if first is None:
        return _unrefined(hop["found"], path, "the relaxation of the start failed")
    ends = [first]
    jobs: list[Flow | Job] = []
    if hop["mirror"] is None:
        # Equivalent end points that are relaxed independently need not end equivalent.
        last = named(tools["relax"].make(images[-1]), f"{label}: relax the end")
        jobs.append(last)
        ends.append(last.output)
    going_on = named(
        go_on(
            path,
            images,
            hop["found"],
            ends,
            mirror=hop["mirror"],
            band=tools["band"],
            engine=engine,
            parameters=parameters,
            label=label,
        ),
        f"{label}: band",
    )
    tolerate_failures(going_on)
    return Response(replace=Flow([*jobs, going_on], output=going_on.output))


@job
def judge(
    hop: PointedHop,
    states: Sequence[Any],
    *,
    engine: EngineInfo,
    parameters: MigrationParameters,
) -> RefinedHop:
    """Return the barrier between states relaxed within their symmetry, and check them.

    Parameters
    ----------
    hop, engine, parameters
        As for :func:`relax_band`.
    states
        Task documents of the relaxed start and the relaxed saddle; None for one that failed.
    """
    path, images, found, points = hop["path"], hop["images"], hop["found"], hop["points"]
    limit, turns = parameters.force_limit, _mirror(hop["mirror"])
    assert turns is not None  # noqa: S101 - only mirrored paths have a saddle fixed by symmetry
    start, saddle = (
        None if state is None else read_calculation(state, engine, limit) for state in states
    )
    before = symmetrised(images[0], parameters.symmetry_tolerance)
    middle = symmetrised(middle_of(images, turns), parameters.symmetry_tolerance)
    direction = direction_at_middle(images)
    at_saddle = middle.structure
    if saddle is not None:
        at_saddle = in_order_of(middle.structure, saddle.structure)
    kept = Kept(
        space_group=before.label,
        saddle_space_group=middle.label,
        relaxed_space_group=symmetrised(at_saddle, KEPT_WITHIN).label,
        symmetrised_by=max(before.moved, middle.moved),
        left_along=left_along(at_saddle, direction, KEPT_WITHIN),
        limit=ALONG,
        dopant_moved=dopant_displacement(middle.structure, at_saddle)
        / dopant_displacement(middle.structure, before.structure),
    )
    refined = within_symmetry(found, start, saddle, kept)
    single = [
        None if point is None else read_calculation(point, engine, limit) for point in points
    ]
    remarks = list(refined.remarks)
    # With an even number of images none lies at the middle.
    at_middle = single[1] if len(images) % 2 else None
    for name, relaxed, unrelaxed in (
        ("the start", start, single[0]),
        ("the saddle", saddle, at_middle),
    ):
        if relaxed is not None:
            remarks += relaxed_above(name, relaxed, unrelaxed)
    refined = refined.model_copy(update={"remarks": remarks})
    if refined.barrier is None or start is None:
        return RefinedHop(refinement=refined, path=path)
    moved = path_through(images, in_order_of(images[0], start.structure), at_saddle, turns)
    return RefinedHop(refinement=refined, path=_refined_path(path, refined, moved))


@job
def go_on(
    path: HopPath,
    images: Sequence[Structure],
    found: Refinement,
    ends: Sequence[Any],
    *,
    mirror: dict[str, Any] | None,
    band: Maker,
    engine: EngineInfo,
    parameters: MigrationParameters,
    label: str,
) -> Response[RefinedHop] | RefinedHop:
    """Relax a path again between its newly relaxed end points.

    Parameters
    ----------
    path, images, found, mirror, label
        Of the PointedHop.
    engine, parameters
        As for :func:`relax_band`.
    ends
        Task documents of the relaxed end points, of the first alone if there is a mirror; None
        for one that failed.
    band
        Maker of the band.
    """
    if any(document is None for document in ends):
        return _unrefined(found, path, "the relaxation of an end point failed")
    results = [read_calculation(document, engine, parameters.force_limit) for document in ends]
    for result in results:
        if reason := unconverged_reason(result):
            return _unrefined(found, path, f"an end point: {reason}")
    first = in_order_of(images[0], results[0].structure)
    turns = _mirror(mirror)
    if turns is None:
        last = in_order_of(images[-1], results[1].structure)
    else:
        places = turns.positions(first.cart_coords, images[-1].cart_coords)
        last = Structure(first.lattice, first.species, places, coords_are_cartesian=True)
    try:
        bands = {"path": band.make(moved_path(images, first, last), turns)}
        if parameters.refine_baseline:
            pair = match(first, last)
            bands["interpolation"] = band.make(
                interpolate(pair.start, pair.end, len(images) - 2), turns
            )
    except ValueError as error:
        return _unrefined(found, path, f"the newly relaxed end points make no path: {error}")
    for name, made in bands.items():
        made.name = f"{label}: band from the {name}"
    update = {"end_force": results[0].max_force}
    weighed = named(
        weigh(
            path,
            found.model_copy(update=update),
            {name: made.output for name, made in bands.items()},
            end_steps=sum(result.ionic_steps for result in results),
        ),
        f"{label}: barrier",
    )
    tolerate_failures(weighed)
    return Response(replace=Flow([*bands.values(), weighed], output=weighed.output))


@job
def weigh(
    path: HopPath, found: Refinement, bands: Mapping[str, NEBResult | None], *, end_steps: int
) -> RefinedHop:
    """Return the barrier of a band, with the steps of one from the interpolation."""
    band = bands["path"]
    refined = from_band(found, band, bands.get("interpolation"), end_steps=end_steps)
    if band is None or refined.barrier is None or refined.reason:
        return RefinedHop(refinement=refined, path=path)
    images = [in_order_of(path["images"][0], image.structure) for image in band.images]
    return RefinedHop(refinement=refined, path=_refined_path(path, refined, images))


@job
def as_list(found: Sequence[Any]) -> list[Any]:
    """Collect the hops that did not fail."""
    return [one for one in found if one is not None]


def _paths(survey: Survey, below: Sequence[Sequence[RefinedHop] | None]) -> list[HopPath]:
    """Return the newest converged path of every hop that has a saddle."""
    newest = {
        (hop["path"]["dopant"], hop["path"]["hop"]): hop["path"]
        for rung in below
        for hop in rung or ()
    }
    engine = survey["host"].engine.short
    return [
        newest.get((hop.dopant, hop.hop)) or _path_of(hop, engine)
        for hop in survey["hops"]
        if has_saddle(hop)
    ]


def _path_of(hop: HopBarrier, engine: str) -> HopPath:
    return HopPath(
        dopant=hop.dopant,
        mechanism=hop.mechanism,
        hop=hop.hop,
        symmetric=hop.symmetric,
        engine=engine,
        barrier=hop.barrier,
        # The atom that hops may have been sorted to another place by the engine.
        images=hopping_last([image.structure for image in hop.images], hop.dopant),
    )


def _refined_path(path: HopPath, refined: Refinement, images: Sequence[Structure]) -> HopPath:
    return HopPath(
        dopant=path["dopant"],
        mechanism=path["mechanism"],
        hop=path["hop"],
        symmetric=path["symmetric"],
        engine=refined.model,
        barrier=refined.barrier,
        images=list(images),
    )


def _unrefined(found: Refinement, path: HopPath, reason: str) -> RefinedHop:
    """Return a hop whose path stays that of the engine below."""
    return RefinedHop(refinement=refused(found, reason), path=path)


def _mirror(mirror: dict[str, Any] | None) -> PathMirror | None:
    if mirror is None:
        return None
    return PathMirror(**{name: np.array(value) for name, value in mirror.items()})


def _in_space_group(structure: Structure, parameters: MigrationParameters) -> Symmetrised | None:
    """Return a state with its symmetry exact; None if spglib finds none."""
    try:
        return symmetrised(structure, parameters.symmetry_tolerance)
    except ValueError:
        return None


def _with_points(hop: PointedHop, engine: EngineInfo, tools: RungTools) -> PointedHop:
    """Return a hop with how its relaxations begin, and a record in place of failed points."""
    path = hop["path"]
    geometry = Geometry(path["dopant"], path["hop"], path["engine"], path["barrier"], ())
    found = hop["found"] or at_geometry(geometry, engine, [], computed=0)
    update = {
        "hessian_of": tools["hessian_of"],
        "remarks": [*found.remarks, *tools["remarks"]],
    }
    return PointedHop({**hop, "found": found.model_copy(update=update)})


def _before_band(hop: PointedHop, start: Symmetrised | None, why_not: str) -> PointedHop:
    """Return a hop with the space group of its start, and why it needs a band."""
    found: Refinement = hop["found"]
    update: dict[str, Any] = {}
    if why_not:
        update["remarks"] = [*found.remarks, f"band needed: {why_not}"]
    if start is not None:
        update |= {"space_group": start.label, "symmetrised_by": start.moved}
    return PointedHop({**hop, "found": found.model_copy(update=update)})


def _fixed_saddle(
    hop: PointedHop, parameters: MigrationParameters
) -> tuple[Symmetrised | None, str]:
    """Return the saddle that symmetry fixes at the middle of a path, or why there is none."""
    images, mirror = hop["images"], _mirror(hop["mirror"])
    if mirror is None:
        return None, ""
    if reason := top_elsewhere(hop["found"]):
        return None, reason
    middle = _in_space_group(middle_of(images, mirror), parameters)
    if middle is None or _in_space_group(images[0], parameters) is None:
        return None, "no space group was found"
    left = left_along(middle.structure, direction_at_middle(images))
    if left > ALONG:
        return None, (
            f"the space group {middle.label} of the middle leaves {left:.2f} of the path's "
            f"direction free (limit {ALONG:g})"
        )
    return middle, ""


def _same(one: Structure, other: Structure) -> bool:
    if one.species != other.species:
        return False
    return bool(np.linalg.norm(displacements(one, other), axis=1).max() < SAME)
