"""Example kinds of results, registered by the fixture ``example_kinds``."""

from typing import Any, Literal

from pydantic import Field

from liponflow.analysis.kinds import ResultKind
from liponflow.analysis.result import Result, StructureField
from liponflow.document import Document


class State(Document):
    """One state of an example campaign."""

    x: float
    c_over_a: float
    moments: dict[str, float] = Field(description="mean |moment| by element (µB)")
    structure: StructureField


class ExampleResult(Result):
    """An example result with the usual fields."""

    kind: Literal["example"] = "example"
    states: list[State]
    voltages: list[float] = Field(default=[4.7, 2.8])


class GrownResult(Result):
    """An example result whose schema has changed twice."""

    kind: Literal["grown"] = "grown"
    schema_version: int = 3
    barrier: float = Field(description="Barrier (eV); in kJ/mol, as `height`, in version 1.")
    images: list[float]


def rename_height(document: dict[str, Any]) -> dict[str, Any]:
    """Migrate version 1 to 2: `height` (kJ/mol) became `barrier` (eV)."""
    rest = {name: value for name, value in document.items() if name != "height"}
    return rest | {"barrier": document["height"] / 96.485}


def add_images(document: dict[str, Any]) -> dict[str, Any]:
    """Migrate version 2 to 3: the images were added."""
    return document | {"images": []}


EXAMPLE = ResultKind("example", model="example_results:ExampleResult")
GROWN = ResultKind(
    "grown",
    model="example_results:GrownResult",
    migrations={1: "example_results:rename_height", 2: "example_results:add_images"},
)
