"""Names of older versions are mapped to current ones."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from liponflow import moved
from liponflow.moved import MODULES, NAMES, PACKAGE, current, with_current_names
from liponflow.safejson import UnknownNameError, UntrustedClassError, checked, decode

GOLDEN = Path(__file__).parent / "data" / "golden"


def test_every_current_module_exists() -> None:
    for module in MODULES.values():
        import_module(PACKAGE + module)


def test_every_current_name_exists() -> None:
    for target in NAMES.values():
        module, _, name = target.partition(":")
        assert hasattr(import_module(PACKAGE + module), name), target


def test_renames_are_not_chained() -> None:
    assert not set(MODULES.values()) & set(MODULES)
    assert not set(NAMES.values()) & set(NAMES)
    assert not {key.partition(":")[0] for key in [*NAMES, *NAMES.values()]} & set(MODULES)


@pytest.mark.parametrize(
    "file", sorted(GOLDEN.glob("*/names.json")), ids=lambda file: file.parent.name
)
def test_names_of_released_versions_are_found(file: Path) -> None:
    for module, names in json.loads(file.read_text()).items():
        for name in names:
            home, now = current(module, name)
            found = getattr(import_module(home), now)
            assert found.__module__ == home, f"{module}.{name} is defined in {found.__module__}"
            checked({"@module": module, "@class": name})


def test_single_name_may_move_out_of_its_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(moved.NAMES, "analysis.runs:MDResult", "analysis.md:Dynamics")
    assert current("liponflow.analysis.vasp_runs", "MDResult.of") == (
        "liponflow.analysis.md",
        "Dynamics.of",
    )
    assert current("liponflow.analysis.vasp_runs", "NEBResult")[0] == "liponflow.analysis.runs"


def test_names_are_replaced_throughout_a_document() -> None:
    maker = {"@module": "liponflow.workflows.dynamics.maker", "@class": "CheckpointedMDMaker"}
    method = {**maker, "@callable": "CheckpointedMDMaker.make", "@bound": dict(maker)}
    del method["@class"]
    document = {"jobs": [{"function": method}, 1.5], "@module": "jobflow", "@class": "Flow"}
    renamed = with_current_names(document)
    home = "liponflow.engines.potential.md.maker"
    assert renamed["@module"] == "jobflow"
    assert renamed["jobs"][0]["function"]["@module"] == home
    assert renamed["jobs"][0]["function"]["@bound"] == {**maker, "@module": home}
    assert document["jobs"] == [{"function": method}, 1.5]
    assert method["@module"] == maker["@module"]


def test_documents_with_old_names_are_decoded() -> None:
    family = {"@module": "liponflow.structures.host", "@class": "Family", "value": "vacancy"}
    assert decode(family).value == "vacancy"


def test_removed_name_is_refused() -> None:
    for module in ("liponflow.gone.away", "liponflow.analysis.result"):
        with pytest.raises(UnknownNameError, match=rf"has no {module}\.Gone"):
            decode([{"x": {"@module": module, "@class": "Gone"}}])


def test_names_outside_the_package_are_refused() -> None:
    with pytest.raises(UntrustedClassError, match=r"names os\.system"):
        checked({"@module": "os", "@callable": "system"})
