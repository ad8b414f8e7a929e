"""Materials Project corrections: correct values, applied once and only to MP settings."""

import re

import pytest

from liponflow.analysis.method import Block, Method
from liponflow.analysis.result import EngineInfo
from liponflow.analysis.stability.corrections import (
    blocks_of_incar,
    corrected_energy,
    mp2020_correction,
    resolve,
    scale_name,
)
from liponflow.structures.phases import phase

CHGNET = EngineInfo(
    name="chgnet",
    version="0.4.2",
    weights="0.3.0",
    functional="PBE/PBE+U (MPtrj), Materials Project 2020 corrections included",
    surrogate=True,
)
VASP = EngineInfo(name="vasp", version="6.4.2", functional="PBE+U", surrogate=False)
STAND_IN = CHGNET.model_copy(update={"name": "vasp (stand-in: chgnet 0.3.0)", "weights": None})

PER_ION = {"oxide": -0.687, "peroxide": -0.465, "superoxide": -0.161, "N": -0.361}
"""eV per ion: A. Wang et al., Sci. Rep. 11, 15496 (2021), Table 2."""

PER_METAL = {"Ni": -2.541, "Mn": -1.668}
"""eV per metal atom of an oxide with U, same source."""

DIGITS = 1e-3
"""eV; rounding of that table."""


@pytest.mark.parametrize(
    ("name", "hubbard_u", "expected"),
    [
        ("Li2O", {}, PER_ION["oxide"]),
        ("Li2O2", {}, 4 * PER_ION["peroxide"]),
        ("LiO2", {}, 4 * PER_ION["superoxide"]),
        ("Li3N_alpha", {}, PER_ION["N"]),
        ("Li3PO4_beta", {}, 8 * PER_ION["oxide"]),
        ("NiO", {"Ni": 6.2}, PER_ION["oxide"] + PER_METAL["Ni"]),
        ("MnO2_rutile", {"Mn": 3.9}, 4 * PER_ION["oxide"] + 2 * PER_METAL["Mn"]),
        ("Mn2P", {}, 0.0),
        ("Li_bcc", {}, 0.0),
        ("O2_alpha", {}, 0.0),
    ],
)
def test_corrections_have_the_published_values(
    name: str, hubbard_u: dict[str, float], expected: float
) -> None:
    structure = phase(name).primitive()
    assert mp2020_correction(structure, hubbard_u) == pytest.approx(expected, abs=8 * DIGITS)


def test_nonstandard_hubbard_u_is_refused() -> None:
    with pytest.raises(ValueError, match=r"NiO: Invalid U value of 4.0 on Ni.*inputs stability"):
        mp2020_correction(phase("NiO").primitive(), {"Ni": 4.0})


@pytest.mark.parametrize("engine", [CHGNET, STAND_IN])
def test_learned_corrections_are_not_added_again(engine: EngineInfo) -> None:
    assert resolve("auto", engine) == "none"
    with pytest.raises(ValueError, match="count them twice"):
        resolve("mp2020", engine)


def test_dft_energies_are_corrected_by_default() -> None:
    assert resolve("auto", VASP) == "mp2020"
    assert resolve("none", VASP) == "none"


def test_vasp_versions_share_an_energy_scale_and_model_weights_do_not() -> None:
    newer = VASP.model_copy(update={"version": "6.5.0"})
    assert scale_name("mp2020", VASP) == scale_name("mp2020", newer)
    assert scale_name("mp2020", VASP) != scale_name("none", VASP)
    other = CHGNET.model_copy(update={"weights": "0.2.0"})
    assert scale_name("none", CHGNET) != scale_name("none", other)


def of_incar(incar: dict[str, object], symbols: list[str]) -> dict[str, list[float]]:
    return Method(code="vasp", blocks=blocks_of_incar(incar, symbols)).hubbard_u


def test_hubbard_u_is_read_from_the_incar() -> None:
    incar = {"LDAU": True, "LDAUU": [6.2, 0, 3.9], "LDAUJ": [0, 0, 0.4]}
    symbols = ["Ni", "O", "Mn"]
    assert of_incar(incar, symbols) == {"Mn": [pytest.approx(3.5)], "Ni": [6.2]}
    assert of_incar(incar | {"LDAU": False}, symbols) == {}
    assert of_incar({}, ["Li"]) == {}


def test_values_of_an_incar_are_per_block_or_per_element() -> None:
    symbols = ["Ni", "O", "O", "Ni"]
    assert of_incar({"LDAU": True, "LDAUU": [3, 0, 6.2]}, symbols) == {"Ni": [3, 6.2]}
    assert of_incar({"LDAU": True, "LDAUU": [6.2, 0]}, symbols) == {"Ni": [6.2]}


@pytest.mark.parametrize("functional", ["r2SCAN", "LDA", "PBEsol", "HSE06", "PBE+D3(BJ)", "HF"])
def test_corrections_are_for_pbe_only(functional: str) -> None:
    name, _, dispersion = functional.partition("+")
    method = Method(code="vasp", functional=name, dispersion=dispersion or None)
    assert resolve("auto", VASP, method) == "none"
    with pytest.raises(ValueError, match=rf"are {re.escape(functional)}: use corrections=auto"):
        resolve("mp2020", VASP, method)


def test_several_u_of_one_element_are_refused_with_their_values() -> None:
    blocks = [Block(element="Ni", u=u) for u in (6.2, 3.0)]
    method = Method(code="vasp", functional="PBE", blocks=blocks)
    structure = phase("NiO").primitive()
    assert corrected_energy(-10.0, structure, method, "none") == -10.0
    with pytest.raises(ValueError, match=r"U of Ni is 3 and 6\.2 eV in different blocks"):
        corrected_energy(-10.0, structure, method, "mp2020")


def test_scale_without_corrections_names_u_of_all_phases() -> None:
    oxides = [
        Method(code="vasp", functional="PBE", blocks=[Block(element=element, u=u)])
        for element, u in (("Li", 0.0), ("Mn", 3.9), ("Ni", 6.2))
    ]
    assert scale_name("none", VASP, oxides) == "vasp: PBE+U (Mn 3.9, Ni 6.2 eV), total energies"
