"""Reference of parameters: the page of the documentation."""

from pathlib import Path

from liponflow.workflows.parameter_reference import own_topics, reference
from liponflow.workflows.topic import get_topic

PAGE = Path(__file__).parents[2] / "docs/parameters.md"


def test_documentation_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "parameters or presets have changed; update the page with "
        "`python -m liponflow.workflows.parameter_reference > docs/parameters.md`"
    )


def test_every_parameter_has_a_row_with_its_unit() -> None:
    for name in own_topics():
        section = reference([name]).partition(f"## {name}")[2].partition("\n## ")[0]
        for parameter in get_topic(name).parameter_model().model_fields:
            assert f"\n| `{parameter}` | " in section
    assert "| eV/Å | `0.05` | `0.02` |" in reference(["lithiation"])
    assert "| `end_temperature` | Temperature at the end" in reference(["glass"])
