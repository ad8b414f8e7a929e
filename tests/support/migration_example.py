"""A migration campaign with made-up numbers, made without an engine."""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from pymatgen.core.structure import Structure

from liponflow.analysis.migration.dopant import Way
from liponflow.analysis.migration.hop_documents import HopBarrier, Mover, SiteEnergy
from liponflow.analysis.migration.hops import HopRecord, Vibrations, hop_barrier
from liponflow.analysis.migration.result import MigrationResult, ModelBarrier, Refinement
from liponflow.analysis.migration.summary import (
    Extras,
    finite_size,
    site_energy,
    summarise,
    with_energies,
)
from liponflow.analysis.result import Calculation, EngineInfo, Provenance
from liponflow.analysis.runs import NEBImage, NEBResult
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.end_points import hop_starts
from liponflow.structures.migration.hop_cell import HopCell, hop_cell, site_start
from liponflow.structures.migration.hops import Hop, distinct_hops
from liponflow.structures.migration.images import interpolate
from liponflow.structures.migration.interstitials import interstitial_sites
from liponflow.structures.migration.percolation import lowest_networks

TT, TO = "tetrahedral-tetrahedral", "tetrahedral-octahedral"
OTO, TOT = "octahedral-tetrahedral-octahedral", "tetrahedral-octahedral-tetrahedral"
LIMIT = 0.05  # eV/Å
ENGINE = EngineInfo(
    name="chgnet", version="0.4.2", weights="0.3.0", functional="PBE", surrogate=True
)
# eV: energies of both kinds of sites (None if the atom leaves the site), and saddle energies
# above the start.
ATOMS = {
    "N": ({"tetrahedral": None, "octahedral": 0.0}, {OTO: 0.263}),
    "P": ({"tetrahedral": 0.0, "octahedral": None}, {TT: 0.12, TOT: 0.337}),
    "O": ({"tetrahedral": 0.14, "octahedral": 0.0}, {TO: 0.06, OTO: 0.25}),
}
MODELS = {"N": (OTO, (0.263, 0.06, 0.25)), "O": (OTO, (0.25, 0.14, 0.25)), "P": (TT, (0.12, 0.2))}

LADDER = [
    Refinement(
        dopant=dopant,
        hop=hop,
        model=model,
        geometry_of=before,
        barrier_before=barriers[0],
        single_point_barrier=barriers[1],
        barrier=barriers[2],
        saddle_by=saddle_by,
        reason="the band failed" if barriers[2] is None else None,
    )
    for dopant, hop, model, before, barriers, saddle_by in (
        ("P", TOT, "sevennet-0 7net-0", "chgnet 0.3.0", (0.337, 0.35, 0.328), "band"),
        ("N", OTO, "sevennet-0 7net-0", "chgnet 0.3.0", (0.263, 0.25, 0.374), "band"),
        (
            "P",
            TOT,
            "gpaw 26.7.0 (PBE, PW 350 eV)",
            "sevennet-0 7net-0",
            (0.328, 0.434, 0.453),
            "symmetry",
        ),
        (
            "N",
            OTO,
            "gpaw 26.7.0 (PBE, PW 350 eV)",
            "sevennet-0 7net-0",
            (0.374, 0.198, None),
            "band",
        ),
    )
]


@cache
def cell() -> HopCell:
    """Return a supercell of 54 atoms of bcc Li."""
    return hop_cell(interstitial_sites(bcc_lithium(3.44)), (3, 3, 3))


@cache
def hops() -> dict[str, Hop]:
    """Return the distinct hops of bcc Li."""
    return {hop.label: hop for hop in distinct_hops(cell().sites)}


def provenance(engine: EngineInfo = ENGINE) -> Provenance:
    return Provenance(
        engine=engine,
        packages={"liponflow": "0.1.0"},
        preset="quick",
        parameters={"images": 5},
        input_fingerprint="0" * 64,
        source_structure="built-in bcc Li",
        parent_uuids=[],
    )


def calculation(structure: Structure, energy: float, max_force: float = 0.03) -> Calculation:
    return Calculation(
        engine=ENGINE,
        structure=structure,
        energy=energy,
        max_force=max_force,
        force_limit=LIMIT,
        converged=max_force < LIMIT,
        ionic_steps=20,
    )


def profile(saddle: float, difference: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return the energy along a path from 0 to 1: a bump on a smooth step, flat at both ends.

    The height of the bump is chosen such that the maximum is the saddle energy.
    """
    fine = np.linspace(0, 1, 2001)

    def shape(u: np.ndarray, height: float) -> np.ndarray:
        return height * np.sin(np.pi * u) ** 2 + difference * (3 * u**2 - 2 * u**3)

    low, high = 0.0, 2 * saddle + 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if shape(fine, middle).max() < saddle else (low, middle)
    return lambda u: shape(u, low)


def band(
    images: Sequence[Structure],
    energy: Callable[[np.ndarray], np.ndarray],
    *,
    max_force: float = 0.04,
    steps: int = 24,
) -> NEBResult:
    """Return a band result with energies and slopes on a path."""
    steps_between = [np.linalg.norm(b.cart_coords - a.cart_coords) for a, b in pairwise(images)]
    distances = np.concatenate([[0.0], np.cumsum(steps_between)])
    length = distances[-1]
    share = distances / length
    slopes = (energy(share + 1e-5) - energy(share - 1e-5)) / (2e-5 * length)
    slopes[[0, -1]] = 0
    energies = energy(share)
    inner = range(1, len(images) - 1)
    converged = max_force < LIMIT
    history = np.geomspace(1.2, max_force, steps)
    return NEBResult(
        formula=images[0].composition.reduced_formula,
        converged=converged,
        criterion=f"largest force perpendicular to the path {max_force} eV/Å, limit {LIMIT}",
        provenance=provenance(),
        images=[
            NEBImage(
                image=n,
                distance=float(distances[n]),
                energy=float(energies[n] - energies[0]),
                max_force=max_force if n in inner else 0.02,
                converged=converged,
                slope=float(slopes[n]),
                structure=image,
            )
            for n, image in enumerate(images)
        ],
        climbing=True,
        barrier=float(energies.max() - energies[0]) if converged else None,
        reverse_barrier=float(energies.max() - energies[-1]) if converged else None,
        steps=steps,
        force_evaluations=5 * steps,
        force_history=[float(force) for force in history],
    )


def record(dopant: str, hop: Hop) -> HopRecord:
    sites = cell().sites
    matrix = sites.host.lattice.matrix
    jumps = []
    for start, end, *shift in hop.edges.tolist():
        x, y, z = (sites.frac_coords[end] + shift - sites.frac_coords[start]) @ matrix
        jumps.append((start, end, float(x), float(y), float(z)))
    return HopRecord(
        dopant=dopant,
        hop=hop.label,
        start_site=hop.end_labels[0],
        end_site=hop.end_labels[1],
        via=hop.via,
        hop_distance=hop.distance,
        from_start=hop.from_start,
        from_end=hop.from_end,
        jumps=jumps,
        symmetric=hop.symmetric,
    )


def made_up_hop(
    dopant: str, label: str, saddle: float, difference: float, **options: Any
) -> HopBarrier:
    """Return a hop with a barrier."""
    hop = hops()[label]
    ends = hop_starts(cell(), hop, dopant)
    made = band(interpolate(ends.start, ends.end), profile(saddle, difference), **options)
    vibrations = Vibrations(start=[6.0, 7.0, 8.0], saddle=[-5.0, 6.5, 7.5])
    return hop_barrier(record(dopant, hop), made, force_limit=LIMIT, vibrations=vibrations)


def made_up_site(dopant: str, label: str, energy: float | None) -> SiteEnergy:
    """Return a relaxed site; without an energy, the atom has left it."""
    sites = cell().sites
    positions = sites.positions_of(label)
    moved = energy is None
    start = site_start(cell(), dopant, int(positions[0]))
    return site_energy(
        dopant,
        label,
        positions=positions.tolist(),
        radius=sites.kind_of(label).radius,
        calculation=calculation(start, -100.0 if energy is None else -100.0 + energy),
        ends_at="elsewhere" if moved else label,
        displacement=0.2,
        moved=f"{dopant} left the {label} site where it started" if moved else None,
    )


def ways(found: Sequence[HopBarrier]) -> dict[Mover, Way | None]:
    """Return the percolating path with the lowest barrier for each dopant."""
    answer: dict[Mover, Way | None] = {}
    for dopant in dict.fromkeys(hop.dopant for hop in found):
        own = {
            hop.hop: hop.saddle_energy
            for hop in found
            if hop.dopant == dopant and hop.saddle_energy is not None
        }
        networks = lowest_networks(
            len(cell().sites), {label: hops()[label].edges for label in own}, own
        )
        best = networks[max(networks)] if networks else None
        way = Way(best.dimension, best.saddle_energy, best.hops) if best else None
        answer[Mover(dopant, "interstitial")] = way
    return answer


def migration_result(
    dopants: Sequence[str] = ("N", "P", "O"), *, unconverged: str | None = None
) -> MigrationResult:
    """Return a complete result; the bands of the dopant `unconverged` are not converged."""
    return _migration_result(tuple(dopants), unconverged)


@cache
def _migration_result(dopants: tuple[str, ...], unconverged: str | None) -> MigrationResult:
    sites, found = [], []
    for dopant in dopants:
        energies, saddles = ATOMS[dopant]
        sites += [made_up_site(dopant, label, energy) for label, energy in energies.items()]
        for label, saddle in saddles.items():
            first, last = (energies[site] or 0.0 for site in hops()[label].end_labels)
            force = 0.4 if dopant == unconverged else 0.02 + saddle / 20
            steps = 12 + int(100 * saddle)
            found.append(
                made_up_hop(dopant, label, saddle, last - first, max_force=force, steps=steps)
            )
    sites, found = with_energies(sites, found)
    names = ("chgnet 0.3.0", "chgnet 0.2.0", "chgnet r2scan")
    models = [
        ModelBarrier(
            dopant=dopant,
            hop=hop,
            model=name,
            barrier=value,
            max_force=0.04,
            converged=True,
        )
        for dopant, (hop, values) in MODELS.items()
        if dopant in dopants
        for name, value in zip(names, values, strict=False)
    ]
    host = cell().sites.host
    return summarise(
        host,
        cell().sites.frac_coords.tolist(),
        sites,
        found,
        ways(found),
        host_atoms=54,
        provenance=provenance(),
        extras=Extras(
            models=models,
            finite_size=[finite_size("N", OTO, (54, 0.263), (128, 0.255))],
            refinements=[refined for refined in LADDER if refined.dopant in dopants],
        ),
    )
