"""Settings: the only place that reads the environment and the user's YAML file.

Values come, in rising priority, from the defaults, from ``~/.liponflow.yaml`` (or the file that
``LIPONFLOW_CONFIG_FILE`` names) and from ``LIPONFLOW_*`` variables. Nothing is read on import.
"""

import os
import re
import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from liponflow import datayaml
from liponflow.boundary import FileError, check_is_file, file_boundary
from liponflow.decompression import read_text
from liponflow.document import Document
from liponflow.names import nearest

PREFIX = "LIPONFLOW_"
CONFIG_FILE_VARIABLE = "LIPONFLOW_CONFIG_FILE"
VASP_FAULT_VARIABLE = "LIPONFLOW_VASP_FAULT"
VASP_LAYOUT_VARIABLE = "LIPONFLOW_VASP_LAYOUT"
"""Variables for single runs of ``liponflow-vasp``, which reads them; no settings for the file."""
FEFF_VARIABLE = "FEFF_CMD"
"""Variable that names the command of FEFF on many clusters; the setting has priority."""
DEFAULT_CONFIG_FILE = Path("~/.liponflow.yaml")

DEVICES = ("auto", "cpu", "cuda")
"""Devices that compute potentials; ``auto`` is CUDA where torch sees a GPU."""
CPU, CUDA = DEVICES[1:]

_NO_SETTINGS = {CONFIG_FILE_VARIABLE, VASP_FAULT_VARIABLE, VASP_LAYOUT_VARIABLE}

_REPLACED = {
    "trusted_packages": "is now trusted_classes, which lists each class or function as module:name"
}
"""What replaced a setting of an earlier version."""


_SPECIFICATIONS = (".yaml", ".yml", ".json")
"""Endings of the files of specifications of a store."""


class SettingsError(FileError):
    """A setting that is unknown or has an invalid value."""

    page = "README.md#settings"


class Specification(dict[str, Any]):
    """Specification of a store that was read from a file.

    Attributes
    ----------
    file
        The file. It can be recorded, unlike what it holds.
    """

    def __init__(self, content: dict[str, Any], file: Path) -> None:
        super().__init__(content)
        self.file = file


class CalculatorSettings(Document):
    """An ASE calculator that can be used as an engine under a name.

    Examples
    --------
    >>> CalculatorSettings(calculator="ase.calculators.emt:EMT").arguments
    {}
    >>> CalculatorSettings(calculator="sevennet-0", arguments={"model": "my.pth"}).functional
    """

    model_config = ConfigDict(frozen=True)

    calculator: str = Field(
        pattern=r"^([\w.]+:[\w.]+|[\w.-]+)$",
        description="Class, or function that returns a calculator, as module:name; or the name "
        "of a registered potential, whose arguments then name other weights.",
    )
    arguments: dict[str, Any] = Field(default_factory=dict, description="Its arguments.")
    functional: str | None = Field(
        None, description="Exchange-correlation functional of the training data."
    )
    energy_scale: str | None = Field(
        None,
        description="Corrections that total energies include: 'Materials Project 2020 "
        "corrections' if the training data had them, 'uncorrected energies of the Materials "
        "Project' if they are on its scale without them.",
    )
    weights: Path | None = Field(
        None, description="File of the weights, if no argument names it; its hash is recorded."
    )
    method: str | None = Field(
        None, description="Method as named in figures and tables, e.g. 'effective medium theory'."
    )
    surrogate: bool = Field(
        default=True, description="False for a calculator that runs a DFT code."
    )


class VaspCommands(Document):
    """Commands that run the programs of VASP.

    Examples
    --------
    >>> VaspCommands(std="mpirun -np 64 vasp_std").for_bands
    'mpirun -np 64 vasp_std'
    """

    model_config = ConfigDict(frozen=True)

    std: str = Field(description="Standard program.")
    gam: str | None = Field(
        None, description="Program for the Γ point alone; without it, the standard one runs."
    )
    ncl: str | None = Field(None, description="Program for non-collinear moments.")
    neb: str | None = Field(
        None,
        description="Program for bands, patched with VTST where an image climbs, with MPI ranks "
        "that are a multiple of IMAGES; without it, the others run.",
    )

    @property
    def for_bands(self) -> str:
        """Command of bands with several k-points."""
        return self.neb or self.std

    @model_validator(mode="before")
    @classmethod
    def _one_for_all(cls, value: Any) -> Any:
        return {"std": value, "ncl": value} if isinstance(value, str) else value

    @field_validator("std", "gam", "ncl", "neb", mode="after")
    @classmethod
    def _is_command(cls, value: str | None) -> str | None:
        if value is not None:
            split_command(value)
        return value


_PROGRAMS = tuple(VaspCommands.model_fields)


class JobKind(StrEnum):
    """What a job asks of a cluster, by which rules for resources are given."""

    RELAX = "relax"
    """Relaxation by a DFT code."""
    STATIC = "static"
    """Fixed structure by a DFT code."""
    MD = "md"
    """Dynamics by a DFT code, a segment a job."""
    NEB = "neb"
    """Nudged elastic band by a DFT code."""
    FEFF = "feff"
    """Spectrum of core levels."""
    POTENTIAL = "potential"
    """Anything that a machine-learned potential computes on a processor."""
    GPU = "gpu"
    """The same where the device is ``cuda``."""
    LIGHT = "light"
    """Seconds on one core: choosing, collecting, analysing, adding further jobs."""


class ResourceRule(Document):
    """Where jobs of a kind run on a cluster, and with which resources.

    Examples
    --------
    >>> ResourceRule(worker="cpu", resources={"nodes": 1}, per_image={"ntasks": 16}).priority
    """

    model_config = ConfigDict(frozen=True)

    worker: str | None = Field(None, description="Worker of the jobflow-remote project.")
    resources: dict[str, int | str] = Field(
        default_factory=dict,
        description="Resources, by the keys of the scheduler, e.g. `ntasks: 64` of Slurm.",
    )
    per_image: dict[str, Annotated[int, Field(ge=1)]] = Field(
        default_factory=dict, description="Resources of one image of a band."
    )
    exec_config: str | None = Field(None, description="Execution configuration of the project.")
    priority: int | None = Field(None, ge=1, description="Jobs of high priority start first.")


class _SettingsFile(YamlConfigSettingsSource):
    """The user's YAML file."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        return datayaml.load(read_text(Path(file_path))) or {}


class Settings(BaseSettings):
    """Settings that a user makes once, not per campaign.

    Examples
    --------
    >>> Settings(workers=2).workers
    2
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="forbid",
        validate_assignment=True,
        hide_input_in_errors=True,
    )

    # Hidden from repr: a store specification may hold a password.
    store: Annotated[Path | dict[str, Any], Field(union_mode="left_to_right", repr=False)] = Field(
        Path("liponflow.db"),
        description="Results database: a file of the embedded store, or a jobflow JobStore "
        "specification (docs_store, additional_stores) for any maggma store, or the YAML file "
        "of one.",
    )
    runs_dir: Path = Field(
        Path("liponflow_runs"), description="Folder of the runs: their jobs, logs and journals."
    )
    engine: str = Field("chgnet", description="Engine of commands that do not name one.")
    engines: dict[str, CalculatorSettings] = Field(
        default_factory=dict,
        description="ASE calculators by engine name.",
    )
    stand_in: str = Field(
        "chgnet", description="Potential of `liponflow-vasp`: the name of an engine."
    )
    vasp_cmd: VaspCommands | None = Field(
        None,
        description="Command that runs VASP, e.g. `mpirun -np 16 vasp_std`, or `liponflow-vasp` "
        "to rehearse; or one for each program: {std: ..., gam: ..., ncl: ..., neb: ...}; default: "
        "atomate2's VASP_CMD.",
    )
    vasp_walltime: int | None = Field(
        None,
        ge=1,
        description="Longest time of one VASP run, or of the batch job from "
        "CUSTODIAN_WALLTIME_START on, in seconds: before its end VASP is stopped in order; "
        "default: what the batch system states.",
    )
    gpaw_cmd: str | None = Field(
        None,
        description="Command that runs a Python with GPAW, e.g. `mpiexec -n 8 gpaw python`, or "
        "the Python of another environment; default: this Python.",
    )
    feff_cmd: str | None = Field(
        default_factory=lambda: os.environ.get(FEFF_VARIABLE) or None,
        validate_default=True,
        description="Command that runs all stages of FEFF9 or FEFF10 in its directory; default: "
        "the variable FEFF_CMD, or the FEFF10 of the extra eels.",
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto",
        description="Device that computes potentials: `cuda`, `cpu`, or `auto` for CUDA where "
        "torch sees a GPU. `--engine-set device=...` replaces it for a run.",
    )
    workers: int | None = Field(
        None, ge=1, description="Worker processes of the local runner; default: number of cores."
    )
    hpc_project: str | None = Field(
        None,
        description="jobflow-remote project that campaigns are submitted to; default: the only "
        "one, or the variable JFREMOTE_PROJECT.",
    )
    hpc_worker: str | None = Field(
        None, description="Worker of the jobs that no rule places; default: the project's first."
    )
    hpc_rules: dict[JobKind, ResourceRule] = Field(
        default_factory=dict,
        description="Worker and resources of submitted jobs by kind: relax, static, md and neb of "
        "a DFT code, feff, potential, gpu, light.",
    )
    trusted_classes: tuple[Annotated[str, Field(pattern=r"^[\w.]+:\w+$")], ...] = Field(
        (),
        description="Further classes and functions, as module:name, that a flow may name.",
    )

    @field_validator("gpaw_cmd", "feff_cmd", mode="before")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        """Read a list of words, as a YAML file may give it."""
        if isinstance(value, list) and all(isinstance(word, str) for word in value):
            return shlex.join(value)
        return value

    @field_validator("gpaw_cmd", "feff_cmd", mode="after")
    @classmethod
    def _is_command(cls, value: str | None) -> str | None:
        if value is not None:
            split_command(value)
        return value

    @field_validator("store", "runs_dir", mode="before")
    @classmethod
    def _not_empty(cls, value: Any) -> Any:
        if isinstance(value, str) and not value.strip():
            raise ValueError(f"{value!r} is not a path: name one, or leave the setting out")
        if isinstance(value, str) and value.lstrip().startswith(("{", "docs_store")):
            raise ValueError("it looks like a specification, but is not complete JSON")
        return value

    @field_validator("store", mode="after")
    @classmethod
    def _no_address(cls, value: Any) -> Any:
        if isinstance(value, Path) and re.match(r"[A-Za-z][\w+.-]+:/", str(value)):
            raise ValueError(
                "this is the address of a server and not a file; give the YAML file of a "
                "specification with docs_store and additional_stores, or put it into the "
                "settings file"
            )
        return value

    @field_validator("store", "runs_dir", mode="after")
    @classmethod
    def _expand(cls, value: Any) -> Any:
        if isinstance(value, Path):
            return Path(os.path.expandvars(value)).expanduser().absolute()
        return value

    @field_validator("store", mode="after")
    @classmethod
    def _specified(cls, value: Any) -> Any:
        """Read the specification in a YAML file."""
        if isinstance(value, Path) and is_specification(value):
            return read_specification(value)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, YAML file."""
        return (
            init_settings,
            env_settings,
            _SettingsFile(settings_cls, yaml_file=config_file()),
        )


def split_command(command: str) -> list[str]:
    """Return the program and the arguments of a command, as a shell splits it.

    Raises
    ------
    ValueError
        If it is empty, or a quotation mark is not closed.

    Examples
    --------
    >>> split_command("mpirun -np 4 '/opt/my vasp/vasp_std'")
    ['mpirun', '-np', '4', '/opt/my vasp/vasp_std']
    """
    remedy = "give a program and its arguments, e.g. mpirun -np 16 vasp_std, or leave it out"
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ValueError(f"the command {command!r} cannot be split: {error}; {remedy}") from error
    if not words or not words[0]:
        raise ValueError(f"the command {command!r} names no program; {remedy}")
    return words


def config_file() -> Path:
    """Return the path of the YAML file, whether it exists or not."""
    return Path(os.environ.get(CONFIG_FILE_VARIABLE, DEFAULT_CONFIG_FILE)).expanduser()


def load_settings() -> Settings:
    """Read the settings from the YAML file and the environment.

    Returns
    -------
    Settings
        The resolved settings, paths absolute.

    Raises
    ------
    SettingsError
        If the file is named but missing, is not a YAML mapping, a key or variable is unknown (the
        nearest known one is suggested), or a value is invalid. Values are not shown, since they
        may be secret.
    """
    path = config_file()
    if CONFIG_FILE_VARIABLE in os.environ and not path.is_file():
        raise SettingsError(f"{CONFIG_FILE_VARIABLE} names {path}, which is not a file")
    known = set(Settings.model_fields)
    for variable in os.environ.keys() - _NO_SETTINGS:
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and name not in known:
            if name in _REPLACED:
                raise SettingsError(f"the setting of {variable} {_REPLACED[name]}")
            raise SettingsError(f"unknown environment variable {variable}{nearest(name, known)}")
    _check_file(path)
    remedy = f"correct it, or the variables {PREFIX}*"
    with file_boundary(path, SettingsError, what="settings", remedy=remedy):
        try:
            return Settings()
        except ValidationError as error:
            raise SettingsError(_message(error, path)) from None


def override(settings: Settings, **values: Any) -> None:
    """Set values that options of a command give; None leaves the setting as it is.

    Raises
    ------
    SettingsError
        Naming the option whose value is invalid, without the value.
    """
    for name, value in values.items():
        if value is not None:
            try:
                setattr(settings, name, value)
            except ValidationError as error:
                raise SettingsError(f"--{name}: {_cause(error)}") from None


def is_specification(path: Path) -> bool:
    """Return whether the name of a file is that of a specification of a store."""
    return path.suffix.lower() in _SPECIFICATIONS


def read_specification(path: Path) -> Specification:
    """Return the specification of a store in a file of its own, of settings or of a project.

    Raises
    ------
    SettingsError
        If the file is missing, is not YAML, or holds none.
    """
    remedy = "name the YAML file of a store, or a file that ends in .db"
    check_is_file(path, SettingsError, remedy=remedy)
    with file_boundary(path, SettingsError, what="the specification of a store", remedy=remedy):
        content = datayaml.load(read_text(path))
    found = content if isinstance(content, dict) else {}
    for place in (found, found.get("store"), found.get("jobstore")):
        if isinstance(place, dict) and "docs_store" in place:
            return Specification(place, path)
    raise SettingsError(
        f"{path}: no store in it: it takes docs_store and additional_stores, at its top, under "
        "`store` as the settings do, or under `jobstore` as a project of jobflow-remote does; "
        f"or {remedy}"
    )


def _message(error: ValidationError, path: Path) -> str:
    """Return the message for the first invalid setting, without its value."""
    first = error.errors(include_url=False, include_input=False)[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    if key in _REPLACED:
        return f"the setting {key!r} in {path} {_REPLACED[key]}"
    if first["type"] == "extra_forbidden":
        if key == "vasp_cmd":
            key = str(first["loc"][-1])
            return f"unknown program {key!r} of vasp_cmd in {path}{nearest(key, _PROGRAMS)}"
        return f"unknown setting {key!r} in {path}{nearest(key, Settings.model_fields)}"
    return f"setting {key!r} (file {path} or {PREFIX}{key.upper()}): {_cause(error)}"


def _cause(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return str(first["msg"]).removeprefix("Value error, ")


def _check_file(path: Path) -> None:
    """Refuse a file that is not a mapping of names, before pydantic reads it."""
    if not path.exists():
        return
    with file_boundary(path, SettingsError, what="settings", remedy="correct it, or remove it"):
        content = datayaml.load(read_text(path))
        if content is not None and not isinstance(content, dict):
            raise SettingsError(f"{path}: expected a mapping of settings to values")
        for key in content or {}:
            if not isinstance(key, str):
                raise SettingsError(
                    f"{path}: the name of a setting is {key!r}, which is not a word"
                )
