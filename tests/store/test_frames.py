"""Tables of results: lists of submodels, also those inside of other submodels."""

from typing import Literal

import pytest
from pydantic import BaseModel, Field

from liponflow.analysis.result import EngineInfo, Provenance, Result
from liponflow.store.frames import states_frame, table_items, tables


class Part(BaseModel):
    name: str
    size: float


class Whole(BaseModel):
    parts: list[Part]
    curve: list[float]


class NestedResult(Result):
    kind: Literal["nested"] = "nested"
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
        parts=[Part(name="a", size=1.0)],
        inner=Whole(parts=[Part(name="b", size=2.0), Part(name="c", size=3.0)], curve=[1.0]),
    )


def test_lists_of_submodels_have_dotted_names(result: NestedResult) -> None:
    assert tables(result) == ["parts", "inner.parts"]


def test_a_dotted_name_gives_its_rows(result: NestedResult) -> None:
    frame = states_frame(result, "inner.parts")
    assert frame.to_dict("list") == {"name": ["b", "c"], "size": [2.0, 3.0]}
    assert [item.name for item in table_items(result, "parts")] == ["a"]


def test_an_unknown_list_is_refused_with_those_that_there_are(result: NestedResult) -> None:
    with pytest.raises(ValueError, match=r"named 'absent.parts'; it has parts, inner.parts"):
        states_frame(result, "absent.parts")
