"""CHGNet as an engine, with any of the weights in its wheel."""

from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from jobflow import Maker

from liponflow.analysis.result import EngineInfo
from liponflow.engines.calculators import CalculatorSpec, file_digest
from liponflow.engines.chgnet.calculator import FastCHGNet
from liponflow.engines.chgnet.weights import (
    DEFAULT,
    ENERGY_SCALES,
    FUNCTIONALS,
    VARIANTS,
)
from liponflow.engines.potential.engine import PotentialEngine
from liponflow.engines.potential.mptrj import UNTRAINED

if TYPE_CHECKING:
    from atomate2.forcefields.utils import MLFF


@dataclass(frozen=True)
class ChgnetEngine(PotentialEngine):
    """CHGNet; the name chooses the weights (:data:`VARIANTS`)."""

    takes_arguments: ClassVar[bool] = False
    untrained: ClassVar[frozenset[str]] = UNTRAINED

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
        return CalculatorSpec(FastCHGNet, arguments)

    def dynamics_calculator(self) -> CalculatorSpec:
        """See PotentialEngine; a lone atom means that the cell has come apart."""
        return CalculatorSpec(FastCHGNet, {"weights": self.weights})

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
