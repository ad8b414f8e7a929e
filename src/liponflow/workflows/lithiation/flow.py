"""The lithiation campaign: relax candidates, and compute the lowest of each Li content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from jobflow import Flow, Job
from pymatgen.core.structure import Structure

from liponflow.analysis.lithiation.result import LithiationCandidate, Selection
from liponflow.analysis.provenance import fingerprint
from liponflow.engines.engine import Engine, EngineOptions
from liponflow.engines.planned import announce
from liponflow.engines.planning import planned_by
from liponflow.engines.registry import get_engine
from liponflow.inputs.gpaw.settings import FAMILY as GPAW
from liponflow.inputs.gpaw.settings import GpawInputs, topic_settings
from liponflow.inputs.lithiation import TOPIC, LithiationParameters, check_hubbard, hubbard_values
from liponflow.inputs.presets import ParameterError, load_data
from liponflow.inputs.vasp.lithiation import lithium_metal_set, relax_set, static_set
from liponflow.inputs.vasp.sets import FAMILY, VaspSets
from liponflow.structures.lithiation.candidates import (
    check_x,
    choose,
    families_at,
    start_cells,
    with_magmoms,
)
from liponflow.structures.lithiation.host import LithiationHost, host
from liponflow.structures.lithiation.spinel import disordered_lnmo, ordered_lnmo
from liponflow.structures.lithium import bcc_lithium
from liponflow.workflows.cells import tell_replaced
from liponflow.workflows.further_engines import further_names, wire_further
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.lithiation.jobs import EngineStates, conclude, settle
from liponflow.workflows.lithiation.refinement import Rung, refine_state
from liponflow.workflows.maker import CampaignMaker
from liponflow.workflows.request import RunRequest


@dataclass(frozen=True)
class Candidate:
    """A structure to relax, and its description in the result."""

    record: LithiationCandidate
    structure: Structure


@dataclass
class LithiationMaker(CampaignMaker[LithiationParameters]):
    """Flow from a host structure to a LithiationResult."""

    name: str = "lithiation"

    def make(self, structure: Structure | None = None, source: str | None = None) -> Flow:
        """Wire the campaign.

        Parameters
        ----------
        structure
            Pristine structure, x = 1; the built-in LiNi0.5Mn1.5O4 if None.
        source
            Where the structure came from, for the record.

        Returns
        -------
        Flow
            Its output is the LithiationResult.

        Raises
        ------
        ValueError
            If the structure, a Li content, the engine or an element cannot be used, before
            anything is computed.
        """
        if structure is None:
            structure, source = built_in(self.parameters), f"built-in {self.parameters.ordering}"
        self.check_arguments(further_engines(self.parameters))
        engine = self.engine(self.engine_name)
        parameters = _checked(engine, structure, self.parameters)
        lithiation_host = host(structure, self.parameters.supercell)
        engine.check_memory(lithiation_host.pristine)
        source = source or structure.composition.formula
        remarks = {}
        if lithiation_host.remark:
            tell_replaced(lithiation_host.remark)
            source = f"{source}: {lithiation_host.remark}"
            remarks["remarks"] = [lithiation_host.remark]
        xs = [check_x(lithiation_host, x) for x in self.parameters.x]
        # Over-lithiated states take longest: started last, one would run alone at the end.
        xs.reverse()
        chosen = [candidates_at(lithiation_host, x, parameters) for x in xs]
        candidates = [found for found, _ in chosen]

        def further(other: Engine) -> tuple[list[Flow | Job], EngineStates]:
            own = _checked(other, structure, self.parameters)
            if own == parameters:
                return self._computed(other, candidates)
            return self._computed(other, [candidates_at(lithiation_host, x, own)[0] for x in xs])

        magnetic = self._moments_engine(structure)
        jobs, computed = self._computed(engine, candidates, magnetic)
        others = wire_further(
            further_names(self.parameters.models, self.engine_name), self.engine, further
        )
        ladder, rungs = self._ladder(structure, dict(zip(xs, computed["states"], strict=True)))
        document = self.parameters.model_dump(mode="json")
        conclusion = named(
            conclude(
                computed["states"],
                computed["metal"],
                selections=[selection for _, selection in chosen],
                formula_units=lithiation_host.formula_units,
                engine=engine.describe(),
                force_limit=self.parameters.force_limit,
                record={
                    "preset": self.preset,
                    "parameters": document,
                    "input_fingerprint": fingerprint(structure, engine.describe(), document),
                    "source_structure": source,
                    "parent_uuids": [
                        output.uuid for output in (*computed["states"], computed["metal"])
                    ],
                },
                further=others.comparison,
                rungs=rungs,
                moments_engine=None if magnetic is None else magnetic.describe(),
                **remarks,
            ),
            "result",
        )
        tolerate_failures(conclusion)
        return Flow(
            [*jobs, *others.jobs, *ladder, conclusion], output=conclusion.output, name=self.name
        )

    def engine(self, name: str) -> Engine:
        """Return an engine of the oxide calculations."""
        sets = VaspSets(
            relax=relax_set(self.parameters),
            static=static_set(self.parameters),
            check=partial(check_hubbard, parameters=self.parameters),
        )
        settings = topic_settings(TOPIC, self.preset).replaced(
            {"hubbard_u": hubbard_values(self.parameters)}
        )
        return self._engine(name, sets, GpawInputs(settings))

    def _computed(
        self,
        engine: Engine,
        candidates: Sequence[Sequence[Candidate]],
        magnetic: Engine | None = None,
    ) -> tuple[list[Flow | Job], EngineStates]:
        """Wire the relaxation of Li metal and of the candidates of every Li content."""
        label = "" if engine.name == self.engine_name else f" {engine.name}"
        metal = self._lithium_metal(engine.name, label)
        jobs: list[Flow | Job] = [metal]
        settled: list[Any] = []
        further: dict[str, Any] = {}
        if magnetic is not None:
            further = {"moments_maker": magnetic.static(), "moments_engine": magnetic.describe()}
        for group in candidates:
            relaxations = [_relaxation(engine, candidate, label) for candidate in group]
            settle_job = named(
                settle(
                    [candidate.record for candidate in group],
                    [relaxation.output for relaxation in relaxations],
                    engine.static(),
                    engine.describe(),
                    self.parameters.force_limit,
                    **further,
                ),
                f"choose x={group[0].record.x:g}{label}",
            )
            tolerate_failures(settle_job)
            settled.append(settle_job.output)
            jobs += [*relaxations, settle_job]
        return jobs, EngineStates(states=settled, metal=metal.output, engine=engine.describe())

    def _ladder(
        self, structure: Structure, settled: Mapping[float, Any]
    ) -> tuple[list[Flow | Job], list[Rung]]:
        """Wire the lowest states with better engines.

        Parameters
        ----------
        structure
            Pristine structure.
        settled
            Output of the job that chose the lowest state, by Li content.
        """
        jobs: list[Flow | Job] = []
        rungs: list[Rung] = []
        for name in self.parameters.refine:
            engine = self.engine(name)
            parameters = _checked(engine, structure, self.parameters)
            described = engine.describe()
            relaxes = self.parameters.refine_states == "relax" or (
                self.parameters.refine_states == "auto" and described.surrogate
            )
            maker = engine.relax() if relaxes else engine.static()
            metal = self._lithium_metal(name, f" with {name}")
            states: list[Any] = []
            jobs.append(metal)
            for number, (x, output) in enumerate(settled.items()):
                refined: Job = named(
                    refine_state(
                        output,
                        [rung["states"][number] for rung in rungs],
                        maker=maker,
                        relaxes=relaxes,
                        moments=parameters.magmoms if engine.needs_initial_moments else {},
                        engine=described,
                        force_limit=self.parameters.force_limit,
                    ),
                    f"refine x={x:g} with {name}",
                )
                announce(refined, planned_by(maker, with_magmoms(structure, parameters.magmoms)))
                tolerate_failures(refined)
                jobs.append(refined)
                states.append(refined.output)
            rungs.append(Rung(engine=described, states=states, metal=metal.output))
        return jobs, rungs

    def _lithium_metal(self, name: str, label: str) -> Flow | Job:
        """Return the relaxation of bcc Li, the reference of the voltages."""
        metal_set = lithium_metal_set(self.parameters)
        gpaw = GpawInputs(topic_settings("lithium_metal", self.preset), reference_cell=True)
        engine = self._engine(name, VaspSets(relax=metal_set, static=metal_set), gpaw)
        metal = bcc_lithium(load_data(TOPIC)["lithium_metal"]["a"]["value"])
        metal_job: Flow | Job = named(engine.relax().make(metal), f"relax Li metal{label}")
        return metal_job

    def _moments_engine(self, structure: Structure) -> Engine | None:
        """Return the engine of the moments; None if it is that of the energies."""
        name = self.parameters.moments
        if name is None:
            return None
        engine = self.engine(name)
        engine.require("static")
        if not engine.computes_moments:
            raise ParameterError(
                f"moments={name}: this engine computes no moments of relaxed structures; "
                "moments=chgnet does, and so do other weights of it (setting engines)"
            )
        engine.check(structure)
        return engine

    def _engine(self, name: str, sets: VaspSets, gpaw: GpawInputs) -> Engine:
        options = EngineOptions(
            self.parameters.force_limit,
            self.parameters.max_steps,
            {FAMILY: sets, GPAW: gpaw},
            self.arguments_of(name),
        )
        return get_engine(name, options)


def flow(request: RunRequest[LithiationParameters]) -> Flow:
    """Make the flow of a request, whose structure is the pristine one, x = 1."""
    return LithiationMaker.of(request).make(request.structure, request.source)


def further_engines(parameters: LithiationParameters) -> list[str]:
    """Return the further engines: other models, those of the ladder, that of the moments."""
    moments = [parameters.moments] if parameters.moments else []
    return [*parameters.models, *parameters.refine, *moments]


def built_in(parameters: LithiationParameters) -> Structure:
    """Build LiNi0.5Mn1.5O4 with the cation ordering that the parameters ask for."""
    if parameters.ordering == "ordered":
        return ordered_lnmo()
    return disordered_lnmo(parameters.seed)


def candidates_at(
    lithiation_host: LithiationHost, x: float, parameters: LithiationParameters
) -> tuple[list[Candidate], Selection]:
    """List the structures to relax at one Li content.

    Parameters
    ----------
    lithiation_host
        Host and its Li sites.
    x
        Li content on the grid of the host.
    parameters
        Budget, seed, moments and strain.

    Returns
    -------
    list of Candidate, Selection
        The candidates, over-lithiated ones from both start cells, and how they were chosen.
    """
    candidates: list[Candidate] = []
    notes, n_distinct = [], 0
    n_li = round(x * lithiation_host.formula_units)
    for family in families_at(lithiation_host, x):
        selection = choose(
            lithiation_host, x, family, budget=parameters.budget, seed=parameters.seed
        )
        notes.append(selection.note)
        n_distinct += selection.n_distinct
        for rank, arrangement in enumerate(selection.arrangements):
            cells = start_cells(arrangement.structure, parameters.tetragonal_strain)
            for cell, structure in cells if x > 1 else cells[:1]:
                record = LithiationCandidate(
                    x=x,
                    n_li=n_li,
                    family=family.value,
                    start_cell=cell,
                    multiplicity=arrangement.multiplicity,
                    ewald_rank=rank,
                )
                candidates.append(Candidate(record, with_magmoms(structure, parameters.magmoms)))
    return candidates, Selection(n_li=n_li, n_distinct=n_distinct, text="; ".join(notes))


def _checked(
    engine: Engine, structure: Structure, parameters: LithiationParameters
) -> LithiationParameters:
    """Refuse what the engine cannot compute; a potential needs no initial moments."""
    engine.require("relax", "static")
    engine.check(structure)
    if engine.needs_initial_moments:
        return parameters
    metals = [e.symbol for e in structure.composition.elements if e.is_transition_metal]
    moments = dict.fromkeys(metals, 0.0) | parameters.magmoms
    return parameters.model_copy(update={"magmoms": moments})


def _relaxation(engine: Engine, candidate: Candidate, label: str) -> Flow | Job:
    record = candidate.record
    relaxation: Flow | Job = named(
        engine.relax().make(candidate.structure),
        f"relax x={record.x:g} {record.family} {record.ewald_rank} {record.start_cell}{label}",
    )
    return relaxation
