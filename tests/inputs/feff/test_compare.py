"""Comparing a feff.inp with parameters."""

import pytest
from recorded_spectra import RECORDED

from liponflow.inputs.eels import TOPIC, EELSParameters
from liponflow.inputs.feff.compare import compare
from liponflow.inputs.presets import ParameterError, load_parameters


def cards(**overrides):
    return load_parameters(EELSParameters, TOPIC, "paper", overrides).cards


def test_recorded_input_has_our_cards():
    assert compare(RECORDED / "Li2O_Li1_K", cards()) == []


def test_differences_are_named():
    found = compare(RECORDED / "Li2O_Li1_K", cards(scf_radius=4.5, beam_energy=100))
    assert [(item.key, item.theirs) for item in found[:1]] == [("SCF", "5.0")]
    assert [item.key for item in found] == ["SCF", "ELNES"]


def test_cards_of_pymatgen(tmp_path):
    """The cards of pymatgen's MPELNESSet that have other values, or that we leave out."""
    (tmp_path / "feff.inp").write_text(
        "CONTROL 1 1 1 1 1 1\nPRINT 1 0 0 0 0 0\nEDGE K\nCOREHOLE FSR\nS02 0.0\n"
        "EXCHANGE 0 0.0 0.0 2\nSCF 6 0 30 .2 1\nFMS 7.5 0\nLDOS -20.0 20.0 0.1\n"
        "ELNES 4 0.04 0.1\n100 0 1 1\n0 1 0\n1 1\n50 1\n0.0 0.0\n"
        "POTENTIALS\n0 3 Li\nATOMS\n0 0 0 0\nEND\n"
    )
    found = compare(tmp_path, cards())
    assert {item.key for item in found} == {
        "COREHOLE",
        "S02",
        "EXCHANGE",
        "SCF",
        "FMS",
        "ELNES",
        "LDOS",
    }


def test_edge_that_we_do_not_compute(tmp_path):
    (tmp_path / "feff.inp").write_text("EDGE M4\nATOMS\n0 0 0 0\n")
    with pytest.raises(ParameterError, match="EDGE is none of K, L1, L2, L3, L23"):
        compare(tmp_path, cards())
