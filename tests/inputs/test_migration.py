"""Parameters of the migration campaign and the published VASP set."""

from typing import Any

import pytest
from pymatgen.io.vasp import Kpoints

from liponflow.inputs.migration import TOPIC, MigrationParameters
from liponflow.inputs.presets import ParameterError, load_data, load_parameters
from liponflow.inputs.vasp.migration import band_set, end_point_set, host_set, static_set
from liponflow.structures.lithium import bcc_lithium


def parameters(preset: str = "paper", **overrides: Any) -> MigrationParameters:
    return load_parameters(MigrationParameters, TOPIC, preset, overrides)


def test_presets_are_complete_with_sources() -> None:
    paper = parameters()
    assert paper.dopant == ["N", "P", "O"]
    assert paper.supercell == (4, 4, 4)
    assert paper.images == 5
    assert not paper.climbing, "the published set is a plain NEB"
    presets = load_data(TOPIC)["presets"]
    for preset in presets.values():
        assert preset.keys() == MigrationParameters.model_fields.keys()
        assert all(entry["source"] for entry in preset.values())
    for key in ("dopant", "supercell", "images"):
        assert presets["paper"][key]["source"].startswith("published")


def test_band_has_exactly_the_published_set() -> None:
    files = band_set(parameters()).get_input_set(bcc_lithium(), potcar_spec=True)
    assert dict(files.incar) == {
        "ENCUT": 450,
        "GGA": "Pe",
        "IMAGES": 5,
        "ISIF": 2,
        "ISYM": 0,
        "IBRION": 1,
        "POTIM": 0.3,
        "SPRING": -5,
        "LCLIMB": False,
        "NSW": 500,
        "EDIFFG": -0.02,
        "EDIFF": 1e-6,
        "PREC": "Accurate",
        "ALGO": "Normal",
        "NELM": 200,
        "ISMEAR": 1,
        "SIGMA": 0.2,
        "ISPIN": 1,
        "LREAL": "Auto",
        "LWAVE": False,
        "LCHARG": False,
    }
    assert isinstance(files.kpoints, Kpoints)
    assert files.kpoints.kpts == [(5, 5, 5)]
    sources = band_set(parameters()).sources
    for key in ("ENCUT", "GGA", "KPOINTS"):
        assert sources[key].startswith("published: section 4.2.10")


def test_other_sets_differ_in_ionic_tags_only() -> None:
    incars = [
        dict(generator.get_input_set(bcc_lithium(), potcar_spec=True).incar)
        for generator in (
            band_set(parameters()),
            end_point_set(parameters()),
            static_set(),
            host_set(parameters()),
        )
    ]
    band, end, static, host = incars
    ionic = {"IMAGES", "SPRING", "LCLIMB", "IBRION", "POTIM", "ISIF", "NSW", "EDIFFG"}
    for other, also in ((end, set()), (static, set()), (host, {"LREAL", "ISYM"})):
        changed = {key for key in {*band, *other} if band.get(key) != other.get(key)}
        assert changed <= ionic | also
    assert (end["ISIF"], host["ISIF"], static["NSW"]) == (2, 3, 0)
    # An atom that moves may leave a symmetric site; the crystal of the host stays one.
    assert [incar.get("ISYM") for incar in incars] == [0, 0, 0, None]


def test_climbing_image_uses_vtst_tags() -> None:
    incar = (
        band_set(parameters(climbing=True)).get_input_set(bcc_lithium(), potcar_spec=True).incar
    )
    assert {key: incar[key] for key in ("LCLIMB", "IOPT", "IBRION", "POTIM")} == {
        "LCLIMB": True,
        "IOPT": 1,
        "IBRION": 3,
        "POTIM": 0,
    }


def test_dopants_are_distinct() -> None:
    assert parameters(dopant=["N", "N"]).dopant == ["N"]


@pytest.mark.parametrize(
    ("overrides", "complaint"),
    [
        ({"dopant": "Xx"}, "dopant='Xx'.*'Xx' is not an element"),
        ({"dopant": []}, "at least 1 item"),
        ({"images": 0}, "images=0.*greater than or equal to 1"),
        ({"force_limit": -0.05}, "force_limit=-0.05"),
        ({"max_distance": 0}, "max_distance=0"),
        ({"supercell": [3, 3, 0]}, r"supercell=\[3, 3, 0\].* give three whole numbers"),
        ({"larger_supercell": [4, 4, 4]}, r"larger_supercell \(4, 4, 4\) is not larger than"),
        ({"starts": ["vacancy"]}, "starts.0='vacancy'"),
        ({"image": 5}, "unknown parameter 'image'; did you mean 'images'"),
    ],
)
def test_invalid_values_are_refused_by_name(overrides: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ParameterError, match=complaint):
        parameters(**overrides)
