"""Relaxations and static calculations with weights of chgnet other than those it loads itself."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from ase.calculators.calculator import Calculator
from atomate2.forcefields.jobs import ForceFieldRelaxMaker, ForceFieldStaticMaker

from liponflow.workflows.chgnet import WEIGHTS


@dataclass
class ChgnetRelaxMaker(ForceFieldRelaxMaker):  # type: ignore[misc]
    """atomate2's relaxation.

    Attributes
    ----------
    weights
        Version of chgnet's weights.
    """

    weights: str = WEIGHTS

    def _get_calculator(self) -> Calculator:
        return load_chgnet(self.weights)


@dataclass
class ChgnetStaticMaker(ForceFieldStaticMaker):  # type: ignore[misc]
    """atomate2's static calculation; see :class:`ChgnetRelaxMaker`."""

    weights: str = WEIGHTS

    def _get_calculator(self) -> Calculator:
        return load_chgnet(self.weights)


def load_chgnet(weights: str) -> Calculator:
    """Load chgnet's own calculator, on one thread of the processor as everywhere."""
    from chgnet.model.dynamics import CHGNetCalculator

    return CHGNetCalculator(_model(weights), use_device="cpu")


@cache
def _model(weights: str) -> Any:
    from chgnet.model import CHGNet

    return CHGNet.load(model_name=weights, verbose=False, use_device="cpu")
