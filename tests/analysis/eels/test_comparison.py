import re

import numpy as np
import pytest
from eels_example import example_result, peaks_at
from recorded_spectra import recorded_spectrum

from liponflow.analysis.eels.alignment import main_peaks, shifted
from liponflow.analysis.eels.broadening import Broadening
from liponflow.analysis.eels.combine import added, area
from liponflow.analysis.eels.comparison import Edge, PeakComparison, compared
from liponflow.analysis.eels.peaks import Peak
from liponflow.analysis.eels.published import published_peaks
from liponflow.analysis.eels.spectrum import Spectrum
from liponflow.store.frames import tables

INSTRUMENT = Broadening(instrument=0.5)


def compare(edges: list[Edge], broadening: Broadening = INSTRUMENT) -> PeakComparison:
    """Compare edges, of which none is left out."""
    found, left_out = compared(edges, broadening)
    assert left_out == []
    assert found is not None
    return found


@pytest.fixture(scope="module")
def synthetic() -> PeakComparison:
    """Edges whose peaks lie 1.7 eV above the published ones, except the first of P L23."""
    return compare(
        [
            Edge("LiPON", "Li46P16O55N9", "Li K", peaks_at((61.2, 1.0), (66.0, 0.4))),
            Edge("Li2O", "Li2O", "Li K", peaks_at((62.0, 0.3), (64.7, 1.0))),
            Edge("Li3P", "Li3P", "Li K", peaks_at((59.0, 1.0), (63.0, 0.2))),
            Edge("gamma", "Li3PO4", "P L23", peaks_at((138.2, 0.9), (142.7, 1.0))),
        ],
    )


def test_the_scale_is_fixed_on_the_main_peak_of_li2o(synthetic: PeakComparison):
    scale = synthetic.scale
    assert scale is not None
    assert (scale.material, scale.edge, scale.published) == ("Li2O", "Li K", 63.0)
    assert scale.computed == pytest.approx(64.7, abs=0.02)
    assert scale.shift == pytest.approx(-1.7, abs=0.02)


def test_all_other_published_peaks_are_predictions(synthetic: PeakComparison):
    rows = {(row.material, row.published): row for row in synthetic.peaks}
    assert rows["Li2O", 63.0].role == "fixes the scale"
    assert rows["Li2O", 63.0].misfit == pytest.approx(0, abs=1e-9)
    assert {row.role for name, row in rows.items() if name[0] != "Li2O"} == {"predicted"}
    assert rows["LiPON", 59.5].misfit == pytest.approx(0, abs=0.05)
    assert rows["gamma", 141.0].misfit == pytest.approx(0, abs=0.05)
    assert rows["gamma", 138.0].predicted == pytest.approx(136.5, abs=0.05)
    assert rows["gamma", 138.0].misfit == pytest.approx(-1.5, abs=0.05)
    assert synthetic.largest_misfit == pytest.approx(1.5, abs=0.05)
    assert not any(material == "Li3P" for material, _ in rows)
    assert synthetic.in_words == (
        "all energies of FEFF -1.70 eV, fixed on the main peak of Li K of Li2O at 63 eV (Cheng "
        "2023); largest misfit of 3 predicted positions 1.5 eV"
    )


def test_shown_edges_lie_on_the_absolute_scale_and_have_one_area(synthetic: PeakComparison):
    lithium = synthetic.shown("Li K")
    assert [edge.material for edge in lithium] == ["LiPON", "Li2O", "Li3P"]
    for edge in lithium:
        window = (edge.onset - 5, edge.onset + 20)
        assert area(edge.spectrum, window) == pytest.approx(1, rel=1e-3)
        assert all(window[0] <= peak.energy <= window[1] for peak in edge.peaks)
    assert lithium[1].peaks[-1].energy == pytest.approx(63.0)
    assert lithium[1].positions == "63.0"


def test_without_li2o_there_is_no_scale_and_no_prediction():
    found = compare([Edge("gamma", "Li3PO4", "P L23", peaks_at((138.2, 0.9), (142.7, 1.0)))])
    assert found.scale is None
    assert {(row.role, row.predicted, row.misfit) for row in found.peaks} == {
        ("no scale", None, None)
    }
    assert [row.computed for row in found.peaks] == pytest.approx([138.2, 142.7], abs=0.02)
    assert found.largest_misfit is None
    assert (
        found.in_words
        == "that of FEFF, as no peak of Li K of Li2O, on which it is fixed, was found"
    )


def test_an_edge_with_too_few_peaks_is_not_assigned():
    found = compare([Edge("gamma", "Li3PO4", "P L23", peaks_at((138.2, 1.0)))])
    assert [row.computed for row in found.peaks] == [None, None]


def test_spectra_that_end_early_or_are_dark_are_left_out_by_name():
    short = Spectrum(energies=[50.0, 55.0, 60.0], intensities=[0.0, 1.0, 0.5])
    dark = Spectrum(energies=[50.0, 90.0], intensities=[0.0, 0.0])
    bad = [Edge("Li2O", "Li2O", "Li K", short), Edge("Li3P", "Li3P", "Li K", dark)]
    found, left_out = compared(bad, INSTRUMENT)
    assert found is None
    assert re.match(r"Li2O Li K: the window .* reaches beyond", left_out[0])
    assert re.match(r"Li3P Li K: the spectrum has no intensity above 0", left_out[1])
    good = Edge("gamma", "Li3PO4", "P L23", peaks_at((138.2, 0.9), (142.7, 1.0)))
    found, again = compared([bad[0], good, bad[1]], INSTRUMENT)
    assert found is not None
    assert [edge.material for edge in found.edges] == ["gamma"]
    assert again == left_out
    assert found.scale is None


def test_the_recorded_spectra_predict_the_second_phosphorus_peak_only():
    """Positions of FEFF10: 64.65 eV for Li K of Li2O, 135.3 and 142.9 eV for P L23."""
    phosphorus = added([recorded_spectrum(f"Li3PO4_P1_{edge}") for edge in ("L2", "L3")])
    found = compare(
        [
            Edge("Li2O", "Li2O", "Li K", recorded_spectrum("Li2O_Li1_K")),
            Edge("Li3PO4", "Li3PO4", "P L23", phosphorus),
        ],
        Broadening(instrument=0),
    )
    assert found.scale is not None
    assert found.scale.shift == pytest.approx(-1.65, abs=0.01)
    first, second = found.predictions
    assert first.computed == pytest.approx(135.3, abs=0.05)
    assert first.misfit == pytest.approx(-4.35, abs=0.05)
    assert second.computed == pytest.approx(142.94, abs=0.05)
    assert second.misfit == pytest.approx(0.29, abs=0.05)


def test_a_shift_is_recovered_and_moves_nothing_else():
    spectrum = peaks_at((60.0, 1.0))
    moved = shifted(spectrum, -1.65)
    np.testing.assert_allclose(moved.energy - spectrum.energy, -1.65)
    assert moved.intensities == spectrum.intensities


def test_the_main_peaks_are_the_most_prominent_ones_in_order():
    peaks = [Peak(energy=e, height=1, prominence=p) for e, p in ((1, 0.2), (2, 0.1), (3, 0.9))]
    assert [peak.energy for peak in main_peaks(peaks, 2)] == [1, 3]
    assert [peak.energy for peak in main_peaks(peaks, 1)] == [3]


def test_published_peaks_are_the_printed_ones_with_their_source():
    edges = [("Li2O", "Li K"), ("Li3PO4", "P L23"), ("Li3PO3N", "Li K"), ("Li3PO3N", "P L23")]
    found = [published_peaks(*edge) for edge in edges]
    assert [entry and entry.energies for entry in found] == [[63], [138, 141], [59.5], [138, 141]]
    for entry in found:
        assert entry is not None
        assert "section 4.3.4" in entry.source
        assert entry.citation in entry.source
        assert entry.note


@pytest.mark.parametrize("edge", [("Li2O", "O K"), ("Li3P", "P L23"), ("Li3N", "Li K")])
def test_other_edges_have_no_published_peak(edge: tuple[str, str]):
    assert published_peaks(*edge) is None


def test_the_table_of_published_peaks_is_the_last_one():
    assert tables(example_result())[-1] == "comparison.peaks"
