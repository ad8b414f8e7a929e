"""Commands with one sub-command per campaign or model, made from the registry when asked for."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, ClassVar, get_args, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from liponflow import registry
from liponflow.cli.console import reported_errors
from liponflow.cli.parameters import parameter_lines
from liponflow.workflows.topic import Option, Topic

Action = Callable[..., None]
Owners = Mapping[Option, Sequence[str]]
"""Names of the topics that have an option."""


class TopicGroup(TyperGroup):
    """Commands ``liponflow ACTION NAME``, one for each registered campaign or model.

    A listing imports the registered objects and nothing that they refer to.
    """

    group: ClassVar[str] = registry.CAMPAIGNS
    """Entry-point group of the objects."""
    action: ClassVar[Action]
    """``action(ctx, campaign, ...)``, or with ``model`` for one: its further arguments are those
    of each command."""
    needs: ClassVar[str]
    """Attribute without which a topic has no such command."""
    with_options: ClassVar[bool] = False
    """Whether a command takes the options that its topic declares, too. They reach the action as
    ``given``."""
    preset: ClassVar[str | None] = None
    """Preset whose parameters the help of a command shows; None to show none."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """List the topics that have this command."""
        return [name for name in self.registered() if self._offers(name)]

    def registered(self) -> list[str]:
        """List the names that the first word after the action may be."""
        return registry.names(self.group)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Make the command of a topic as a listing shows it: without the topic's options."""
        try:
            return _command(type(self), self.load(cmd_name), {})
        except registry.RegistryError as error:
            return broken_command(cmd_name, str(error))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Make the command of the topic that the arguments begin with."""
        name, *rest = args
        with reported_errors(debug=ctx.obj):
            topic = self.load(name)
            if not self._offers(name):
                others = ", ".join(self.list_commands(ctx))
                raise ValueError(f"`{ctx.info_name}` is not for {name} (it is for {others})")
            owners = self._owners() if self.with_options else {}
            command = _command(type(self), topic, owners, helps=not ctx.resilient_parsing)
        return name, command, rest

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Accept options before the name, too: ``run --preset paper lithiation``."""
        registered = self.registered()
        switches = _switches(type(self).action)
        for place, (before, word) in enumerate(pairwise(["", *args])):
            is_value = before.startswith("-") and "=" not in before and before not in switches
            if word in registered and not is_value:
                return super().parse_args(ctx, [word, *args[:place], *args[place + 1 :]])
        if args and args[0].startswith("-") and "--help" not in args:
            with reported_errors(debug=ctx.obj):
                known = ", ".join(self.list_commands(ctx))
                noun = registry.noun(self.group)
                raise ValueError(f"`{' '.join(args)}` names no {noun}; there is {known}")
        return super().parse_args(ctx, args)

    def load(self, name: str) -> Topic:
        """Import a registered object."""
        topic: Topic = registry.load(self.group, name)
        return topic

    def _owners(self) -> Owners:
        """List the options of every topic; one that cannot be imported has none."""
        found: dict[Option, list[str]] = {}
        for name in self.registered():
            try:
                options = self.load(name).options
            except registry.RegistryError:
                continue
            for option in options:
                found.setdefault(option, []).append(name)
        return found

    def _offers(self, name: str) -> bool:
        try:
            return getattr(self.load(name), self.needs) is not None
        except registry.RegistryError:
            return True  # listed with its error


class TopicCommand(TyperCommand):
    """Command of a campaign or model, whose help ends with the parameters."""

    topic: Topic
    preset: str | None = None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse a parameter that is given as an option, and say how it is set."""
        known = {flag for option in self.params for flag in (*option.opts, *option.secondary_opts)}
        for word in args:
            flag = word.partition("=")[0]
            name = flag.removeprefix("--").replace("-", "_")
            if not flag.startswith("--") or flag in known or flag == "--help":
                continue
            if name in self.topic.parameter_model().model_fields:
                with reported_errors(debug=ctx.find_root().obj):
                    raise ValueError(
                        f"{flag} is not an option but a parameter: give it as --set {name}=VALUE"
                    )
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help, then every parameter in the preset."""
        super().format_help(ctx, formatter)
        if self.preset is None:
            return
        from rich.console import Console

        name, width = self.topic.name, Console().width
        typer.echo(f"Parameters for --set and --config, preset {self.preset}:\n")
        for line in parameter_lines(self.topic, self.preset, width):
            typer.echo(line)
        typer.echo(f"\nOther presets: liponflow presets list {name}")


def _command(group: type[TopicGroup], topic: Topic, owners: Owners, *, helps: bool = True) -> Any:
    """Make the command of a topic: the arguments of the action, and the options in `owners`.

    Options that belong to other topics are hidden, and refused by name. Without `helps`, as for
    completion, the model of the parameters is not imported for the help of the options.
    """

    def command(**values: Any) -> None:
        own = {option: values.pop(_argument(option)) for option in owners}
        given = {option: value for option, value in own.items() if value is not None}
        with reported_errors(debug=values["ctx"].obj):
            for option in given.keys() - set(topic.options):
                names = ", ".join(owners[option])
                raise ValueError(f"{option.flag} is an option of {names}, not of {topic.name}")
        if owners:
            values["given"] = {option.parameter: value for option, value in given.items()}
        action(**{topic.noun: topic}, **values)

    action = group.action
    hints = get_type_hints(action, include_extras=True)
    parameters = [
        parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(action).parameters.items()
        if name not in {topic.noun, "given"}
    ]
    parameters += [_parameter(option, topic, helps=helps) for option in owners]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {item.name: item.annotation for item in parameters}
    app = typer.Typer(add_completion=False)
    app.command(
        topic.name,
        cls=TopicCommand,
        help=f"{topic.summary}\n\n{inspect.getdoc(action)}",
        short_help=topic.summary,
    )(command)
    made = get_command(app)
    assert isinstance(made, TopicCommand)  # noqa: S101 - the class above
    made.topic, made.preset = topic, group.preset
    return made


def _parameter(option: Option, topic: Topic, *, helps: bool) -> inspect.Parameter:
    own = option in topic.options
    info = typer.Option(
        option.flag,
        metavar=option.metavar,
        help=_help(option, topic) if own and helps else None,
        hidden=not own,
    )
    return inspect.Parameter(
        _argument(option),
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[str | None, info],
    )


def _help(option: Option, topic: Topic) -> str:
    """Describe an option by the field of the parameters that it sets."""
    from liponflow.inputs.parameter import describe

    found = next(
        item for item in describe(topic.parameter_model()) if item.name == option.parameter
    )
    unit = f" ({found.unit})" if found.unit else ""
    described = f"{found.meaning.removesuffix('.')}{unit}.".replace("[", "\\[")
    return f"{described} \\[same as --set {option.parameter}={option.metavar}]".strip()


def _argument(option: Option) -> str:
    return f"option_{option.parameter}"


def _switches(action: Action) -> set[str]:
    """List the options of an action that take no value."""
    return {
        f"--{name.replace('_', '-')}"
        for name, hint in get_type_hints(action, include_extras=True).items()
        if get_args(hint)[:1] == (bool,)
    }


def broken_command(name: str, message: str) -> Any:
    """Make a command that says why a registered object cannot be used."""
    app = typer.Typer(add_completion=False)

    @app.command(name, short_help=f"cannot be used: {message}")
    def refuse(ctx: typer.Context) -> None:
        with reported_errors(debug=ctx.obj):
            raise registry.RegistryError(message)

    return get_command(app)
