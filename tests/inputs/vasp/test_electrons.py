"""Spin of cells with an odd number of electrons."""

from pathlib import Path
from typing import Any

import pytest
from pymatgen.core import Composition, Lattice, Structure
from pymatgen.io.vasp import Incar
from pymatgen.io.vasp.sets import MPRelaxSet

from liponflow.inputs.glass import TOPIC, GlassParameters
from liponflow.inputs.lithiation import LithiationParameters
from liponflow.inputs.presets import load_parameters
from liponflow.inputs.vasp import electrons, potcar
from liponflow.inputs.vasp.generator import write_inputs
from liponflow.inputs.vasp.glass import relax_set, static_set
from liponflow.inputs.vasp.lithiation import alkali_metal_set
from liponflow.structures.lithium import bcc_lithium

PARAMETERS = load_parameters(GlassParameters, TOPIC, "paper")
PUBLISHED = {"Li": 46, "P": 16, "O": 55, "N": 5}


@pytest.fixture(autouse=True)
def _no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(potcar.PYMATGEN, potcar.POTCAR_LIBRARY, raising=False)


def model(counts: dict[str, int]) -> Structure:
    species = [symbol for symbol, number in counts.items() for _ in range(number)]
    places = [[index / len(species), 0, 0] for index in range(len(species))]
    return Structure(Lattice.orthorhombic(300, 4, 4), species, places)


def test_published_glass_has_an_unpaired_electron(tmp_path: Path) -> None:
    record = write_inputs(model(PUBLISHED), relax_set(PARAMETERS), tmp_path)
    incar = Incar.from_file(tmp_path / "INCAR")
    assert (incar["ISPIN"], incar["NUPDOWN"]) == (2, 1)
    assert record["ISPIN"]["value"] == 2
    # 3 of each Li_sv, 5 of P, 6 of O, 5 of N
    assert "573 valence electrons" in record["ISPIN"]["source"]
    assert "closed" not in record["ISPIN"]["source"]


def test_even_electrons_stay_paired(tmp_path: Path) -> None:
    record = write_inputs(model(PUBLISHED | {"Li": 45}), static_set(), tmp_path)
    incar = Incar.from_file(tmp_path / "INCAR")
    assert incar["ISPIN"] == 1
    assert "NUPDOWN" not in incar
    assert "all shells are closed" in record["ISPIN"]["source"]


def test_a_metal_has_no_unpaired_electron(tmp_path: Path) -> None:
    lithiation = load_parameters(LithiationParameters, "lithiation", "quick")
    metal = bcc_lithium().get_primitive_structure()
    assert len(metal) == 1
    record = write_inputs(metal, alkali_metal_set(lithiation), tmp_path)
    assert record["ISPIN"]["value"] == 1


@pytest.mark.parametrize(
    ("incar", "changed"),
    [
        ({"ISPIN": 1, "ISMEAR": 0}, True),
        ({"ISMEAR": -5}, True),
        ({"ISPIN": 2, "ISMEAR": 0}, False),
        ({"ISPIN": 1, "ISMEAR": 0, "NELECT": 572}, False),
        ({"ISPIN": 1, "ISMEAR": 1}, False),
        ({}, False),  # VASP's default smearing is that of a metal
    ],
)
def test_spin_follows_number_and_smearing(incar: dict[str, Any], *, changed: bool) -> None:
    symbols = ["Li_sv", "P", "O", "N"]
    found = electrons.changes(model(PUBLISHED), incar, symbols)
    assert bool(found) is changed


@pytest.mark.parametrize(
    ("formula", "closed"),
    [
        ("Li3PO4", True),
        ("ZnO", True),
        ("NiO", False),
        ("CeO2", False),
        ("KO2", False),  # a superoxide: one electron is unpaired in each O2
        ("O2", False),
        ("Li", False),
    ],
)
def test_only_closed_shells_have_no_spin(formula: str, *, closed: bool) -> None:
    """Two formula units are always even, but may be two radicals."""
    counts = Composition(formula).get_el_amt_dict()
    crystal = model({symbol: 2 * int(number) for symbol, number in counts.items()})
    symbols = [MPRelaxSet.CONFIG["POTCAR"][symbol] for symbol in counts]
    found = electrons.closed_shell(crystal, symbols)
    assert {key: cited["value"] for key, cited in found.items()} == (
        {"ISPIN": 1, "MAGMOM": None} if closed else {}
    )


@pytest.mark.parametrize("symbol", ["Dy", "Dy_3", "Dy_h"])
def test_potentials_of_every_release_are_counted(symbol: str) -> None:
    """Dy_h is new in release 64. A potential holds three electrons or more, and not all."""
    found = electrons.valence_electrons(Composition("Dy2"), {}, [symbol])
    assert found is not None
    assert 2 * 3 <= found < 2 * 66
