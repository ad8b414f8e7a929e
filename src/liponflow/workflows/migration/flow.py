"""The migration campaign: relax dopants on the sites of a host, and compute their hops."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from jobflow import Flow, Job, Maker
from jobflow.core.reference import OutputReference
from pymatgen.core.structure import Structure

from liponflow.analysis.migration.hop_documents import Mover
from liponflow.analysis.provenance import fingerprint
from liponflow.crystals.supercell import label_of
from liponflow.engines.engine import Engine, EngineOptions, Hessian
from liponflow.engines.planned import PlannedCalculation, announce
from liponflow.engines.planning import planned_by
from liponflow.engines.registry import get_engine
from liponflow.engines.vibrations import moving_atoms, planned_vibrations
from liponflow.inputs.gpaw.migration import migration_inputs
from liponflow.inputs.migration import TOPIC, MigrationParameters
from liponflow.inputs.presets import load_data
from liponflow.inputs.vasp.migration import (
    band_set,
    end_point_set,
    functional,
    host_set,
    static_set,
)
from liponflow.inputs.vasp.sets import FAMILY, VaspSets
from liponflow.structures.lithium import bcc_lithium
from liponflow.structures.migration.end_points import hop_starts
from liponflow.structures.migration.hop_cell import HopCell, hop_cell
from liponflow.structures.migration.hops import Hop
from liponflow.structures.migration.images import path_mirror
from liponflow.structures.migration.vacancies import divacancy_starts
from liponflow.workflows.further_engines import further_names, models_of, wire_further
from liponflow.workflows.jobs import named, tolerate_failures
from liponflow.workflows.maker import CampaignMaker
from liponflow.workflows.migration.jobs import conclude
from liponflow.workflows.migration.ladder import RungTools, keeps_symmetry, refine
from liponflow.workflows.migration.sites import cells_of, possible_hops, starting_points
from liponflow.workflows.migration.survey import Tools, explore
from liponflow.workflows.request import RunRequest


class Network(NamedTuple):
    """A dopant and mechanism with its supercell and hops."""

    mover: Mover
    cell: HopCell
    hops: Sequence[Hop]


@dataclass
class MigrationMaker(CampaignMaker[MigrationParameters]):
    """Flow from a host to a MigrationResult."""

    name: str = "migration"

    def make(self, host: Structure | None = None, source: str | None = None) -> Flow:
        """Wire the campaign.

        Parameters
        ----------
        host
            Cell of the host; the conventional cell of bcc Li if None.
        source
            Where it came from, for the record.

        Returns
        -------
        Flow
            Its output is the MigrationResult.

        Raises
        ------
        ValueError
            If the host has no site or no hop, or an engine cannot compute it with a dopant, before
            anything is computed.
        """
        parameters = self.parameters
        if host is None:
            host, source = built_in(), "built-in bcc Li"
            made = ""
        else:
            made = f" repeated {label_of(parameters.supercell)}"
        engine = self.engine(self.engine_name, host)
        if parameters.vibrations:
            engine.require("vibrations")
        self.check_arguments([*parameters.models, *parameters.refine])
        networks = networks_of(host, parameters)
        for name in (self.engine_name, *parameters.refine):
            check_engine(self.engine(name, host), networks)
        for name in parameters.refine:
            self.engine(name, host).require("static")

        jobs: list[Flow | Job] = []
        survey = self._survey(jobs, networks, self.engine_name)

        def further(other: Engine) -> tuple[list[Flow | Job], OutputReference]:
            check_engine(other, networks)
            own: list[Flow | Job] = []
            return own, self._survey(own, networks, other.name).output

        others = wire_further(
            further_names(parameters.models, self.engine_name),
            partial(self.engine, host=host),
            further,
        )
        jobs += others.jobs
        larger = None
        if parameters.larger_supercell is not None:
            bigger = [
                Network(one.mover, hop_cell(one.cell.sites, parameters.larger_supercell), one.hops)
                for one in networks
            ]
            larger = self._survey(jobs, bigger, self.engine_name)
        rungs: list[Job] = []
        for name in parameters.refine:
            rung = self._rung(jobs, networks, name=name, survey=survey, below=rungs)
            rungs.append(rung)
        document = parameters.model_dump(mode="json")
        conclusion = named(
            conclude(
                survey.output,
                further=others.comparison,
                larger=None if larger is None else larger.output,
                rungs=[
                    (name, rung.output)
                    for name, rung in zip(parameters.refine, rungs, strict=True)
                ],
                parameters=parameters,
                record={
                    "preset": self.preset,
                    "parameters": document,
                    "input_fingerprint": fingerprint(host, engine.describe(), document),
                    "source_structure": (source or host.composition.formula) + made,
                    "parent_uuids": [
                        *(job.uuid for job in (survey, larger, *rungs) if job),
                        *(output.uuid for output in others.comparison["outputs"].values()),
                    ],
                },
            ),
            "result",
        )
        tolerate_failures(conclusion)
        return Flow([*jobs, conclusion], output=conclusion.output, name=self.name)

    def engine(self, name: str, host: Structure | None = None, *, cell: bool = False) -> Engine:
        """Return an engine for the supercells of a host, Li metal by default, or for its cell."""
        parameters = self.parameters
        sets = VaspSets(
            relax=(host_set if cell else end_point_set)(parameters, host),
            static=static_set(host),
            band=band_set(parameters, host),
            functional=functional(host),
        )
        arguments = self.arguments_of(name)
        inputs = {FAMILY: sets, **migration_inputs(self.preset, host, reference_cell=cell)}
        options = EngineOptions(parameters.force_limit, parameters.max_steps, inputs, arguments)
        return get_engine(name, options)

    def _survey(
        self, jobs: list[Flow | Job], networks: Sequence[Network], engine_name: str
    ) -> Job:
        """Add the relaxation of the host's cell and the survey of its sites and hops."""
        parameters, cell = self.parameters, networks[0].cell
        sized = "" if cell.repeats == parameters.supercell else label_of(cell.repeats)
        main = engine_name == self.engine_name and not sized
        host = cell.sites.host
        engine = self.engine(engine_name, host)
        other = "" if engine_name == self.engine_name else engine_name
        label = "".join(f" {part}" for part in (other, sized) if part)
        relaxed = named(
            self.engine(engine_name, host, cell=True).relax().make(host),
            f"relax host{label}",
        )
        tools = tools_of(engine, parameters, vibrations=main and parameters.vibrations)
        found: Job = named(
            explore(
                relaxed.output,
                parameters=parameters,
                supercell=list(cell.repeats),
                tools=tools,
                engine=engine.describe(),
            ),
            f"sites and hops{label}",
        )
        announce(found, _to_come(networks, parameters, tools))
        jobs += [relaxed, found]
        return found

    def _rung(
        self,
        jobs: list[Flow | Job],
        networks: Sequence[Network],
        *,
        name: str,
        survey: Job,
        below: Sequence[Job],
    ) -> Job:
        """Add the refinement of the converged paths with one engine of the ladder."""
        parameters = self.parameters
        host = networks[0].cell.sites.host
        engine = self.engine(name, host)
        relaxed = named(
            self.engine(name, host, cell=True).relax().make(host),
            f"relax host {name}",
        )
        described = engine.describe()
        before = [self.engine_name, *parameters.refine[: len(below)]]
        hessian_of, hessian, remarks = self.hessian_below(engine, before)
        tools = RungTools(
            static=engine.static(),
            relax=engine.relax(cell=False, max_step=parameters.max_step, initial_hessian=hessian),
            symmetric=engine.relax(cell=False, keep_symmetry=True, initial_hessian=hessian),
            band=engine.neb(climbing=parameters.climbing, processes=parameters.processes),
            hessian_of=hessian_of,
            remarks=remarks,
        )
        refined: Job = named(
            refine(
                relaxed.output,
                survey.output,
                [rung.output for rung in below],
                parameters=parameters,
                supercell=list(parameters.supercell),
                tools=tools,
                engine=described,
            ),
            f"refine with {name}",
        )
        by_symmetry = keeps_symmetry(parameters, described)
        announce(refined, _rung_to_come(networks, parameters, tools, by_symmetry=by_symmetry))
        tolerate_failures(refined)
        jobs += [relaxed, refined]
        return refined

    def hessian_below(
        self, engine: Engine, before: Sequence[str]
    ) -> tuple[str | None, Hessian | None, list[str]]:
        """Return whose Hessian the relaxations of a rung begin with, and remarks on it.

        It is that of the last engine below whose Hessian is cheap. A potential needs none: its
        relaxations take fewer evaluations than a Hessian.
        """
        if not engine.describe().surrogate:
            for name in reversed(before):
                other = self.engine(name)
                if (found := other.hessian()) is None:
                    continue
                short = other.describe().short
                if engine.takes_hessian:
                    return short, found, []
                unused = f"the Hessian of {short} was not used: {engine.name} takes none"
                return None, None, [unused]
        return None, None, []


def flow(request: RunRequest[MigrationParameters]) -> Flow:
    """Make the flow of a request, whose structure is the cell of the host."""
    return MigrationMaker.of(request).make(request.structure, request.source)


def further_engines(parameters: MigrationParameters) -> list[str]:
    """Return the further engines of the campaign: other models, and those of the ladder."""
    return [*models_of(parameters), *parameters.refine]


def built_in() -> Structure:
    """Build the conventional cell of bcc Li."""
    return bcc_lithium(load_data(TOPIC)["host"]["a"]["value"])


def tools_of(engine: Engine, parameters: MigrationParameters, *, vibrations: bool) -> Tools:
    """Return the Makers of one survey."""
    return Tools(
        relax=engine.relax(cell=False, max_step=parameters.max_step),
        band=engine.neb(climbing=parameters.climbing, processes=parameters.processes),
        vibrations=engine.vibrations() if vibrations else None,
    )


def networks_of(host: Structure, parameters: MigrationParameters) -> list[Network]:
    """Return what is to move in a host, with its supercell and hops.

    Raises
    ------
    ValueError
        If the host has no site or no hop, or the supercell is too small for a vacancy.
    """
    return [
        Network(mover, cell, possible_hops(cell, parameters))
        for mover, cell in cells_of(host, parameters).items()
    ]


def check_engine(engine: Engine, networks: Sequence[Network]) -> None:
    """Refuse an engine that lacks bands or cannot compute a cell with a dopant or a vacancy.

    Raises
    ------
    EngineError
        Naming the engine, and the capability, the element, or what else is wrong with the cell.
    """
    engine.require("relax", "neb")
    for mover, cell, _ in networks:
        defective = cell.supercell.copy()
        if mover.mechanism == "interstitial":
            defective.append(mover.dopant, [0.1, 0.2, 0.3], validate_proximity=False)
        else:
            defective.remove_sites(defective.indices_from_symbol(mover.dopant)[:1])
        engine.check(defective)


def _to_come(
    networks: Sequence[Network], parameters: MigrationParameters, tools: Tools
) -> list[PlannedCalculation]:
    """List what a survey will compute if every site is stable and every hop has a saddle."""
    found: list[PlannedCalculation] = []
    for mover, cell, hops in networks:
        starts = starting_points(cell, mover.dopant, parameters)
        for start in starts.values():
            found += planned_by(tools["relax"], start)
        found += _vibrations_to_come(cell, mover.dopant, hops, parameters, tools["vibrations"])
        for hop in hops:
            pairs = [hop_starts(cell, hop, mover.dopant)]
            if parameters.divacancy and mover.mechanism == "vacancy":
                beside = divacancy_starts(cell, hop)
                pairs.append(beside)
                states = [beside.start]
                if path_mirror(cell, beside.start, beside.end) is None:
                    states.append(beside.end)
                for state in states:
                    found += planned_by(tools["relax"], state)
            for ends in pairs:
                # Only the number of images matters, not their positions.
                path = [ends.start] * (parameters.images + 1) + [ends.end]
                found += planned_by(tools["band"], path)
    return found


def _vibrations_to_come(
    cell: HopCell,
    dopant: str,
    hops: Sequence[Hop],
    parameters: MigrationParameters,
    maker: Maker | None,
) -> list[PlannedCalculation]:
    """List the vibrations of sites and saddles."""
    if maker is None:
        return []
    radius = parameters.vibration_radius
    sites = {label for hop in hops for label in hop.end_labels}
    # With a radius, each hop has its own set of atoms and vibrations of its own end points.
    own = len(sites) if radius is None else sum(len(set(hop.end_labels)) for hop in hops)
    state = hop_starts(cell, hops[0], dopant).start
    moving = None if radius is None else moving_atoms([state], radius)
    return planned_vibrations(maker, state, moving) * (own + len(hops))


def _rung_to_come(
    networks: Sequence[Network],
    parameters: MigrationParameters,
    tools: RungTools,
    *,
    by_symmetry: bool,
) -> list[PlannedCalculation]:
    """List what one rung of the ladder will compute if every hop has a saddle."""
    images = parameters.images + 2
    found: list[PlannedCalculation] = []
    for mover, cell, hops in networks:
        starts = starting_points(cell, mover.dopant, parameters)
        for label in dict.fromkeys(hop.end_labels[0] for hop in hops):
            found += planned_by(tools["symmetric" if by_symmetry else "relax"], starts[label])
        for hop in hops:
            state = hop_starts(cell, hop, mover.dopant).start
            computed = (images + 1) // 2 if hop.symmetric else images
            found += [*planned_by(tools["static"], state)] * computed
            if not hop.symmetric:
                found += planned_by(tools["relax"], state)
            if by_symmetry and hop.symmetric:
                found += planned_by(tools["symmetric"], state)
            else:
                found += planned_by(tools["band"], [state] * images)
    return found
