from typing import Any

import pytest

from liponflow.analysis.kinds import get_kind, kind_names
from liponflow.analysis.published import topics
from liponflow.inputs.eels import EELSParameters
from liponflow.inputs.presets import load_parameters
from liponflow.report import values
from liponflow.report.catalogue import PublishedNumber, catalogue, read_catalogue
from liponflow.report.places import unit_at

NUMBERS = catalogue().numbers
COMPUTED = [number for number in NUMBERS if number.kind in kind_names()]


@pytest.mark.parametrize("number", [n for n in COMPUTED if n.at], ids=lambda number: number.id)
def test_place_is_a_field_of_the_result_in_the_published_unit(number: PublishedNumber) -> None:
    model = get_kind(str(number.kind)).load()
    places = [place for place in (number.at, *(number.interval or ())) if place]
    assert {unit_at(model, place) for place in places} == {number.unit}


def test_tables_have_a_number_for_each_printed_value() -> None:
    known = {number.id: number for number in NUMBERS}
    assert known["interphase-4-ionic"].statement == "Ionic conductivity of LiF, at most"
    assert known["interphase-1-ionic"].value == 1e-12
    printed = [row for row in topics()["derivatives"]["rows"] if row.get("ea") is not None]
    assert sum(name.endswith("-ea") for name in known) == len(printed)
    assert known["derivative-1-ea"].at == (
        "rows",
        {"printed": "Li2.3Si0.2PO1.4N1.1"},
        "activation_energy",
    )


def test_edges_are_those_of_the_materials_of_the_preset() -> None:
    parameters = load_parameters(EELSParameters, "eels", "quick")
    materials = {*parameters.phases, f"{parameters.glass} glass"}
    chosen = {
        part["material"]
        for n in NUMBERS
        if n.kind == "eels"
        for part in n.at
        if "peaks" in n.at and isinstance(part, dict)
    }
    assert chosen
    assert chosen <= materials


def test_functions_exist_and_are_all_used() -> None:
    public = {name for name in vars(values) if callable(getattr(values, name)) and name.islower()}
    used = {name for number in NUMBERS for name in (number.function, number.input_if) if name}
    own = {n for n in public if getattr(values, n).__module__ == values.__name__ and n[0] != "_"}
    assert own == used


def test_every_topic_has_numbers_and_every_number_says_how_to_get_ours() -> None:
    assert {number.topic for number in NUMBERS} == set(catalogue().topics)
    for number in NUMBERS:
        told = number.command or number.parameter or number.not_computed or number.input
        assert told, number.id
        assert number.reference


def test_explanations_name_pages_of_the_project(pytestconfig: pytest.Config) -> None:
    pages = {item.page for number in NUMBERS for item in number.explanations}
    assert pages
    assert all((pytestconfig.rootpath / page).is_file() for page in pages)


def entry(**changes: Any) -> dict[str, Any]:
    number = {
        "id": "a", "topic": "t", "statement": "s", "value": 1, "source": "book",
        "not_computed": "why",
    }  # fmt: skip
    book = {"citation": "B", "reference": "Book"}
    return {"sources": {"book": book}, "topics": {"t": "T"}, "numbers": [number | changes]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"source": "paper"}, "a has neither a published value nor a known source"),
        ({"at": ["x"]}, "give one of at, function, parameter and not_computed"),
        ({"not_computed": "", "at": ["x"]}, "give the kind of the result and its command"),
        ({"tolerance": 0.1}, "give the reason for the tolerance"),
        ({"input_if": "f"}, "say in input why agreement shows nothing"),
        ({"topic": "u"}, "topic u of a number has no title"),
        ({"formla": "LiP"}, "formla"),
    ],
)
def test_incomplete_entry_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_catalogue(entry(**changes), {})


def test_name_that_repeats_is_refused() -> None:
    data = entry()
    data["numbers"] *= 2
    with pytest.raises(ValueError, match="two numbers are called a"):
        read_catalogue(data, {})


def test_value_and_caveats_come_from_the_published_values() -> None:
    around = {"citation": "C", "source": "Paper", "note": "Caveat.", "values": {"Ni": [4.7, 4.7]}}
    data = entry(printed=["topic", "values", "Ni"], note="Ours.")
    (number,) = read_catalogue(data, {"topic": around}).numbers
    assert (number.value, number.citation, number.note) == (4.7, "C", "Caveat. Ours.")
    with pytest.raises(ValueError, match="value"):
        read_catalogue(entry(printed=["topic", "values", "Mn"]), {"topic": around})
