"""The estimated cost of FEFF."""

import pytest
from recorded_spectra import recorded_structure

from liponflow.engines.feff.cost import run_seconds
from liponflow.engines.feff.maker import site_cluster
from liponflow.inputs.eels import TOPIC, EELSParameters
from liponflow.inputs.presets import load_parameters

WITHIN = 2.0
"""Factor by which the rule may miss a timing."""


@pytest.mark.parametrize(
    ("case", "site", "scf_radius", "fms_radius", "seconds"),
    [
        ("Li2O_Li1_K", 0, 2.2, 2.5, 7.4),
        ("Li2O_Li1_K", 0, 2.6, 4.0, 31.5),
        ("Li2O_Li1_K", 0, 5.0, 6.0, 327),
        ("Li2O_Li1_K", 0, 3.5, 4.5, 50.9),
        ("Li3PO4_P1_L3", 12, 2.2, 3.0, 9.1),
        ("Li3PO4_P1_L3", 12, 2.6, 3.5, 13.7),
    ],
)
def test_rule_fits_timings(case, site, scf_radius, fms_radius, seconds):
    """Core-seconds of FEFF10 on one core of 2024."""
    radii = {"scf_radius": scf_radius, "fms_radius": fms_radius}
    cards = load_parameters(EELSParameters, TOPIC, "paper", radii).cards
    estimate = run_seconds(site_cluster(recorded_structure(case), site, cards), cards)
    assert seconds / WITHIN < estimate < seconds * WITHIN
