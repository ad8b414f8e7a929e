"""Method of a VASP calculation: functional by tags and POTCARs, U per block, mesh."""

from typing import Any

import numpy as np
import pytest
from pymatgen.core.lattice import Lattice
from pymatgen.io.vasp.inputs import Kpoints

from liponflow.analysis.method import Method
from liponflow.engines.vasp.reading.method import vasp_method

PBE = ("PAW_PBE Ni_pv 06Sep2000", "PAW_PBE O 08Apr2002")
HYBRID = {"LHFCALC": True, "AEXX": 0.25}


def method(
    tags: dict[str, Any], titles: tuple[str, ...] = PBE, kpoints: Kpoints | None = None, **more
) -> Method:
    return vasp_method(
        tags,
        titles=titles,
        symbols=["Ni", "O"],
        lattice=Lattice.orthorhombic(4, 5, 10),
        kpoints=kpoints,
        **more,
    )


@pytest.mark.parametrize(
    ("tags", "titles", "label"),
    [
        ({"GGA": "--"}, PBE, "PBE"),
        ({}, PBE, "PBE"),  # as VASP 4.6 writes it, without AEXX and HFSCREEN
        ({}, ("PAW Ni 10Jan2001", "PAW O 22Mar2012"), "LDA"),
        ({}, ("PAW_GGA Ni 10Jan2001", "PAW_GGA O 22Mar2012"), "PW91"),
        ({"GGA": "PS"}, PBE, "PBEsol"),
        ({"GGA": "CA"}, PBE, "LDA"),
        ({"METAGGA": "R2scan"}, PBE, "r2SCAN"),
        ({"METAGGA": "SCAN", "LUSE_VDW": True}, PBE, "SCAN+rVV10"),
        ({"IVDW": 12}, PBE, "PBE+D3(BJ)"),
        ({"AEXX": 0.25, "HFSCREEN": 0.2}, PBE, "PBE"),  # no hybrid without LHFCALC
        (HYBRID | {"HFSCREEN": 0.2}, PBE, "HSE06"),
        (HYBRID | {"HFSCREEN": 0.207, "AEXX": 0.17}, PBE, "HSE06 (AEXX 0.17)"),
        (HYBRID | {"HFSCREEN": 0.0}, PBE, "PBE0"),
        (HYBRID | {"AEXX": 1.0}, PBE, "HF"),
        (HYBRID | {"METAGGA": "R2SCAN"}, PBE, "r2SCAN hybrid"),
    ],
)
def test_functional_is_that_of_the_tags_or_else_of_the_potcars(
    tags: dict[str, Any], titles: tuple[str, ...], label: str
) -> None:
    assert method(tags, titles).label == label


def test_functional_of_ultrasoft_potentials_is_that_of_lexch() -> None:
    titles = ("US Ni", "US O")
    assert method({}, titles).functional is None
    assert method({}, titles, lexch="91").functional == "PW91"


def test_u_is_kept_per_block_and_off_where_it_has_no_orbital() -> None:
    tags = {"LDAU": True, "LDAUU": [3.0, 6.2, 4.0], "LDAUJ": [0, 0, 0], "LDAUL": [2, 2, -1]}
    found = method(tags, ("PAW_PBE Ni_pv x", "PAW_PBE Ni x", "PAW_PBE O x"))
    assert [block.element for block in found.blocks] == ["Ni", "Ni", "O"]
    assert found.hubbard_u == {"Ni": [3.0, 6.2]}
    assert found.hubbard_type == 2
    assert found.label == "PBE+U (Ni 3, 6.2 eV)"
    assert method(tags | {"LDAU": False}).hubbard_u == {}


def test_elements_are_those_of_the_atoms_where_no_title_names_them() -> None:
    tags = {"LDAU": True, "LDAUU": [6.2, 0.0]}
    assert method(tags, ("", "")).hubbard_u == {"Ni": [6.2]}


def test_spacing_is_that_of_the_coarsest_axis() -> None:
    found = method({}, kpoints=Kpoints.gamma_automatic((3, 3, 1)))
    assert found.kpoint_spacing == pytest.approx(2 * np.pi / 10)
    assert found.settings["k-points"] == "3x3x1"
    listed = Kpoints(num_kpts=1, kpts=[(0, 0, 0)], kpts_weights=[1])
    assert method({}, kpoints=listed).kpoint_spacing is None
