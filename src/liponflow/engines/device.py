"""Devices that compute potentials: the processor, or a GPU through CUDA.

The device is chosen where a job runs, not where it was planned, so a run can continue on a machine
without a GPU. It does not enter fingerprints, since it changes numbers by rounding only.
"""

# torch's functions carry no types.
# mypy: disable-error-code="no-untyped-call"

import inspect
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from liponflow.engines.engine import EngineError
from liponflow.settings import CPU, CUDA, DEVICES, Settings, load_settings

ARGUMENT = "device"
"""Argument of an engine that replaces the setting."""

TAG = "device: "
"""Start of the tag of a task document with the device that computed it."""

_NAMES = (ARGUMENT, "use_device")
"""Arguments by which calculators take a device, the second in chgnet."""


def cuda_is_there() -> bool:
    """Return whether torch is installed and sees a GPU."""
    if find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())


def resolve(requested: str | None = None) -> str:
    """Return the device of this machine, ``cpu`` or ``cuda``.

    Parameters
    ----------
    requested
        ``auto``, ``cpu`` or ``cuda``; None for the setting ``device``.

    Raises
    ------
    EngineError
        If it is another word, or CUDA is requested where there is none.
    """
    wanted = load_settings().device if requested is None else requested
    check(wanted)
    if wanted == CPU:
        return CPU
    there = cuda_is_there()
    if wanted == CUDA and not there:
        raise EngineError(_NO_CUDA)
    return CUDA if there else CPU


_NO_CUDA = (
    "device = cuda, but torch sees no GPU on this machine; set device to auto or cpu, or install "
    "a torch with CUDA and check nvidia-smi"
)


def check(value: Any) -> None:
    """Refuse a device other than ``auto``, ``cpu`` and ``cuda``.

    Examples
    --------
    >>> check("gpu")
    Traceback (most recent call last):
    ...
    liponflow.engines.engine.EngineError: device = 'gpu' is unknown; give auto, cpu or cuda
    """
    if value not in DEVICES:
        raise EngineError(f"device = {value!r} is unknown; give {', '.join(DEVICES[:-1])} or cuda")


def requested(settings: Settings, arguments: Mapping[str, Any]) -> Settings:
    """Return the settings with the device that the arguments of an engine name."""
    given = arguments.get(ARGUMENT)
    return settings.model_copy(update={ARGUMENT: given}) if given in DEVICES else settings


def missing(settings: Settings) -> list[str]:
    """Return what this machine lacks for the device of the settings; see Engine.requirements."""
    return [_NO_CUDA] if settings.device == CUDA and not cuda_is_there() else []


def placed(factory: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a calculator with the device on which it computes here.

    Parameters
    ----------
    factory
        Class of the calculator, or function that returns one.
    arguments
        Its arguments. A device other than ``auto``, ``cpu`` and ``cuda``, such as ``cuda:1``, is
        left to the calculator.

    Returns
    -------
    dict
        The arguments, unchanged if the calculator takes no device.
    """
    name = argument_of(factory)
    given = None if name is None else arguments.get(name)
    if name is None or (given is not None and given not in DEVICES):
        return dict(arguments)
    return {**arguments, name: resolve(given)}


def argument_of(factory: Callable[..., Any]) -> str | None:
    """Return the argument by which a calculator takes a device; None if it takes none.

    Examples
    --------
    >>> from ase.calculators.emt import EMT
    >>> argument_of(EMT)
    >>> argument_of(lambda use_device=None: EMT())
    'use_device'
    """
    try:
        known = inspect.signature(factory).parameters
    except (TypeError, ValueError):
        return None
    return next((name for name in _NAMES if name in known), None)


def label(factory: Callable[..., Any], arguments: Mapping[str, Any]) -> str | None:
    """Return the device of a calculator on this machine, for the record; None if it takes none."""
    name = argument_of(factory)
    if name is None:
        return None
    device = str(placed(factory, arguments)[name])
    if device.partition(":")[0] != CUDA:
        return device
    import torch

    return f"{device} ({torch.cuda.get_device_name(device)})"
