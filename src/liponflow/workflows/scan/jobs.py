"""Jobs of a scan between the campaigns and the result."""

from collections.abc import Mapping, Sequence
from typing import Any

from jobflow import job

from liponflow.analysis.glass.result import GlassResult
from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.scan.result import RankBy, ScanResult
from liponflow.analysis.scan.summary import Composition, summarise_scan
from liponflow.analysis.stability.corrections import Corrections
from liponflow.analysis.stability.glass_energy import GlassEnergy, glass_energy
from liponflow.analysis.stability.result import StabilityResult
from liponflow.analysis.transport.result import TransportResult
from liponflow.workflows.stability.jobs import ScaledEntries


@job
def energy_of(glass: GlassResult, uuid: str, corrections: Corrections) -> GlassEnergy:
    """Return the energy of a glass of the scan; refused by a ValueError if not converged."""
    return glass_energy(glass, uuid, corrections)


@job
def entries_within(scaled: ScaledEntries, elements: Sequence[str]) -> ScaledEntries:
    """Return the phases of some of the elements."""
    return scaled.model_copy(update={"entries": scaled.entries.within(elements)})


@job
def conclude(
    facts: Sequence[Mapping[str, Any]],
    asked: Sequence[Mapping[str, str]],
    glasses: Sequence[GlassResult | None],
    transports: Sequence[TransportResult | None],
    windows: Sequence[StabilityResult | None],
    *,
    rank_by: RankBy,
    engine: EngineInfo,
    record: dict[str, Any],
) -> ScanResult:
    """Summarise the scan.

    Parameters
    ----------
    facts
        What is known of every composition before the run.
    asked
        Results that were asked for of each, with their uuid.
    glasses, transports, windows
        Results of each; None for those that failed or were not asked for.
    rank_by
        Quantity to rank by.
    engine
        Description of the engine before it ran.
    record
        Provenance known before the run.

    Raises
    ------
    ValueError
        If every composition failed.
    """
    compositions = [
        Composition(*item) for item in zip(facts, asked, glasses, transports, windows, strict=True)
    ]
    ran = next((glass.provenance.engine for glass in glasses if glass is not None), engine)
    return summarise_scan(
        compositions, rank_by=rank_by, provenance=provenance(engine=ran, **record)
    )
