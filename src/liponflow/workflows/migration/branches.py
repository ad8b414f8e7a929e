"""Jobs that start a band again where a site on the way shows a lower path."""

from collections.abc import Mapping
from typing import Any, TypedDict

from jobflow import Flow, Maker, Response, job
from pymatgen.core.structure import Structure

from liponflow.analysis.convergence import unconverged_reason
from liponflow.analysis.migration.branches import (
    Approach,
    choose,
    compare_with_sites,
    restart_through,
)
from liponflow.analysis.migration.hop_documents import Mover, PassedSite
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.runs import NEBResult
from liponflow.crystals.supercell import Supercell
from liponflow.engines.reading import read_calculation
from liponflow.inputs.migration import MigrationParameters
from liponflow.structures.migration.end_points import moved
from liponflow.structures.migration.hop_cell import HopCell, site_start
from liponflow.structures.migration.images import path_mirror
from liponflow.structures.migration.order import in_order_of
from liponflow.structures.migration.passed import passed_sites, path_through
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.migration.sites import cell_of


class OnSite(TypedDict):
    """Dopant relaxed on one kind of site."""

    structure: Structure
    """Atoms in the order of the start, the dopant last."""
    energy: float
    """eV."""


class Followed(TypedDict):
    """Band of a hop, and the record with the sites that it passes."""

    record: dict[str, Any]
    """The HopRecord, as a dictionary."""
    band: NEBResult | None
    """None if it failed."""


@job
def follow(
    record: dict[str, Any],
    band: NEBResult | None,
    *,
    host: Structure,
    on_sites: Mapping[str, OnSite],
    held: Mapping[str, Any],
    maker: Maker,
    parameters: MigrationParameters,
    supercell: Supercell,
    engine: EngineInfo,
) -> Response[Followed] | Followed:
    """Compare a band with the sites that it passes, and start it again through a lower one.

    Parameters
    ----------
    record
        The HopRecord, as a dictionary.
    band
        Its relaxed band; None if it failed.
    host
        Relaxed cell of the host.
    on_sites
        States of the dopant by the kinds of site on which it stays.
    held
        Task documents of its relaxations on other kinds of site, held there by symmetry; None for
        one that failed.
    maker
        Maker of bands.
    parameters, supercell, engine
        Of the survey.

    Returns
    -------
    Followed
        Directly if no site lies below the band, else through a second band.
    """
    if band is None or any(image.energy is None for image in band.images):
        return Followed(record=record, band=band)
    mover = Mover(record["dopant"], record.get("mechanism", "interstitial"))
    cell = cell_of(host, parameters, mover, supercell)
    start = on_sites[record["start_site"]]
    sites = {**on_sites, **_held(cell, record["dopant"], held, parameters, engine)}
    path = [in_order_of(start["structure"], image.structure) for image in band.images]
    found = passed_sites(cell, path)
    passed = compare_with_sites(
        band,
        [Approach(site.label, site.share, site.distance) for site in found],
        {label: state["energy"] - start["energy"] for label, state in sites.items()},
    )
    record = record | {"passed": passed}
    lowest = restart_through(passed)
    if lowest is None:
        return Followed(record=record, band=band)
    site = found[lowest]
    mirror = path_mirror(cell, path[0], path[-1]) if record["symmetric"] else None
    label = f"{record['dopant']} {record['hop']}"
    try:
        through, mirrored = path_through(cell, path, site, sites[site.label]["structure"], mirror)
        second = maker.make(through, mirror if mirrored else None)
    except ValueError as error:  # the barrier of the first band stays, with the reason
        _, restart = choose(band, None, passed[lowest], str(error))
        return Followed(record=record | {"restart": restart}, band=band)
    second.name = f"band {label} through {site.label}"
    chosen = named(
        keep_lower(record, band, second.output, passed[lowest], mirrored=mirrored),
        f"lower band {label}",
    )
    tolerate_failures(chosen)
    return Response(replace=Flow([second, chosen], output=chosen.output))


def _held(
    cell: HopCell,
    dopant: str,
    documents: Mapping[str, Any],
    parameters: MigrationParameters,
    engine: EngineInfo,
) -> dict[str, OnSite]:
    """Return the states that converged on their sites."""
    found = {}
    for label, document in documents.items():
        if document is None:
            continue
        start = site_start(cell, dopant, int(cell.sites.positions_of(label)[0]))
        result = read_calculation(document, engine, parameters.force_limit)
        state = in_order_of(start, result.structure)
        if unconverged_reason(result) is None and moved(cell, start, state) is None:
            found[label] = OnSite(structure=state, energy=result.energy)
    return found


@job
def keep_lower(
    record: dict[str, Any],
    first: NEBResult,
    second: NEBResult | None,
    site: PassedSite,
    *,
    mirrored: bool,
) -> Followed:
    """Keep the lower of two bands, and record both.

    Parameters
    ----------
    record
        The HopRecord, as a dictionary.
    first, second, site
        As for :func:`liponflow.analysis.migration.branches.choose`.
    mirrored
        Whether half of the second band was mirrored.
    """
    band, restart = choose(first, second, site)
    symmetric = mirrored if restart.kept == "second" else record["symmetric"]
    return Followed(record=record | {"restart": restart, "symmetric": symmetric}, band=band)
