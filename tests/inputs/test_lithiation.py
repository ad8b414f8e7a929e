"""The published VASP set: every printed number, and no other tag."""

import pytest
from atomate2.vasp.sets.base import VaspInputGenerator
from pymatgen.core.structure import Structure
from pymatgen.io.vasp import VaspInput
from pymatgen.io.vasp.sets import MPRelaxSet

from liponflow.inputs.lithiation import TOPIC, LithiationParameters, check_hubbard, hubbard_values
from liponflow.inputs.presets import ParameterError, load_parameters
from liponflow.inputs.vasp.generator import CitedInputGenerator
from liponflow.inputs.vasp.lithiation import alkali_metal_set, relax_set, static_set
from liponflow.structures.lithiation.candidates import with_magmoms
from liponflow.structures.lithiation.spinel import ordered_lnmo
from liponflow.structures.lithium import bcc_lithium

COMMON = {"ALGO", "EDIFF", "ENCUT", "GGA", "ISMEAR", "ISPIN", "LASPH", "LCHARG", "LORBIT"}
COMMON |= {"LREAL", "LWAVE", "NELM", "NSW", "PREC", "SIGMA"}
MOVING = {"EDIFFG", "IBRION", "ISIF"}
MAGNETIC = {"ISYM", "LDAU", "LDAUJ", "LDAUL", "LDAUTYPE", "LDAUU", "LMAXMIX", "MAGMOM"}


def parameters(**overrides: object) -> LithiationParameters:
    return load_parameters(LithiationParameters, TOPIC, "paper", overrides)


def pristine() -> Structure:
    return with_magmoms(ordered_lnmo(), parameters().magmoms)


def written(generator: VaspInputGenerator, structure: Structure | None = None) -> VaspInput:
    return generator.get_input_set(structure or pristine(), potcar_spec=True)


@pytest.fixture(params=[relax_set, static_set], ids=["relax", "static"])
def oxide(request: pytest.FixtureRequest) -> VaspInput:
    return written(request.param(parameters()))


# D. Cheng, dissertation, UC San Diego (2023), section 5.2.6: one test per printed number.


def test_supercell_is_as_published(oxide: VaspInput) -> None:
    structure = oxide["POSCAR"].structure
    assert structure.composition.formula == "Li8 Mn12 Ni4 O32"
    assert structure.lattice.parameters == pytest.approx(ordered_lnmo().lattice.parameters)


def test_cutoff_energy_is_as_published(oxide: VaspInput) -> None:
    assert oxide["INCAR"]["ENCUT"] == 520


def test_k_point_mesh_is_as_published(oxide: VaspInput) -> None:
    assert oxide["KPOINTS"].kpts == [(3, 3, 3)]
    assert oxide["KPOINTS"].style.name == "Gamma"


def test_functional_is_pbe(oxide: VaspInput) -> None:
    assert oxide["INCAR"]["GGA"].upper() == "PE"
    assert oxide["POTCAR.spec"].split() == ["Li_sv", "Mn_pv", "Ni_pv", "O"]


def test_calculations_are_spin_polarised(oxide: VaspInput) -> None:
    assert oxide["INCAR"]["ISPIN"] == 2


def test_initial_moments_are_in_poscar_order(oxide: VaspInput) -> None:
    start = {"Li": 0, "Ni": -2, "Mn": 4, "O": 0}
    expected = [start[site.specie.symbol] for site in oxide["POSCAR"].structure]
    assert oxide["INCAR"]["MAGMOM"] == expected
    assert len(set(expected)) == 3


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [("as_printed", {"Mn": 5.96, "Ni": 4.5}), ("exchanged", {"Mn": 4.5, "Ni": 5.96})],
)
@pytest.mark.parametrize("make_set", [relax_set, static_set])
def test_hubbard_u_is_as_published(
    make_set: object, assignment: str, expected: dict[str, float]
) -> None:
    assert callable(make_set)
    files = written(make_set(parameters(hubbard_u=assignment)))
    symbols = files["POSCAR"].site_symbols
    incar = files["INCAR"]
    assert incar["LDAU"] is True
    assert incar["LDAUTYPE"] == 2
    assert dict(zip(symbols, incar["LDAUU"], strict=True)) == {"Li": 0, "O": 0} | expected
    assert dict(zip(symbols, incar["LDAUL"], strict=True)) == {"Li": 0, "Mn": 2, "Ni": 2, "O": 0}
    assert set(incar["LDAUJ"]) == {0}


def test_preset_of_the_materials_project_is_that_of_its_sets() -> None:
    ours = hubbard_values(parameters(hubbard_u="materials_project"))
    assert ours == MPRelaxSet.CONFIG["INCAR"]["LDAUU"]["O"]


def test_no_u_needs_no_value_and_writes_none() -> None:
    without = parameters(hubbard_u="none")
    check_hubbard(ordered_lnmo(), without)
    incar = written(relax_set(without))["INCAR"]
    assert not any(incar.get("LDAUU", []))


@pytest.mark.parametrize("make_set", [relax_set, static_set])
def test_no_symmetry_binds_oxidation_states(make_set: object) -> None:
    assert callable(make_set)
    assert written(make_set(parameters()))["INCAR"]["ISYM"] == 0


# Complete input sets.


@pytest.mark.parametrize(
    ("generator", "structure", "keys"),
    [
        (relax_set(parameters()), pristine(), COMMON | MOVING | MAGNETIC),
        (static_set(parameters()), pristine(), COMMON | MAGNETIC | {"NEDOS"}),
        (alkali_metal_set(parameters()), bcc_lithium(), COMMON | MOVING),
    ],
    ids=["relax", "static", "lithium-metal"],
)
def test_incar_has_exactly_these_keys(
    generator: CitedInputGenerator, structure: Structure, keys: set[str]
) -> None:
    assert set(written(generator, structure)["INCAR"]) == keys
    assert set(generator.sources) == keys | {"KPOINTS", "POTCAR"}


def test_relaxation_moves_cell_and_ions_to_the_force_limit() -> None:
    incar = written(relax_set(parameters(force_limit=0.03, max_steps=77)))["INCAR"]
    assert (incar["ISIF"], incar["IBRION"]) == (3, 2)
    assert (incar["EDIFFG"], incar["NSW"]) == (-0.03, 77)


def test_static_calculation_moves_no_ions() -> None:
    assert written(static_set(parameters()))["INCAR"]["NSW"] == 0


def test_lithium_metal_has_neither_u_nor_moments() -> None:
    files = written(alkali_metal_set(parameters()), bcc_lithium())
    assert files["INCAR"]["ISPIN"] == 1
    assert files["INCAR"]["ENCUT"] == 520
    assert files["KPOINTS"].kpts == [(15, 15, 15)]


# Moments from sites to INCAR.


def test_moments_survive_sorting_by_element() -> None:
    shuffled = pristine()
    shuffled.sort(key=lambda site: tuple(site.frac_coords))
    assert [site.specie for site in shuffled] != [site.specie for site in pristine()]
    files = written(relax_set(parameters()), shuffled)
    assert files["POSCAR"].site_symbols == ["Li", "Mn", "Ni", "O"]
    in_file = zip(files["POSCAR"].structure, files["INCAR"]["MAGMOM"], strict=True)
    for site, moment in in_file:
        nearest = min(shuffled, key=lambda other: other.distance(site))
        assert nearest.distance(site) < 1e-6
        assert moment == nearest.properties["magmom"]


def test_relaxed_moments_enter_the_static_calculation_with_their_signs() -> None:
    relaxed = pristine()
    moments = [
        round(value * (0.9 - 0.001 * index), 4)
        for index, value in enumerate(relaxed.site_properties["magmom"])
    ]
    relaxed = relaxed.copy(site_properties={"magmom": moments})
    files = written(static_set(parameters()), relaxed)
    assert sorted(files["INCAR"]["MAGMOM"]) == pytest.approx(sorted(moments))
    sites = zip(files["POSCAR"].structure, files["INCAR"]["MAGMOM"], strict=True)
    assert all(moment < 0 for site, moment in sites if site.specie.symbol == "Ni")


def test_fully_delithiated_oxide_is_accepted() -> None:
    empty = pristine()
    empty.remove_species(["Li"])
    files = written(relax_set(parameters()), empty)
    assert files["INCAR"]["LDAUU"] == [5.96, 4.5, 0]
    assert files["INCAR"]["MAGMOM"] == [4] * 12 + [-2] * 4 + [0] * 32


# U values chosen by the user.


def test_user_u_replaces_the_published_value() -> None:
    own = parameters(hubbard_u={"Mn": 3.9, "Ni": 0})
    assert hubbard_values(own) == {"Mn": 3.9, "Ni": 0}
    assert written(relax_set(own))["INCAR"]["LDAUU"] == [0, 3.9, 0, 0]


def test_u_can_be_switched_off() -> None:
    incar = written(relax_set(parameters(hubbard_u={"Mn": 0, "Ni": 0})))["INCAR"]
    assert not [key for key in incar if key.startswith("LDAU")]


def test_metal_without_u_is_refused_with_the_remedy() -> None:
    cobalt = ordered_lnmo()
    cobalt.replace_species({"Ni": "Co"})
    with pytest.raises(ParameterError, match=r"no Hubbard U for Co.*Co: VALUE"):
        check_hubbard(cobalt, parameters())
    check_hubbard(ordered_lnmo(), parameters())
