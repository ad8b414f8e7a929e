"""Engines from any ASE calculator: ``module:Class``, or an entry of the setting ``engines``.

An entry may also name a registered potential, to use it with other weights.
"""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from ase import Atoms
from ase.data import atomic_numbers, covalent_radii
from pymatgen.core.structure import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from liponflow import registry
from liponflow.analysis.result import EngineInfo
from liponflow.boundary import FileError
from liponflow.engines.calculators import (
    AS_INSTALLED,
    CalculatorSpec,
    absolute_files,
    named_calculator,
    weights_of,
)
from liponflow.engines.engine import EngineError
from liponflow.engines.potential.engine import PotentialEngine
from liponflow.names import nearest
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

    @property
    def computes_moments(self) -> bool:
        """See Engine; those of a registered potential are known, those of a calculator are not."""
        potential = _potential(self.entry.calculator)
        return potential is not None and potential.moments_of(self.arguments)

    @classmethod
    def requirements(cls, name: str, settings: Settings) -> list[str]:
        """See Engine."""
        entry = settings.engines.get(name)
        reference = name if entry is None else entry.calculator
        try:
            if (potential := _potential(reference)) is not None:
                lacking = potential.requirements(reference, settings)
                if entry is not None and not lacking:
                    potential.other_weights(reference, entry.arguments)
                return lacking
            named_calculator(reference, {})
        except (EngineError, FileError) as error:
            return [str(error)]
        return super().requirements(name, settings)

    def calculator(self) -> CalculatorSpec:
        """See PotentialEngine."""
        reference, arguments = self.entry.calculator, absolute_files(self.arguments)
        potential = _potential(reference)
        if potential is None:
            return named_calculator(reference, arguments)
        return potential.other_weights(reference, arguments)

    def describe(self) -> EngineInfo:
        """See Engine."""
        entry, described = self.entry, super().describe()
        known: dict[str, Any] = {
            "arguments": self.arguments or None,
            "surrogate": entry.surrogate,
            "energy_scale": entry.energy_scale,
        }
        if (potential := _potential(entry.calculator)) is not None:
            code = potential.distribution
            known |= {
                "method": potential.method,
                "version": AS_INSTALLED if code is None else version(code),
            }
            if (weights := potential.named_weights(self.arguments)) is not None:
                known |= {"weights": weights.label, "weights_hash": weights.digest}
        known |= {
            key: value
            for key in ("functional", "method")
            if (value := getattr(entry, key)) is not None
        }
        if (
            entry.weights is not None
            and described.weights is None
            and (weights := weights_of({}, entry.weights)) is not None
        ):
            known |= {"weights": weights.label, "weights_hash": weights.digest}
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
        except (EngineError, FileError) as error:
            raise EngineError(f"{self.name}: {error}") from error
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


def _potential(reference: str) -> type[PotentialEngine] | None:
    """Return the registered potential with a name; None for the name of a calculator.

    Raises
    ------
    EngineError
        If no potential is registered under it; the nearest is suggested.
    """
    if ":" in reference:
        return None
    known = registry.names(registry.ENGINES)
    if reference not in known:
        raise EngineError(
            f"calculator {reference!r} is neither module:Class nor a registered potential"
            f"{nearest(reference, known)}"
        )
    found = registry.load(registry.ENGINES, reference)
    if not (isinstance(found, type) and issubclass(found, PotentialEngine)):
        raise EngineError(f"{reference} is not a potential, so it has no other weights")
    return found


def _words(error: Exception) -> str:
    if isinstance(error, EngineError | FileError):
        return str(error)
    return " ".join(f"{type(error).__name__}: {error}".split())
