"""SevenNet as an engine, with any of the weights in its wheel."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from liponflow.analysis.result import EngineInfo
from liponflow.engines.calculators import CalculatorSpec, Weights, file_digest, weights_of
from liponflow.engines.engine import EngineError
from liponflow.engines.potential.checkpoints import weights_file
from liponflow.engines.potential.engine import OTHER_WEIGHTS, PotentialEngine
from liponflow.engines.potential.mptrj import UNTRAINED
from liponflow.engines.sevennet.calculator import FastSevenNet
from liponflow.engines.sevennet.weights import MODELS, VARIANTS, Variant
from liponflow.settings import Settings

MEMORY_PER_ATOM = 3.6 * 2**20
"""Memory per atom, bytes: 0.4 GiB for 112 atoms of LiNi0.5Mn1.5O4 with their forces and stress,
besides that of torch."""


@dataclass(frozen=True)
class SevennetEngine(PotentialEngine):
    """SevenNet; the name chooses the weights (:data:`VARIANTS`). It computes no moments."""

    takes_arguments: ClassVar[bool] = False
    arguments_remedy: ClassVar[str] = OTHER_WEIGHTS
    method: ClassVar[str | None] = None
    untrained: ClassVar[frozenset[str]] = UNTRAINED
    distribution: ClassVar[str | None] = "sevenn"
    memory_per_atom: ClassVar[float | None] = MEMORY_PER_ATOM

    @property
    def variant(self) -> Variant:
        """The weights."""
        return VARIANTS[self.name]

    @classmethod
    def requirements(cls, name: str, settings: Settings) -> list[str]:
        """See Engine."""
        if find_spec("sevenn") is None:
            return [
                "SevenNet is not installed; install it with: pip install 'liponflow[sevennet]'"
            ]
        return super().requirements(name, settings)

    def calculator(self) -> CalculatorSpec:
        """See PotentialEngine."""
        return CalculatorSpec(FastSevenNet, self._arguments() | {"lone_atoms": True})

    def dynamics_calculator(self) -> CalculatorSpec:
        """See PotentialEngine; a lone atom means that the cell has come apart."""
        return CalculatorSpec(FastSevenNet, self._arguments())

    @classmethod
    def relative_cost(cls, name: str) -> float:
        """See PotentialEngine."""
        return VARIANTS[name].relative_cost

    @classmethod
    def other_weights(cls, name: str, arguments: Mapping[str, Any]) -> CalculatorSpec:
        """See PotentialEngine; the argument ``model`` names a checkpoint."""
        if "model" not in arguments:
            raise EngineError(
                f"{name} with other weights needs their file: give the argument model=FILE"
            )
        weights_file(str(arguments["model"]), MODELS, what="SevenNet")
        return CalculatorSpec(FastSevenNet, {**arguments, "lone_atoms": True})

    @classmethod
    def named_weights(cls, arguments: Mapping[str, Any]) -> Weights | None:
        """See PotentialEngine."""
        given = arguments.get("model")
        name = next((name for name, known in VARIANTS.items() if known.model == given), None)
        if name is None:
            return weights_of(arguments)
        return Weights(VARIANTS[name].model, file_digest(_weights_file(name)))

    def describe(self) -> EngineInfo:
        """See Engine.

        Raises
        ------
        EngineError
            If SevenNet is not installed.
        """
        variant = self.variant
        return EngineInfo(
            name=self.name,
            version=version("sevenn"),
            weights=variant.label,
            weights_hash=file_digest(_weights_file(self.name)),
            energy_scale=variant.energy_scale,
            functional=variant.functional,
            surrogate=True,
        )

    def _arguments(self) -> dict[str, str]:
        modal = self.variant.modal
        channel = {} if modal is None else {"modal": modal}
        return {"model": self.variant.model} | channel | self.device_argument


def _weights_file(name: str) -> Path:
    """Return the path of the weights in sevenn's wheel, without importing it."""
    found = find_spec("sevenn")
    if found is None or found.origin is None:
        [missing] = SevennetEngine.requirements(name, Settings())
        raise EngineError(f"{name} cannot run here: {missing}")
    return Path(found.origin).parent / "pretrained_potentials" / VARIANTS[name].file
