"""From the calculations of a migration campaign to its result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pymatgen.core.structure import Structure

from liponflow.analysis.migration_result import (
    FiniteSize,
    HopBarrier,
    Jump,
    Migration,
    MigrationResult,
    ModelBarrier,
    ModelSpread,
    Refinement,
    SiteEnergy,
)
from liponflow.analysis.result import Calculation, Provenance
from liponflow.analysis.vasp_runs import NEBResult

__all__ = [
    "FiniteSize",
    "HopBarrier",
    "HopRecord",
    "Migration",
    "MigrationResult",
    "ModelBarrier",
    "ModelSpread",
    "Refinement",
    "SiteEnergy",
    "Way",
    "hop_barrier",
    "site_energy",
    "summarise",
]

DEFAULT_ATTEMPT_FREQUENCY = 10.0
"""Attempt frequency (THz) where none was computed; our choice, the usual size of a phonon's."""


@dataclass(frozen=True)
class HopRecord:
    """What a hop is before it is computed (from ``structures.hops.Hop``)."""

    dopant: str
    hop: str
    start_site: str
    end_site: str
    hop_distance: float
    from_start: int
    from_end: int
    jumps: Sequence[Jump]
    symmetric: bool


@dataclass(frozen=True)
class Way:
    """The easiest way through the crystal (from ``structures.percolation.Network``).

    ``saddle_energy`` is that of its bottleneck above the lowest site, eV.
    """

    dimension: int
    saddle_energy: float
    hops: Sequence[str]


def site_energy(
    dopant: str,
    site: str,
    *,
    positions: Sequence[int],
    radius: float,
    calculation: Calculation | None,
    ends_at: str,
    displacement: float,
    moved: str | None,
) -> SiteEnergy:
    """Describe one relaxed end point; :func:`summarise` fills in its relative energy.

    Unconverged or displaced relaxations keep their reason and get no energy.
    """
    raise NotImplementedError


def hop_barrier(
    record: HopRecord,
    band: NEBResult | None,
    *,
    force_limit: float,
    start_frequencies: Sequence[float] | None = None,
    saddle_frequencies: Sequence[float] | None = None,
    reason: str | None = None,
) -> HopBarrier:
    """Analyse the band of a hop: barriers by a spline, saddle, prefactor.

    Parameters
    ----------
    record
        The hop.
    band
        Relaxed band; None if it failed, with `reason`.
    force_limit
        Largest perpendicular force of a converged band, eV/Å.
    start_frequencies, saddle_frequencies
        Γ-point frequencies without translations, THz, imaginary ones negative.
    reason
        Why the band failed.

    Returns
    -------
    HopBarrier
        Without a barrier, and with the reason, if the band did not converge.
    """
    raise NotImplementedError


def summarise(
    host: Structure,
    site_positions: Sequence[Sequence[float]],
    sites: Sequence[SiteEnergy],
    hops: Sequence[HopBarrier],
    ways: Mapping[str, Way | None],
    *,
    host_atoms: int,
    provenance: Provenance,
    attempt_frequency: float = DEFAULT_ATTEMPT_FREQUENCY,
    temperatures: Sequence[float] = (250, 300, 350, 400, 500, 600),
    models: Sequence[ModelBarrier] = (),
    finite_size: Sequence[FiniteSize] = (),
    refinements: Sequence[Refinement] = (),
    walkers: int = 0,
    seed: int = 0,
    warnings: Sequence[str] = (),
) -> MigrationResult:
    """Turn the calculations of a campaign into its result.

    Parameters
    ----------
    host
        Cell of the host, to which the jumps refer.
    site_positions
        Its interstitial sites, fractional.
    sites, hops
        From :func:`site_energy` and :func:`hop_barrier`, after :func:`with_energies`.
    ways
        Easiest way through the crystal per dopant, None where there is none.
    host_atoms
        Host atoms of the supercell.
    provenance
        What made the result.
    attempt_frequency
        Prefactor where none was computed, THz.
    temperatures
        Temperatures of the diffusivities, K.
    models, finite_size, refinements
        What was computed besides.
    walkers, seed
        Kinetic Monte Carlo at 300 K beside the analytic diffusivity, if walkers > 0.
    warnings
        Further warnings.

    Returns
    -------
    MigrationResult
    """
    raise NotImplementedError


def with_energies(
    sites: Sequence[SiteEnergy], hops: Sequence[HopBarrier]
) -> tuple[list[SiteEnergy], list[HopBarrier]]:
    """Fill in the energies relative to the lowest site of each dopant.

    Sites get ``site_energy``, hops ``saddle_energy``; these are what the search for the easiest
    way through the crystal starts from.
    """
    raise NotImplementedError
