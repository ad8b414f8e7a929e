"""Engines from any ASE calculator: ``module:Class``, or an entry of the setting ``engines``."""

from dataclasses import dataclass
from typing import Any

from ase import Atoms
from ase.data import atomic_numbers, covalent_radii
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow.analysis.result import EngineInfo
from liponflow.engines.calculators import CalculatorSpec, named_calculator, weights_of
from liponflow.engines.engine import EngineError
from liponflow.engines.potential.engine import PotentialEngine
from liponflow.settings import CalculatorSettings, Settings


@dataclass(frozen=True)
class AseEngine(PotentialEngine):
    """A calculator that the user names.

    Attributes
    ----------
    entry
        Class, arguments and description of the calculator; arguments of the options replace those
        of the entry.
    """

    entry: CalculatorSettings

    @property
    def arguments(self) -> dict[str, Any]:
        """Arguments of the calculator."""
        return {**self.entry.arguments, **self.options.arguments}

    @classmethod
    def requirements(cls, name: str, settings: Settings) -> list[str]:
        """See Engine."""
        entry = settings.engines.get(name)
        try:
            named_calculator(name if entry is None else entry.calculator, {})
        except EngineError as error:
            return [str(error)]
        return []

    def calculator(self) -> CalculatorSpec:
        """See PotentialEngine."""
        return named_calculator(self.entry.calculator, self.arguments)

    def describe(self) -> EngineInfo:
        """See Engine."""
        entry, described = self.entry, super().describe()
        known: dict[str, Any] = {
            "arguments": self.arguments or None,
            "surrogate": entry.surrogate,
            "energy_scale": entry.energy_scale,
        }
        known |= {
            key: value
            for key in ("functional", "method")
            if (value := getattr(entry, key)) is not None
        }
        if entry.weights is not None and described.weights is None:
            weights = weights_of({}, entry.weights)
            known |= (
                {}
                if weights is None
                else {"weights": weights.label, "weights_hash": weights.digest}
            )
        return described.model_copy(update=known)

    def check(self, structure: Structure) -> None:
        """Create the calculator and test it on an atom of each element, then on the structure.

        Raises
        ------
        EngineError
            If the calculator does not accept its arguments, or cannot compute an element.
        """
        calculator = self.calculator()
        try:
            loaded = calculator.make()
        except Exception as error:
            raise EngineError(
                f"{self.name} cannot be created with the arguments "
                f"{calculator.arguments or '{}'}: {_words(error)}"
            ) from error
        for element in structure.composition.elements:
            try:
                _energy(loaded, _lone_atom(element.symbol))
            except Exception:  # noqa: BLE001 - calculators may raise any error
                # Some refuse small cells: the structure decides.
                try:
                    _energy(loaded, AseAtomsAdaptor.get_atoms(structure, msonable=False))
                except Exception as error:
                    raise EngineError(
                        f"{self.name} cannot compute {structure.composition.formula}: "
                        f"{_words(error)}"
                    ) from error
                return


def _lone_atom(symbol: str) -> Atoms:
    """Return one atom in a cubic cell at about the distance of neighbours."""
    edge = 2.4 * covalent_radii[atomic_numbers[symbol]]
    return Atoms(symbol, cell=[edge] * 3, pbc=True)


def _energy(calculator: Any, atoms: Atoms) -> None:
    atoms.calc = calculator
    atoms.get_potential_energy()  # type: ignore[no-untyped-call]


def _words(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
