"""Cost of a potential: timings in the store, or a rule."""

from functools import partial

from jobflow import JobStore

from liponflow.engines.cost import Band, CostModel, Timing, stored_outputs
from liponflow.engines.potential.steps import ionic_steps

RULE = 0.0025
"""Core-seconds per atom and ionic step of CHGNet on a CPU of 2024 (measured in the quick
campaigns: 0.0014 to 0.0021 in cells of 55 to 212 atoms, 0.003 to 0.004 in short relaxations, which
load the engine first)."""

_FIELDS = (
    "output.nsites",
    "output.is_force_converged",
    "output.output.n_steps",
    "output.output.elapsed_time",
)


def timings(store: JobStore, stored_name: str) -> list[Timing]:
    """Return the timings of a potential.

    Parameters
    ----------
    store
        Open store.
    stored_name
        Name of the potential in atomate2's documents, such as ``MLFF.CHGNet``.

    Returns
    -------
    list of Timing
        One per calculation; our runner runs each on one core.
    """
    criteria = {"output.forcefield_name": stored_name}
    found = []
    for output, campaign in stored_outputs(store, criteria, _FIELDS):
        frames, seconds = (output["output"].get(name) for name in ("n_steps", "elapsed_time"))
        if not (frames and seconds):
            continue
        # Dynamics do not converge to anything; a static calculation has one frame.
        relaxation = output.get("is_force_converged") is not None and frames > 1
        steps = ionic_steps(frames) if relaxation else frames
        found.append(
            Timing(output["nsites"], 1, steps, seconds, relaxation=relaxation, campaign=campaign)
        )
    return found


def bands(store: JobStore, engine: str) -> list[Band]:
    """Return the nudged elastic bands of a potential.

    Parameters
    ----------
    store
        Open store.
    engine
        Name of the engine.
    """
    criteria = {"output.kind": "neb", "output.provenance.engine.name": engine}
    return [
        Band(output["force_evaluations"], campaign)
        for output, campaign in stored_outputs(store, criteria, ["output.force_evaluations"])
        if output.get("force_evaluations")
    ]


def cost_model(engine: str, stored_name: str, relative: float = 1.0) -> CostModel:
    """Return the cost model of a potential.

    Parameters
    ----------
    engine
        Name of the engine.
    stored_name
        As for :func:`timings`.
    relative
        Time of an ionic step, relative to CHGNet's; 1 if it was not measured.
    """
    seconds = relative * RULE
    of_potential = "" if relative == 1 else f", times {relative:g} for {engine}"
    return CostModel(
        exponent=1.0,
        rule=lambda item: seconds * item.atoms,
        rule_basis=(
            f"no run of this force field in the store, so a rule: {RULE:g} core-seconds per "
            f"atom and ionic step, as measured for CHGNet{of_potential}"
        ),
        timings=partial(timings, stored_name=stored_name),
        knows_kpoints=False,
        bands=partial(bands, engine=engine),
    )
