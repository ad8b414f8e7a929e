"""GPAW as this machine runs it."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from liponflow.engines.gpaw.calculator import GpawCalculator
from liponflow.engines.gpaw.installation import NoGpawError, probe
from liponflow.settings import Settings, load_settings, split_command


def local_calculator(
    parameters: Mapping[str, Any],
    *,
    states: int = 1,
    stress: bool = False,
    magmoms: Mapping[str, float] | None = None,
) -> GpawCalculator:
    """Return a calculator that runs GPAW by the setting ``gpaw_cmd`` of this machine.

    Parameters
    ----------
    parameters, states, stress, magmoms
        As for :class:`liponflow.engines.gpaw.calculator.GpawCalculator`.
    """
    return GpawCalculator(
        parameters,
        command=command(load_settings()),
        states=states,
        stress=stress,
        magmoms=magmoms,
    )


def command(settings: Settings) -> tuple[str, ...]:
    """Return the words of the setting ``gpaw_cmd``; none to run this Python."""
    return () if settings.gpaw_cmd is None else tuple(split_command(settings.gpaw_cmd))


def installed_version(words: tuple[str, ...]) -> str | None:
    """Return the version of the GPAW that a command runs; None without one."""
    if words:
        try:
            return probe(words).version
        except NoGpawError:
            return None
    try:
        return version("gpaw")
    except PackageNotFoundError:
        return None
