"""Materials Project corrections: correct values, applied once and only to MP settings."""

import pytest

from liponflow.analysis.result import EngineInfo
from liponflow.analysis.stability.corrections import (
    hubbard_of_incar,
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


def test_hubbard_u_is_read_from_the_incar() -> None:
    incar = {"LDAU": True, "LDAUU": [6.2, 0, 3.9], "LDAUJ": [0, 0, 0.4]}
    assert hubbard_of_incar(incar, ["Ni", "O", "Mn"]) == pytest.approx({"Ni": 6.2, "Mn": 3.5})
    assert hubbard_of_incar(incar | {"LDAU": False}, ["Ni", "O", "Mn"]) == {}
    assert hubbard_of_incar({}, ["Li"]) == {}
