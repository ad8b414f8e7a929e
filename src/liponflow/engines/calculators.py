"""ASE calculators, described when a flow is planned and created where they compute."""

import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Any, NamedTuple

from ase.calculators.calculator import Calculator
from monty.json import MSONable

from liponflow import registry
from liponflow.analysis.result import EngineInfo
from liponflow.engines import device
from liponflow.engines.engine import EngineError
from liponflow.names import nearest

UNKNOWN_VERSION = "unknown"
"""Version of a calculator whose module no installed distribution provides."""

AS_INSTALLED = "as installed"
"""Version of a potential of atomate2, which is known only once the potential is loaded."""


@dataclass(frozen=True)
class CalculatorSpec(MSONable):
    """Description of a calculator that a job creates when it runs.

    A stored flow names the factory by its module, so it is imported only if its package is trusted
    (:mod:`liponflow.safejson`).

    Attributes
    ----------
    factory
        Class of the calculator, or function that returns one.
    arguments
        Arguments of the factory, JSON-like.
    """

    factory: Callable[..., Calculator]
    arguments: dict[str, Any] = field(default_factory=dict)

    def make(self) -> Calculator:
        """Return a new calculator, without results of an earlier one, on this machine's device.

        Raises
        ------
        EngineError
            If CUDA is requested where there is none.
        TypeError
            If the factory returns something else.
        """
        calculator = self.factory(**device.placed(self.factory, self.arguments))
        if not isinstance(calculator, Calculator):
            raise TypeError(
                f"{self.reference} returns {type(calculator).__name__}, not an ASE calculator"
            )
        return calculator

    def on_device(self, engine: EngineInfo) -> EngineInfo:
        """Return the description of an engine with the device that computes it here."""
        return engine.model_copy(update={"device": device.label(self.factory, self.arguments)})

    @property
    def reference(self) -> str:
        """The factory as ``module:name``."""
        return f"{self.factory.__module__}:{self.factory.__qualname__}"

    @property
    def version(self) -> str:
        """Version of the distribution that provides the factory.

        Examples
        --------
        >>> from ase.calculators.emt import EMT
        >>> CalculatorSpec(EMT).version == version("ase")
        True
        """
        return _distribution_version(self.factory.__module__.partition(".")[0])


def named_calculator(reference: str, arguments: Mapping[str, Any]) -> CalculatorSpec:
    """Return the description of a calculator that a user names.

    Parameters
    ----------
    reference
        ``module:Class``, or ``module:function`` of a function that returns a calculator.
    arguments
        Its arguments; see :func:`absolute_files`.

    Raises
    ------
    EngineError
        If the module cannot be imported, has no such class, or the class is not an ASE calculator.

    Examples
    --------
    >>> named_calculator("ase.calculators.emt:EMT", {"asap_cutoff": True}).make().name
    'emt'
    """
    module, _, name = reference.partition(":")
    try:
        factory = registry.resolve(reference)
    except AttributeError:
        raise EngineError(f"{module} has no {name!r}{_calculators_of(module, name)}") from None
    except (ImportError, ValueError) as error:
        raise EngineError(
            f"the engine {reference} cannot be imported: {error}; give module:Class of an "
            "installed package"
        ) from error
    is_calculator = inspect.isclass(factory) and issubclass(factory, Calculator)
    if not is_calculator and not inspect.isfunction(factory):
        raise EngineError(f"{reference} is not an ASE calculator{_calculators_of(module, name)}")
    return CalculatorSpec(factory, absolute_files(arguments))


def absolute_files(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments with absolute paths of existing files, since jobs change directory."""
    return {
        key: str(file) if (file := _file(value)) is not None else value
        for key, value in arguments.items()
    }


class Weights(NamedTuple):
    """Files that hold the parameters of a potential.

    Attributes
    ----------
    label
        Their names, each with the first characters of its hash.
    digest
        SHA-256 of each, separated by commas.
    """

    label: str
    digest: str


def weights_of(arguments: Mapping[str, Any], *others: Path) -> Weights | None:
    """Return the weight files of a calculator, in its arguments or listed; None without any."""
    found = [file for value in arguments.values() if (file := _file(value)) is not None]
    files = list(dict.fromkeys([*found, *(other.expanduser().absolute() for other in others)]))
    if not files:
        return None
    digests = [file_digest(file) for file in files]
    labels = [f"{file.name} {digest[:8]}" for file, digest in zip(files, digests, strict=True)]
    return Weights(", ".join(labels), ", ".join(digests))


def file_digest(file: Path) -> str:
    """Return the SHA-256 of a file; an unchanged file is read once per process."""
    status = file.stat()
    return _digest(file, status.st_mtime_ns, status.st_size)


@cache
def _digest(file: Path, _modified: int, _size: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@cache
def _distribution_version(package: str) -> str:
    for distribution in packages_distributions().get(package, []):
        try:
            return version(distribution)
        except PackageNotFoundError:
            continue
    return UNKNOWN_VERSION


def _file(value: Any) -> Path | None:
    """Return the absolute path of the file that an argument names; None if it names none."""
    if not isinstance(value, str | Path):
        return None
    path = Path(value).expanduser()
    try:
        return path.absolute() if path.is_file() else None
    except OSError:  # the text is too long for a file name
        return None


def _calculators_of(module: str, name: str) -> str:
    """Return a hint with the calculators that a module defines or imports."""
    members = inspect.getmembers(registry.resolve(module), inspect.isclass)
    known = [key for key, member in members if issubclass(member, Calculator)]
    return nearest(name, known) if known else "; it has no calculators"
