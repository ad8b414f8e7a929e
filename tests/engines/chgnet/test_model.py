"""Unsupported architectures are refused; the rest is tested with the calculator."""

import pytest
from chgnet.model import CHGNet

from liponflow.engines.chgnet.model import FastModel


@pytest.mark.parametrize(
    "options", [{"conv_norm": "layer"}, {"mlp_first": False}, {"is_intensive": False}]
)
def test_unsupported_model_architecture_is_refused(options: dict[str, object]) -> None:
    model = CHGNet(
        atom_fea_dim=4, bond_fea_dim=4, angle_fea_dim=4, composition_model=None, **options
    )
    with pytest.raises(ValueError, match=r"is not built as those of chgnet 0\.4"):
        FastModel(model)
