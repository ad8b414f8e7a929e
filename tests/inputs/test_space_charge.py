"""Values of the preset that follow from others."""

import pytest
from pymatgen.core import Composition
from scipy.constants import Avogadro

from liponflow.inputs.presets import load_data
from liponflow.structures.phases import phase
from liponflow.units import A3_PER_CM3
from liponflow.workflows.model import get_model

GIVEN = load_data("space_charge")["presets"]["published"]


def test_sites_are_those_of_lithium() -> None:
    crystal = phase("LiCoO2").structure()
    lithium = crystal.composition["Li"] / crystal.volume * A3_PER_CM3
    assert GIVEN["cathode"]["value"]["sites"] == pytest.approx(lithium, rel=0.02)
    glass = Composition("Li2.88PO3.44N0.31")
    lithium = 2.3 / glass.weight * Avogadro * glass["Li"]
    assert GIVEN["electrolyte"]["value"]["sites"] == pytest.approx(lithium, rel=0.01)


def test_levels_bend_the_cathode_by_the_printed_energy() -> None:
    cathode = get_model("space_charge").compute().layers[0]
    assert cathode.bending == pytest.approx(-0.3, abs=0.02)
