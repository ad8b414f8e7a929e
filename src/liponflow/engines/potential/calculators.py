"""Names into ASE calculators."""

from collections.abc import Callable
from functools import cache
from typing import Any

from ase.calculators.calculator import Calculator
from atomate2.forcefields.utils import MLFF, ase_calculator

from liponflow import safejson
from liponflow.engines.chgnet.calculator import FastCHGNet
from liponflow.engines.chgnet.weights import VARIANTS


def potential(name: str, **options: Any) -> Callable[[bool], Calculator]:
    """Give the function that makes the calculators of a potential.

    Parameters
    ----------
    name
        ``chgnet`` (or ``chgnet-0.2.0``, ``chgnet-r2scan``), the name of another force field of
        atomate2, or the dotted name of an ASE calculator's class in a trusted package.
    options
        Arguments of a calculator that is named by its class.

    Returns
    -------
    Callable
        Its argument asks for the stress. Loaded weights are shared by the calculators of a
        process; one of atomate2's force fields is the same calculator each time.

    Raises
    ------
    liponflow.safejson.UntrustedClassError
        If the class is of another package.

    Examples
    --------
    >>> potential("ase.calculators.emt.EMT")(True).name
    'emt'
    """
    if name in VARIANTS:
        return lambda _stress: FastCHGNet(VARIANTS[name])
    if "." in name:
        module, _, class_name = name.rpartition(".")
        safejson.check_classes({"@module": module, "@class": class_name})
        return lambda _stress: _atomate2(name, **options)
    return lambda _stress: _force_field(name)


@cache
def _force_field(name: str) -> Calculator:
    return _atomate2(MLFF(name))


def _atomate2(name: str | MLFF, **options: Any) -> Calculator:
    calculator = ase_calculator(name, **options)
    if not isinstance(calculator, Calculator):
        raise TypeError(f"{name} is no calculator of ASE but {type(calculator).__name__}")
    return calculator
