"""Estimate the cost of a flow before anything is submitted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median

from jobflow import Flow, JobStore

from liponflow.cost.flow import planned, planned_by_job
from liponflow.engines.cost import Band, CostModel, Timing
from liponflow.engines.planned import NEB, RELAX, PlannedCalculation
from liponflow.engines.registry import engine_class

STEPS_OF_A_RELAXATION = 30
"""Ionic steps assumed where the store has no relaxation of this engine and campaign (our choice).

Those of other campaigns do not serve: reference crystals of high symmetry relax in 10 steps, and
lithiated states take 40 from their starts.
"""

STEPS_OF_A_BAND = 60
"""Ionic steps assumed for a nudged elastic band (our choice)."""

SIMILAR = 2.0
"""Factor within which cells are of similar size: the time per atom depends on the size, as small
cells have overheads and large ones fill the cache."""

_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Line:
    """Calculations of one kind and size, or of one name."""

    name: str
    jobs: int
    atoms: int
    """Atoms of the largest job."""
    kpoints: int
    ionic_steps: int
    """Ionic steps of each job; of a band, of each image."""
    core_hours: float
    """Core-hours of all jobs together."""
    longest_core_hours: float
    """Core-hours of the longest job."""
    one_core: bool = True
    """Whether each job takes one core of this machine, so that its wall time is known."""


@dataclass(frozen=True)
class Estimate:
    """Estimated cost of a flow."""

    lines: Sequence[Line]
    basis: str
    """What the estimate rests on."""
    advice: Sequence[str] = ()
    """What the engines advise on these calculations."""

    @property
    def jobs(self) -> int:
        """Number of calculations."""
        return sum(line.jobs for line in self.lines)

    @property
    def core_hours(self) -> float:
        """Core-hours of the whole flow."""
        return sum(line.core_hours for line in self.lines)

    def wall_hours(self, workers: int) -> float | None:
        """Return the time on this machine (h); None if calculations divide their work by MPI.

        Parameters
        ----------
        workers
            Processes, each with one calculation at a time.

        Notes
        -----
        All processes are busy until the end, unless one calculation takes longer than that. The
        start of the program is not counted.
        """
        if not all(line.one_core for line in self.lines):
            return None
        longest = max((line.longest_core_hours for line in self.lines), default=0.0)
        return max(self.core_hours / workers, longest)


def estimate(flow: Flow, store: JobStore | None = None, campaign: str = "") -> Estimate:
    """Estimate the cost of a flow.

    Parameters
    ----------
    flow
        Flow of any engines; what it computes is found by :mod:`liponflow.cost.flow`.
    store
        Store with earlier calculations; None if there is none.
    campaign
        Name of the campaign of the flow.

    Returns
    -------
    Estimate
        Per kind and size of calculation, or per name where they have one: jobs, atoms, k-points,
        ionic steps, core-hours. The time per step is the median over timings of the same engine in
        the store: of the same campaign and of cells of similar size, if there are any. It is
        scaled linearly in k-points and spins, and with electrons or atoms as the engine's
        :class:`~liponflow.engines.cost.CostModel` states. Steps are the mean over relaxations of
        the same campaign. Without timings the engine's rule is used, and the basis says so. No
        lines if the flow has no calculation.
    """
    calculations = list(planned(flow))
    if not calculations:
        return Estimate([], "no calculation: the energies are there already")
    lines: list[Line] = []
    basis: list[str] = []
    advice: list[str] = []
    for engine in dict.fromkeys(calculation.engine for calculation in calculations):
        members = [calculation for calculation in calculations if calculation.engine == engine]
        costs = _Costs.of(engine, members, store, campaign)
        lines += _lines(members, costs, several=len(members) < len(calculations))
        basis += costs.stated()
        if costs.model is not None:
            advice.append(engine_class(engine).advice_on(max(members, key=costs.core_hours)))
    return Estimate(
        sorted(lines, key=_order), "; ".join(dict.fromkeys(basis)), [*filter(None, advice)]
    )


def seconds_by_job(flow: Flow, store: JobStore | None, campaign: str) -> dict[str, float]:
    """Return the estimated time of jobs with calculations on one core each, by uuid (s).

    Parameters
    ----------
    flow, store, campaign
        As for :func:`estimate`.

    Returns
    -------
    dict
        Without jobs whose calculations divide their work by MPI, or have an unknown cost. A job
        that adds calculations has their time.
    """
    by_job = {uuid: found for uuid, found in planned_by_job(flow).items() if found}
    calculations = [item for found in by_job.values() for item in found]
    costs = {
        engine: _Costs.of(
            engine, [item for item in calculations if item.engine == engine], store, campaign
        )
        for engine in {item.engine for item in calculations}
    }
    known = {
        engine for engine, cost in costs.items() if cost.model is not None and cost.model.one_core
    }
    return {
        uuid: sum(costs[item.engine].core_hours(item) for item in found) * _SECONDS_PER_HOUR
        for uuid, found in by_job.items()
        if known.issuperset(item.engine for item in found)
    }


def _lines(
    calculations: Sequence[PlannedCalculation], costs: "_Costs", *, several: bool
) -> list[Line]:
    members: dict[PlannedCalculation | str, dict[PlannedCalculation, int]] = {}
    for item, jobs in Counter(calculations).items():
        members.setdefault(item.name or item, {})[item] = jobs
    return [_line(own, costs, several=several) for own in members.values()]


def _line(members: Mapping[PlannedCalculation, int], costs: "_Costs", *, several: bool) -> Line:
    """Return the line of calculations, each with its number of jobs."""
    steps = max(costs.steps(item) for item in members)
    hours = {item: costs.core_hours(item) for item in members}
    return Line(
        name=_name(next(iter(members)), several=several),
        jobs=sum(members.values()),
        atoms=max(item.atoms for item in members),
        kpoints=max(item.kpoints for item in members),
        ionic_steps=steps,
        core_hours=sum(jobs * hours[item] for item, jobs in members.items()),
        longest_core_hours=max(hours.values()),
        one_core=costs.model is None or costs.model.one_core,
    )


def _name(item: PlannedCalculation, *, several: bool) -> str:
    """Name a line, with the engine where there are several."""
    name = item.name or item.kind
    name = name if item.images == 1 else f"{name}, {item.images} images"
    return f"{name} ({item.engine})" if several else name


def _order(line: Line) -> tuple[str, int, int, int]:
    return line.name, line.atoms, line.kpoints, line.ionic_steps


@dataclass
class _Costs:
    """Cost and number of the ionic steps of one engine, and what they rest on."""

    engine: str
    campaign: str
    model: CostModel | None
    """None if the cost of the engine is unknown, or every calculation states its own."""
    timings: Sequence[Timing] = ()
    bands: Sequence[Band] = ()
    basis: list[str] = field(default_factory=list)
    used: dict[str, set[int]] = field(default_factory=dict)
    """Timings that were used, by what they have in common with the calculations."""

    @classmethod
    def of(
        cls,
        engine: str,
        calculations: Sequence[PlannedCalculation],
        store: JobStore | None,
        campaign: str,
    ) -> "_Costs":
        stated = list(dict.fromkeys(item.basis for item in calculations if item.basis))
        if all(item.core_hours is not None for item in calculations):
            return cls(engine, campaign, None, basis=stated)
        model = engine_class(engine).cost(engine)
        if model is None:
            unknown = f"the cost of {engine} is unknown and not counted"
            return cls(engine, campaign, None, basis=[unknown, *stated])
        timings = model.timings(store) if store is not None else []
        bands = model.bands(store) if store is not None and model.bands is not None else []
        return cls(
            engine, campaign, model, timings, [b for b in bands if b.campaign == campaign], stated
        )

    def steps(self, item: PlannedCalculation) -> int:
        """Return the ionic steps of a calculation; of a band, those of each image."""
        if item.ionic_steps is not None:
            return item.ionic_steps
        if item.kind == NEB:
            return self._steps_of_a_band(item)
        own = [
            (number, timing)
            for number, timing in enumerate(self.timings)
            if timing.relaxation and self._is_own(timing)
        ]
        own = [(n, timing) for n, timing in own if _is_similar(timing, item)] or own
        if item.kind != RELAX or not own:
            self._state(f"{STEPS_OF_A_RELAXATION} ionic steps assumed per relaxation")
            if item.further_steps:
                self._state(f"{item.further_steps} more to repeat it where the cell changes")
            return STEPS_OF_A_RELAXATION + item.further_steps
        self.used.setdefault("steps", set()).update(number for number, _ in own)
        return round(fmean(timing.ionic_steps for _, timing in own))

    def core_hours(self, item: PlannedCalculation) -> float:
        """Return the core-hours of a calculation; 0 if they are unknown."""
        if item.core_hours is not None:
            return item.core_hours
        if self.model is None:
            return 0.0
        return self._per_step(item) * self.steps(item) * item.images / _SECONDS_PER_HOUR

    def stated(self) -> list[str]:
        """Return what the estimate rests on."""
        found = []
        for words, numbers in self.used.items():
            count = len(numbers)
            if words == "steps":
                found.append(
                    f"steps of a relaxation: mean of {count} of {self.campaign} in the store"
                )
            else:
                found.append(
                    f"time per step: median of {count} calculations in the store, {words}"
                )
        if found and self.model is not None:
            linear = "k-points and spins linearly, " if self.model.knows_kpoints else ""
            found.append(f"scaled by {linear}size to the power {self.model.exponent:g}")
        return [*found, *self.basis]

    def _per_step(self, item: PlannedCalculation) -> float:
        """Return the core-seconds of one structure in one ionic step."""
        assert self.model is not None  # noqa: S101 - the caller looked
        chosen, words = self._like(item)
        if not chosen:
            self._state(self.model.rule_basis)
            return self.model.rule(item)
        self.used.setdefault(words, set()).update(number for number, _ in chosen)
        exponent, knows = self.model.exponent, self.model.knows_kpoints
        # The median takes no notice of the few that waited for a disk or shared their cores.
        cost: float = median(
            timing.core_seconds
            / timing.ionic_steps
            * _size_ratio(item, timing) ** exponent
            * (item.kpoints * item.spins / (timing.kpoints * timing.spins) if knows else 1)
            for _, timing in chosen
        )
        return cost

    def _like(self, item: PlannedCalculation) -> tuple[list[tuple[int, Timing]], str]:
        """Return the timings that resemble a calculation most, and in what."""
        numbered = list(enumerate(self.timings))
        own = [(n, timing) for n, timing in numbered if self._is_own(timing)]
        for among, whose in ((own, f"of {self.campaign}"), (numbered, "of other campaigns")):
            similar = [(n, timing) for n, timing in among if _is_similar(timing, item)]
            if similar:
                return similar, f"{whose} and of similar size"
        if own:
            return own, f"of {self.campaign} and of other sizes"
        return numbered, "of other campaigns and sizes"

    def _steps_of_a_band(self, item: PlannedCalculation) -> int:
        if not self.bands:
            self._state(f"{STEPS_OF_A_BAND} ionic steps assumed per nudged elastic band")
            return STEPS_OF_A_BAND
        self._state(f"steps of a band: mean of {len(self.bands)} of {self.campaign} in the store")
        # Images that wait for others are not computed in every step.
        return max(1, round(fmean(band.evaluations for band in self.bands) / item.images))

    def _is_own(self, timing: Timing) -> bool:
        return bool(self.campaign) and timing.campaign == self.campaign

    def _state(self, text: str) -> None:
        if text not in self.basis:
            self.basis.append(text)


def _is_similar(timing: Timing, item: PlannedCalculation) -> bool:
    return 1 / SIMILAR <= timing.atoms / item.atoms <= SIMILAR


def _size_ratio(item: PlannedCalculation, timing: Timing) -> float:
    """Return how much larger a calculation is: in electrons, or in atoms without them."""
    if item.electrons is not None and timing.electrons is not None:
        return item.electrons / timing.electrons
    return item.atoms / timing.atoms
