"""Base of the models of documents."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from pymatgen.core.lattice import Lattice
from pymatgen.core.structure import Structure

import liponflow
from liponflow.analysis.result import Calculation, EngineInfo
from liponflow.document import Document


class Record(Document):
    """Stands for a document."""

    value: float
    table: list[list[float]] | None = None
    shares: dict[str, float | None] | None = None


@pytest.mark.parametrize(
    "fields",
    [
        {"value": float("nan")},
        {"value": "inf"},
        {"value": 1.0, "table": [[0.0], [1.0, float("-inf")]]},
        {"value": 1.0, "shares": {"Li": float("nan")}},
    ],
)
def test_numbers_are_finite(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="should be a finite number"):
        Record.model_validate(fields)


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValidationError, match="not permitted"):
        Record.model_validate({"value": 1.0, "size": 2.0})


def test_structures_of_documents_are_finite() -> None:
    engine = EngineInfo(name="emt", version="1", surrogate=True)
    crystal = Structure(Lattice.cubic(3.4), ["Li"], [[0.0, 0.0, float("nan")]])
    with pytest.raises(ValidationError, match=r"coordinates holds nan at index \[0, 2\]"):
        Calculation(engine=engine, structure=crystal, energy=-1.9, converged=True, ionic_steps=1)


def test_every_model_is_a_document() -> None:
    for path in Path(liponflow.__file__).parent.rglob("*.py"):
        if path.name != "document.py":
            found = re.findall(r"^class (\w+)\(.*\bBaseModel\b", path.read_text(), re.MULTILINE)
            assert found == [], f"{path} has models that allow NaN and unknown fields"
