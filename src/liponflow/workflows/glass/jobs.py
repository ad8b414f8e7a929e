"""Jobs of the glass campaign between the calculations and the result."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypedDict

from jobflow import job

from liponflow.analysis.glass.cleavage import BondCleavage, summarise_cleavage
from liponflow.analysis.glass.elastic import ModelElasticity, average_elasticity
from liponflow.analysis.glass.fingerprint import fingerprint, fingerprint_structure
from liponflow.analysis.glass.models import glass_model, glass_transition, summarise_glass
from liponflow.analysis.glass.observables import observables
from liponflow.analysis.glass.published import published_glass
from liponflow.analysis.glass.result import GlassModel, GlassResult
from liponflow.analysis.plausible import pressure_doubts
from liponflow.analysis.provenance import provenance
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.runs import MDResult
from liponflow.analysis.spread import with_spread
from liponflow.analysis.trajectory.frames import read_frames
from liponflow.engines.reading import read_calculation
from liponflow.inputs.protocol import Stage, describe_stage, total_duration
from liponflow.workflows.dynamics.jobs import last_structure, stage_files
from liponflow.workflows.further_engines import Comparison, further_results


@dataclass(frozen=True)
class Origin:
    """Origin of a model."""

    seed: int
    start: str
    notes: tuple[str, ...]


PREPARED_BY = "its dynamics were computed by"
"""Begin of a note on a model that DFT relaxed and a surrogate prepared."""


class MeasuredModel(TypedDict):
    """A model and the engine that made it."""

    model: GlassModel
    engine: EngineInfo


class Measured(TypedDict):
    """Outputs of a campaign; None for those that failed."""

    models: Sequence[MeasuredModel | None]
    cooling: Sequence[MDResult | None]
    elastic: Sequence[ModelElasticity | None]
    cleavage: Sequence[BondCleavage | None]


@job
def measure(
    origin: dict[str, Any],
    dynamics: MDResult | None,
    relaxed: Any,
    *,
    engine: EngineInfo,
    force_limit: float,
    last_stage: str | None,
) -> MeasuredModel:
    """Measure the fingerprint of a model.

    Parameters
    ----------
    origin
        Fields of an Origin.
    dynamics
        Result of the protocol; None without one.
    relaxed
        Task document of the relaxation; None without one.
    engine
        Description of the engine before it ran.
    force_limit
        Largest force of a converged relaxation, eV/Å.
    last_stage
        Name of the stage whose frames are measured; None for the final structure.

    Returns
    -------
    MeasuredModel
    """
    relaxation = None if relaxed is None else read_calculation(relaxed, engine, force_limit)
    if relaxation is not None:
        structure, made_by = relaxation.structure, relaxation.engine
    elif dynamics is not None:
        structure, made_by = last_structure(dynamics), dynamics.provenance.engine
    else:
        raise ValueError("there is neither a protocol nor a relaxation to measure")
    notes = list(origin["notes"])
    if dynamics is not None and dynamics.provenance.engine.surrogate and not made_by.surrogate:
        notes.append(f"{PREPARED_BY} {dynamics.provenance.engine.label}")
    if last_stage is not None and dynamics is not None:
        files, stage = stage_files(dynamics, last_stage)
        found = fingerprint(read_frames(files, stage=stage, notes=notes), notes=notes)
    else:
        found = fingerprint_structure(structure)
    model = glass_model(
        seed=origin["seed"],
        start=origin["start"],
        notes=notes,
        fingerprint=found,
        structure=structure,
        dynamics=dynamics,
        relaxation=relaxation,
    )
    return MeasuredModel(model=model, engine=made_by)


@job
def conclude(
    measured: Measured,
    *,
    protocol: Sequence[Stage],
    cooling: Sequence[Stage],
    seeds: Sequence[int],
    record: dict[str, Any],
    further: Comparison | None = None,
) -> GlassResult:
    """Summarise the campaign.

    Parameters
    ----------
    measured
        Outputs; None for those that failed.
    protocol, cooling
        Stages of the models, and of the glass transition.
    seeds
        Of the models.
    record
        Provenance known before the run.
    further
        Final models relaxed with further engines: a MeasuredModel each, None for failed ones.

    Returns
    -------
    GlassResult

    Raises
    ------
    ValueError
        If every model failed.
    """
    result = _summarised(measured, protocol, cooling, seeds, record)

    def summarised(models: Sequence[MeasuredModel | None]) -> GlassResult:
        again = Measured(models=models, cooling=[], elastic=[], cleavage=[])
        return _summarised(again, protocol, cooling, seeds, record)

    free = bool(record["parameters"].get("relax_cell"))
    return with_spread(
        result,
        further_results(further, summarised),
        partial(observables, density=free),
        limits=record["parameters"].get("disagreement", {}),
        recomputed=f"the final models relaxed again, {'cell and ' if free else ''}ions; their "
        "preparation is that of the main engine",
    )


def _summarised(
    measured: Measured,
    protocol: Sequence[Stage],
    cooling: Sequence[Stage],
    seeds: Sequence[int],
    record: dict[str, Any],
) -> GlassResult:
    """Return the result of the models of one engine."""
    models = [item for item in measured["models"] if item is not None]
    warnings = [
        f"model with seed {seed} failed; the run's report names its directory and cause"
        for seed, item in zip(seeds, measured["models"], strict=True)
        if item is None
    ]
    warnings += [f"the {name} failed" for name in _failed(measured)]
    if record["parameters"].get("relax_cell"):
        for item in models:
            model = item["model"]
            warnings += pressure_doubts(f"model with seed {model.seed}", model.pressure)
    for item in models:
        model = item["model"]
        prepared = [note for note in model.notes if note.startswith(PREPARED_BY)]
        warnings += [f"model with seed {model.seed}: {note}" for note in prepared]
    if not models:
        raise ValueError("every model of the glass failed; the run's report says why")
    elements = sorted(element.symbol for element in models[0]["model"].structure.elements)
    known = published_glass(elements)
    properties: dict[str, Any] = {}
    runs = [run for run in measured["cooling"] if run is not None]
    if runs:
        try:
            by = {run.provenance.engine.label for run in runs if run.provenance.engine.surrogate}
            if by and not models[0]["engine"].surrogate:
                warnings.append(f"the glass transition is that of {', '.join(sorted(by))}")
            cooled = cooling[0].temperature - cooling[-1].final_temperature
            properties["tg"] = glass_transition(
                runs, cooling_rate=cooled / total_duration(cooling)
            )
        except ValueError as error:
            warnings.append(f"no glass transition: {error}")
    moduli = [item for item in measured["elastic"] if item is not None]
    if moduli:
        properties["elastic"] = average_elasticity(
            moduli, None if known is None else {"youngs_modulus": known.youngs_modulus.text}
        )
    bonds = [item for item in measured["cleavage"] if item is not None]
    if bonds:
        properties["cleavage"] = summarise_cleavage(
            bonds, None if known is None else known.bond_strength
        )
    return summarise_glass(
        [item["model"] for item in models],
        protocol=[describe_stage(stage) for stage in protocol],
        provenance=provenance(engine=models[0]["engine"], **record),
        warnings=[*dict.fromkeys(warnings)],
        **properties,
    )


def _failed(measured: Measured) -> list[str]:
    names = {
        "cooling": "cooling run of a model",
        "elastic": "elastic constants of a model",
        "cleavage": "cleavage of a bond",
    }
    return [
        words
        for name, words in names.items()
        if any(item is None for item in measured[name])  # type: ignore[literal-required]
    ]
