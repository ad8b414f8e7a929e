import re
from html.parser import HTMLParser

import pytest

from liponflow.analysis.result import Result
from liponflow.report.catalogue import Catalogue, catalogue
from liponflow.report.findings import Finding
from liponflow.report.page import make_page

HOSTILE = "<script>alert(1)</script>\"'&</style>"


@pytest.fixture(scope="module")
def shown(by_kind: dict[str, Finding]) -> list[Finding]:
    return [by_kind["lithiation"], by_kind["phonons"]]


@pytest.fixture(scope="module")
def page(shown: list[Finding]) -> str:
    return make_page(catalogue(), shown)


class Links(HTMLParser):
    """Names in the page, links within it, and addresses that would be fetched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.inner: set[str] = set()
        self.outer: list[str] = []
        self.unlabelled: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.names.append(str(given["id"]))
        for name in ("href", "src", "data", "action"):
            target = given.get(name)
            if target and target.startswith("#"):
                self.inner.add(target[1:])
            elif target and not target.startswith("data:"):
                self.outer.append(target)
        if tag == "img" and not given.get("alt"):
            self.unlabelled.append(tag)


def test_page_asks_no_network(page: str) -> None:
    assert Links(page).outer == []
    assert "default-src 'none'" in page
    assert not re.search(r"@import|url\(\s*['\"]?http", page)


def test_links_lead_to_places_that_exist_once(page: str) -> None:
    links = Links(page)
    assert links.inner <= set(links.names)
    assert len(links.names) == len(set(links.names))
    assert links.unlabelled == []


def test_every_number_has_a_row_with_its_verdict(page: str) -> None:
    for number in catalogue().numbers:
        assert f'id="number-{number.id}"' in page
    assert page.count("data-verdict=") == len(catalogue().numbers)
    assert "liponflow results show" in page
    assert "not DFT" in page


def test_same_results_give_the_same_page(by_kind: dict[str, Finding]) -> None:
    pages = {make_page(catalogue(), [by_kind["phonons"]]) for _ in range(2)}
    assert len(pages) == 1


def test_licence_of_the_viewer_goes_with_it(page: str) -> None:
    assert "3dmol v2.5.5" not in page  # its banner stands in a file of its own
    assert "University of Pittsburgh" in page


def test_page_without_results_lists_every_command() -> None:
    page = make_page(catalogue(), [])
    for command in {number.command for number in catalogue().numbers if number.command}:
        assert command.replace("'", "&#39;") in page
    assert "University of Pittsburgh" not in page  # the viewer is left out


def test_text_of_results_is_escaped(by_kind: dict[str, Finding]) -> None:
    """Names of files and warnings are a user's, and may hold anything."""
    given = by_kind["phonons"]
    made = given.result.provenance.model_copy(
        update={"source_structure": HOSTILE, "parameters": {HOSTILE: HOSTILE}}
    )
    changes = {"provenance": made, "warnings": [HOSTILE], "criterion": HOSTILE}
    result: Result = given.result.model_copy(update=changes)
    number = (
        catalogue()
        .numbers[0]
        .model_copy(
            update={"kind": "phonons", "formula": None, "at": ("spacegroup",), "note": HOSTILE}
        )
    )
    one = Catalogue(topics=catalogue().topics, numbers=(number,))
    page = make_page(one, [Finding(HOSTILE, HOSTILE, result)])
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert page.count("</style>") == 1
