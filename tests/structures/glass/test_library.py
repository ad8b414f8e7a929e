"""Tests of the models of glasses that come with the package."""

from collections import Counter

import pytest

from liponflow.analysis.glass.structural_units import structural_units
from liponflow.structures.glass.library import (
    LibraryGlassError,
    library_glass,
    library_glasses,
)


def test_every_model_says_what_made_it_and_is_neutral() -> None:
    charges = {"Li": 1, "P": 5, "O": -2, "N": -3}
    for model in library_glasses():
        structure = model.structure()
        assert sum(charges[site.specie.symbol] for site in structure) == 0
        assert "CHGNet" in model.made_by
        assert "not DFT" in model.made_by


def test_units_of_the_quenched_model_differ_from_those_of_the_packed_one() -> None:
    found = {
        model.name: {
            unit: round(8 * share)
            for unit, share in structural_units(model.structure()).fractions.items()
            if share
        }
        for model in library_glasses()
    }
    assert found == {
        "LiPON": {"Q0_0": 2, "Q0_1": 2, "Q1_0": 2, "Q1_1": 2},
        "LiPON-melt-quench": {"Q0_0": 3, "Q0_1": 2, "Q1_0": 1, "Q1_1": 1, "Q2_1": 1},
    }


def test_density_of_the_quenched_model_is_the_recorded_one() -> None:
    structure = library_glass("LiPON-melt-quench").structure()
    assert structure.density == pytest.approx(1.958, abs=0.001)
    assert Counter(site.specie.symbol for site in structure) == {"Li": 23, "P": 8, "O": 27, "N": 3}


def test_unknown_model_is_refused_with_the_nearest() -> None:
    with pytest.raises(LibraryGlassError, match="did you mean 'LiPON'"):
        library_glass("LiPONN")
