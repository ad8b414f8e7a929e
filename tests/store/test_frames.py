"""Tables of results, from lists of submodels at any depth."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from liponflow.analysis.quantity import Quantity
from liponflow.analysis.result import EngineInfo, Provenance, Result
from liponflow.store.frames import csv_text, results_frame, states_frame, table_items, tables
from liponflow.store.reading import StoredResult


class Part(BaseModel):
    name: str
    size: Annotated[float, Quantity("Å")]


class Whole(BaseModel):
    parts: list[Part]
    curve: list[float]


class NestedResult(Result):
    kind: Literal["nested"] = "nested"
    energies: Annotated[dict[str, float], Quantity("eV")]
    share: Annotated[float, Quantity("")] = 0.5
    parts: list[Part]
    inner: Whole
    absent: Whole | None = None
    empty: list[Part] = Field(default_factory=list)


@pytest.fixture(scope="module")
def result() -> NestedResult:
    return NestedResult(
        formula="Li",
        converged=True,
        criterion="none",
        provenance=Provenance(
            engine=EngineInfo(name="vasp", version="6", surrogate=False),
            packages={},
            preset="quick",
            parameters={},
            input_fingerprint="0",
            source_structure="none",
            parent_uuids=[],
        ),
        energies={"a": 0.5, "b": 1.5},
        parts=[Part(name="a", size=1.0)],
        inner=Whole(parts=[Part(name="b", size=2.0), Part(name="c", size=3.0)], curve=[1.0]),
    )


def test_lists_of_submodels_have_dotted_names(result: NestedResult) -> None:
    assert tables(result) == ["parts", "inner.parts"]


def test_dotted_name_selects_a_table(result: NestedResult) -> None:
    frame = states_frame(result, "inner.parts")
    assert frame.to_dict("list") == {"name": ["b", "c"], "size": [2.0, 3.0]}
    assert [item.name for item in table_items(result, "parts")] == ["a"]


def test_unknown_table_is_refused_with_the_existing_ones(result: NestedResult) -> None:
    with pytest.raises(ValueError, match=r"named 'absent.parts'; it has parts, inner.parts"):
        states_frame(result, "absent.parts")


def test_frames_carry_units_beside_plain_column_names(result: NestedResult) -> None:
    frame = states_frame(result, "inner.parts")
    assert frame.attrs["units"] == {"size": "Å"}
    stored = [StoredResult("aaaa", 1, datetime(2026, 1, 1, tzinfo=UTC), result)]
    whole = results_frame(stored)
    assert {"energies.a", "energies.b", "share"} <= set(whole.columns)
    assert whole.attrs["units"] == {"energies.a": "eV", "energies.b": "eV"}


def test_csv_headers_contain_the_units(result: NestedResult) -> None:
    assert csv_text(states_frame(result, "inner.parts")) == "name,size (Å)\nb,2.0\nc,3.0\n"


def test_csv_without_results_is_empty() -> None:
    assert csv_text(results_frame([])).strip() == ""
