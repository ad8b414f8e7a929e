"""The report in headless Chromium: what a reader sees, without a network."""

import shutil
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from liponflow.analysis.kinds import ResultKind, get_kind
from liponflow.report.catalogue import catalogue
from liponflow.report.findings import Finding
from liponflow.report.page import make_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or ""
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium: make chromium")

FLAGS = (
    "--no-sandbox", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)  # fmt: skip
"""WebGL by SwiftShader, which needs no graphics card."""
PATIENCE = 120_000
"""Longest wait for anything, on a busy machine (ms)."""
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def file(by_kind: dict[str, Finding], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a report of a glass and a lithiation, with the quick figures of phonons."""
    shown = [by_kind[kind] for kind in ("glass", "lithiation", "phonons")]
    drawn = get_kind("phonons").draw(by_kind["phonons"].result)
    path = tmp_path_factory.mktemp("report") / "report.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ResultKind, "draw", lambda kind, _: drawn if kind.name == "phonons" else {})
        path.write_text(make_page(catalogue(), shown), "utf-8")
    return path


@pytest.fixture(scope="module")
def page(browser: "Browser", file: Path) -> "Iterator[Page]":
    """Yield the report as it opens; errors of the console and requests are collected."""
    opened = browser.new_page()
    opened.set_default_timeout(PATIENCE)
    problems: list[str] = []
    opened.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "request",
        lambda r: (
            None if r.url.startswith(("file:", "data:", "blob:")) else problems.append(r.url)
        ),
    )
    opened.goto(file.as_uri())
    yield opened
    assert problems == []


def test_tables_can_be_filtered_and_rows_opened(page: "Page") -> None:
    rows = page.locator(".topic tbody tr")
    assert rows.count() == len(catalogue().numbers)
    page.get_by_role("checkbox", name="missing").uncheck()
    assert page.locator('.topic tr[data-verdict="missing"]:visible').count() == 0
    page.get_by_role("searchbox", name="Search").fill("moment of Mn")
    assert page.locator(".topic tbody tr:visible").count() == 2
    row = page.locator("#number-moment-Mn-2")
    row.locator("summary").click()
    assert "liponflow results show" in row.inner_text()
    page.get_by_role("searchbox", name="Search").fill("")
    page.get_by_role("checkbox", name="missing").check()
    assert page.locator(".topic tbody tr:visible").count() == rows.count()


def test_structures_are_drawn_and_turn(page: "Page") -> None:
    from matplotlib.image import imread

    scene = page.locator("#scene-glass")
    scene.scroll_into_view_if_needed()
    page.wait_for_selector("#scene-glass canvas")
    page.wait_for_selector("#scene-glass .controls:not([hidden])")

    def pixels() -> np.ndarray:
        return imread(BytesIO(scene.locator(".stage").screenshot()))[..., :3]

    before = pixels()
    coloured = np.ptp(before, axis=-1) > 0.2
    assert 0.005 < coloured.mean() < 0.9
    scene.get_by_role("button", name="Turn left").click()
    assert np.abs(pixels() - before).mean() > 1e-3


def test_frames_of_the_spinel_follow_the_slider(page: "Page") -> None:
    scene = page.locator("[data-scene^=lithiation]")
    scene.scroll_into_view_if_needed()
    slider = scene.get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    assert "x = 2" in scene.locator(".controls").inner_text()


def test_everything_to_operate_and_to_see_has_a_name(page: "Page") -> None:
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, img, [role], a")]
        .filter((e) => !(e.ariaLabel || e.alt || e.textContent.trim() || e.labels?.length))
        .map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert nameless == []
    levels = page.evaluate(
        '() => [...document.querySelectorAll("h1, h2, h3, h4")].map((e) => Number(e.tagName[1]))'
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_phone_needs_no_sideways_scrolling(page: "Page") -> None:
    before = page.viewport_size
    page.set_viewport_size(PHONE)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]
    assert page.locator("#number-moment-Mn-2 td").first.is_visible()
    page.set_viewport_size(before or PHONE)


def test_print_shows_the_tables_and_no_controls(page: "Page") -> None:
    page.emulate_media(media="print")
    assert page.locator(".filter").is_hidden()
    assert page.locator("#number-moment-Mn-2").is_visible()
    assert page.pdf()[:4] == b"%PDF"
    page.emulate_media(media="screen")
