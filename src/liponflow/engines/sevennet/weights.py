"""Data on the weights in SevenNet's wheel, without loading them."""

from typing import NamedTuple

from liponflow.analysis.energy_scale import UNCORRECTED
from liponflow.engines.potential import mptrj


class Variant(NamedTuple):
    """Weights as an engine.

    Attributes
    ----------
    model
        Name that sevenn gives the weights.
    file
        Their file, below ``sevenn/pretrained_potentials``.
    modal
        Channel of weights that were fitted to several functionals at once; None for others.
    functional
        Functional of the training data of the weights, or of the channel.
    energy_scale
        Corrections in the total energies; None if they are no matter of this functional.
    relative_cost
        Time of an ionic step relative to CHGNet's, measured with 122 atoms of LiPON
        (benchmarks/RESULTS_sevennet.md).
    """

    model: str
    file: str
    modal: str | None
    functional: str
    energy_scale: str | None
    relative_cost: float

    @property
    def label(self) -> str:
        """Weights and channel in one word."""
        return self.model if self.modal is None else f"{self.model}-{self.modal}"


VARIANTS = {
    "sevennet-0": Variant(
        "7net-0",
        "SevenNet_0__11Jul2024/checkpoint_sevennet_0.pth",
        None,
        mptrj.FUNCTIONAL,
        UNCORRECTED,
        1.2,
    ),
    "sevennet-mf-pbe": Variant(
        "7net-mf-0",
        "SevenNet_MF_0/checkpoint_sevennet_mf_0.pth",
        "PBE",
        mptrj.FUNCTIONAL,
        UNCORRECTED,
        1.3,
    ),
    "sevennet-mf-r2scan": Variant(
        "7net-mf-0",
        "SevenNet_MF_0/checkpoint_sevennet_mf_0.pth",
        "R2SCAN",
        "r2SCAN (Materials Project)",
        None,
        1.3,
    ),
    "sevennet-l3i5": Variant(
        "7net-l3i5",
        "SevenNet_l3i5/checkpoint_l3i5.pth",
        None,
        mptrj.FUNCTIONAL,
        UNCORRECTED,
        2.8,
    ),
}
"""Weights by the name of their engine.

SevenNet-0 and SevenNet-l3i5 were fitted to the uncorrected energies of MPtrj, SevenNet-MF-0 to
these and to r2SCAN of the Materials Project at once: Y. Park et al., J. Chem. Theory Comput. 20,
4857 (2024), and J. Kim et al., J. Am. Chem. Soc. 147, 1042 (2025).
"""

MODELS = frozenset(variant.model for variant in VARIANTS.values())
"""Names that sevenn gives the weights in its wheel; it would download others."""
