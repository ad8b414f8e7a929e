"""The site of the documentation; `make docs` builds it, with warnings as errors."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import griffe
import pytest
import yaml

ROOT = Path(__file__).parents[1]


def load(name: str) -> ModuleType:
    """Import a module of ``website``, as MkDocs does."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "website" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    return load("hooks")


def pages(menu: list[Any]) -> Iterator[str]:
    for item in menu:
        for entry in item.values() if isinstance(item, dict) else [item]:
            yield from pages(entry) if isinstance(entry, list) else [entry]


def test_menus_lead_to_every_page_of_the_documentation() -> None:
    configuration = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    shown = list(pages(configuration["nav"]))
    docs = ROOT / "docs"
    there = {
        path.relative_to(docs).as_posix()
        for path in docs.rglob("*")
        if path.suffix == ".md" or path.parent.name == "notebooks"
    }
    assert there - set(shown) == set(), "add the page to nav in mkdocs.yml"
    assert len(shown) == len(set(shown))


def test_links_of_repository_files_lead_to_pages_and_copies(hooks: ModuleType) -> None:
    class File:
        src_uri = "benchmarks/RESULTS.md"
        generated_by = "hooks"

    class Page:
        file = File

    text = "[a](../docs/glass.md#top) [b](RESULTS_glass.md) [c](https://x.org) [d](../README.md)"
    fenced = "```python\nx[0](../README.md)\n```\n"
    moved = hooks.on_page_markdown(f"{text}\n{fenced}", Page)
    assert moved == (
        "[a](../glass.md#top) [b](RESULTS_glass.md) [c](https://x.org) [d](../index.md)\n" + fenced
    )


def test_links_of_notebooks_that_lead_nowhere_are_warned_of(
    hooks: ModuleType, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Config:
        site_dir = str(tmp_path)

    for page in ("glass", "notebooks/tour"):
        (tmp_path / page).mkdir(parents=True)
        (tmp_path / page / "index.html").write_text("<p>")
    tour = tmp_path / "notebooks" / "tour" / "index.html"
    tour.write_text('<a href="../../glass/">a</a> <a class="x" href="../glass.md">b</a>')
    hooks.on_post_build(Config)
    assert [record.getMessage() for record in caplog.records] == [
        "liponflow: tour links to ../glass.md, which is not there"
    ]


def test_reference_has_every_public_module_once(hooks: ModuleType) -> None:
    text = "\n".join(hooks.api_pages().values())
    entries = [line.removeprefix("::: ") for line in text.splitlines() if line.startswith(":::")]
    assert len(entries) == len(set(entries))
    assert {"liponflow", "liponflow.settings", "liponflow.analysis.glass.radial"} <= set(entries)
    assert not [entry for entry in entries if "._" in entry]


def test_roles_become_links_where_there_is_an_entry(tmp_path: Path) -> None:
    """Names are looked up in the scope of the docstring; private and foreign ones are code."""
    package = tmp_path / "liponflow"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "other.py").write_text('LIMIT = 1\n"""A limit."""\nBARE = 2\n')
    (package / "one.py").write_text(
        "from liponflow.other import BARE, LIMIT\n\n\n"
        "def f():\n"
        '    """See :data:`LIMIT`, :data:`BARE`, :func:`~liponflow.one.f`, :func:`ase.f`."""\n'
    )
    roles = load("sphinx_roles").SphinxRoles()
    found = griffe.load(
        "liponflow", search_paths=[tmp_path], extensions=griffe.load_extensions(roles)
    )
    assert found["one.f"].docstring.value == (
        "See [`LIMIT`][liponflow.other.LIMIT], `BARE`, [`f`][liponflow.one.f], `ase.f`."
    )
