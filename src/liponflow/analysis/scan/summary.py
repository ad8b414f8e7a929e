"""Summary of a scan: what glass, transport and stability say of every composition."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from liponflow.analysis.derivatives.published import published_derivative
from liponflow.analysis.glass.result import GlassResult
from liponflow.analysis.result import Provenance
from liponflow.analysis.scan.ranking import Interval, ranks
from liponflow.analysis.scan.result import RankBy, ScanResult, ScanRow, subject_of
from liponflow.analysis.spread import ComparedEngine, ComparedResult, EngineSpread, disagreements
from liponflow.analysis.stability.result import StabilityResult
from liponflow.analysis.transport.result import TransportResult

LEAST_TEMPERATURES = 3
"""Reliable temperatures of an Arrhenius fit that is ranked: our choice. Two leave its line no
residual that could contradict it."""


@dataclass(frozen=True)
class Composition:
    """A composition and what was computed of it.

    Attributes
    ----------
    facts
        Fields of the row that are known before the run.
    glass, transport, stability
        Results; None for one that failed.
    asked
        Results that were asked for, by field name of the row, with their uuid.
    """

    facts: Mapping[str, Any]
    asked: Mapping[str, str]
    glass: GlassResult | None
    transport: TransportResult | None = None
    stability: StabilityResult | None = None


def summarise_scan(
    compositions: Sequence[Composition], *, rank_by: RankBy, provenance: Provenance
) -> ScanResult:
    """Return the result of a scan.

    Parameters
    ----------
    compositions
        Every composition.
    rank_by
        Quantity to rank by.
    provenance
        Provenance of the result.

    Raises
    ------
    ValueError
        If every composition failed.
    """
    if all(item.glass is None for item in compositions):
        raise ValueError("every composition failed; the run's report says why")
    rows = [scan_row(item) for item in compositions]
    found = [rank_value(row, rank_by) for row in rows]
    order = ranks(found, largest_first=rank_by != "activation energy")
    rows = [row.model_copy(update={"rank": rank}) for row, rank in zip(rows, order, strict=True)]
    ranked = sum(rank is not None for rank in order)
    complete = all(item.glass is not None and item.glass.converged for item in compositions)
    results = [getattr(item, name) for item in compositions for name in item.asked]
    done = sum(result is not None for result in results)
    problems = [f"{row.modelled}: {line}" for row in rows for line in row.problems]
    spreads = _spreads(compositions)
    return ScanResult(
        formula="-".join(_elements(compositions)),
        converged=complete and done == len(results),
        criterion=f"every composition complete and converged: {done} of {len(results)} results",
        ranked_by=_rule(rank_by, ranked, len(rows)),
        rows=sorted(rows, key=lambda row: row.rank or len(rows) + 1),
        problems=problems,
        provenance=provenance,
        engines=_engines(compositions),
        engine_spreads=spreads,
        warnings=[
            *_warnings(compositions, ranked),
            *_missing_engines(compositions),
            *disagreements(spreads),
        ],
    )


def scan_row(item: Composition) -> ScanRow:
    """Return the row of one composition; what is missing has its reason in ``problems``."""
    row: dict[str, Any] = dict(item.facts)
    problems: list[str] = []
    for name, uuid in item.asked.items():
        if getattr(item, name) is None:
            problems.append(f"no {name}: it failed; the run's report says why")
        else:
            row[name] = uuid
    if item.glass is not None:
        row |= _of_glass(item.glass)
        if not item.glass.converged:
            problems.append(f"the glass is not converged ({item.glass.criterion})")
        problems += [f"the glass: {line}" for line in item.glass.problems]
    if item.transport is not None:
        of_transport, why = _of_transport(item.transport)
        row |= of_transport
        problems += [f"transport is not reliable: {why}"] if why else []
    if item.stability is not None:
        row |= _of_stability(item.stability)
        if item.stability.window_low is None:
            problems.append("no window: the composition is not stable at any voltage")
    if (known := published_derivative(row["printed"])) is not None:
        row["published_conductivity"] = known.conductivity
        row["published_activation_energy"] = known.activation_energy
        row["citation"] = known.reference
    return ScanRow(**row, problems=problems)


def rank_value(row: ScanRow, rank_by: RankBy) -> Interval | None:
    """Return the value to rank a row by; None if it is missing or not reliable."""
    if rank_by == "window":
        return _interval(row.window_width, row.window_width_low, row.window_width_high)
    if not row.transport_trusted:
        return None
    if rank_by == "conductivity":
        return _interval(row.conductivity, row.conductivity_low, row.conductivity_high)
    return _interval(row.activation_energy, row.activation_energy_low, row.activation_energy_high)


def _interval(value: float | None, low: float | None, high: float | None) -> Interval | None:
    if value is None or low is None or high is None:
        return None
    return Interval(value, low, high)


def _of_glass(glass: GlassResult) -> dict[str, Any]:
    return {
        "density": glass.density,
        "density_spread": glass.density_spread,
        "units": {share.name: share.share for share in glass.mean.units if share.share > 0},
    }


def _of_transport(transport: TransportResult) -> tuple[dict[str, Any], str]:
    """Return the fields of a row, and why they cannot be trusted; empty if they can."""
    line = transport.arrhenius
    reliable = sum(point.fitted for point in transport.points)
    if line is None:
        return {}, f"{reliable} of {len(transport.points)} temperatures are long enough to fit"
    row = {
        "conductivity": line.room_conductivity,
        "conductivity_low": line.room_conductivity_low,
        "conductivity_high": line.room_conductivity_high,
        "activation_energy": line.activation_energy,
        "activation_energy_low": line.activation_energy_low,
        "activation_energy_high": line.activation_energy_high,
        "transport_trusted": reliable >= LEAST_TEMPERATURES and transport.converged,
    }
    if row["transport_trusted"]:
        return row, ""
    if reliable < LEAST_TEMPERATURES:
        why = f"{reliable} reliable temperatures, and {LEAST_TEMPERATURES} are needed to rank"
        return row, why
    return row, f"not converged ({transport.criterion}), and all its runs must be to rank"


def _of_stability(stability: StabilityResult) -> dict[str, Any]:
    row: dict[str, Any] = {
        "window_low": stability.window_low,
        "window_high": stability.window_high,
        "above_hull": stability.above_hull,
    }
    errors = stability.uncertainty
    if errors is not None and errors.low_interval and errors.high_interval:
        # As if the two limits erred independently.
        (low_from, low_to), (high_from, high_to) = errors.low_interval, errors.high_interval
        half = (((low_to - low_from) / 2) ** 2 + ((high_to - high_from) / 2) ** 2) ** 0.5
        if stability.window_low is not None and stability.window_high is not None:
            width = stability.window_high - stability.window_low
            row |= {"window_width_low": width - half, "window_width_high": width + half}
    return row


def _compared(compositions: Sequence[Composition]) -> Iterator[tuple[str, ComparedResult]]:
    """Yield the results that several engines computed, with their composition."""
    for item in compositions:
        for result in (item.glass, item.transport):
            if result is not None:
                yield item.facts["modelled"], result


def _spreads(compositions: Sequence[Composition]) -> list[EngineSpread]:
    return [
        spread.model_copy(update={"subject": subject_of(modelled, spread.subject)})
        for modelled, result in _compared(compositions)
        for spread in result.engine_spreads
    ]


def _engines(compositions: Sequence[Composition]) -> list[ComparedEngine]:
    """Return every engine with numbers once, with all that it computed again."""
    found: dict[str, list[ComparedEngine]] = {}
    for _, result in _compared(compositions):
        for engine in result.engines:
            if engine.reason is None:
                found.setdefault(engine.name, []).append(engine)
    return [
        same[0].model_copy(
            update={"recomputed": "; ".join(dict.fromkeys(one.recomputed for one in same))}
        )
        for same in found.values()
    ]


def _missing_engines(compositions: Sequence[Composition]) -> list[str]:
    return [
        f"{modelled}: no numbers of {engine.name} for its {result.kind}: {engine.reason}"
        for modelled, result in _compared(compositions)
        for engine in result.engines
        if engine.reason is not None
    ]


def _rule(rank_by: RankBy, ranked: int, total: int) -> str:
    best = {"conductivity": "highest", "activation energy": "lowest", "window": "widest"}[rank_by]
    return (
        f"{rank_by}, {best} first; a rank is one more than the number of compositions whose "
        f"interval lies beyond; {ranked} of {total} ranked"
    )


def _warnings(compositions: Sequence[Composition], ranked: int) -> list[str]:
    found = []
    if not ranked:
        found.append(
            "no composition has a reliable value to rank by; the column problems says why"
        )
    if any(item.facts.get("density_fixed") for item in compositions):
        found.append(
            "the protocol of the glass keeps the volume, so that the density is that of the "
            "packing and no result; relax_cell=true in glass, or its preset melt-quench, finds it"
        )
    if any(item.facts["method"] == "random" for item in compositions):
        found.append(
            "models that were packed as atoms have the units that their melt gave them: without "
            "a melt and a slow quench these say little about the glass"
        )
    return found


def _elements(compositions: Sequence[Composition]) -> list[str]:
    glasses = [item.glass for item in compositions if item.glass is not None]
    found = {
        element.symbol
        for glass in glasses
        for element in glass.models[0].structure.composition.elements
    }
    return sorted(found)
