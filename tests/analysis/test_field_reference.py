"""Field reference: one table per model, and the documentation page."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from liponflow.analysis import field_reference
from liponflow.analysis.field_reference import reference
from liponflow.analysis.kinds import ResultKind
from liponflow.analysis.quantity import Quantity
from liponflow.analysis.result import Result

PAGE = Path(__file__).parents[2] / "docs/results.md"


class ToyResult(Result):
    """Result of a toy."""

    kind: Literal["toy"] = "toy"
    spins: Annotated[dict[str, list[float]], Quantity("µB")] = Field(description="up | down")


def test_documentation_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "the fields of results have changed; update the page with "
        "`python -m liponflow.analysis.field_reference > docs/results.md`"
    )


def test_table_has_type_unit_and_description_of_fields(monkeypatch) -> None:
    kind = ResultKind("toy", model=f"{__name__}:ToyResult")
    monkeypatch.setattr(ResultKind, "load", lambda _: ToyResult)
    monkeypatch.setattr(field_reference, "get_kind", {"toy": kind}.get)
    page = reference(["toy"])
    assert "## Results of kind `toy`\n\nResult of a toy.\n" in page
    assert "| `spins` | lists of numbers by key | µB | up \\| down |" in page


def test_model_shared_by_several_kinds_appears_once() -> None:
    page = reference(["lithiation", "stability"])
    assert page.count("### EngineSpread") == 1
    assert page.count("(#enginespread)") == 2
