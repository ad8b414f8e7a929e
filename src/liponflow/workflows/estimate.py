"""Estimate what a flow will cost, before anything is submitted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from statistics import median
from typing import Any, cast

from atomate2.forcefields.jobs import ForceFieldRelaxMaker, ForceFieldStaticMaker
from atomate2.vasp.jobs.base import BaseVaspMaker
from jobflow import Flow, Job, JobStore, Maker
from pymatgen.core.structure import Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from liponflow.store.timings import Timing, force_field_timings, vasp_timings
from liponflow.workflows.runners.documents import all_jobs

STEPS_OF_A_RELAXATION = 30
"""Ionic steps assumed where the store has no relaxation of this engine (our choice)."""

FORCE_FIELD_RULE = 0.008
"""Core-seconds per atom and ionic step assumed for a force field, as CHGNet needs on a CPU of
2024 (measured: 0.4 s for 56 atoms)."""

VASP_RULE_CORE_HOURS = 10.0
VASP_RULE_ATOMS = 56
VASP_RULE_KPOINTS = 14
VASP_EXPONENT = 2.5
"""A rule of thumb, not a measurement: 10 core-hours per ionic step of a spin-polarised
oxide of 56 atoms with 14 k-points, linear in k-points and spins, to the power 2.5 in atoms."""

_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Calculation:
    """One calculation of a flow."""

    name: str
    maker: Maker
    structure: Structure

    @property
    def is_static(self) -> bool:
        """Whether the ions stay."""
        if isinstance(self.maker, BaseVaspMaker):
            return bool(self._incar.get("NSW", 0) == 0)
        return isinstance(self.maker, ForceFieldStaticMaker)

    @property
    def kpoints(self) -> int:
        """Irreducible k-points: by symmetry, or by time reversal where moments break it."""
        if not isinstance(self.maker, BaseVaspMaker):
            return 1
        inputs: Any = self.maker.input_set_generator.get_input_set(
            self.structure, potcar_spec=True
        )
        mesh: tuple[int, int, int] = inputs.kpoints.kpts[0]
        if self.spins > 1:
            return (prod(mesh) + 1) // 2
        return len(SpacegroupAnalyzer(self.structure).get_ir_reciprocal_mesh(mesh))

    @property
    def spins(self) -> int:
        """Spin channels."""
        return int(self._incar.get("ISPIN", 1)) if isinstance(self.maker, BaseVaspMaker) else 1

    @property
    def _incar(self) -> dict[str, Any]:
        generator = cast("BaseVaspMaker", self.maker).input_set_generator
        settings: dict[str, Any] = generator.config_dict["INCAR"] | generator.user_incar_settings
        return settings


@dataclass(frozen=True)
class Line:
    """Calculations of one kind and size."""

    name: str
    jobs: int
    atoms: int
    kpoints: int
    ionic_steps: int
    """Per job."""
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
        Flow of one engine.
    store
        Store with earlier calculations; None if there is none.

    Returns
    -------
    Estimate
        Per kind and size of calculation: jobs, atoms, k-points, ionic steps, core-hours.
        Timings of the same engine in the store are scaled (linearly in k-points and ionic
        steps; in atoms linearly for a force field, to the power ``VASP_EXPONENT`` for VASP);
        where there are none, the rules of this module are taken, and the basis says so.

    Raises
    ------
    ValueError
        If the flow has no calculation.
    """
    calculations = list(planned(flow))
    if not calculations:
        raise ValueError(f"the flow {flow.name!r} has no calculation to estimate")
    vasp = isinstance(calculations[0].maker, BaseVaspMaker)
    timings = _timings(calculations[0], store)
    steps, steps_basis = _relaxation_steps(timings)
    if timings:
        cost, cost_basis = _scaled(timings, VASP_EXPONENT if vasp else 1.0)
    elif vasp:
        cost, cost_basis = (
            _vasp_rule,
            (
                f"no VASP run in the store, so a rule of thumb, not a measurement: "
                f"{VASP_RULE_CORE_HOURS:g} core-hours per ionic step of {VASP_RULE_ATOMS} "
                f"spin-polarised atoms with {VASP_RULE_KPOINTS} k-points, linear in k-points and "
                f"spins, atoms to the power {VASP_EXPONENT:g}"
            ),
        )
    else:
        cost, cost_basis = (
            _force_field_rule,
            (
                f"no run of this force field in the store, so a rule: {FORCE_FIELD_RULE:g} "
                "core-seconds per atom and ionic step, as measured for CHGNet"
            ),
        )
    groups: dict[tuple[str, int, int], list[Calculation]] = {}
    for item in calculations:
        kind = "static" if item.is_static else "relax"
        groups.setdefault((kind, len(item.structure), item.kpoints), []).append(item)
    lines = []
    for (name, atoms, kpoints), members in sorted(groups.items()):
        ionic_steps = 1 if name == "static" else steps
        seconds = ionic_steps * sum(cost(member) for member in members)
        hours = seconds / _SECONDS_PER_HOUR
        lines.append(Line(name, len(members), atoms, kpoints, ionic_steps, hours))
    return Estimate(lines, f"{cost_basis}; {steps_basis}")


def planned(flow: Flow) -> Iterator[Calculation]:
    """List the calculations of a flow, those included that its jobs will add.

    A job that is given a Maker runs it once, on a structure of the size of its inputs'.
    """
    by_uuid: dict[str, Calculation] = {}
    for job in all_jobs(flow):
        if isinstance(job.maker, BaseVaspMaker | ForceFieldRelaxMaker):
            item = Calculation(job.name, job.maker, job.function_args[0])
            by_uuid[job.uuid] = item
            yield item
        for maker in _given_makers(job):
            inputs = [by_uuid[uuid] for uuid in job.input_uuids if uuid in by_uuid]
            if inputs:
                yield Calculation(f"{job.name}: {maker.name}", maker, inputs[0].structure)


def _given_makers(job: Job) -> Iterator[Maker]:
    for argument in [*job.function_args, *job.function_kwargs.values()]:
        if isinstance(argument, BaseVaspMaker | ForceFieldRelaxMaker):
            yield argument


def _timings(calculation: Calculation, store: JobStore | None) -> list[Timing]:
    if store is None:
        return []
    if isinstance(calculation.maker, BaseVaspMaker):
        return vasp_timings(store)
    maker = cast("ForceFieldRelaxMaker", calculation.maker)
    return force_field_timings(store, str(maker.force_field_name))


def _relaxation_steps(timings: Sequence[Timing]) -> tuple[int, str]:
    found = [timing.ionic_steps for timing in timings if timing.ionic_steps > 1]
    if not found:
        return STEPS_OF_A_RELAXATION, f"{STEPS_OF_A_RELAXATION} ionic steps assumed per relaxation"
    steps = round(median(found))
    return steps, f"{steps} ionic steps per relaxation, the median of {len(found)} in the store"


def _scaled(
    timings: Sequence[Timing], exponent: float
) -> tuple[Callable[[Calculation], float], str]:
    unit = median(
        timing.core_seconds / (timing.ionic_steps * timing.kpoints * timing.atoms**exponent)
        for timing in timings
    )

    def cost(item: Calculation) -> float:
        return float(unit * item.kpoints * len(item.structure) ** exponent)

    return cost, (
        f"median of {len(timings)} calculations in the store, scaled linearly in k-points and "
        f"with atoms to the power {exponent:g}"
    )


def _vasp_rule(item: Calculation) -> float:
    atoms: float = (len(item.structure) / VASP_RULE_ATOMS) ** VASP_EXPONENT
    relative = item.kpoints / VASP_RULE_KPOINTS * item.spins / 2 * atoms
    return VASP_RULE_CORE_HOURS * _SECONDS_PER_HOUR * relative


def _force_field_rule(item: Calculation) -> float:
    return FORCE_FIELD_RULE * len(item.structure)
