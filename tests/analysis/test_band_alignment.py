"""Band alignment against the printed voltage and share of the ions."""

from typing import Any

import pytest

from liponflow.analysis.band_alignment import BandAlignmentResult
from liponflow.workflows.model import get_model


def compute(**overrides: Any) -> BandAlignmentResult:
    result = get_model("band_alignment").compute(overrides=overrides)
    assert isinstance(result, BandAlignmentResult)
    return result


def test_printed_terms_give_the_printed_voltage_and_share() -> None:
    result = compute()
    assert result.voltage == pytest.approx(2.76, abs=0.005)
    assert result.ionic_share == pytest.approx(11, abs=0.5)
    assert result.ionic + result.electronic == pytest.approx(result.voltage)
    assert result.warnings == []


def test_printed_bendings_alone_are_less_than_the_printed_share() -> None:
    bare = compute(cathode_dipole=0.0, anode_dipole=0.0)
    assert bare.voltage == pytest.approx(2.76)  # offsets contain the dipoles
    assert bare.ionic == pytest.approx(0.2)
    assert bare.ionic_share == pytest.approx(7.2, abs=0.1)


def test_offset_of_one_interface_moves_the_whole_other_side() -> None:
    before, after = compute(), compute(cathode_offset=1.36)
    shifts = [
        a.valence - b.valence
        for a, b in zip(after.levels, before.levels, strict=True)
        if a.valence is not None and b.valence is not None
    ]
    assert shifts == pytest.approx([0, 0, -0.1, -0.1, -0.1])
    assert after.voltage - before.voltage == pytest.approx(-0.1)
    assert after.ionic == pytest.approx(before.ionic)


def test_flat_bands_have_no_ionic_share() -> None:
    flat = compute(
        cathode_bending=0.0, anode_bending=0.0, cathode_dipole=0.0, anode_dipole=0.0,
        measured_voltage=None,
    )  # fmt: skip
    assert flat.ionic == 0.0
    assert flat.voltage == pytest.approx(4.1 - 1.26 - 0.28)
    assert flat.levels[2].valence == flat.levels[4].valence


def test_levels_end_at_the_fermi_level_of_the_anode() -> None:
    result = compute()
    outer, anode = result.levels[-2:]
    assert outer.valence is not None
    assert anode.fermi == pytest.approx(outer.valence + 4.1)
    assert anode.fermi == pytest.approx(result.voltage)


def test_wrong_signs_are_told() -> None:
    wrong = compute(anode_bending=-0.5)
    assert len(wrong.warnings) == 2  # far from 2.8 V, and a negative share
    with pytest.raises(ValueError, match="signs of the bendings"):
        compute(anode_offset=1.0)
