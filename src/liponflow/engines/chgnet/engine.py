"""CHGNet as an engine, with any of the weights in its wheel."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from jobflow import Maker

from liponflow.analysis.result import EngineInfo
from liponflow.engines.calculators import CalculatorSpec, Weights, file_digest, weights_of
from liponflow.engines.chgnet.calculator import FastCHGNet
from liponflow.engines.chgnet.weights import (
    DEFAULT,
    ENERGY_SCALES,
    FUNCTIONALS,
    VARIANTS,
)
from liponflow.engines.engine import EngineError
from liponflow.engines.potential.checkpoints import weights_file
from liponflow.engines.potential.engine import OTHER_WEIGHTS, PotentialEngine
from liponflow.engines.potential.mptrj import UNTRAINED

if TYPE_CHECKING:
    from atomate2.forcefields.utils import MLFF


MEMORY_PER_ATOM = 3.4 * 2**20
"""Memory per atom, bytes: 560 MiB more for 224 atoms of LiNi0.5Mn1.5O4 than for 56, with their
forces and stress. Denser materials take more."""


@dataclass(frozen=True)
class ChgnetEngine(PotentialEngine):
    """CHGNet; the name chooses the weights (:data:`VARIANTS`)."""

    takes_arguments: ClassVar[bool] = False
    arguments_remedy: ClassVar[str] = OTHER_WEIGHTS
    method: ClassVar[str | None] = None
    untrained: ClassVar[frozenset[str]] = UNTRAINED
    distribution: ClassVar[str | None] = "chgnet"
    memory_per_atom: ClassVar[float | None] = MEMORY_PER_ATOM

    @property
    def computes_moments(self) -> bool:
        """See Engine."""
        return True

    @classmethod
    def moments_of(cls, arguments: Mapping[str, Any]) -> bool:
        """See PotentialEngine."""
        return bool(arguments.get("magmoms", True))

    @classmethod
    def named_weights(cls, arguments: Mapping[str, Any]) -> Weights | None:
        """See PotentialEngine."""
        given = str(arguments.get("weights"))
        if given not in VARIANTS.values():
            return weights_of(arguments)
        return Weights(given, file_digest(_weights_file(given)))

    @property
    def weights(self) -> str:
        """Version of the weights."""
        return VARIANTS[self.name]

    @property
    def mlff(self) -> "MLFF":
        """See PotentialEngine."""
        from atomate2.forcefields.utils import MLFF

        return MLFF.CHGNet

    def calculator(self) -> CalculatorSpec:
        """See PotentialEngine."""
        arguments = {"weights": self.weights, "magmoms": True, "lone_atoms": True}
        return CalculatorSpec(FastCHGNet, arguments | self.device_argument)

    def dynamics_calculator(self) -> CalculatorSpec:
        """See PotentialEngine; a lone atom means that the cell has come apart."""
        return CalculatorSpec(FastCHGNet, {"weights": self.weights} | self.device_argument)

    @classmethod
    def other_weights(cls, name: str, arguments: Mapping[str, Any]) -> CalculatorSpec:
        """See PotentialEngine; the argument ``weights`` names a file of chgnet's trainer."""
        if "weights" not in arguments:
            raise EngineError(
                f"{name} with other weights needs their file: give the argument weights=FILE"
            )
        weights_file(str(arguments["weights"]), VARIANTS.values(), what="CHGNet")
        return CalculatorSpec(FastCHGNet, {"magmoms": True, **arguments, "lone_atoms": True})

    def describe(self) -> EngineInfo:
        """See Engine."""
        return EngineInfo(
            name=self.name,
            version=version("chgnet"),
            weights=self.weights,
            weights_hash=file_digest(_weights_file(self.weights)),
            energy_scale=ENERGY_SCALES[self.weights],
            functional=FUNCTIONALS[self.weights],
            surrogate=True,
        )

    @classmethod
    def name_of(cls, maker: Maker) -> str | None:
        """See PotentialEngine; atomate2's own Makers use the default weights."""
        from atomate2.forcefields.utils import MLFF, ForceFieldMixin

        known = isinstance(maker, ForceFieldMixin) and maker.mlff is MLFF.CHGNet
        return DEFAULT if known else None

    @classmethod
    def stored_name(cls, name: str) -> str:  # noqa: ARG003
        """See PotentialEngine; the same for all weights."""
        from atomate2.forcefields.utils import MLFF

        return str(MLFF.CHGNet)


def _weights_file(weights: str) -> Path:
    """Return the path of the weights in chgnet's wheel, without importing it."""
    found = find_spec("chgnet")
    assert found is not None  # noqa: S101 - the package depends on it
    assert found.origin is not None  # noqa: S101
    [file] = (Path(found.origin).parent / "pretrained" / weights).glob("*.pth.tar")
    return file
