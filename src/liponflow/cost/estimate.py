"""Estimate the cost of a flow before anything is submitted."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from jobflow import Flow, JobStore

from liponflow.cost.flow import planned
from liponflow.engines.cost import CostModel, Timing
from liponflow.engines.planned import NEB, RELAX, PlannedCalculation
from liponflow.engines.registry import engine_class

STEPS_OF_A_RELAXATION = 30
"""Ionic steps assumed where the store has no relaxation of this engine (our choice)."""

STEPS_OF_A_BAND = 60
"""Ionic steps assumed for a nudged elastic band (our choice)."""

_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Line:
    """Calculations of one kind and size."""

    name: str
    jobs: int
    atoms: int
    kpoints: int
    ionic_steps: int
    """Ionic steps of each job; of a band, of each image."""
    core_hours: float
    """Core-hours of all jobs together."""


@dataclass(frozen=True)
class Estimate:
    """Estimated cost of a flow."""

    lines: Sequence[Line]
    basis: str
    """What the estimate rests on."""

    @property
    def core_hours(self) -> float:
        """Core-hours of the whole flow."""
        return sum(line.core_hours for line in self.lines)


def estimate(flow: Flow, store: JobStore | None = None) -> Estimate:
    """Estimate the cost of a flow.

    Parameters
    ----------
    flow
        Flow of any engines; what it computes is found by :mod:`liponflow.cost.flow`.
    store
        Store with earlier calculations; None if there is none.

    Returns
    -------
    Estimate
        Per kind and size of calculation: jobs, atoms, k-points, ionic steps, core-hours.
        Timings of the same engine in the store are scaled: linearly in k-points and ionic
        steps, and with atoms as the engine's
        :class:`~liponflow.engines.cost.CostModel` states. Without timings the engine's rule is
        used, and the basis says so. No lines if the flow has no calculation.
    """
    calculations = list(planned(flow))
    if not calculations:
        return Estimate([], "no calculation: the energies are there already")
    lines: list[Line] = []
    basis: list[str] = []
    for engine in dict.fromkeys(calculation.engine for calculation in calculations):
        members = [calculation for calculation in calculations if calculation.engine == engine]
        costs = _Costs.of(engine, members, store)
        lines += _lines(members, costs, several=len(members) < len(calculations))
        basis += costs.basis
    return Estimate(sorted(lines, key=_order), "; ".join(dict.fromkeys(basis)))


def _lines(
    calculations: Sequence[PlannedCalculation], costs: "_Costs", *, several: bool
) -> list[Line]:
    return [
        Line(
            name=_name(item, several=several),
            jobs=jobs,
            atoms=item.atoms,
            kpoints=item.kpoints,
            ionic_steps=costs.steps(item),
            core_hours=jobs * costs.core_hours(item),
        )
        for item, jobs in Counter(calculations).items()
    ]


def _name(item: PlannedCalculation, *, several: bool) -> str:
    """Name a line, with the engine where there are several."""
    name = item.kind if item.images == 1 else f"{item.kind}, {item.images} images"
    return f"{name} ({item.engine})" if several else name


def _order(line: Line) -> tuple[str, int, int, int]:
    return line.name, line.atoms, line.kpoints, line.ionic_steps


@dataclass(frozen=True)
class _Costs:
    """Cost and number of the ionic steps of one engine."""

    per_step: Callable[[PlannedCalculation], float] | None
    """Core-seconds of one structure; None if every calculation states its own cost."""
    relaxation_steps: int
    basis: Sequence[str]

    @classmethod
    def of(
        cls, engine: str, calculations: Sequence[PlannedCalculation], store: JobStore | None
    ) -> "_Costs":
        per_step: Callable[[PlannedCalculation], float] | None = None
        timings: list[Timing] = []
        basis: list[str] = []
        if any(item.core_hours is None for item in calculations):
            model = engine_class(engine).cost(engine)
            if model is None:
                per_step, text = _unknown, f"the cost of {engine} is unknown and not counted"
            else:
                timings = model.timings(store) if store is not None else []
                per_step, text = _per_step(model, timings)
            basis.append(text)
        steps, text = _relaxation_steps(timings)
        if any(item.kind == RELAX and item.ionic_steps is None for item in calculations):
            basis.append(text)
        if any(item.kind == NEB and item.ionic_steps is None for item in calculations):
            basis.append(f"{STEPS_OF_A_BAND} ionic steps assumed per nudged elastic band")
        basis += [item.basis for item in calculations if item.basis]
        return cls(per_step, steps, basis)

    def steps(self, item: PlannedCalculation) -> int:
        if item.ionic_steps is not None:
            return item.ionic_steps
        return STEPS_OF_A_BAND if item.kind == NEB else self.relaxation_steps

    def core_hours(self, item: PlannedCalculation) -> float:
        if item.core_hours is not None:
            return item.core_hours
        assert self.per_step is not None  # noqa: S101 - some calculation asked for the engine's
        return self.per_step(item) * self.steps(item) * item.images / _SECONDS_PER_HOUR


def _relaxation_steps(timings: Sequence[Timing]) -> tuple[int, str]:
    found = [timing.ionic_steps for timing in timings if timing.relaxation]
    if not found:
        return STEPS_OF_A_RELAXATION, f"{STEPS_OF_A_RELAXATION} ionic steps assumed per relaxation"
    steps = round(median(found))
    return steps, f"{steps} ionic steps per relaxation, the median of {len(found)} in the store"


def _unknown(_: PlannedCalculation) -> float:
    return 0.0


def _per_step(
    model: CostModel, timings: Sequence[Timing]
) -> tuple[Callable[[PlannedCalculation], float], str]:
    """Return the cost of an ionic step in core-seconds, and what it rests on."""
    if not timings:
        return model.rule, model.rule_basis
    exponent = model.exponent
    # The only unknown is the prefactor, once per calculation; the median takes no notice of the
    # few that waited for a disk or shared their cores.
    unit = median(
        timing.core_seconds / (timing.ionic_steps * timing.kpoints * timing.atoms**exponent)
        for timing in timings
    )

    def cost(item: PlannedCalculation) -> float:
        kpoints = item.kpoints if model.knows_kpoints else 1
        return float(unit * kpoints * item.atoms**exponent)

    scaled = "scaled linearly in k-points and" if model.knows_kpoints else "scaled"
    return cost, (
        f"median of {len(timings)} calculations in the store, {scaled} with atoms to the power "
        f"{exponent:g}"
    )
