"""The lithiation campaign: relax candidates, and compute the lowest of each Li content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from jobflow import Flow, Job
from pymatgen.core.structure import Structure

from liponflow.analysis.lithiation.host_facts import HostFacts
from liponflow.analysis.lithiation.result import LithiationCandidate, Selection
from liponflow.analysis.provenance import fingerprint
from liponflow.engines.engine import Engine, EngineOptions
from liponflow.engines.planned import announce
from liponflow.engines.planning import planned_by
from liponflow.engines.registry import get_engine
from liponflow.inputs.gpaw.settings import FAMILY as GPAW
from liponflow.inputs.gpaw.settings import GpawInputs, topic_settings
from liponflow.inputs.lithiation import (
    TOPIC,
    LithiationParameters,
    check_hubbard,
    hubbard_values,
)
from liponflow.inputs.presets import ParameterError, load_data
from liponflow.inputs.vasp.lithiation import alkali_metal_set, relax_set, static_set
from liponflow.inputs.vasp.sets import FAMILY, VaspSets
from liponflow.structures.lithiation.candidates import (
    choose,
    families_at,
    start_cells,
    with_magmoms,
)
from liponflow.structures.lithiation.contents import (
    Contents,
    asked_contents,
    default_contents,
)
from liponflow.structures.lithiation.host import LithiationHost, host
from liponflow.structures.lithiation.spinel import disordered_lnmo, ordered_lnmo
from liponflow.structures.lithium import bcc_metal
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
            Crystal that contains the intercalant, or a framework for the one that the parameters
            name; the built-in LiNi0.5Mn1.5O4 if None.
        source
            Where the structure came from, for the record.

        Returns
        -------
        Flow
            Its output is the LithiationResult.

        Raises
        ------
        ValueError
            If the structure, a content, the engine or an element cannot be used, before anything
            is computed.
        """
        given = structure
        if structure is None:
            structure, source = built_in(self.parameters), f"built-in {self.parameters.ordering}"
        self.check_arguments(further_engines(self.parameters))
        engine = self.engine(self.engine_name)
        engine.check(structure)
        lithiation_host, contents = host_and_contents(given, self.parameters)
        intercalant = lithiation_host.unit.intercalant
        everything = _with_intercalant(structure, lithiation_host)
        parameters = _checked(engine, everything, self.parameters)
        engine.check_memory(lithiation_host.pristine)
        source = source or structure.composition.formula
        remarks = list(contents.remarks)
        if lithiation_host.remark:
            tell_replaced(lithiation_host.remark)
            source = f"{source}: {lithiation_host.remark}"
            remarks.insert(0, lithiation_host.remark)
        # Over-lithiated states take longest: started last, one would run alone at the end.
        xs = list(reversed(contents.x))
        chosen = [candidates_at(lithiation_host, x, parameters) for x in xs]
        candidates = [found for found, _ in chosen]

        def further(other: Engine) -> tuple[list[Flow | Job], EngineStates]:
            own = _checked(other, everything, self.parameters)
            if own == parameters:
                return self._computed(other, candidates, intercalant)
            again = [candidates_at(lithiation_host, x, own)[0] for x in xs]
            return self._computed(other, again, intercalant)

        magnetic = self._moments_engine(everything)
        jobs, computed = self._computed(engine, candidates, intercalant, magnetic)
        others = wire_further(
            further_names(self.parameters.models, self.engine_name), self.engine, further
        )
        ladder, rungs = self._ladder(
            everything, dict(zip(xs, computed["states"], strict=True)), intercalant
        )
        document = self.parameters.model_dump(mode="json") | {"x": contents.x}
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
                remarks=remarks,
                host=HostFacts(
                    intercalant=lithiation_host.unit.intercalant,
                    formula=lithiation_host.unit.formula,
                    variable=lithiation_host.unit.variable,
                    x=lithiation_host.unit.content,
                    shape=lithiation_host.shape.value,
                ),
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
        intercalant: str,
        magnetic: Engine | None = None,
    ) -> tuple[list[Flow | Job], EngineStates]:
        """Wire the relaxation of the metal and of the candidates of every content."""
        label = "" if engine.name == self.engine_name else f" {engine.name}"
        metal = self._alkali_metal(engine.name, intercalant, label)
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
        self, structure: Structure, settled: Mapping[float, Any], intercalant: str
    ) -> tuple[list[Flow | Job], list[Rung]]:
        """Wire the lowest states with better engines.

        Parameters
        ----------
        structure
            Pristine structure, with the intercalant.
        settled
            Output of the job that chose the lowest state, by content.
        intercalant
            Inserted element.
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
            metal = self._alkali_metal(name, intercalant, f" with {name}")
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

    def _alkali_metal(self, name: str, intercalant: str, label: str) -> Flow | Job:
        """Return the relaxation of the bcc metal, the reference of the voltages."""
        metal = self.metal_engine(name).relax().make(alkali_metal(intercalant))
        metal_job: Flow | Job = named(metal, f"relax {intercalant} metal{label}")
        return metal_job

    def metal_engine(self, name: str) -> Engine:
        """Return an engine of the bcc metal."""
        metal_set = alkali_metal_set(self.parameters)
        gpaw = GpawInputs(topic_settings("lithium_metal", self.preset), reference_cell=True)
        return self._engine(name, VaspSets(relax=metal_set, static=metal_set), gpaw)

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
    """Make the flow of a request, whose structure is the host."""
    return LithiationMaker.of(request).make(request.structure, request.source)


def further_engines(parameters: LithiationParameters) -> list[str]:
    """Return the further engines: other models, those of the ladder, that of the moments."""
    moments = [parameters.moments] if parameters.moments else []
    return [*parameters.models, *parameters.refine, *moments]


def alkali_metal(intercalant: str) -> Structure:
    """Build the bcc metal of an intercalant, the reference of the voltages."""
    return bcc_metal(intercalant, load_data(TOPIC)["alkali_metal"]["a"][intercalant]["value"])


def built_in(parameters: LithiationParameters) -> Structure:
    """Build LiNi0.5Mn1.5O4 with the cation ordering that the parameters ask for."""
    if parameters.ordering == "ordered":
        return ordered_lnmo()
    return disordered_lnmo(parameters.seed)


def candidates_at(
    lithiation_host: LithiationHost, x: float, parameters: LithiationParameters
) -> tuple[list[Candidate], Selection]:
    """List the structures to relax at one content.

    Parameters
    ----------
    lithiation_host
        Host and its sites.
    x
        Content on the grid of the host.
    parameters
        Budget, seed, moments and strain.

    Returns
    -------
    list of Candidate, Selection
        The candidates, over-lithiated ones of a pseudo-cubic host from both start cells, and how
        they were chosen.
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
            cells = start_cells(
                arrangement.structure, parameters.tetragonal_strain, lithiation_host.shape
            )
            for cell, structure in cells if n_li > len(lithiation_host.li_sites) else cells[:1]:
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


def host_and_contents(
    structure: Structure | None, parameters: LithiationParameters
) -> tuple[LithiationHost, Contents]:
    """Return the host and the contents to compute.

    Parameters
    ----------
    structure
        Crystal that the user gave; None for the built-in one.
    parameters
        Parameters of the campaign.

    Raises
    ------
    StructureError
        If the structure is not a host, or its metals allow no other content.
    ValueError
        If a content that the user asks for is not possible.
    """
    found = host(
        built_in(parameters) if structure is None else structure,
        parameters.supercell,
        intercalant=parameters.intercalant,
        unit=parameters.formula_unit,
    )
    if parameters.x is not None:
        return found, asked_contents(found, parameters.x)
    insert_to = load_data(TOPIC)["built_in_x"]["value"] if structure is None else None
    return found, default_contents(found, parameters.steps, insert_to)


def _with_intercalant(structure: Structure, lithiation_host: LithiationHost) -> Structure:
    """Return the structure, or one with some intercalant if it has none."""
    if len(lithiation_host.li_sites):
        return structure
    sites = [*lithiation_host.octahedral_sites, *lithiation_host.tetrahedral_sites]
    return lithiation_host.with_lithium(np.array(sites[:1]).reshape(-1, 3))


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
