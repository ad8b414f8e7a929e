"""Steps saved by starting a band of a costlier engine from the path of a cheaper one."""

from liponflow.analysis.migration.hops import band_barrier
from liponflow.analysis.migration.result import Refinement
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.runs import NEBResult


def refinement(
    dopant: str,
    hop: str,
    engine: EngineInfo,
    *,
    path: NEBResult | None,
    other: NEBResult | None,
) -> Refinement:
    """Compare the steps of a band from a known path with those of one from an interpolation.

    Parameters
    ----------
    dopant, hop
        Dopant and hop.
    engine
        Description of the costlier engine before it ran.
    path
        Its band from the path of the cheaper engine; None if it failed.
    other
        Its band from the interpolation; None if it failed or was not requested.
    """
    if path is None:
        return refused(dopant, hop, engine, "the band failed; the run's report names its cause")
    return Refinement(
        dopant=dopant,
        hop=hop,
        model=path.provenance.engine.short,
        steps_from_interpolation=other.steps if other is not None and other.converged else None,
        steps_from_path=path.steps if path.converged else None,
        barrier=None if path.barrier is None else band_barrier(path).forward,
        reason=None if path.converged else "; ".join(path.warnings),
    )


def refused(dopant: str, hop: str, engine: EngineInfo, reason: str) -> Refinement:
    """Return the record of a hop that was not refined, with the reason."""
    return Refinement(
        dopant=dopant,
        hop=hop,
        model=engine.short,
        steps_from_interpolation=None,
        steps_from_path=None,
        barrier=None,
        reason=reason,
    )
