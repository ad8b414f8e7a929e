"""Starting sites of dopants in a host, their relaxed sites, and the hops between them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.analysis.migration.hop_documents import Mechanism, Mover, SiteEnergy
from liponflow.analysis.migration.hops import HopRecord
from liponflow.analysis.migration.summary import site_energy, stable_sites
from liponflow.analysis.result import EngineInfo
from liponflow.crystals.supercell import Supercell, repeats_of
from liponflow.engines.reading import read_calculation
from liponflow.inputs.migration import MigrationParameters
from liponflow.structures.migration.displacement import displacements, largest_displacement
from liponflow.structures.migration.end_points import locate, moved
from liponflow.structures.migration.hop_cell import (
    HopCell,
    hop_cell,
    site_start,
    split_start,
    substitutional_start,
)
from liponflow.structures.migration.hops import Hop, distinct_hops, jumps, worth_computing
from liponflow.structures.migration.host_sites import HostSites
from liponflow.structures.migration.interstitials import interstitial_sites
from liponflow.structures.migration.order import in_order_of
from liponflow.structures.migration.vacancies import check_images_apart, occupied_sites

SPLIT, SUBSTITUTIONAL = "split", "substitutional"
"""Starts other than interstitial sites."""


def movers_of(host: Structure, parameters: MigrationParameters) -> list[Mover]:
    """Return the dopants with the mechanisms by which each is to move."""
    there = {element.symbol for element in host.elements}
    found = []
    for dopant in parameters.dopant:
        asked = parameters.mechanism
        if asked == "auto":
            asked = "vacancy" if dopant in there else "interstitial"
        if asked in {"vacancy", "both"}:
            found.append(Mover(dopant, "vacancy"))
        if asked in {"interstitial", "both"}:
            found.append(Mover(dopant, "interstitial"))
    return found


def sites_of(host: Structure, parameters: MigrationParameters, mover: Mover) -> HostSites:
    """Find the sites of a host between which a defect moves.

    Raises
    ------
    StructureError
        If the host is disordered, has no void large enough, or no atom that could leave a
        vacancy.
    """
    if mover.mechanism == "vacancy":
        return occupied_sites(host, mover.dopant)
    return interstitial_sites(host, min_radius=parameters.min_radius)


def cell_of(
    host: Structure,
    parameters: MigrationParameters,
    mover: Mover,
    supercell: Supercell | None = None,
) -> HopCell:
    """Find the sites of a host between which a defect moves, and repeat it.

    Raises
    ------
    StructureError
        As :func:`sites_of`.
    """
    sites = sites_of(host, parameters, mover)
    return hop_cell(sites, repeats_of(supercell or parameters.supercell))


def cells_of(
    host: Structure, parameters: MigrationParameters, supercell: Supercell | None = None
) -> dict[Mover, HopCell]:
    """Return the cell of every dopant and mechanism; those of interstitial dopants are one."""
    found: dict[Mover, HopCell] = {}
    shared: HopCell | None = None
    for mover in movers_of(host, parameters):
        if mover.mechanism == "interstitial":
            shared = shared or cell_of(host, parameters, mover, supercell)
            found[mover] = shared
        else:
            found[mover] = cell_of(host, parameters, mover, supercell)
    return found


def possible_hops(cell: HopCell, parameters: MigrationParameters) -> list[Hop]:
    """Return the distinct hops up to the longest that is asked for.

    Raises
    ------
    ValueError
        If there is none, or the supercell is too small for a vacancy.
    """
    hops = distinct_hops(cell.sites, parameters.max_distance)
    if cell.sites.occupied_by is not None:
        check_images_apart(cell, hops)
    return hops


def starting_points(
    cell: HopCell, dopant: str, parameters: MigrationParameters
) -> dict[str, Structure]:
    """Build the structures to relax for a dopant or vacancy, by the name of their start."""
    found = {
        kind.label: site_start(
            cell, dopant, int(cell.sites.positions_of(kind.label)[0]), nudge=parameters.nudge
        )
        for kind in cell.sites.kinds
    }
    if cell.sites.occupied_by is not None:
        return found
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
    """Classify the relaxed sites of a dopant or vacancy.

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
            displacement = (
                largest_displacement(start, end)
                if cell.sites.occupied_by is None
                else float(np.linalg.norm(displacements(start, end), axis=1).max())
            )
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
            mechanism=mechanism_of(cell),
        )
        sites.append(site)
    return sites, relaxed


def hops_of(
    cell: HopCell, sites: Sequence[SiteEnergy], parameters: MigrationParameters
) -> list[Hop]:
    """Choose the hops between the sites at which a dopant or vacancy stays."""
    stable = stable_sites(sites)
    if not stable:
        return []
    return worth_computing(possible_hops(cell, parameters), stable, lowest=stable[0])


def mechanism_of(cell: HopCell) -> Mechanism:
    """Return how the defect of a cell moves."""
    return "interstitial" if cell.sites.occupied_by is None else "vacancy"


def hop_record(
    cell: HopCell, hop: Hop, dopant: str, *, mirrored: bool, divacancy: bool = False
) -> HopRecord:
    """Return the record of a hop."""
    return HopRecord(
        dopant=dopant,
        mechanism=mechanism_of(cell),
        environment="divacancy" if divacancy else None,
        hop=f"{hop.label} beside a vacancy" if divacancy else hop.label,
        start_site=hop.end_labels[0],
        end_site=hop.end_labels[1],
        hop_distance=hop.distance,
        from_start=hop.from_start,
        from_end=hop.from_end,
        jumps=jumps(cell.sites, hop),
        symmetric=mirrored,
        via=list(hop.via),
    )
