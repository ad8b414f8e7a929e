"""Names of older versions lead to what this version has."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from liponflow import moved
from liponflow.moved import MODULES, NAMES, PACKAGE, current, with_current_names
from liponflow.safejson import UnknownNameError, UntrustedClassError, checked, decode

GOLDEN = Path(__file__).parent / "data" / "golden"


def test_every_module_of_the_table_exists() -> None:
    for module in MODULES.values():
        import_module(PACKAGE + module)


def test_every_name_of_the_table_exists() -> None:
    for target in NAMES.values():
        module, _, name = target.partition(":")
        assert hasattr(import_module(PACKAGE + module), name), target


def test_one_step_leads_to_the_end() -> None:
    assert not set(MODULES.values()) & set(MODULES)
    assert not set(NAMES.values()) & set(NAMES)
    assert not {key.partition(":")[0] for key in [*NAMES, *NAMES.values()]} & set(MODULES)


@pytest.mark.parametrize(
    "file", sorted(GOLDEN.glob("*/names.json")), ids=lambda file: file.parent.name
)
def test_names_of_released_versions_lead_to_their_home(file: Path) -> None:
    for module, names in json.loads(file.read_text()).items():
        for name in names:
            home, now = current(module, name)
            found = getattr(import_module(home), now)
            assert found.__module__ == home, f"{module}.{name} is defined in {found.__module__}"
            checked({"@module": module, "@class": name})


def test_a_name_may_move_on_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(moved.NAMES, "analysis.runs:MDResult", "analysis.md:Dynamics")
    assert current("liponflow.analysis.vasp_runs", "MDResult.of") == (
        "liponflow.analysis.md",
        "Dynamics.of",
    )
    assert current("liponflow.analysis.vasp_runs", "NEBResult")[0] == "liponflow.analysis.runs"


def test_documents_are_renamed_throughout() -> None:
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


def test_documents_are_decoded_under_their_former_names() -> None:
    family = {"@module": "liponflow.structures.host", "@class": "Family", "value": "vacancy"}
    assert decode(family).value == "vacancy"


def test_a_name_that_is_gone_is_refused() -> None:
    for module in ("liponflow.gone.away", "liponflow.analysis.result"):
        with pytest.raises(UnknownNameError, match=rf"has no {module}\.Gone"):
            decode([{"x": {"@module": module, "@class": "Gone"}}])


def test_the_table_leads_nowhere_else() -> None:
    with pytest.raises(UntrustedClassError, match=r"names os\.system"):
        checked({"@module": "os", "@callable": "system"})
