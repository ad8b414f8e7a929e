"""The potential behind the stand-in: CHGNet, which computes only what a step needs."""

from typing import Any

from ase import Atoms
from ase.calculators.calculator import all_changes

from liponflow.engines.chgnet.calculator import FastCHGNet
from liponflow.engines.chgnet.weights import UNTRAINED, WEIGHTS
from liponflow.engines.standin.errors import InputError

LABEL = f"chgnet {WEIGHTS}"


class Potential(FastCHGNet):
    """CHGNet that computes stress and moments on request only.

    Parameters
    ----------
    stress, magmoms
        Whether to compute them.
    """

    def __init__(self, *, stress: bool, magmoms: bool) -> None:
        super().__init__(magmoms=magmoms, lone_atoms=True)
        self._stress = stress

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Any = ("energy",),
        system_changes: Any = all_changes,
    ) -> None:
        """See FastCHGNet."""
        super().calculate(atoms, properties, system_changes)
        if not self._stress:
            del self.results["stress"]


def check_elements(symbols: tuple[str, ...]) -> None:
    """Refuse elements that the potential was not trained on.

    Raises
    ------
    InputError
        Naming the first such element.

    Examples
    --------
    >>> check_elements(("Li", "Po"))
    Traceback (most recent call last):
    ...
    liponflow.engines.standin.errors.InputError: POSCAR: Po is outside chgnet 0.3.0 ...
    """
    for symbol in symbols:
        if symbol in UNTRAINED:
            raise InputError(f"POSCAR: {symbol} is outside {LABEL} and its training data")
