import pytest
from pymatgen.core.composition import Composition

from liponflow.crystals.checked import StructureError
from liponflow.crystals.formula_unit import formula_unit, intercalant_of


@pytest.mark.parametrize(
    ("composition", "intercalant", "formula", "variable", "content"),
    [
        ("Li3Co3O6", "Li", "LiCoO2", "LixCoO2", 1),
        ("Li4Fe4P4O16", "Li", "LiFePO4", "LixFePO4", 1),
        ("Li8Mn12Ni4O32", "Li", "LiNi0.5Mn1.5O4", "LixNi0.5Mn1.5O4", 1),
        ("Li9Ni3Mn3Co3O18", "Li", "LiNi0.333Co0.333Mn0.333O2", None, 1),
        ("Li8Mn4O12", "Li", "Li2MnO3", "LixMnO3", 2),
        ("Li8Ti10O24", "Li", "Li4Ti5O12", "LixTi5O12", 4),
        ("Na12V8P12O48", "Na", "Na3V2P3O12", "NaxV2P3O12", 3),
        ("Li2MnFeP2O8", "Li", "LiFe0.5Mn0.5PO4", None, 1),
        ("Ti4O8", "Li", "TiO2", "LixTiO2", 0),
        ("K2Na4Co6O12", "K", "KNa2Co3O6", "KxNa2Co3O6", 1),
    ],
)
def test_formula_unit_is_as_chemists_write_it(
    composition: str, intercalant: str, formula: str, variable: str | None, content: float
) -> None:
    unit = formula_unit(Composition(composition), intercalant)
    assert Composition(unit.formula).almost_equals(Composition(formula), rtol=0.01)
    assert unit.content == content
    if variable is not None:
        assert unit.variable == variable
        assert unit.formula == formula


def test_formula_unit_can_be_asked_for() -> None:
    unit = formula_unit(Composition("Na4Co6O12"), "Na", "CoO2")
    assert (unit.variable, unit.content) == ("NaxCoO2", pytest.approx(2 / 3))
    assert formula_unit(Composition("LiMn2O4"), "Li", "Li4Mn8O16").content == 4


@pytest.mark.parametrize("asked", ["MnO2", "CoO3", "not a formula"])
def test_formula_unit_of_another_framework_is_refused(asked: str) -> None:
    with pytest.raises(StructureError, match=f"formula_unit={asked}"):
        formula_unit(Composition("NaCoO2"), "Na", asked)


def test_intercalant_is_the_alkali_metal_of_the_host() -> None:
    assert intercalant_of(Composition("NaCoO2")) == "Na"
    assert intercalant_of(Composition("KNaMnO2"), "K") == "K"
    assert intercalant_of(Composition("FePO4"), "Na") == "Na"


@pytest.mark.parametrize(
    ("composition", "asked", "message"),
    [
        ("KNaMnO2", None, "has Na and K: name the one .* --set intercalant=Na"),
        ("FePO4", None, "has no alkali metal .* --set intercalant=Li"),
        ("MgMn2O4", "Mg", "intercalant=Mg: only alkali metals"),
    ],
)
def test_unclear_intercalants_are_refused(
    composition: str, asked: str | None, message: str
) -> None:
    with pytest.raises(StructureError, match=message):
        intercalant_of(Composition(composition), asked)
