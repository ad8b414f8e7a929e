import json
from pathlib import Path

import pytest

from liponflow.boundary import FileError
from liponflow.report.findings import Finding, all_findings, file_findings, stored_findings
from liponflow.store.export import export


def test_store_that_does_not_exist_has_no_results(tmp_path: Path) -> None:
    assert stored_findings(tmp_path / "none.db") == []


def test_models_are_computed_with_the_published_arguments(tmp_path: Path) -> None:
    found = all_findings(tmp_path / "none.db", [], pytest.fail)
    assert "model mechanics" in [item.name for item in found]
    assert {item.result.provenance.preset for item in found} == {"published"}


def test_results_of_files_come_first(by_kind: dict[str, Finding], tmp_path: Path) -> None:
    file = tmp_path / "lithiation.json"
    export(by_kind["lithiation"].result, file)
    found, *models = all_findings(tmp_path / "none.db", [file], pytest.fail)
    assert all(item.name.startswith("model ") for item in models)
    assert found.name == str(file)
    assert found.result.model_dump() == by_kind["lithiation"].result.model_dump()


@pytest.mark.parametrize("content", ["[1]", "{}", "{", json.dumps({"kind": "glass"})])
def test_file_without_a_result_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "some.json"
    file.write_text(content)
    with pytest.raises(FileError, match=r"some\.json"):
        file_findings([file])
