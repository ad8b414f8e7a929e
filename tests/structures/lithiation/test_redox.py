import pytest
from pymatgen.core.composition import Composition

from liponflow.crystals.checked import StructureError
from liponflow.crystals.formula_unit import formula_unit
from liponflow.structures.lithiation.redox import Redox, redox


def of(formula: str, intercalant: str = "Li") -> Redox:
    anions = frozenset({"O", "F", "N"} if "O" in formula else {"S"})
    return redox(formula_unit(Composition(formula), intercalant), anions)


@pytest.mark.parametrize(
    ("formula", "state", "lowest", "highest"),
    [
        # Mean charge of the metals, and x where all are in their highest and lowest state.
        ("LiCoO2", 3, 0, 2),
        ("LiFePO4", 2, 0, 1),
        ("LiMn2O4", 3.5, 0, 4),
        ("Li2NiMn3O8", 3.5, 0, 4),
        ("Li2FeSiO4", 2, 0, 2),
        ("LiVPO4F", 3, 0, 2),
        ("LiTiS2", 3, 0, 2),
        ("Li6Mn3Fe1O8", 2.5, 0, 4),
    ],
)
def test_contents_follow_from_the_charges(
    formula: str, state: float, lowest: float, highest: float
) -> None:
    found = of(formula)
    assert found.state == pytest.approx(state)
    assert (found.lowest, found.highest) == (pytest.approx(lowest), pytest.approx(highest))
    assert not found.inserts_only


def test_part_of_the_intercalant_may_be_all_that_the_metals_release() -> None:
    found = of("Li12Ni3Mn6O24")  # charge 36 on 9 metals, all 4+
    assert found.oxidises_anions
    assert found.lowest == pytest.approx(4)
    assert of("Li3NiMnO4").lowest == pytest.approx(0)
    assert of("Li6Ni1Mn3O10").lowest == pytest.approx(2)  # in Li3Ni0.5Mn1.5O5


def test_metal_without_d_electrons_only_takes_up() -> None:
    for formula in ("Li4Ti5O12", "Li3VO4", "TiO2"):
        assert of(formula).inserts_only
    assert not of("Li2MnO3").inserts_only
    assert of("Li2MnO3").oxidises_anions


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("Li7La3Zr2O12", "no transition metal that can be oxidised or reduced"),
        ("LiCoO", r"leave \+1\.00 per metal, and these have Co2\+ to 4\+"),
    ],
)
def test_hosts_whose_charges_cannot_change_are_refused(formula: str, message: str) -> None:
    with pytest.raises(StructureError, match=message):
        of(formula)
