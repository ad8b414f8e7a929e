"""From independent models of a glass to its result: mean and spread."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np
from pymatgen.core.composition import Composition

from liponflow.analysis.cleavage import GlassCleavage
from liponflow.analysis.elastic import GlassElasticity
from liponflow.analysis.glass_quality import problems
from liponflow.analysis.glass_result import (
    AngleStatistics,
    BondStatistics,
    Defect,
    Fingerprint,
    GlassModel,
    GlassResult,
    PairCorrelation,
    Scattering,
    Share,
)
from liponflow.analysis.glass_transition import GlassTransition
from liponflow.analysis.result import Provenance

T = TypeVar("T")

SHARES = (
    "units",
    "nitrogen_sites",
    "oxygen_sites",
    "fragments",
    "rings",
    "li_environments",
)


def summarise_glass(
    models: Sequence[GlassModel],
    *,
    protocol: Sequence[str],
    provenance: Provenance,
    asked: int | None = None,
    tg: GlassTransition | None = None,
    elastic: GlassElasticity | None = None,
    cleavage: GlassCleavage | None = None,
    warnings: Sequence[str] = (),
) -> GlassResult:
    """Turn the models of a campaign into its result.

    Parameters
    ----------
    models
        Models that came to their end, all of one composition.
    protocol
        Stages of the protocol, one line each.
    provenance
        What made the models.
    asked
        Models that were asked for; those in `models` if None.
    tg, elastic, cleavage
        Properties, if they were computed.
    warnings
        Remarks to be kept.

    Returns
    -------
    GlassResult
        Mean and standard deviation over the models; models that did not converge stay in the list
        but out of the mean, unless none converged.

    Raises
    ------
    ValueError
        If there is no model, or if they differ in their composition.
    """
    if not models:
        raise ValueError("there is no model of the glass: every one of them failed")
    formulas = sorted({model.structure.composition.formula for model in models})
    if len(formulas) > 1:
        raise ValueError(f"models of different compositions have no mean: {'; '.join(formulas)}")
    wanted = asked or len(models)
    good = [model for model in models if model.converged]
    notes = list(warnings)
    notes += [
        f"seed {model.seed} is left out of the mean: {model.criterion}"
        for model in models
        if not model.converged and good
    ]
    used = good or list(models)
    densities = [model.density for model in used]
    mean = mean_fingerprint([model.fingerprint for model in used])
    return GlassResult(
        formula=Composition(formulas[0]).reduced_formula,
        converged=len(good) == wanted,
        criterion=_criterion(models, len(good), wanted),
        provenance=provenance,
        warnings=notes,
        n_models=len(used),
        density=float(np.mean(densities)),
        density_spread=_spread(densities),
        protocol=list(protocol),
        models=list(models),
        mean=mean,
        problems=problems(mean.defects),
        tg=tg,
        elastic=elastic,
        cleavage=cleavage,
    )


def _criterion(models: Sequence[GlassModel], good: int, wanted: int) -> str:
    reasons = dict.fromkeys(model.criterion for model in models)
    return f"{good} of {wanted} models converged: {'; '.join(reasons)}"


def mean_fingerprint(fingerprints: Sequence[Fingerprint]) -> Fingerprint:
    """Average fingerprints of independent models.

    Parameters
    ----------
    fingerprints
        Of models of one composition, taken on one grid of r.

    Returns
    -------
    Fingerprint
        Means over the models; every error is their standard deviation, None for one model.

    Raises
    ------
    ValueError
        If there is none, or if their formulas or grids differ.
    """
    if not fingerprints:
        raise ValueError("there is no fingerprint to average")
    first = fingerprints[0]
    if any(f.formula != first.formula or f.r != first.r for f in fingerprints):
        raise ValueError("fingerprints of different compositions or grids have no mean")
    densities = [f.density for f in fingerprints]
    models = len(fingerprints)
    return Fingerprint(
        formula=first.formula,
        n_atoms=first.n_atoms,
        n_frames=sum(f.n_frames for f in fingerprints),
        density=float(np.mean(densities)),
        density_error=_spread(densities),
        number_density=float(np.mean([f.number_density for f in fingerprints])),
        half_width=min(f.half_width for f in fingerprints),
        cutoffs=first.cutoffs,
        r=first.r,
        pairs=[_mean_pair(group) for group in _grouped(f.pairs for f in fingerprints)],
        scattering=[
            _mean_scattering(group) for group in _grouped(f.scattering for f in fingerprints)
        ],
        bonds=[_mean_bond(group, models) for group in _by_name([f.bonds for f in fingerprints])],
        angles=[
            _mean_angle(group, models) for group in _by_name([f.angles for f in fingerprints])
        ],
        **{name: _mean_shares([getattr(f, name) for f in fingerprints]) for name in SHARES},
        defects=[
            Defect(
                name=group[0].name,
                mean=float(np.mean([item.mean for item in group])),
                worst=max(item.worst for item in group),
                last=max(item.last for item in group),
            )
            for group in _grouped(f.defects for f in fingerprints)
        ],
    )


def _spread(values: Sequence[float]) -> float | None:
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


def _grouped(lists: Iterable[Sequence[T]]) -> list[tuple[T, ...]]:
    """Items of several lists that correspond one by one."""
    return list(zip(*lists, strict=True))


def _by_name(lists: Sequence[Sequence[T]]) -> list[list[T]]:
    """Items of several lists by their name; not every list has every name."""
    groups: dict[str, list[T]] = {}
    for items in lists:
        for item in items:
            groups.setdefault(item.name, []).append(item)  # type: ignore[attr-defined]
    return list(groups.values())


def _mean(items: Sequence[T], value: Callable[[T], float | None]) -> float | None:
    known = [x for x in map(value, items) if x is not None]
    return float(np.mean(known)) if known else None


def _mean_list(lists: Sequence[Sequence[float]]) -> list[float]:
    return [float(f"{x:.6g}") for x in np.mean(lists, axis=0)]


def _mean_pair(group: Sequence[PairCorrelation]) -> PairCorrelation:
    g = np.array([item.g for item in group])
    error = [float(f"{x:.6g}") for x in g.std(axis=0, ddof=1)] if len(group) > 1 else None
    return PairCorrelation(
        pair=group[0].pair,
        g=_mean_list(g.tolist()),
        g_error=error,
        first_peak=_mean(group, lambda item: item.first_peak),
        first_minimum=_mean(group, lambda item: item.first_minimum),
        coordination=_mean(group, lambda item: item.coordination),
        coordination_reverse=_mean(group, lambda item: item.coordination_reverse),
    )


def _mean_scattering(group: Sequence[Scattering]) -> Scattering:
    return group[0].model_copy(
        update={
            "s": _mean_list([item.s for item in group]),
            "g": _mean_list([item.g for item in group]),
        }
    )


def _mean_bond(group: Sequence[BondStatistics], models: int) -> BondStatistics:
    lengths = [item.length for item in group]
    return BondStatistics(
        name=group[0].name,
        length=float(np.mean(lengths)),
        error=_spread(lengths),
        width=float(np.mean([item.width for item in group])),
        number=sum(item.number for item in group) / models,
    )


def _mean_angle(group: Sequence[AngleStatistics], models: int) -> AngleStatistics:
    angles = [item.angle for item in group]
    return AngleStatistics(
        name=group[0].name,
        angle=float(np.mean(angles)),
        error=_spread(angles),
        width=float(np.mean([item.width for item in group])),
        number=sum(item.number for item in group) / models,
        density=_mean_list([item.density for item in group]),
    )


def _mean_shares(lists: Sequence[Sequence[Share]]) -> list[Share]:
    """Mean of shares; a model without a name has none of it."""
    found = []
    names = {share.name: share.published for shares in lists for share in shares}
    for name, published in names.items():
        values = [
            next((share.share for share in shares if share.name == name), 0.0) for shares in lists
        ]
        found.append(
            Share(
                name=name,
                share=float(np.mean(values)),
                error=_spread(values),
                published=published,
            )
        )
    return sorted(found, key=lambda share: (-share.share, share.name))
