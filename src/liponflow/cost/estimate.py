"""Estimate what a flow will cost, before anything is submitted."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from jobflow import Flow, JobStore

from liponflow.cost.timings import Timing, force_field_timings, vasp_timings
from liponflow.engines.planned import (
    NEB,
    RELAX,
    VASP,
    PlannedCalculation,
    planned,
    stored_name,
)

STEPS_OF_A_RELAXATION = 30
"""Ionic steps assumed where the store has no relaxation of this engine (our choice)."""

STEPS_OF_A_BAND = 60
"""Ionic steps assumed of a nudged elastic band (our choice)."""

FORCE_FIELD_RULE = 0.008
"""Core-seconds per atom and ionic step assumed for a force field, as CHGNet needs on a CPU of
2024 (measured: 0.4 s for 56 atoms)."""

VASP_RULE_CORE_HOURS = 10.0
VASP_RULE_ATOMS = 56
VASP_RULE_KPOINTS = 4
VASP_EXPONENT = 2.5
"""A rule of thumb, not a measurement: 10 core-hours per ionic step of a spin-polarised oxide of
56 atoms with 4 irreducible k-points, linear in k-points and spins, to the power 2.5 in atoms."""

_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Line:
    """Calculations of one kind and size."""

    name: str
    jobs: int
    atoms: int
    kpoints: int
    ionic_steps: int
    """Per job, of a band per image."""
    core_hours: float
    """Of all the jobs."""


@dataclass(frozen=True)
class Estimate:
    """What a flow will cost, and on what this rests."""

    lines: Sequence[Line]
    basis: str

    @property
    def core_hours(self) -> float:
        """Core-hours of the whole flow."""
        return sum(line.core_hours for line in self.lines)


def estimate(flow: Flow, store: JobStore | None = None) -> Estimate:
    """Estimate the cost of a flow.

    Parameters
    ----------
    flow
        Flow of any engines; what it computes is found by :mod:`liponflow.engines.planned`.
    store
        Store with earlier calculations; None if there is none.

    Returns
    -------
    Estimate
        Per kind and size of calculation: jobs, atoms, k-points, ionic steps, core-hours.
        Timings of the same engine in the store are scaled (linearly in k-points and ionic
        steps; in atoms linearly for a force field, to the power ``VASP_EXPONENT`` for VASP);
        where there are none, the rules of this module are taken, and the basis says so. No
        lines if the flow has no calculation.
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
    """What the ionic steps of one engine cost and how many they will be."""

    per_step: Callable[[PlannedCalculation], float]
    """Core-seconds of one structure."""
    relaxation_steps: int
    basis: Sequence[str]

    @classmethod
    def of(
        cls, engine: str, calculations: Sequence[PlannedCalculation], store: JobStore | None
    ) -> "_Costs":
        timings = _timings(engine, store)
        basis = []
        vasp = engine == VASP
        per_step: Callable[[PlannedCalculation], float]
        per_step = _vasp_rule if vasp else _force_field_rule
        if any(item.core_hours is None for item in calculations):
            if timings:
                per_step, text = _scaled(timings, VASP_EXPONENT if vasp else 1.0)
            else:
                text = _VASP_RULE_BASIS if vasp else _FORCE_FIELD_RULE_BASIS
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
        return self.per_step(item) * self.steps(item) * item.images / _SECONDS_PER_HOUR


def _timings(engine: str, store: JobStore | None) -> list[Timing]:
    if store is None:
        return []
    if engine == VASP:
        return vasp_timings(store)
    return force_field_timings(store, stored_name(engine))


def _relaxation_steps(timings: Sequence[Timing]) -> tuple[int, str]:
    found = [timing.ionic_steps for timing in timings if timing.relaxation]
    if not found:
        return STEPS_OF_A_RELAXATION, f"{STEPS_OF_A_RELAXATION} ionic steps assumed per relaxation"
    steps = round(median(found))
    return steps, f"{steps} ionic steps per relaxation, the median of {len(found)} in the store"


def _scaled(
    timings: Sequence[Timing], exponent: float
) -> tuple[Callable[[PlannedCalculation], float], str]:
    unit = median(
        timing.core_seconds / (timing.ionic_steps * timing.kpoints * timing.atoms**exponent)
        for timing in timings
    )

    def cost(item: PlannedCalculation) -> float:
        return float(unit * item.kpoints * item.atoms**exponent)

    return cost, (
        f"median of {len(timings)} calculations in the store, scaled linearly in k-points and "
        f"with atoms to the power {exponent:g}"
    )


def _vasp_rule(item: PlannedCalculation) -> float:
    atoms: float = (item.atoms / VASP_RULE_ATOMS) ** VASP_EXPONENT
    relative = item.kpoints / VASP_RULE_KPOINTS * item.spins / 2 * atoms
    return VASP_RULE_CORE_HOURS * _SECONDS_PER_HOUR * relative


def _force_field_rule(item: PlannedCalculation) -> float:
    return FORCE_FIELD_RULE * item.atoms


_VASP_RULE_BASIS = (
    f"no VASP run in the store, so a rule of thumb, not a measurement: {VASP_RULE_CORE_HOURS:g} "
    f"core-hours per ionic step of {VASP_RULE_ATOMS} spin-polarised atoms with "
    f"{VASP_RULE_KPOINTS} k-points, linear in k-points and spins, atoms to the power "
    f"{VASP_EXPONENT:g}"
)

_FORCE_FIELD_RULE_BASIS = (
    f"no run of this force field in the store, so a rule: {FORCE_FIELD_RULE:g} core-seconds per "
    "atom and ionic step, as measured for CHGNet"
)
