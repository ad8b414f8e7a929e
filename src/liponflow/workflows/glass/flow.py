"""The glass campaign: build, anneal, relax and measure models, and compute their properties."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from jobflow import Flow, Job
from pymatgen.core.structure import Structure

from liponflow.analysis.provenance import fingerprint
from liponflow.crystals.plausible import check_plausible
from liponflow.engines.engine import Engine, EngineOptions
from liponflow.engines.registry import get_engine
from liponflow.inputs.glass import GlassParameters
from liponflow.inputs.gpaw.settings import GENERAL, gpaw_inputs
from liponflow.inputs.presets import ParameterError
from liponflow.inputs.vasp.glass import md_incar, relax_set, static_set
from liponflow.inputs.vasp.sets import FAMILY, VaspSets
from liponflow.structures.glass.build import build
from liponflow.workflows.dynamics.jobs import at_rest
from liponflow.workflows.further_engines import further_names, wire_further
from liponflow.workflows.glass.jobs import Measured, Origin, conclude, measure
from liponflow.workflows.glass.properties import cleavage_flow, elastic_flow
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.maker import CampaignMaker
from liponflow.workflows.request import RunRequest

BUILDING = (
    "composition",
    "n_atoms",
    "method",
    "units",
    "bridging_to_apical",
    "free_anions",
    "neutral",
    "density",
    "distances",
    "packing_time",
)
"""Parameters of building a model; they do not apply to a user's own structure."""

_STARTS = {"units": "packed units", "random": "packed atoms", "crystal": "changed Li3PO4 crystal"}


class Start(NamedTuple):
    """A starting model."""

    origin: Origin
    structure: Structure


@dataclass
class Branch:
    """Jobs of one model, and their outputs that enter the result."""

    jobs: list[Flow | Job] = field(default_factory=list)
    model: Any = None
    cooling: Any = None
    elastic: Any = None


@dataclass
class GlassMaker(CampaignMaker[GlassParameters]):
    """Flow from a composition, or a user's structure, to a GlassResult."""

    name: str = "glass"

    def make(self, structure: Structure | None = None, source: str | None = None) -> Flow:
        """Wire the campaign.

        Parameters
        ----------
        structure
            Start of every model; built from the parameters if None.
        source
            Where the structure came from, for the record.

        Returns
        -------
        Flow
            Its output is the GlassResult.

        Raises
        ------
        ValueError
            If the composition, density, engine or an element cannot be used, before anything is
            computed.
        """
        return self.wire(self.starts(structure, source), source)

    def wire(self, starts: Sequence[Start], source: str | None = None) -> Flow:
        """Wire the campaign from starting models that :meth:`starts` made; see :meth:`make`."""
        self.check_arguments(self.parameters.models)
        engine = self.engine(self.parameters.force_limit)
        engine.require("relax", "static", *(["md"] if self._has_dynamics() else []))
        engine.check(starts[0].structure)
        branches = [self.branch(engine, start) for start in starts]
        jobs = [job for branch in branches for job in branch.jobs]
        cleavage: list[Any] = []
        if "cleavage" in self.parameters.properties:
            cluster_jobs, cleavage = cleavage_flow(
                self.engine(self.parameters.cluster_force_limit), self.parameters
            )
            jobs += cluster_jobs

        def further(other: Engine) -> tuple[list[Flow | Job], list[Any]]:
            other.require("relax")
            other.check(starts[0].structure)
            pairs = [
                self.relaxed_again(other, branch, start)
                for branch, start in zip(branches, starts, strict=True)
            ]
            return [job for pair in pairs for job in pair], [model.output for _, model in pairs]

        others = wire_further(
            further_names(self.parameters.models, self.engine_name),
            lambda name: self.engine(self.parameters.force_limit, name),
            further,
        )
        document = self.parameters.model_dump(mode="json")
        conclusion = named(
            conclude(
                Measured(
                    models=[branch.model.output for branch in branches],
                    cooling=[b.cooling for b in branches if b.cooling is not None],
                    elastic=[b.elastic for b in branches if b.elastic is not None],
                    cleavage=cleavage,
                ),
                protocol=self.parameters.protocol,
                cooling=self.parameters.cooling,
                seeds=self.parameters.seeds,
                record={
                    "preset": self.preset,
                    "parameters": document,
                    "input_fingerprint": fingerprint(
                        starts[0].structure, engine.describe(), document
                    ),
                    "source_structure": source or f"built: {starts[0].origin.start}",
                    "parent_uuids": [branch.model.uuid for branch in branches],
                },
                further=others.comparison,
            ),
            "result",
        )
        tolerate_failures(conclusion)
        return Flow([*jobs, *others.jobs, conclusion], output=conclusion.output, name=self.name)

    def starts(self, structure: Structure | None, source: str | None) -> list[Start]:
        """Build every model, or take the user's structure for each.

        Raises
        ------
        CompositionError, PackingError
            If one cannot be built.
        StructureError
            If no solid is like it, as at a tenth of its density.
        """
        parameters = self.parameters
        if structure is not None:
            notes = ("composition and density are those of the given structure",)
            name = source or "given structure"
            return [
                Start(Origin(seed, name, notes), structure.get_sorted_structure())
                for seed in parameters.seeds
            ]
        starts = []
        for seed in parameters.seeds:
            built = build(
                parameters.composition,
                method=parameters.method,
                density=parameters.density,
                seed=seed,
                n_atoms=parameters.n_atoms,
                units=parameters.units,
                bridging_to_apical=parameters.bridging_to_apical,
                free_anions=parameters.free_anions,
                neutral=parameters.neutral,
                distances=parameters.distances,
                time_limit=parameters.packing_time,
            )
            what = f"{parameters.composition} packed at density={parameters.density:g} g/cm³"
            doubtful = check_plausible(built.structure, parameters.plausible, what=what)
            doubt = [f"{what}: {doubtful}"] if doubtful else []
            origin = Origin(seed, _STARTS[built.method], (*built.notes, *doubt))
            starts.append(Start(origin, built.structure))
        return starts

    def engine(self, force_limit: float, name: str | None = None) -> Engine:
        """Return an engine, by default the main one, with relaxations to a force limit (eV/Å)."""
        sets = VaspSets(
            relax=relax_set(self.parameters.model_copy(update={"force_limit": force_limit})),
            static=static_set(),
            md_incar=md_incar(),
        )
        name = name or self.engine_name
        arguments = self.arguments_of(name)
        inputs = {FAMILY: sets, **gpaw_inputs(GENERAL, self.preset)}
        options = EngineOptions(force_limit, self.parameters.max_steps, inputs, arguments)
        return get_engine(name, options)

    def _has_dynamics(self) -> bool:
        parameters = self.parameters
        by_dynamics = parameters.volume == "pressure-volume" or "tg" in parameters.properties
        return by_dynamics or bool(parameters.protocol)

    def branch(self, engine: Engine, start: Start) -> Branch:
        """Wire one model from its start to its measured structure and its properties."""
        parameters, (origin, structure) = self.parameters, start
        found, seed = Branch(), origin.seed
        current: Any = structure
        if parameters.volume == "pressure-volume":
            # Imported only here, as matplotlib and pandas come with atomate2's fit.
            from liponflow.workflows.glass.volume import equilibrium_volume

            jobs, current = equilibrium_volume(engine, parameters, structure, seed)
            found.jobs += jobs
        dynamics = None
        if parameters.protocol:
            dynamics = self.dynamics(engine, "dynamics", parameters.protocol, seed, current)
            last = named(at_rest(dynamics.output), f"last structure seed {seed}")
            found.jobs += [dynamics, last]
            current = last.output
        relaxation: Flow | Job | None = None
        if parameters.relax:
            relaxation = named(
                engine.relax(cell=parameters.relax_cell).make(current), f"relax seed {seed}"
            )
            found.jobs.append(relaxation)
        averaged = parameters.measure == "last stage"
        found.model = named(
            measure(
                {"seed": seed, "start": origin.start, "notes": list(origin.notes)},
                None if dynamics is None else dynamics.output,
                None if relaxation is None else relaxation.output,
                engine=engine.describe(),
                force_limit=parameters.force_limit,
                last_stage=parameters.protocol[-1].name if averaged else None,
            ),
            f"measure seed {seed}",
        )
        found.jobs.append(found.model)
        self.add_properties(engine, found, structure, seed)
        return found

    def relaxed_again(
        self, engine: Engine, branch: Branch, start: Start
    ) -> tuple[Flow | Job, Job]:
        """Wire the relaxation of a final model with a further engine, and its measurement."""
        seed, start_of = start.origin.seed, start.origin.start
        relaxation: Flow | Job = named(
            engine.relax(cell=self.parameters.relax_cell).make(
                branch.model.output["model"].structure
            ),
            f"relax seed {seed} {engine.name}",
        )
        notes = [f"final model of {self.engine_name}"]
        model = named(
            measure(
                {"seed": seed, "start": start_of, "notes": notes},
                None,
                relaxation.output,
                engine=engine.describe(),
                force_limit=self.parameters.force_limit,
                last_stage=None,
            ),
            f"measure seed {seed} {engine.name}",
        )
        return relaxation, model

    def add_properties(self, engine: Engine, found: Branch, sized: Structure, seed: int) -> None:
        """Wire the requested properties of one model."""
        final = found.model.output["model"].structure
        if "tg" in self.parameters.properties:
            cooling = self.dynamics(engine, "cooling", self.parameters.cooling, seed, final)
            found.jobs.append(cooling)
            found.cooling = cooling.output
        if "elastic" in self.parameters.properties:
            tight = self.engine(self.parameters.elastic_force_limit)
            jobs, found.elastic = elastic_flow(tight, self.parameters, final, sized, seed)
            found.jobs += jobs

    def dynamics(
        self, engine: Engine, name: str, stages: Any, seed: int, structure: Any
    ) -> Flow | Job:
        """Wire the dynamics of one model through stages."""
        maker = engine.md(
            stages,
            seed=seed,
            frame_interval=self.parameters.frame_interval,
            chunk_steps=self.parameters.segment_steps,
            name=f"{name} seed {seed}",
        )
        made: Flow | Job = maker.make(structure)
        return made


def flow(request: RunRequest[GlassParameters]) -> Flow:
    """Make the flow of a request, whose structure starts every model.

    Raises
    ------
    ParameterError
        If parameters say how to build a model although a structure is given.
    """
    unused = [name for name in BUILDING if name in request.overrides]
    if request.structure is not None and unused:
        raise ParameterError(
            f"{', '.join(unused)}: not applicable with --structure, which is used unchanged; "
            "omit one of the two"
        )
    return GlassMaker.of(request).make(request.structure, request.source)
