"""The potential behind the stand-in: a registered engine, which computes what a step needs."""

from functools import cache
from typing import Any

from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes

from liponflow.engines.engine import EngineError, EngineOptions
from liponflow.engines.potential.engine import PotentialEngine
from liponflow.engines.registry import get_engine
from liponflow.engines.standin.errors import InputError
from liponflow.settings import load_settings

_UNUSED = EngineOptions(force_limit=1.0, max_steps=1)
"""The INCAR sets the limits."""


class Potential(Calculator):
    """The engine's calculator, which returns stress and moments only on request.

    Parameters
    ----------
    stress, magmoms
        Whether to compute them.
    """

    implemented_properties = [  # noqa: RUF012 - so ASE declares it
        "energy",
        "free_energy",
        "forces",
        "stress",
        "magmoms",
    ]

    def __init__(self, *, stress: bool, magmoms: bool) -> None:
        self._calculator = engine().calculator().make()
        hidden = {"stress": not stress, "magmoms": not magmoms}
        self._hidden = {name for name, hide in hidden.items() if hide}
        super().__init__()  # type: ignore[no-untyped-call]

    def reset(self) -> None:
        """Forget results and neighbours."""
        super().reset()  # type: ignore[no-untyped-call]
        self._calculator.reset()  # type: ignore[no-untyped-call]

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Any = ("energy",),
        system_changes: Any = all_changes,
    ) -> None:
        """Compute with the engine's calculator, and leave out what was not asked for."""
        super().calculate(atoms, properties, system_changes)  # type: ignore[no-untyped-call]
        # The images of a band share the calculator: to it, everything may have changed.
        self._calculator.calculate(  # type: ignore[no-untyped-call]
            self.atoms, list(properties), all_changes
        )
        results = self._calculator.results
        self.results = {key: results[key] for key in results if key not in self._hidden}


@cache
def engine() -> PotentialEngine:
    """Return the engine that the setting ``stand_in`` names.

    Raises
    ------
    InputError
        If there is no such engine, or it is not a potential.
    """
    name = load_settings().stand_in
    try:
        found = get_engine(name, _UNUSED)
    except EngineError as error:
        raise InputError(f"setting stand_in: {error}") from error
    if not isinstance(found, PotentialEngine):
        raise InputError(f"setting stand_in: {name} is not a potential")
    return found


def label() -> str:
    """Return the name and weights of the potential, for the outputs.

    Examples
    --------
    >>> label()
    'chgnet 0.3.0'
    """
    return engine().describe().short


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
        if symbol in engine().untrained:
            raise InputError(f"POSCAR: {symbol} is outside {label()} and its training data")
