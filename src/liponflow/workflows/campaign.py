"""A campaign as one object, which drives the command line, the store and the figures."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from liponflow import registry
from liponflow.boundary import file_boundary
from liponflow.workflows.topic import Topic

if TYPE_CHECKING:
    from jobflow import Flow, JobStore
    from pydantic import BaseModel

    from liponflow.analysis.result import Result
    from liponflow.cost.estimate import Line
    from liponflow.crystals.plausible import Policy
    from liponflow.inputs.difference import Difference
    from liponflow.workflows.input_directories import InputDirectories, WrittenInputs
    from liponflow.workflows.request import RunRequest
    from liponflow.workflows.understood import Understood


@dataclass(frozen=True)
class Campaign(Topic):
    """A topic that runs calculations, registered under ``liponflow.campaigns``.

    Attributes
    ----------
    flow
        ``flow(request)``: makes the flow of a
        :class:`~liponflow.workflows.request.RunRequest`; its output is the result.
    inputs
        :class:`~liponflow.workflows.input_directories.InputDirectories` of the campaign; None if
        it writes none.
    understood
        ``understood(request, flow, lines)``: says for ``--dry-run`` what the campaign understood;
        ``lines`` are the calculations of the estimate. A campaign without it shows the names of
        its jobs.
    from_structure
        ``from_structure(structure)``: returns parameters that a user's structure sets.
    further_engines
        ``further_engines(parameters)``: lists the further engines of a run.
    analyze
        ``analyze(paths, *, experiment, probe, quantity, stage, skip, every, settings)``: measures
        files that exist already, and returns a result; None if there is nothing to measure. With
        ``species_map`` too, if a user gives one.
    default_engine
        Engine that is used unless one is named, for a campaign that the engine of the settings,
        which is for energies, cannot compute; None for that one.
    """

    noun: ClassVar[str] = "campaign"
    command: ClassVar[str] = "run"
    first_preset: ClassVar[str] = "quick"

    flow: str = field(kw_only=True)
    inputs: str | None = None
    understood: str | None = None
    from_structure: str | None = None
    further_engines: str | None = None
    analyze: str | None = None
    default_engine: str | None = None

    def plan(
        self,
        *,
        preset: str,
        engine: str,
        engine_arguments: Mapping[str, Any] | None = None,
        overrides: Mapping[str, Any] | None = None,
        structure_file: Path | None = None,
        store: "JobStore | None" = None,
    ) -> "Flow":
        """Return the flow that a user requests.

        Parameters
        ----------
        preset
            Parameters to start from, e.g. ``quick`` or ``paper``.
        engine
            Name of the engine.
        engine_arguments
            Its arguments, if it takes any.
        overrides
            Parameters that replace the preset's.
        structure_file
            Structure to start from; the built-in one of the campaign if None.
        store
            Open results store: some campaigns reuse what earlier runs computed.

        Returns
        -------
        Flow
            Its output is the result.

        Raises
        ------
        ValueError, FileNotFoundError
            If an argument cannot be used; nothing has been computed then.
        """
        return self.make_flow(
            self.request(
                preset=preset,
                engine=engine,
                engine_arguments=engine_arguments,
                overrides=overrides,
                structure_file=structure_file,
                store=store,
            )
        )

    def request(
        self,
        *,
        preset: str,
        engine: str,
        engine_arguments: Mapping[str, Any] | None = None,
        overrides: Mapping[str, Any] | None = None,
        structure_file: Path | None = None,
        store: "JobStore | None" = None,
    ) -> "RunRequest[Any]":
        """Return a validated request; see :meth:`plan`."""
        from liponflow.engines.calculators import absolute_files
        from liponflow.workflows.request import RunRequest
        from liponflow.workflows.second_model import with_second_model

        read = self._read(preset, overrides, structure_file)
        read["parameters"] = with_second_model(read["parameters"], engine)
        return RunRequest(
            **read,
            engine=engine,
            engine_arguments=absolute_files(engine_arguments or {}),
            store=store,
        )

    def make_flow(self, request: "RunRequest[Any]") -> "Flow":
        """Return the flow of a request; see :meth:`plan`."""
        with _naming(request.file):
            flow: Flow = self._resolve(self.flow)(request)
            return flow

    def engines(self, request: "RunRequest[Any]") -> list[str]:
        """Return every engine that a run will use, its own first."""
        if self.further_engines is None:
            return [request.engine]
        return [request.engine, *self._resolve(self.further_engines)(request.parameters)]

    def understand(
        self, request: "RunRequest[Any]", flow: "Flow", lines: "Sequence[Line]"
    ) -> "Understood":
        """Return what the campaign understood of a request.

        Parameters
        ----------
        request
            The request.
        flow
            Its flow.
        lines
            Calculations of the flow, from its estimate.
        """
        from liponflow.workflows.understood import Understood, understood_by_default

        say = understood_by_default if self.understood is None else self._resolve(self.understood)
        found: Understood = say(request, flow, lines)
        return found

    def write(
        self,
        out: Path,
        *,
        preset: str,
        overrides: Mapping[str, Any] | None = None,
        engine_arguments: Mapping[str, Any] | None = None,
        structure_file: Path | None = None,
    ) -> "WrittenInputs":
        """Write the directory of every calculation of the campaign.

        Parameters
        ----------
        out
            Directory to write to; it must be empty or not exist. It is complete or not written.
        preset
            Parameters to start from, e.g. ``quick`` or ``paper``.
        overrides
            Parameters that replace the preset's.
        engine_arguments
            Arguments of the engine that the inputs are for, if it takes any.
        structure_file
            Structure to start from; the built-in one of the campaign if None.

        Returns
        -------
        WrittenInputs

        Raises
        ------
        FileExistsError
            If `out` holds anything.
        ValueError, FileNotFoundError
            If a parameter or the structure cannot be used, or the POTCAR library lacks a file.
        """
        from liponflow.workflows.input_directories import check_vacant, write_campaign
        from liponflow.workflows.request import InputsRequest

        check_vacant(out)
        directories = self._directories(engine_arguments)
        given = dict(overrides or {})
        settings = {key: given.pop(key) for key in directories.settings if key in given}
        request = InputsRequest(
            **self._read(preset, given, structure_file),
            settings=settings,
            engine_arguments=engine_arguments or {},
        )
        with _naming(request.file):
            return write_campaign(self.name, self.presets, directories, request, out)

    def compare(
        self,
        directory: Path,
        *,
        preset: str,
        overrides: Mapping[str, Any] | None = None,
        engine_arguments: Mapping[str, Any] | None = None,
    ) -> "list[Difference]":
        """Compare a user's directory with the one that the campaign would write.

        Parameters
        ----------
        directory
            Directory of one calculation.
        preset, overrides, engine_arguments
            As for :meth:`write`.

        Returns
        -------
        list of Difference
            Empty if they agree.

        Raises
        ------
        ParameterError
            If the directory cannot be read, or a parameter cannot be used.
        """
        from liponflow.inputs.presets import ParameterError

        directories = self._directories(engine_arguments)
        parameters = self.load_parameters(preset, overrides)
        options = [engine_arguments or {}] if directories.engine is not None else []
        remedy = "correct its INCAR, KPOINTS and POSCAR"
        with file_boundary(directory, ParameterError, what="a VASP directory", remedy=remedy):
            return directories.compare(directory, parameters, *options)

    def measure(self, paths: list[Path], **options: Any) -> "Result":
        """Return the result of measuring existing files; `options` are those of ``analyze``.

        Raises
        ------
        ValueError
            If the campaign measures no files, or a file or an option cannot be used.
        """
        if self.analyze is None:
            raise ValueError(f"{self.name} measures no files")
        result: Result = self._resolve(self.analyze)(paths, **options)
        return result

    def load_parameters(
        self,
        preset: str,
        overrides: Mapping[str, Any] | None = None,
        *,
        beside: Iterable[str] = (),
    ) -> "BaseModel":
        """Return the parameters from a preset and the user's overrides.

        Options of reading a structure among the overrides are checked and left out.

        Raises
        ------
        ParameterError
            As for :meth:`liponflow.workflows.topic.Topic.load_parameters`.
        """
        from liponflow.inputs.structure_options import StructureOptions, split_options

        _, given = split_options(overrides or {})
        known = {*beside, *StructureOptions.model_fields}
        return super().load_parameters(preset, given, beside=known)

    def _read(
        self, preset: str, overrides: Mapping[str, Any] | None, structure_file: Path | None
    ) -> dict[str, Any]:
        """Read what every request has in common."""
        from liponflow.crystals.plausible import check_plausible
        from liponflow.inputs.presets import ParameterError
        from liponflow.inputs.structure_options import split_options
        from liponflow.workflows.structure_files import read_ordered

        options, given = split_options(overrides or {})
        structure, source = None, None
        if structure_file is not None:
            ordered = read_ordered(structure_file, options)
            structure, source = ordered.structure, str(structure_file)
            if ordered.remark:
                source = f"{source}, {ordered.remark}"
        elif len(given) < len(overrides or {}):
            about = ", ".join(key for key in overrides or {} if key not in given)
            raise ParameterError(f"{about}: this is about a structure; give one with --structure")
        if structure is not None and self.from_structure is not None:
            for key, value in self._resolve(self.from_structure)(structure).items():
                if key in given:
                    raise ParameterError(
                        f"{key}={given[key]} and {structure_file} ({value}) are two materials; "
                        "give one"
                    )
                given[key] = value
        parameters = self.load_parameters(preset, given)
        if structure is not None and source is not None:
            doubts = check_plausible(structure, _policy(parameters), what=str(structure_file))
            source += f" (doubtful: {doubts})" if doubts else ""
        return {
            "parameters": parameters,
            "preset": preset,
            "overrides": given,
            "structure": structure,
            "source": source,
            "file": structure_file,
        }

    def _directories(self, arguments: Mapping[str, Any] | None) -> "InputDirectories[Any]":
        if self.inputs is None:
            raise ValueError(f"{self.name} has no input directories")
        directories: InputDirectories[Any] = self._resolve(self.inputs)
        if arguments and directories.engine is None:
            raise ValueError(
                f"the inputs of {self.name} depend on no option of an engine (given: "
                f"{', '.join(arguments)}); leave --engine-set and --incar out"
            )
        return directories


def _policy(parameters: "BaseModel") -> "Policy":
    """Return what happens to an implausible structure; campaigns without a choice only warn."""
    found: Policy = getattr(parameters, "plausible", "warn")
    return found


@contextmanager
def _naming(file: Path | None) -> Iterator[None]:
    """Add the name of the user's file to what is wrong with its structure."""
    from liponflow.crystals.checked import StructureError

    try:
        yield
    except StructureError as error:
        if file is None:
            raise
        raise StructureError(f"{file}: {error}") from error


def get_campaign(name: str) -> Campaign:
    """Return a campaign by name.

    Raises
    ------
    liponflow.registry.RegistryError
        If it is not registered; the nearest is suggested.
    """
    campaign: Campaign = registry.load(registry.CAMPAIGNS, name)
    return campaign
