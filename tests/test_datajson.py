"""Data names classes from a fixed list, and runs no code."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hostile import function, touching
from monty.json import MontyDecoder
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure
from pymatgen.electronic_structure.core import Magmom

from liponflow import datajson
from liponflow.datajson import STRUCTURE, DocumentType, check, decode
from liponflow.safejson import UntrustedClassError


def crystal() -> Structure:
    return Structure(Lattice.cubic(4.2), ["Li+", "F-"], [[0, 0, 0], [0.5, 0.5, 0.5]])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of maggma.api
def test_hostile_document_would_run_a_command(tmp_path: Path) -> None:
    """Show that the refusals below refuse something."""
    file = tmp_path / "made"
    MontyDecoder().process_decoded(touching(file))
    assert file.exists()


def test_structure_with_objects_on_its_sites_is_read() -> None:
    structure = crystal()
    structure.add_site_property("magmom", [Magmom(1.5), Magmom(0.0)])
    document = structure.as_dict()
    document["sites"][0]["properties"]["magmom"] = Magmom(1.5).as_dict()
    found = datajson.structure(copy.deepcopy(document), "a.json")
    assert found.species == structure.species
    assert isinstance(found[0].properties["magmom"], Magmom)
    assert float(found[0].properties["magmom"]) == 1.5
    assert decode(crystal().as_dict(), STRUCTURE, "a.json") == crystal()


@pytest.mark.parametrize(
    "part",
    [
        {"@module": "os", "@class": "system"},
        {"@module": "pymatgen.core.structure", "@class": "Molecule"},
        {"@module": "pymatgen.core.structure", "@class": "Structure.from_file"},
        {"@module": "pymatgen.core", "@class": "Structure"},
        {"@module": "liponflow.workflows.run", "@class": "Outcome"},
        {"@module": ["os"], "@class": "system"},
        {"@module": "pymatgen.core.structure"},
    ],
    ids=str,
)
@pytest.mark.parametrize("place", ["property", "list", "entry"])
def test_other_classes_are_refused_wherever_they_stand(part: dict[str, Any], place: str) -> None:
    document = crystal().as_dict()
    if place == "property":
        document["sites"][1]["properties"] = {"magmom": part}
    elif place == "list":
        document["lattice"]["matrix"][0][0] = [[part]]
    else:
        document["further"] = {"a": {"b": part}}
    with pytest.raises(UntrustedClassError, match=r"a\.json names .*not on the list of the cl"):
        datajson.structure(document, "a.json")


@pytest.mark.parametrize(
    "part",
    [
        function("os", "system"),
        function("pymatgen.core.structure", "Structure"),
        {"@module": "pymatgen.core.structure", "@class": "Structure", "@callable": "x"},
        {"@bound": {"@module": "pymatgen.core.structure", "@class": "Structure"}},
    ],
)
def test_functions_are_refused(part: dict[str, Any]) -> None:
    with pytest.raises(UntrustedClassError, match=r"a\.json names the function .* data runs no c"):
        check([1, {"x": part}], STRUCTURE, "a.json")


def test_nothing_is_decoded_before_all_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []
    monkeypatch.setattr(Structure, "from_dict", lambda *_: decoded.append(1))
    with pytest.raises(UntrustedClassError):
        decode([crystal().as_dict(), function("os", "system")], STRUCTURE, "a.json")
    assert not decoded


def test_class_that_is_defined_elsewhere_is_refused() -> None:
    """A module may import anything under any name."""
    kind = DocumentType("a test", frozenset({("pymatgen.core.structure", "Lattice")}))
    document = {"@module": "pymatgen.core.structure", "@class": "Lattice", "matrix": []}
    with pytest.raises(UntrustedClassError, match=r"is pymatgen\.core\.lattice\.Lattice and no c"):
        decode(document, kind, "a.json")


def test_every_class_of_a_structure_exists() -> None:
    for module, name in STRUCTURE.decoded:
        found = __import__(module, fromlist=[name])
        assert (getattr(found, name).__module__, name) in STRUCTURE.decoded


def test_labels_are_not_decoded() -> None:
    kind = DocumentType("a test", frozenset(), frozenset({("gone", "Scheme"), ("gone", "Kind")}))
    document = [
        {"@module": "gone", "@class": "Scheme", "file": "/etc/passwd"},
        {"run": {"@module": "gone", "@class": "Kind", "value": "GGA"}},
    ]
    assert decode(document, kind, "a.json") == [{"@class": "Scheme"}, {"run": "GGA"}]


def test_hostile_structure_is_refused_and_runs_nothing(tmp_path: Path) -> None:
    document = crystal().as_dict()
    document["sites"][0]["properties"] = {"magmom": touching(tmp_path / "made")}
    with pytest.raises(UntrustedClassError, match=r"a\.json names jobflow\.core\.flow\.Flow"):
        datajson.structure(document, "a.json")
    assert not (tmp_path / "made").exists()
