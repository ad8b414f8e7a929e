"""Follow the pages of ``docs``; tests/test_extending.py follows the one about extensions."""

import re
from pathlib import Path

import pytest
from reader import BLOCK, EXTENDING, FILE, README, ROOT, Reader

PAGES = sorted({*(ROOT / "docs").glob("*.md")} - {EXTENDING})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_documentation_pages_run(page: Path, tmp_path: Path, warm_programs: Path) -> None:
    """Every step of the page succeeds."""
    Reader(tmp_path, warm_programs).read(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", [*PAGES, EXTENDING], ids=lambda page: page.stem)
def test_links_and_blocks_of_pages_are_valid(page: Path) -> None:
    """Linked files exist, the README links to the page, and every block is executed."""
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert f"docs/{page.name}" in README, "the README does not link to the page"
    assert len(re.findall(r"^```.+$", text, re.MULTILINE)) == len(BLOCK.findall(text))
    files = [block for language, block in BLOCK.findall(text) if language in {"toml", "yaml"}]
    assert all(map(FILE.match, files))


def test_errors_name_pages_that_exist() -> None:
    """Each page that a class of errors names is there, with its section."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    named = {
        page for text in sources for page in re.findall(r'^    page = "(.+)"$', text, re.MULTILINE)
    }
    assert len(named) > 10
    for page in sorted(named):
        path, _, section = page.partition("#")
        text = (ROOT / path).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        assert not section or section in [
            heading.lower().replace(" ", "-") for heading in headings
        ]
