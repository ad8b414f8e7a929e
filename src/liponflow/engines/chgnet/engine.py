"""CHGNet as an engine, with any of the weights in its wheel."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from atomate2.forcefields.utils import MLFF, ForceFieldMixin
from jobflow import Maker
from pymatgen.core.structure import Structure

from liponflow.analysis.result import EngineInfo
from liponflow.engines.chgnet.makers import ChgnetRelaxMaker, ChgnetStaticMaker
from liponflow.engines.chgnet.weights import FUNCTIONALS, UNTRAINED, VARIANTS, WEIGHTS
from liponflow.engines.engine import EngineError
from liponflow.engines.potential.engine import IONIC_STEP_DATA, PotentialEngine


@dataclass(frozen=True)
class ChgnetEngine(PotentialEngine):
    """CHGNet; the name chooses the weights (:data:`VARIANTS`)."""

    @property
    def weights(self) -> str:
        """Version of the weights."""
        return VARIANTS[self.name]

    def check(self, structure: Structure) -> None:
        """See Engine."""
        for element in structure.composition.elements:
            if element.symbol in UNTRAINED:
                raise EngineError(
                    f"{self.name} was not trained on {element.symbol} "
                    f"({structure.composition.formula}); use --engine vasp or another potential"
                )

    def describe(self) -> EngineInfo:
        """See Engine."""
        return EngineInfo(
            name=self.name,
            version=version("chgnet"),
            weights=self.weights,
            functional=FUNCTIONALS[self.weights],
            surrogate=True,
        )

    @classmethod
    def name_of(cls, maker: Maker) -> str | None:
        """See PotentialEngine."""
        if not isinstance(maker, ForceFieldMixin) or maker.mlff is not MLFF.CHGNet:
            return None
        weights = getattr(maker, "weights", WEIGHTS)
        return next((name for name, version in VARIANTS.items() if version == weights), weights)

    @classmethod
    def stored_name(cls, name: str) -> str:  # noqa: ARG003
        """See PotentialEngine; the same for all weights."""
        return str(MLFF.CHGNet)

    def _relax_maker(self, **options: Any) -> Maker:
        return ChgnetRelaxMaker(
            force_field_name=MLFF.CHGNet,
            ionic_step_data=IONIC_STEP_DATA,
            weights=self.weights,
            **options,
        )

    def _static_maker(self, **options: Any) -> Maker:
        return ChgnetStaticMaker(
            force_field_name=MLFF.CHGNet,
            ionic_step_data=IONIC_STEP_DATA,
            weights=self.weights,
            **options,
        )
