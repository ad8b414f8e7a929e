"""A user's options of VASP: what is read, typed and refused."""

from typing import Any

import pytest

from liponflow.inputs.presets import ParameterError
from liponflow.inputs.vasp.options import KINDS, VaspOptions


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("1D-6", 1e-6),
        (1e-6, 1e-6),
        ("1.0E-6 eV", 1e-6),
    ],
)
def test_numbers_are_read_as_vasp_reads_them(given: Any, value: float) -> None:
    """Fortran's exponents, and text behind the value."""
    assert VaspOptions.of({"incar": {"ediff": given}}).tags("relax") == {"EDIFF": value}


@pytest.mark.parametrize("given", [".T.", True, ".TRUE.", "T"])
def test_truth_values_are_typed(given: Any) -> None:
    assert VaspOptions.of({"incar": {"LWAVE": given}}).tags("static") == {"LWAVE": True}


def test_tags_of_a_kind_replace_those_of_all() -> None:
    options = VaspOptions.of({"incar": {"md:ENCUT": 400, "ENCUT": 520, "band:IOPT": 3}})
    found = {kind: options.tags(kind) for kind in KINDS}
    assert found == {
        "relax": {"ENCUT": 520},
        "static": {"ENCUT": 520},
        "md": {"ENCUT": 400},
        "band": {"ENCUT": 520, "IOPT": 3},
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"incar": {"ENCUTT": 520}}, r"unknown tag ENCUTT \(did you mean ENCUT\?\)"),
        ({"incar": {"ENCUT": "high"}}, "ENCUT = high is not a number"),
        ({"incar": {"ENCUT": None}}, "ENCUT has no value"),
        ({"incar": {"ALGO": "Fast; NSW = 2"}}, "give one tag with its value"),
        ({"incar": {"ALGO": "Fast\nNSW = 2"}}, "give one tag with its value"),
        ({"incar": {"relaxed:ENCUT": 520}}, "'relaxed' is not a kind of calculation; there is"),
        ({"incar": ["ENCUT"]}, "give tags with their values"),
        ({"incar": {"NSW": 3}}, "NSW cannot be set: give --set max_steps"),
        ({"incar": {"relax:ISIF": 2}}, "the campaign decides whether the cell moves"),
        ({"incar": {"MAGMOM": "4*5"}}, "--set magmoms"),
        ({"incar": {"band:IMAGES": 3}}, "--set images"),
        ({"incar": {"IBRION": 1}}, "relax:IBRION=1, 2 or 3"),
        ({"incar": {"relax:IBRION": 0}}, "relax:IBRION=1, 2 or 3"),
        ({"incar": {"EDIFFG": -0.01}}, "give relax:EDIFFG or band:EDIFFG"),
        ({"incar": {"relax:EDIFFG": 1e-4}}, "give a negative value"),
        ({"incar": {"md:TEBEG": 300}}, "the stages of the protocol set it"),
        ({"incar": {"METAGGA": "R2SCAN"}}, "--engine-set functional"),
        ({"incar": {"LHFCALC": True}}, "--engine-set functional"),
        ({"incar": {"ML_LMLFF": True}}, "--engine-set machine_learning"),
        ({"incar": {"LDAUU": "3.9 0"}}, "--set hubbard_u"),
        ({"incar": {"NELECT": 100}}, "energy of a charged cell"),
        ({"incar": {"static:KPAR": 0}}, "static:KPAR cannot be set: 0 is not above 0"),
        ({"incar": {"ENCUT": "-5"}}, "is not above 0"),
        ({"incar": {"ISPIN": 3}}, "ISPIN = 1 and 2, and not 3"),
        ({"functional": "SCAN"}, r"functional='SCAN' of vasp: .*'r2SCAN'"),
        ({"functinal": "r2SCAN"}, "no option 'functinal'; did you mean 'functional'"),
        ({"potcar": {"O": "Li_sv"}}, "Li_sv is not a potential of O"),
        ({"potcar": {"Oo": "O_s"}}, "'Oo' is not an element"),
        ({"potcar_release": 53}, "52, 54 or 64"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        VaspOptions.of(arguments)


def test_a_relaxation_may_have_another_optimiser() -> None:
    options = VaspOptions.of({"incar": {"relax:IBRION": 1, "relax:POTIM": 0.3}})
    assert options.tags("relax") == {"IBRION": 1, "POTIM": 0.3}


def test_parallelisation_and_labels_do_not_belong_to_the_identity() -> None:
    plain = VaspOptions.of({"incar": {"KPAR": 4, "md:NCORE": 8, "SYSTEM": "mine"}})
    assert plain.identity() is None
    assert VaspOptions.of({"incar": {"KPAR": 4, "ENCUT": 600}}).identity() == {
        "incar": {"ENCUT": 600.0}
    }


def test_options_survive_their_own_document() -> None:
    options = VaspOptions.of(
        {"incar": {"static:LAECHG": "T"}, "functional": "HSE06", "machine_learning": 6.4}
    )
    assert VaspOptions.of(options.model_dump(mode="json")) == options
