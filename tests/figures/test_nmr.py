"""Figure of ³¹P spectra."""

import pytest
from nmr_spectra import FILM, SHIFT, UNITS, WITH_LI, spectrum

from liponflow.analysis.glass.result import Share
from liponflow.analysis.nmr.deconvolution import deconvolve
from liponflow.analysis.nmr.populations import Shares
from liponflow.analysis.nmr.summary import Sample, nmr_of
from liponflow.analysis.provenance import file_provenance
from liponflow.figures.nmr import all_figures

MADE = file_provenance([], {}, "x")


def sample(name: str, shares: dict[str, float]) -> Sample:
    found = deconvolve(name, SHIFT, spectrum(shares, 0.1), UNITS, reach=2.0, shape="gaussian")
    return Sample(found.shares, (SHIFT, spectrum(shares, 0.1), found))


def test_spectra_with_peaks_and_shares_with_models() -> None:
    model = [Share(name="Q0_0", share=0.6, error=0.05)]
    samples = [sample("film.csv", FILM), sample("li.csv", WITH_LI)]
    result = nmr_of(samples, [model], MADE, material="LiPON")
    spectra, shares = all_figures(result)["nmr"].axes
    assert spectra.get_xlim()[0] > spectra.get_xlim()[1]
    assert len(shares.patches) == 8
    assert shares.patches[0].get_height() == pytest.approx(0.55, abs=0.03)
    assert "published +13 % (Cheng 2023)" in shares.get_title()
    assert "model" in {text.get_text() for text in shares.get_legend().get_texts()}


def test_given_shares_have_one_panel() -> None:
    shares = Shares("x.csv", dict(FILM), dict.fromkeys(FILM, 0.0))
    result = nmr_of([Sample(shares)], [], MADE, material="LiPON")
    figure = all_figures(result)["nmr"]
    assert len(figure.axes) == 1
    assert "has no errors" in result.warnings[0]
