"""Methods of calculations: which energies compare, and what is named if they don't."""

import itertools

import pytest

from liponflow.analysis.method import (
    CUTOFF_TOLERANCE,
    KPOINT_RATIO,
    Block,
    Comparison,
    Method,
    comparable,
    describe_differences,
    differences,
    named_differences,
)

NICKEL = Block(element="Ni", potential="PAW_PBE Ni_pv 06Sep2000", u=6.2)
OXYGEN = Block(element="O", potential="PAW_PBE O 08Apr2002")
OXIDE = Method(
    code="vasp",
    functional="PBE",
    lexch="PE",
    exact_exchange=0.0,
    spin_orbit=False,
    hubbard_type=2,
    blocks=[NICKEL, OXYGEN],
    cutoff=520.0,
    kpoint_spacing=0.25,
    icharg=2,
    charge=0.0,
    settings={"k-points": "Gamma 2x2x2", "ISMEAR": "0"},
)


def changed(**update: object) -> Method:
    return OXIDE.model_copy(update=update)


@pytest.mark.parametrize(
    ("update", "reason"),
    [
        ({"code": "gpaw"}, "code (vasp and gpaw)"),
        ({"functional": "r2SCAN"}, "functional (PBE and r2SCAN)"),
        ({"lexch": "91"}, "LEXCH (PE and 91)"),
        ({"exact_exchange": 0.17}, "AEXX (0 and 0.17)"),
        ({"dispersion": "D3"}, "dispersion correction (none and D3)"),
        ({"spin_orbit": True}, "spin-orbit coupling (off and on)"),
        ({"hubbard_type": 1}, "LDAUTYPE (2 and 1)"),
        ({"icharg": 11}, "ICHARG (2 and 11)"),
        ({"charge": 1.0}, "charge (0 e and 1 e)"),
        (
            {"blocks": (NICKEL, OXYGEN.model_copy(update={"potential": "PAW_PBE O_s 07Sep2000"}))},
            "POTCAR of O (PAW_PBE O 08Apr2002 and PAW_PBE O_s 07Sep2000)",
        ),
        (
            {"blocks": (NICKEL, NICKEL.model_copy(update={"u": 3.0}), OXYGEN)},
            "U of Ni (6.2 eV and 3 and 6.2 eV)",
        ),
        ({"blocks": (NICKEL.model_copy(update={"u": 0.0}),)}, "U of Ni (6.2 eV and 0 eV)"),
    ],
)
def test_energies_of_another_method_do_not_compare(update: dict, reason: str) -> None:
    assert comparable(OXIDE, OXIDE)
    found = comparable(OXIDE, changed(**update))
    assert not found
    assert found.reason == reason


def test_blocks_of_one_element_with_one_method_are_one() -> None:
    antiferromagnet = changed(blocks=(NICKEL, NICKEL, OXYGEN))
    assert comparable(OXIDE, antiferromagnet).differences == ()
    assert antiferromagnet.label == OXIDE.label == "PBE+U (Ni 6.2 eV)"


def test_only_shared_elements_have_to_agree() -> None:
    lithium = Block(element="Li", potential="PAW_PBE Li_sv 10Sep2004")
    metal = changed(blocks=(lithium,), hubbard_type=None)
    assert comparable(OXIDE, metal).differences == ()


def test_scheme_that_mixes_u_leaves_u_uncompared() -> None:
    nickel = changed(blocks=(NICKEL.model_copy(update={"u": 0.0}),), hubbard_type=None)
    assert not comparable(OXIDE, nickel)
    assert comparable(OXIDE, nickel, mixed_u=True)
    other = changed(blocks=(NICKEL.model_copy(update={"u": 4.0}),))
    assert comparable(OXIDE, other, mixed_u=True).reason == "U of Ni (6.2 eV and 4 eV)"


def test_cutoff_and_kpoints_beyond_their_tolerance_are_named_only() -> None:
    near = changed(cutoff=520 + 0.9 * CUTOFF_TOLERANCE, kpoint_spacing=0.25 * 0.9 * KPOINT_RATIO)
    assert comparable(OXIDE, near).differences == ()
    far = comparable(OXIDE, changed(cutoff=400.0, kpoint_spacing=0.25 * 1.1 * KPOINT_RATIO))
    assert far
    assert [item.setting for item in far.differences] == ["ENCUT", "k-point spacing"]


def test_settings_count_for_one_host_only() -> None:
    other = changed(settings={"k-points": "Gamma 4x4x4", "ISMEAR": "0"})
    assert comparable(OXIDE, other).differences == ()
    assert str(comparable(OXIDE, other, same_host=True).differences[0]) == (
        "k-points (Gamma 2x2x2 and Gamma 4x4x4)"
    )


def test_what_is_unknown_agrees() -> None:
    assert comparable(OXIDE, Method(code="vasp")).differences == ()


def test_differences_of_many_are_gathered_by_setting() -> None:
    cutoffs = [changed(cutoff=cutoff) for cutoff in (520.0, 400.0, 450.0, 520.0)]
    found = differences([*cutoffs, changed(functional="LDA")])
    assert describe_differences(found) == [
        "ENCUT differs (520 eV, 400 eV, 450 eV): the energies may not compare",
        "functional differs (PBE, LDA): the energies do not compare",
    ]


def test_symbol_of_a_potcar_agrees_with_its_title() -> None:
    def nickel(potential: str) -> Method:
        return changed(blocks=[NICKEL.model_copy(update={"potential": potential})])

    assert comparable(OXIDE, nickel("Ni_pv"))
    assert comparable(OXIDE, nickel("Ni")).reason == "POTCAR of Ni (Ni_pv and Ni)"


def test_two_calculations_are_named_with_each_difference() -> None:
    named = [("a", OXIDE), ("b", OXIDE), ("c", changed(functional="LDA")), ("d", OXIDE)]
    [found] = named_differences(named)
    assert (str(found.difference), found.first, found.second) == (
        "functional (PBE and LDA)",
        "a",
        "c",
    )


def test_meshes_of_many_are_compared_by_their_extremes() -> None:
    spacings = [0.1 * KPOINT_RATIO * 1.1, 0.15, 0.1, 0.2]
    meshes = [changed(kpoint_spacing=spacing) for spacing in spacings]
    assert [str(item) for item in differences(meshes)] == [
        "k-point spacing (0.10 1/Å and 0.33 1/Å)"
    ]


def test_methods_of_many_phases_are_compared_by_their_few_parts(monkeypatch) -> None:
    compared = []
    monkeypatch.setattr(
        "liponflow.analysis.method.comparable",
        lambda *methods, **_: compared.append(methods) or Comparison(()),
    )
    symbols = ("Li", "P", "O", "N", "Ni", "Mn")
    phases = [
        changed(
            blocks=[Block(element=symbol, potential=symbol) for symbol in some],
            cutoff=400.0 + number % 2,
        )
        for number, some in enumerate(itertools.combinations(symbols, 3))
    ]
    differences(phases)
    assert len(compared) == 1  # of the two cut-offs
