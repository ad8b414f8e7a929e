"""Relaxations and static calculations with chgnet: any of its weights, and its fast calculator."""

from dataclasses import dataclass

from ase.calculators.calculator import Calculator
from atomate2.forcefields.jobs import ForceFieldRelaxMaker, ForceFieldStaticMaker

from liponflow.engines.chgnet.calculator import FastCHGNet
from liponflow.engines.chgnet.weights import WEIGHTS


@dataclass
class ChgnetRelaxMaker(ForceFieldRelaxMaker):
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
class ChgnetStaticMaker(ForceFieldStaticMaker):
    """atomate2's static calculation; see :class:`ChgnetRelaxMaker`."""

    weights: str = WEIGHTS

    def _get_calculator(self) -> Calculator:
        return load_chgnet(self.weights)


def load_chgnet(weights: str) -> Calculator:
    """Load chgnet, on one thread of the processor as everywhere, with magnetic moments."""
    return FastCHGNet(weights, magmoms=True, lone_atoms=True)
