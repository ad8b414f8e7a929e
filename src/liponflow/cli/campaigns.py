"""Commands that run campaigns, write their inputs, or measure files."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from enum import StrEnum
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from liponflow import registry
from liponflow.cli import early
from liponflow.cli.choices import Choices, choose
from liponflow.cli.console import EXIT_FAILED, reported_errors, said_if_slow, say
from liponflow.cli.dry_run import dry_run_document, print_dry_run
from liponflow.cli.finish import finish
from liponflow.cli.measurements import measurement_command
from liponflow.cli.options import (
    ConfigOption,
    EngineOption,
    EngineSetOption,
    FigureOption,
    IncarOption,
    InputsEngineSetOption,
    InputsPresetOption,
    JsonOption,
    PresetOption,
    RunArgument,
    SetOption,
    StoreOption,
    StructureOption,
    StructuresOption,
    WorkersOption,
)
from liponflow.cli.output import check_out, export, print_json, settings_with
from liponflow.cli.plan import ask, plan
from liponflow.cli.topic_group import TopicGroup, broken_command
from liponflow.cli.tour import EVERY, tour_command
from liponflow.names import nearest
from liponflow.workflows.campaign import Campaign
from liponflow.workflows.measurement import get_measurement

if TYPE_CHECKING:
    from jobflow import Flow

    from liponflow.settings import Settings
    from liponflow.workflows.request import RunRequest


class Probe(StrEnum):
    """Radiation of a measured pair distribution function."""

    NEUTRON = "neutron"
    X_RAY = "x-ray"


class PairFunction(StrEnum):
    """Kind of a measured pair distribution function."""

    REDUCED = "G"
    RADIAL = "g"
    TOTAL = "T"


def run(
    ctx: typer.Context,
    campaign: Campaign,
    *,
    preset: PresetOption = None,
    config: ConfigOption = None,
    engine: EngineOption = None,
    engine_set: EngineSetOption = None,
    incar: IncarOption = None,
    structure: StructuresOption = None,
    set_: SetOption = None,
    given: Mapping[str, str] | None = None,
    workers: WorkersOption = None,
    store: StoreOption = None,
    out: FigureOption = None,
    json: JsonOption = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Print what was understood, the planned calculations and their cost, and stop.",
        ),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="With --dry-run: list every start or phase.")
    ] = False,
    preflight: Annotated[
        bool,
        typer.Option(
            "--preflight",
            help="First compare the potentials of the run on its starting structures.",
        ),
    ] = False,
) -> None:
    """Run a campaign on this machine and store its result.

    The status is 3 if the campaign finished with a result that is not converged.
    """
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        settings = settings_with(workers=workers, store=store)
        asked = ask(
            campaign, settings, preset=preset, config=config, engine=engine,
            engine_set=engine_set, incar=incar, structure=structure, set_=set_, given=given,
        )  # fmt: skip
        chosen, several = asked.chosen, asked.several
        if several and preflight:
            raise ValueError("--preflight takes one structure; give its file")

        with said_if_slow("loading the libraries of the campaign ..."):
            from liponflow.cost.estimate import estimate
            from liponflow.workflows import run as campaigns

        choices = asked.choices()
        document = None
        if several:
            ending = _several(
                campaign, chosen, choices, asked.files, settings,
                ctx=ctx, dry_run=dry_run, out=out, json=json,
            )  # fmt: skip
        else:
            with campaigns.known_store(settings) as known:
                planned = plan(asked, choices, known, None if dry_run else settings)
                request, flow, engines = planned.request, planned.flow, planned.engines
                if preflight:
                    _print_preflight(flow, request, engines)
                if dry_run:
                    with said_if_slow("counting the calculations and estimating their cost ..."):
                        cost = estimate(flow, known, campaign.name)
                    document = dry_run_document(
                        campaign, chosen, request, flow, cost, workers=settings.workers
                    )
            if document is None:
                check_out(out)
                record = {"command": sys.argv, "kind": campaign.name} | choices
                file = choices["structure_file"]
                record |= {"structure_file": None if file is None else str(file)}
                record |= chosen.record(campaign, request.parameters)
                outcome = campaigns.run(flow, settings, record, engines)
    if several:
        ending()
    elif document is not None:
        print_dry_run(document, cost, verbose=verbose, json=json)
    else:
        finish(ctx, outcome, out=out, json=json)


def _several(
    campaign: Campaign,
    chosen: Choices,
    choices: Mapping[str, Any],
    files: Sequence[Path],
    settings: "Settings",
    *,
    ctx: typer.Context,
    dry_run: bool,
    out: Path | None,
    json: bool,
) -> Callable[[], None]:
    """Run or plan a campaign for several structures; return what prints the outcome."""
    if dry_run:
        planning = import_module("liponflow.cli.batch_plan")
        plans = planning.plan_batch(campaign, chosen, choices, files, settings)
        return partial(planning.finish_plan, plans, json=json)
    check_out(out)
    batch = import_module("liponflow.cli.batch")
    items = batch.run_batch(campaign, chosen, choices, files, settings)
    return partial(batch.finish_batch, ctx, items, out=out, json=json)


def resume(
    ctx: typer.Context,
    run: RunArgument = None,
    *,
    continue_: Annotated[
        bool,
        typer.Option(
            "--continue",
            help="Start a new run, in which the relaxations and bands that did not converge in "
            "RUN continue from their last geometry \\[RUN: latest].",
        ),
    ] = False,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="max_steps=N",
            help="With --continue: the largest number of steps of each relaxation and band "
            "\\[that of RUN].",
        ),
    ] = None,
    workers: WorkersOption = None,
    out: FigureOption = None,
    json: JsonOption = False,
) -> None:
    """Continue a run that was interrupted or had failures; finished jobs are not repeated.

    A run directory is code, whose functions are called: only your own runs are opened. With
    --continue, what depends on the relaxations that continue is computed again, and the new result
    says which one it continues.
    """
    with reported_errors(debug=ctx.obj), redirect_stdout(sys.stderr):
        check_out(out)
        settings = settings_with(workers=workers)
        early.check_run(run, settings)

        from liponflow.inputs.presets import parse_settings

        overrides = parse_settings(set_ or [])
        if overrides and not continue_:
            raise ValueError(
                "--set needs --continue: a run that is only resumed keeps its parameters"
            )

        from liponflow.workflows import run as campaigns

        if continue_:
            continuing = import_module("liponflow.workflows.continuation")
            new = continuing.continuation(settings, run, overrides)
            names = ", ".join(item.name for item in new.goes_on)
            say(f"continuing from the last geometry: {names}; jobs kept: {new.kept}")
            run = new.run_dir
        outcome = campaigns.resume(settings, run)
    finish(ctx, outcome, out=out, json=json)


def inputs(
    ctx: typer.Context,
    campaign: Campaign,
    *,
    out: Annotated[Path | None, typer.Option(help="Directory to write to; new or empty.")] = None,
    diff: Annotated[
        Path | None, typer.Option(help="Compare this VASP directory instead of writing.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(help="Check the VASP inputs at or below this directory instead of writing."),
    ] = None,
    poscar: Annotated[
        Path | None,
        typer.Option(
            help="Make every POSCAR at or below this directory that comes from an earlier run "
            "(POSCAR.from), instead of writing."
        ),
    ] = None,
    other: Annotated[
        Path | None,
        typer.Argument(
            help="With --diff: tell whether the energies of the two directories compare.",
            show_default=False,
        ),
    ] = None,
    preset: InputsPresetOption = None,
    config: ConfigOption = None,
    structure: StructureOption = None,
    set_: SetOption = None,
    engine_set: InputsEngineSetOption = None,
    incar: IncarOption = None,
) -> None:
    """Write the input directories of a campaign, or compare one with them key by key.

    --check finds what is wrong with VASP inputs of any campaign before they run, each fault with
    its remedy; the status is then 1 if there is one. Written inputs are checked, too.

    --poscar makes the POSCARs of directories that continue an earlier run, and leaves those that
    are there. The status is 1 if an earlier run has not ended or did not converge.

    The status is 1 if --diff finds a difference of physics or numerics, not of parallelisation or
    labels alone, or if the energies of two directories do not compare. Differences of cut-off and
    mesh of two directories are shown, and leave it 0.
    """
    failed = False
    with reported_errors(debug=ctx.obj):
        chosen = choose(
            campaign, preset, default="paper", config=config, set_=set_,
            engine_set=engine_set, incar=incar,
        )  # fmt: skip
        structures = [] if structure is None else [structure]
        early.check_choices(campaign, chosen, structures, inputs=True)
        choices: dict[str, Any] = {
            "preset": chosen.preset,
            "overrides": chosen.overrides,
            "engine_arguments": chosen.engine_arguments,
        }
        given = [option for option in (out, diff, check, poscar) if option is not None]
        if len(given) != 1 or (other is not None and diff is None):
            raise ValueError(
                "give one of --out (write), --diff (compare), --check and --poscar (continue)"
            )
        if out is not None:
            _write_inputs(campaign, chosen, choices, structure, out)
        elif check is not None:
            failed = _check(check)
        elif poscar is not None:
            failed = _make_poscars(poscar)
        elif diff is not None and other is not None:
            failed = _compare_two(diff, other)
        elif diff is not None:
            with chosen.named():
                found = campaign.compare(diff, **choices)
            import_module("liponflow.cli.tables").print_differences(found)
            failed = any(item.role.matters for item in found)
    if failed:
        raise typer.Exit(EXIT_FAILED)


def _write_inputs(
    campaign: Campaign,
    chosen: Choices,
    choices: Mapping[str, Any],
    structure: Path | None,
    out: Path,
) -> None:
    check_out(out.absolute().parent)
    with chosen.named():
        written = campaign.write(out, structure_file=structure, **choices)
    typer.echo(f"{written.summary} written to {out}; read {out / 'README.md'}")
    for note in written.notes:
        say(note)
    checks = import_module("liponflow.ingest.inputs")
    for line in checks.fault_lines(checks.check_tree(out)):
        say(f"warning: {line}")


def _check(root: Path) -> bool:
    """Print what is wrong with inputs; return whether anything is."""
    checks = import_module("liponflow.ingest.inputs")
    checked = checks.check_inputs(root, settings_with().vasp_cmd)
    for line in (lines := checks.fault_lines(checked)):
        typer.echo(line)
    typer.echo(f"directories checked: {len(checked)}, faults: {len(lines)}")
    return bool(lines)


def _make_poscars(root: Path) -> bool:
    """Make POSCARs from earlier runs; return whether any has to wait."""
    made, waiting = import_module("liponflow.ingest.inputs").poscar_lines(root)
    for line in made:
        typer.echo(f"made {line}")
    for line in waiting:
        say(line)
    typer.echo(f"made: {len(made)}, not yet: {len(waiting)}")
    return bool(waiting)


def _compare_two(first: Path, second: Path) -> bool:
    """Print whether the energies of two directories compare; return whether they do not."""
    compared = import_module("liponflow.ingest.inputs").compare_inputs([first, second])
    import_module("liponflow.cli.tables").print_comparison(compared.comparison)
    typer.echo(compared.verdict)
    for note in compared.notes:
        say(note)
    return not compared


def analyze(
    ctx: typer.Context,
    campaign: Campaign,
    paths: Annotated[
        list[Path],
        typer.Argument(help="Structures or trajectories that ASE reads, in order."),
    ],
    *,
    pdf: Annotated[
        Path | None, typer.Option(help="Measured PDF to compare with: two columns, r and G(r).")
    ] = None,
    probe: Annotated[Probe, typer.Option(help="Radiation of --pdf.")] = Probe.NEUTRON,
    quantity: Annotated[
        PairFunction, typer.Option(help="Quantity in the second column of --pdf.")
    ] = PairFunction.REDUCED,
    stage: Annotated[
        str | None,
        typer.Option(help="Only frames of this stage, in trajectories written by liponflow."),
    ] = None,
    skip: Annotated[int, typer.Option(min=0, help="Frames to skip at the beginning.")] = 0,
    every: Annotated[int, typer.Option(min=1, help="Use one frame of so many.")] = 1,
    species_map: Annotated[
        str | None,
        typer.Option(
            metavar="1=Li,2=P,...",
            help="Elements of the types of LAMMPS, or of labels of extended XYZ.",
        ),
    ] = None,
    set_: SetOption = None,
    out: FigureOption = None,
    json: JsonOption = False,
) -> None:
    """Measure structures, trajectories or spectra from files, whatever made them."""
    with reported_errors(debug=ctx.obj):
        early.check_paths(paths)

        from liponflow.crystals.elements import parse_species_map
        from liponflow.inputs.presets import parse_settings

        check_out(out)
        further: dict[str, Any] = {}
        if species_map is not None:
            further["species_map"] = parse_species_map(species_map)
        result = campaign.measure(
            paths,
            experiment=pdf,
            probe=probe.value,
            quantity=quantity.value,
            stage=stage,
            skip=skip,
            every=every,
            settings=parse_settings(set_ or []),
            **further,
        )
        if out is not None:
            export(result, out)
        if json:
            print_json(result.with_units())
        else:
            import_module("liponflow.cli.tables").print_document(result)


def _print_preflight(flow: "Flow", request: "RunRequest[Any]", engines: Sequence[str]) -> None:
    """Print how the potentials of a run differ on its starting structures."""
    from liponflow.workflows.preflight import preflight

    for line in preflight(flow, request, engines):
        typer.echo(line, err=True)


class RunGroup(TopicGroup):
    """``liponflow run CAMPAIGN``, and ``run all``."""

    action = run
    needs = "flow"
    with_options = True
    preset = "quick"

    def registered(self) -> list[str]:
        """List the campaigns, and the word for all of them."""
        return [*super().registered(), EVERY]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Make the command of a campaign as a listing shows it."""
        return tour_command() if cmd_name == EVERY else super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Make the command that the arguments begin with."""
        if args[0] == EVERY:
            return EVERY, tour_command(), args[1:]
        return super().resolve_command(ctx, args)

    def _offers(self, name: str) -> bool:
        return name == EVERY or super()._offers(name)


class InputsGroup(TopicGroup):
    """``liponflow inputs CAMPAIGN``."""

    action = inputs
    needs = "inputs"
    preset = "paper"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Accept --check and --poscar without a campaign: they are the same for all."""
        if args[:1] in (["--check"], ["--poscar"]):
            args = [self.list_commands(ctx)[0], *args]
        return super().parse_args(ctx, args)


class AnalyzeGroup(TopicGroup):
    """``liponflow analyze CAMPAIGN``, and measurements that belong to no campaign."""

    action = analyze
    needs = "analyze"

    def registered(self) -> list[str]:
        """List the campaigns and the measurements."""
        return sorted({*super().registered(), *registry.names(registry.MEASUREMENTS)})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Make the command of a campaign or a measurement as a listing shows it."""
        if cmd_name not in registry.names(registry.MEASUREMENTS):
            return super().get_command(ctx, cmd_name)
        try:
            return measurement_command(get_measurement(cmd_name), with_options=False)
        except registry.RegistryError as error:
            return broken_command(cmd_name, str(error))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Make the command that the arguments begin with."""
        name, *rest = args
        with reported_errors(debug=ctx.obj):
            if name in registry.names(registry.MEASUREMENTS):
                return name, measurement_command(get_measurement(name), with_options=True), rest
            if name not in self.registered():
                known = self.list_commands(ctx)
                raise ValueError(f"nothing to analyze is called {name!r}{nearest(name, known)}")
        return super().resolve_command(ctx, args)

    def _offers(self, name: str) -> bool:
        return name in registry.names(registry.MEASUREMENTS) or super()._offers(name)
