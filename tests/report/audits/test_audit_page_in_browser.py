"""The page of an audit in headless Chromium: no request, and all of it without script and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.browser import Page, browser, chromium

from harness.evidence.schema.audit import Audit

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="no Chromium here: install it, or name it in CHROMIUM"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> str:
    """Return where the page lies."""
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_bytes(files["index.html"])
    return path.as_uri()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Yield one browser for all tests."""
    with browser(str(chromium()), Path(tmp_path_factory.mktemp("profile"))) as page:
        page.size(1280)
        yield page


@pytest.fixture
def page(opened: Page, address: str) -> Page:
    """Return the browser with the page just loaded."""
    opened.messages.clear()
    opened.requests.clear()
    opened.visit("about:blank")
    opened.visit(address)
    return opened


def test_the_page_logs_nothing_and_asks_for_nothing(page: Page, address: str) -> None:
    """No console message, and no address but its own and its empty icon."""
    assert [] == page.messages
    assert [] == [each for each in page.requests if not each.startswith(("about:", "data:", address))]


def test_a_column_sorts_both_ways(page: Page) -> None:
    """By the number, not by its text; a second click turns the order."""
    column = (
        "[...document.querySelectorAll('.frontier tbody tr')].map((row) => Number(row.cells[5].dataset.sort))"
    )
    click = "document.querySelectorAll('.frontier th .sort')[5].click()"
    page.evaluate(click)
    ascending = page.evaluate(column)
    page.evaluate(click)
    assert sorted(ascending) == ascending
    assert ascending[::-1] == page.evaluate(column)


def test_a_copy_button_takes_the_command_before_it(page: Page, audited: Audit) -> None:
    """Copied, or selected where the browser does not let the page write to the clipboard."""
    page.evaluate("document.querySelector('.copy').click()")
    page.evaluate("new Promise((done) => setTimeout(done, 300))")
    label = page.evaluate("document.querySelector('.copy').textContent")
    assert label in {"copied", "selected: press Ctrl+C"}
    if label != "copied":
        assert audited.commands[0].command == page.evaluate("getSelection().toString()")


def test_light_and_dark_follow_the_system_and_the_button(page: Page) -> None:
    """The button turns what the system prefers."""
    colour = "getComputedStyle(document.body).backgroundColor"
    page.prefer("light")
    light = page.evaluate(colour)
    page.prefer("dark")
    assert light != page.evaluate(colour)
    page.evaluate("document.querySelector('#theme').click()")
    assert light == page.evaluate(colour)
    page.prefer("light")


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_the_page_fits_the_window(page: Page, width: int) -> None:
    """Nothing but figures and tables in their own frames is wider than the window."""
    page.size(width)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.size(1280)


def test_without_script_everything_is_there(page: Page, address: str, audited: Audit) -> None:
    """Every section, figure and row; what needs script is not."""
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.visit("about:blank")
        page.visit(address)
    finally:
        page.call("Emulation.setScriptExecutionDisabled", value=False)
    parts = "[...document.querySelectorAll('main section, .drawn svg, .frontier tbody tr, .next code')]"
    shown = page.evaluate(f"{parts}.map((each) => each.checkVisibility())")
    assert 7 + 2 + len(audited.frontier) + len(audited.commands) == len(shown)
    assert {True} == set(shown)
    assert not page.evaluate("document.querySelector('.copy').checkVisibility()")


def test_on_paper_nothing_is_cut(page: Page) -> None:
    """A4 upright, in the media of print: no part is wider than the paper or hidden in a frame."""
    page.size(718)
    page.call("Emulation.setEmulatedMedia", media="print", features=[])
    try:
        right = "[...document.querySelectorAll('main *')].map((each) => each.getBoundingClientRect().right)"
        assert 719 > max(page.evaluate(right))
        frame = "document.querySelector('.tall')"
        assert page.evaluate(f"{frame}.scrollHeight <= {frame}.clientHeight + 1")
        assert not page.evaluate("document.querySelector('#theme').checkVisibility()")
    finally:
        page.call("Emulation.setEmulatedMedia", media="", features=[])
        page.size(1280)
