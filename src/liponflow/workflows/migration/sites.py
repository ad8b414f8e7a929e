"""Starting sites of dopants in a host, their relaxed sites, and the hops between them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymatgen.core.structure import Structure

from liponflow.analysis.migration.hops import HopRecord
from liponflow.analysis.migration.result import SiteEnergy
from liponflow.analysis.migration.summary import site_energy, stable_sites
from liponflow.analysis.result import EngineInfo
from liponflow.crystals.supercell import Supercell, repeats_of
from liponflow.engines.reading import read_calculation
from liponflow.inputs.migration import MigrationParameters
from liponflow.structures.migration.displacement import largest_displacement
from liponflow.structures.migration.end_points import locate, moved
from liponflow.structures.migration.hop_cell import (
    HopCell,
    hop_cell,
    interstitial_start,
    split_start,
    substitutional_start,
)
from liponflow.structures.migration.hops import Hop, distinct_hops, jumps, worth_computing
from liponflow.structures.migration.interstitials import interstitial_sites
from liponflow.structures.migration.order import in_order_of

SPLIT, SUBSTITUTIONAL = "split", "substitutional"
"""Starts other than interstitial sites."""


def cell_of(
    host: Structure, parameters: MigrationParameters, supercell: Supercell | None = None
) -> HopCell:
    """Find the sites of a host and repeat it.

    Raises
    ------
    StructureError
        If the host is disordered or has no void large enough.
    """
    sites = interstitial_sites(host, min_radius=parameters.min_radius)
    return hop_cell(sites, repeats_of(supercell or parameters.supercell))


def starting_points(
    cell: HopCell, dopant: str, parameters: MigrationParameters
) -> dict[str, Structure]:
    """Build the structures to relax for a dopant, by the name of their start."""
    found = {
        kind.label: interstitial_start(
            cell, dopant, int(cell.sites.positions_of(kind.label)[0]), nudge=parameters.nudge
        )
        for kind in cell.sites.kinds
    }
    if SPLIT in parameters.starts:
        found[SPLIT] = split_start(cell, dopant)
    if SUBSTITUTIONAL in parameters.starts:
        found[SUBSTITUTIONAL] = substitutional_start(cell, dopant)
    return found


def settle(
    cell: HopCell,
    dopant: str,
    starts: Mapping[str, Structure],
    documents: Mapping[str, Any],
    *,
    engine: EngineInfo,
    force_limit: float,
) -> tuple[list[SiteEnergy], dict[str, Structure]]:
    """Classify the relaxed sites of a dopant.

    Returns
    -------
    list of SiteEnergy
        In the order of the starts.
    dict
        Relaxed structures by start, atoms in the order of the start.
    """
    sites, relaxed = [], {}
    for label, start in starts.items():
        document = documents[label]
        if document is None:
            result, end, displacement = None, start, 0.0
        else:
            result = read_calculation(document, engine, force_limit)
            end = in_order_of(start, result.structure)
            displacement = largest_displacement(start, end)
            relaxed[label] = end
        interstitial = label not in {SPLIT, SUBSTITUTIONAL}
        site = site_energy(
            dopant,
            label,
            positions=cell.sites.positions_of(label).tolist() if interstitial else [],
            radius=cell.sites.kind_of(label).radius if interstitial else 0.0,
            calculation=result,
            ends_at=locate(cell, end).label,
            displacement=displacement,
            moved=moved(cell, start, end),
            fewer_atoms=label == SUBSTITUTIONAL,
        )
        sites.append(site)
    return sites, relaxed


def hops_of(
    cell: HopCell, sites: Sequence[SiteEnergy], parameters: MigrationParameters
) -> list[Hop]:
    """Choose the hops between the sites at which a dopant stays."""
    stable = stable_sites(sites)
    if not stable:
        return []
    return worth_computing(
        distinct_hops(cell.sites, parameters.max_distance), stable, lowest=stable[0]
    )


def hop_record(cell: HopCell, hop: Hop, dopant: str, *, mirrored: bool) -> HopRecord:
    """Return the record of a hop."""
    return HopRecord(
        dopant=dopant,
        hop=hop.label,
        start_site=hop.end_labels[0],
        end_site=hop.end_labels[1],
        hop_distance=hop.distance,
        from_start=hop.from_start,
        from_end=hop.from_end,
        jumps=jumps(cell.sites, hop),
        symmetric=mirrored,
        via=list(hop.via),
    )
