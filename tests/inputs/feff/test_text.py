"""The text of feff.inp."""

import numpy as np
import pytest
from recorded_spectra import CASES, RECORDED, recorded_structure

from liponflow.inputs.eels import TOPIC, EELSParameters
from liponflow.inputs.feff.compare import differences
from liponflow.inputs.feff.edges import parse_edge
from liponflow.inputs.feff.reading import read_feff_input
from liponflow.inputs.feff.text import card_values, feff_input
from liponflow.inputs.presets import load_parameters
from liponflow.structures.eels.cluster import absorber_cluster, needed_radius

RADII = {"Li2O_Li1_K": (5.0, 6.0)}
"""SCF and FMS radius of a recorded case."""


def cards_of(scf_radius=4.0, fms_radius=5.0, **overrides):
    radii = {"scf_radius": scf_radius, "fms_radius": fms_radius}
    return load_parameters(EELSParameters, TOPIC, "paper", radii | overrides).cards


def written(tmp_path, case, structure, site):
    cards = cards_of(*RADII.get(case, (4.0, 5.0)))
    radius = needed_radius(
        structure, site, scf_radius=cards.scf_radius, fms_radius=cards.fms_radius
    )
    cluster = absorber_cluster(structure, site, radius)
    path = tmp_path / "feff.inp"
    path.write_text(feff_input(cluster, cards, parse_edge(CASES[case]), ["a cluster"]))
    return read_feff_input(path)


@pytest.mark.parametrize("case", CASES)
def test_recorded_input(tmp_path, case):
    """Every card of a recorded input is ours; on purpose, only the cluster reaches farther."""
    theirs, structure = read_feff_input(RECORDED / case / "feff.inp"), recorded_structure(case)
    symbol = CASES[case].split()[0]
    site = next(n for n, item in enumerate(structure) if item.specie.symbol == symbol)
    ours = written(tmp_path, case, structure, site)
    assert differences(theirs, ours.cards) == []
    shares = [
        {(item.atomic_number, item.stoichiometry) for item in inputs.potentials}
        for inputs in (ours, theirs)
    ]
    assert shares[0] == shares[1]
    assert len(ours.coords) > len(theirs.coords)
    reach = np.linalg.norm(theirs.coords, axis=1).max()
    kinds = [item.atomic_number for item in theirs.potentials]
    own = [item.atomic_number for item in ours.potentials]
    theirs_at = shells(theirs.coords, [kinds[number] for number in theirs.numbers], reach)
    ours_at = shells(ours.coords, [own[number] for number in ours.numbers], reach)
    assert [kind for _, kind in ours_at] == [kind for _, kind in theirs_at]
    assert [r for r, _ in ours_at] == pytest.approx([r for r, _ in theirs_at], abs=2e-3)


def shells(coords, kinds, reach):
    """Distances and elements of the atoms within a radius; the orientation is arbitrary."""
    distances = np.linalg.norm(coords, axis=1)
    return sorted(
        (round(r, 2), z) for r, z in zip(distances, kinds, strict=True) if r <= reach + 1e-3
    )


def test_lines_of_the_block():
    values = card_values(cards_of(), parse_edge("Li K"))["ELNES"].splitlines()
    assert values == ["4 0.02 0.01", "200 1 0 1", "10 10", "50 1", "0.0 0.0"]


@pytest.mark.parametrize(
    ("overrides", "card", "value"),
    [
        ({"exchange": "Dirac-Hara"}, "EXCHANGE", "1 0.0 0.0"),
        ({"core_hole": "FSR"}, "COREHOLE", "FSR"),
        ({"scf_acceleration": 0.05}, "SCF", "4 0 100 0.05 1"),
        ({"s02": 0.9}, "S02", "0.9"),
    ],
)
def test_parameters_reach_their_cards(overrides, card, value):
    assert card_values(cards_of(**overrides), parse_edge("Li K"))[card] == value


def test_sum_of_edges_is_no_card():
    structure = recorded_structure("Li3PO4_P1_L3")
    cluster = absorber_cluster(structure, 12, 6.0)
    with pytest.raises(ValueError, match="run P L2 and P L3, and add them"):
        feff_input(cluster, cards_of(), parse_edge("P L23"))


def test_edge_of_another_element_is_refused():
    cluster = absorber_cluster(recorded_structure("Li2O_Li1_K"), 0, 6.0)
    with pytest.raises(ValueError, match="absorber is Li, which has no edge P L3"):
        feff_input(cluster, cards_of(), parse_edge("P L3"))


def test_titles_are_ascii_and_short():
    cluster = absorber_cluster(recorded_structure("Li2O_Li1_K"), 0, 6.0)
    titles = ["γ-Li3PO4, 5 Å\nSCF 9", "x" * 200]
    lines = feff_input(cluster, cards_of(), parse_edge("Li K"), titles).splitlines()
    assert lines[0] == "TITLE ?-Li3PO4, 5 A SCF 9"
    assert lines[1] == f"TITLE {'x' * 70}"
