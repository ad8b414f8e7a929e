import gzip
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hostile import touching
from pymatgen.analysis.phase_diagram import PDEntry
from pymatgen.core.composition import Composition
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from pymatgen.entries.computed_entries import (
    ComputedEntry,
    ComputedStructureEntry,
    ConstantEnergyAdjustment,
)

from liponflow.analysis.stability.entries import Entry, EntrySet
from liponflow.analysis.stability.entry_files import ENTRIES, EntryFileError, read_entries
from liponflow.safejson import UntrustedClassError

FORMATION = {"Li": 0.0, "O": 0.0, "Li2O": -6.2145}


def write(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document))
    return path


def pd_entries(energies: dict[str, float]) -> list[dict[str, Any]]:
    return [PDEntry(Composition(f), e).as_dict() for f, e in energies.items()]


def computed(formula: str, energy: float, scheme: str | None = None, run: str = "GGA") -> Any:
    adjustments = [ConstantEnergyAdjustment(-0.7, cls={"@class": scheme})] if scheme else []
    return ComputedEntry(
        formula, energy, energy_adjustments=adjustments, parameters={"run_type": run}
    ).as_dict()


def test_formation_energies_are_recognised_by_elements_at_zero(tmp_path: Path) -> None:
    found = read_entries(write(tmp_path / "mp.json", pd_entries(FORMATION)))
    assert (found.kind, found.scale) == ("formation", "mp.json, formation energies")
    assert found.named("Li2O").energy == -6.2145
    assert found.named("Li2O").source == "mp.json: Li2O"


def test_elements_with_other_polymorphs_have_formation_energies(tmp_path: Path) -> None:
    items = pd_entries({**FORMATION, "P": 0.0, "LiP": -0.9})
    items.append(PDEntry(Composition("P4"), 0.4, name="white P").as_dict())
    found = read_entries(write(tmp_path / "mp.json", items))
    assert found.kind == "formation"
    assert found.named("white P").energy_per_atom == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("energy", None, "the energy is None, which is not a number"),
        ("energy", "low", "the energy is 'low', which is not a number"),
        ("energy", float("nan"), "energy is nan, which is not finite"),
        ("energy", float("-inf"), "energy is -inf, which is not finite"),
        ("composition", {"Li": float("inf")}, "composition.Li is inf, which is not finite"),
    ],
)
@pytest.mark.parametrize("saved", [False, True], ids=["pymatgen", "entry set"])
def test_numbers_that_are_none_are_refused_by_phase(
    tmp_path: Path, field: str, value: Any, complaint: str, *, saved: bool
) -> None:
    items = pd_entries(FORMATION)
    document: Any = items
    if saved:
        document = read_entries(write(tmp_path / "x.json", items)).model_dump(mode="json")
        items = document["entries"]
    items[1] |= {"name": "mine", field: value}
    with pytest.raises(EntryFileError, match=rf"bad\.json, entry 2 \(mine\): {complaint}"):
        read_entries(write(tmp_path / "bad.json", document))


def test_numbers_beyond_floats_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "bad.json", pd_entries(FORMATION))
    path.write_text(path.read_text().replace("-6.2145", "1e5000"))
    with pytest.raises(EntryFileError, match=r"bad\.json, entry 3 \(.*\): energy is inf"):
        read_entries(path)


def test_total_energies_keep_corrections_and_name_the_scheme(tmp_path: Path) -> None:
    items = [
        computed("Li", -1.9),
        computed("O2", -9.8),
        computed("Li2O", -14.0, "MaterialsProject2020Compatibility"),
    ]
    found = read_entries(write(tmp_path / "own.json", items))
    assert found.kind == "total"
    assert found.scale.endswith("total energies, MaterialsProject2020Compatibility")
    assert found.named("Li2O").energy == pytest.approx(-14.7)


def test_compressed_files_and_saved_entry_sets_are_read(tmp_path: Path) -> None:
    packed = tmp_path / "mp.json.gz"
    packed.write_bytes(gzip.compress(json.dumps(pd_entries(FORMATION)).encode()))
    first = read_entries(packed, scale="made up")
    ours = tmp_path / "ours.json"
    ours.write_text(first.model_dump_json())
    assert read_entries(ours) == first


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (
            [
                computed("Li2O", -14.0, "MaterialsProject2020Compatibility"),
                computed("Li3PO4", -52.0, "MaterialsProjectCompatibility"),
            ],
            r"different scales: corrections .*2020.*\(Li2O\), .*\(Li3PO4\)",
        ),
        (
            [
                computed("Li2O", -14.0, "MaterialsProject2020Compatibility"),
                computed("Li3PO4", -52.0),
            ],
            r"no correction \(Li3PO4\)",
        ),
        (
            [computed("Li2O", -14.0), computed("Li3P", -13.0, run="r2SCAN")],
            r"functionals GGA \(Li2O\), r2SCAN \(Li3P\)",
        ),
    ],
)
def test_mixed_schemes_are_refused(tmp_path: Path, items: list[Any], message: str) -> None:
    with pytest.raises(EntryFileError, match=message):
        read_entries(write(tmp_path / "mixed.json", items))


def test_pbe_and_pbe_u_are_one_scale(tmp_path: Path) -> None:
    items = [computed("Li", -1.9), computed("Mn", -9.0), computed("O2", -9.8)]
    items.append(computed("MnO2", -22.0, run="GGA+U"))
    assert len(read_entries(write(tmp_path / "u.json", items)).entries) == 4


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "empty list"),
        ({"phases": 1}, "holds no entries"),
        (3, "holds no entries"),
        ([{"a": 1}], "item 0 .* is a dict"),
        ([Composition("Li").as_dict()], "item 0"),
        ({"scale": "s", "kind": "total", "entries": [{"name": "Li"}]}, "is not an entry set"),
    ],
)
def test_files_with_other_content_are_refused(tmp_path: Path, document: Any, message: str) -> None:
    with pytest.raises(EntryFileError, match=message):
        read_entries(write(tmp_path / "wrong.json", document))


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EntryFileError, match=r"absent\.json: No such file"):
        read_entries(tmp_path / "absent.json")
    broken = tmp_path / "broken.json"
    broken.write_text("[{")
    with pytest.raises(EntryFileError, match=r"broken\.json is not valid JSON"):
        read_entries(broken)
    (tmp_path / "no.json.gz").write_text("plain")
    with pytest.raises(EntryFileError, match=r"no\.json\.gz"):
        read_entries(tmp_path / "no.json.gz")


@pytest.mark.parametrize("place", ["item", "data", "entries", "scale", "cls"])
def test_file_that_would_run_a_command_is_refused(tmp_path: Path, place: str) -> None:
    hostile: Any = touching(tmp_path / "made")
    entry = computed("Li2O", -14.0, "MaterialsProject2020Compatibility")
    if place == "data":
        entry["data"]["x"] = [hostile]
    elif place == "cls":
        entry["energy_adjustments"][0]["cls"] = hostile
    document: Any = {
        "item": [hostile],
        "entries": {"entries": [entry, hostile]},
        "scale": {"scale": "s", "kind": "total", "entries": [], "excluded": hostile},
    }.get(place, [computed("Li", -1.9), entry])
    path = write(tmp_path / "hostile.json", document)
    with pytest.raises(UntrustedClassError, match=rf"{path} names (the function|jobflow|maggma)"):
        read_entries(path)
    assert not (tmp_path / "made").exists()


def test_classes_of_other_packages_are_not_imported(tmp_path: Path) -> None:
    hostile = [{"@module": "os", "@class": "system", "command": "true"}]
    with pytest.raises(UntrustedClassError, match=r"hostile\.json names os\.system, which is not"):
        read_entries(write(tmp_path / "hostile.json", hostile))


def test_scheme_of_adjustments_is_read_as_a_label(tmp_path: Path) -> None:
    """A decoded scheme would read the file that the document names."""
    scheme = {
        "@module": "pymatgen.entries.compatibility",
        "@class": "MaterialsProject2020Compatibility",
        "config_file": str(tmp_path / "absent.yaml"),
    }
    entry = computed("Li2O", -14.0, "MaterialsProject2020Compatibility")
    entry["energy_adjustments"][0]["cls"] = scheme
    entry["parameters"]["run_type"] = {
        "@module": "emmet.core.vasp.calc_types.enums",
        "@class": "RunType",
        "value": "GGA",
    }
    found = read_entries(write(tmp_path / "mp.json", [computed("Li", -1.9), entry]))
    assert found.scale.endswith("total energies, MaterialsProject2020Compatibility")
    assert found.named("Li2O").energy == pytest.approx(-14.7)


@pytest.mark.parametrize("module", ["pymatgen.core.entries", "pymatgen.entries.computed_entries"])
def test_entries_from_old_and_new_pymatgen_modules_are_read(tmp_path: Path, module: str) -> None:
    lattice = Lattice.cubic(3.5)
    entry = ComputedStructureEntry(Structure(lattice, ["Li"], [[0, 0, 0]]), -1.9).as_dict()
    path = write(tmp_path / "old.json", [entry | {"@module": module}])
    assert read_entries(path).named("Li").energy == -1.9


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # former modules warn
def test_every_trusted_entry_class_exists() -> None:
    for module, name in ENTRIES.decoded | ENTRIES.labels:
        found = getattr(import_module(module), name)
        assert (found.__module__, name) in ENTRIES.decoded | ENTRIES.labels, (module, name)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20000,
        '[{"@module": "pymatgen.core.entries", "@class": "ComputedEntry"}]',
        json.dumps([computed("Li", -1.9) | {"composition": {"0x10": 1}}]),
        f"[{'9' * 5000}]",
        '{"scale": "s", "entries": {"a": 1}}',
        "\x00",
    ],
    ids=["too deep", "incomplete", "no element", "too long", "no list", "no text"],
)
def test_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "damaged.json").write_text(text)
    with pytest.raises(EntryFileError, match=r"damaged\.json"):
        read_entries(tmp_path / "damaged.json")


def test_reference_entries_are_formation_energies(reference_data: Path) -> None:
    found = read_entries(
        reference_data / "thermo" / "mp2019_formation_pdentries_LiPONNiMn.json", scale="MP 2019"
    )
    assert isinstance(found, EntrySet)
    assert isinstance(found.named("Li3PO4"), Entry)
    assert (found.kind, len(found.entries)) == ("formation", 612)
    assert found.elements == ["Li", "Mn", "N", "Ni", "O", "P"]


@pytest.mark.parametrize("place", ["data", "parameters"])
def test_charged_entries_are_excluded_with_the_charge(tmp_path: Path, place: str) -> None:
    items = [computed("Li", -1.9), computed("O2", -9.0), computed("Li2O", -14.0)]
    charged = computed("Li2O2", -19.0)
    charged[place] = charged[place] | {"charge": 2}
    found = read_entries(write(tmp_path / "entries.json", [*items, charged]))
    assert {entry.formula for entry in found.entries} == {"Li", "O2", "Li2O"}
    [refused] = found.excluded
    assert (refused.name, "charge of +2 e" in refused.reason) == ("Li2O2", True)


def test_potcars_and_u_of_entries_are_compared(tmp_path: Path) -> None:
    def items(scheme: str | None, **oxide: Any) -> list[dict[str, Any]]:
        return [
            _entry_of("Li", -1.9, None, potcar_symbols=["PBE Li_sv"]),
            _entry_of("O2", -9.8, None, potcar_symbols=["PBE O"]),
            _entry_of("NiO", -10.0, scheme, hubbards={"Ni": 6.2}),
            _entry_of("Li2NiO3", -30.0, scheme, **oxide),
        ]

    mp2020 = "MaterialsProject2020Compatibility"
    titles = [{"titel": "PAW_PBE Li_sv 10Sep2004"}, {"titel": "PAW_PBE O 08Apr2002"}]
    good = items(mp2020, hubbards={"Ni": 6.2}, potcar_spec=titles)
    assert not read_entries(write(tmp_path / "good.json", good)).remarks
    for scheme, oxide, complaint in (
        (mp2020, {"potcar_symbols": ["PBE Li"]}, r"POTCAR of Li is Li_sv \(.*: Li\) and Li \("),
        (mp2020, {"hubbards": {"Ni": 4.0}}, r"U of Ni is 6.2 eV \(.*NiO\) and 4 eV"),
        (None, {"potcar_symbols": ["PBE Ni_pv"]}, r"U of Ni is 6.2 eV \(.*NiO\) and 0 eV"),
    ):
        with pytest.raises(EntryFileError, match=rf"bad\.json mixes .* scales: {complaint}"):
            read_entries(write(tmp_path / "bad.json", items(scheme, **oxide)))
    # U of the Materials Institute's scheme depends on the anion.
    other = items("MITCompatibility", hubbards={"Ni": 4.0})
    assert len(read_entries(write(tmp_path / "mit.json", other)).entries) == 4


def test_potcars_that_the_corrections_were_not_fitted_with_are_named(tmp_path: Path) -> None:
    scheme = "MaterialsProject2020Compatibility"
    items = [
        _entry_of("Li", -1.9, None, potcar_symbols=["PBE Li"]),
        _entry_of("O2", -9.8, None),
        _entry_of("Li2O", -14.0, scheme),
    ]
    [remark] = read_entries(write(tmp_path / "x.json", items)).remarks
    assert remark.endswith("were fitted with other POTCARs: Li_sv, not Li")


def _entry_of(formula: str, energy: float, scheme: str | None, **parameters: Any) -> Any:
    return computed(formula, energy, scheme) | {"parameters": {"run_type": "GGA"} | parameters}
