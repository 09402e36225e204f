"""The page in headless Chromium: no message, no request, and every control does what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.browser import Page, browser, chromium
from support.rendered import COMMITTED, committed_report

pytestmark = [
    pytest.mark.skipif(chromium() is None, reason="no Chromium here: install it, or name it in CHROMIUM"),
    pytest.mark.skipif(not (COMMITTED / "results").is_dir(), reason="there is no committed evidence yet"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the page and claims.json."""
    folder, files = tmp_path_factory.mktemp("page"), committed_report()
    for name in ("index.html", "claims.json"):
        (folder / name).write_bytes(files[name])
    return folder


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Yield one browser for all tests."""
    with browser(str(chromium()), tmp_path_factory.mktemp("profile")) as page:
        page.size(1280)
        yield page


@pytest.fixture
def page(opened: Page, folder: Path) -> Page:
    """Return the browser with the page just loaded."""
    opened.messages.clear()
    opened.requests.clear()
    opened.visit("about:blank")
    opened.visit((folder / "index.html").as_uri())
    return opened


def test_the_page_logs_nothing_and_asks_for_nothing(page: Page, folder: Path) -> None:
    """No console message, no error, and no address but the page's own and its empty icon."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    own = ("about:", "data:", (folder / "index.html").as_uri())
    assert [] == page.messages
    assert [] == [address for address in page.requests if not address.startswith(own)]


def test_the_numbers_on_the_screen_are_those_of_claims_json(page: Page, folder: Path) -> None:
    """Read from the document as a person sees it."""
    board = json.loads((folder / "claims.json").read_text("utf-8"))["board"]
    script = (
        "Object.fromEntries([...document.querySelectorAll('.board tbody tr')].map((row) => [row.id, {0}]))"
    )
    shown = page.evaluate(script.format("row.querySelector('[data-value]').firstChild.textContent.trim()"))
    assert {entry["id"]: entry["value"] or "–" for entry in board} == shown
    verdicts = page.evaluate(script.format("row.querySelector('.verdict').textContent"))
    assert {entry["id"]: entry["verdict"] for entry in board} == verdicts


def test_a_column_sorts_both_ways(page: Page) -> None:
    """Numbers by value; a second click turns the order, and says so to a screen reader."""
    column = (
        "[...document.querySelectorAll('#search tbody tr')].map((row) => Number(row.cells[2].textContent))"
    )
    click = "document.querySelectorAll('#search th .sort')[2].click()"
    page.evaluate(click)
    ascending = page.evaluate(column)
    page.evaluate(click)
    descending = page.evaluate(column)
    assert sorted(ascending) == ascending
    assert ascending[::-1] == descending
    assert "descending" == page.evaluate(
        "document.querySelectorAll('#search th')[2].getAttribute('aria-sort')"
    )


def test_the_filters_show_the_claims_that_fit(page: Page, folder: Path) -> None:
    """FAILS leaves as many rows and chips as claims.json has."""
    board = json.loads((folder / "claims.json").read_text("utf-8"))["board"]
    fails = sorted(entry["id"] for entry in board if entry["verdict"] == "FAILS")
    page.evaluate(
        "const select = document.querySelector('#filter-verdict'); select.value = 'FAILS';"
        "select.dispatchEvent(new Event('change'))"
    )
    shown = (
        "[...document.querySelectorAll('.board tbody tr')].filter((row) => !row.hidden).map((row) => row.id)"
    )
    assert fails == sorted(page.evaluate(shown))
    assert len(fails) == page.evaluate("document.querySelectorAll('.chips li:not([hidden])').length")


def slide(page: Page, quality: float) -> tuple[str, dict[str, str]]:
    """Return the answer and the mark that the slider chooses."""
    page.evaluate(
        f"document.querySelector('#quality').value = {quality};"
        "document.querySelector('#quality').dispatchEvent(new Event('input'))"
    )
    answer = page.evaluate("document.querySelector('.panel.current .answer').textContent")
    marks = page.evaluate(
        "[...document.querySelectorAll('.panel.current .mark.chosen')].map((m) => ({...m.dataset}))"
    )
    assert 1 == len(marks)
    return answer, marks[0]


def test_the_slider_marks_the_cheapest_that_keeps_the_quality(page: Page) -> None:
    """No smaller mark reaches it, and the answer has its bytes and interval."""
    for quality in (80, 95, 98):
        answer, chosen = slide(page, quality)
        smaller = page.evaluate(
            "[...document.querySelectorAll('.panel.current svg:not(.key) .mark')]"
            f".filter((m) => m.dataset.value >= {quality / 100})"
            f".filter((m) => Number(m.dataset.bytes) < {chosen['bytes']}).length"
        )
        assert 0 == smaller
        assert quality / 100 <= float(chosen["value"])
        assert f": {chosen['bytes']} bytes, " in answer
        assert " … " in answer


def test_the_most_in_the_bytes_that_are_chosen_is_named(page: Page) -> None:
    """No mark of as many bytes or fewer keeps more; the commands of the mark stand below."""
    for size in page.evaluate("[...document.querySelector('#bytes').options].map((each) => each.value)"):
        page.evaluate(
            f"document.querySelector('#bytes').value = {size};"
            "document.querySelector('#bytes').dispatchEvent(new Event('change'))"
        )
        marks = page.evaluate(
            "[...document.querySelectorAll('.panel.current svg:not(.key) .mark')]"
            ".map((m) => [Number(m.dataset.value), m.dataset.id, Number(m.dataset.bytes)])"
        )
        value = max(mark[0] for mark in marks if mark[2] <= int(size))
        shown = page.evaluate("document.querySelector('#point').textContent")
        assert value == page.evaluate(
            "Number(document.querySelector('.panel.current .mark.most').dataset.value)"
        )
        answer = page.evaluate("document.querySelector('.panel.current .answer.most').textContent")
        assert answer.startswith(f"Most in {size} bytes or fewer: ")
        most = [mark[1] for mark in marks if mark[0] == value and mark[2] <= int(size)]
        assert any(f"harness replay {evidence}" in shown for evidence in most)


def test_a_copy_button_copies_the_command_before_it(page: Page) -> None:
    """By the mouse, into the clipboard; the button says so. Without a clipboard the command is selected."""
    page.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    page.call("Emulation.setFocusEmulationEnabled", enabled=True)
    page.evaluate("document.querySelector('#C8 details').open = true")
    page.click("#C8 .commands .copy:last-child")
    says = "new Promise((done) => setTimeout(() => done({0}), 100))"
    button = "document.querySelector('#C8 .commands .copy:last-child').textContent"
    assert "copied" == page.evaluate(says.format(button))
    assert "harness replay C8" == page.evaluate("navigator.clipboard.readText()")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.click("#C8 .commands .copy")
    assert "harness explain C8" == page.evaluate(says.format("getSelection().toString()"))


def test_printed_everything_is_there_and_nothing_is_cut(page: Page) -> None:
    """A4 upright: every section, every claim with its reasons, no wider than the paper, on white."""
    page.size(718)
    page.evaluate("document.querySelector('#theme').click()")
    page.prefer("dark", "print")
    try:
        selector = "main section, .board tr[id], .board details p, .panel.current td"
        parts = f"[...document.querySelectorAll('{selector}')]"
        hidden = f"{parts}.filter((e) => !e.checkVisibility({{contentVisibilityAuto: true}})).length"
        assert 0 == page.evaluate(hidden)
        flat = f"{parts}.filter((e) => e.getBoundingClientRect().height < 1).length"
        assert 0 == page.evaluate(flat)
        wide = "[...document.querySelectorAll('main *')].map((e) => e.getBoundingClientRect().right)"
        assert 719 > max(page.evaluate(wide))
        assert "rgb(255, 255, 255)" == page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert not page.evaluate("document.querySelector('#controls').checkVisibility()")
    finally:
        page.prefer("light")
        page.size(1280)


def test_no_word_is_broken_into_letters(page: Page) -> None:
    """On a narrow screen a table scrolls in its frame: no cell is a column of letters."""
    page.size(390)
    cells = "[...document.querySelectorAll('th, td, caption')]"
    columns = f"{cells}.filter((e) => e.clientHeight > 8 * e.clientWidth).map((e) => e.textContent)"
    assert [] == page.evaluate(columns)
    page.size(1280)


def test_the_switches_choose_space_and_protocol(page: Page) -> None:
    """One panel stands for each choice, and a protocol that a space lacks is not chosen."""
    spaces = page.evaluate("[...document.querySelector('#space').options].map((each) => each.value)")
    for space in spaces:
        page.evaluate(
            f"document.querySelector('#space').value = {json.dumps(space)};"
            "document.querySelector('#space').dispatchEvent(new Event('change'))"
        )
        assert [space] == page.evaluate(
            "[...document.querySelectorAll('.panel.current')].map((p) => p.dataset.space)"
        )
        protocol = page.evaluate("document.querySelector('.panel.current').dataset.protocol")
        assert protocol == page.evaluate("document.querySelector('#protocol').value")


def test_a_mark_shows_its_evidence_and_the_command_by_keyboard(page: Page) -> None:
    """The arrow key moves to the next mark, whose id stands in both commands."""
    page.evaluate("document.querySelector('.panel.current svg:not(.key) .mark[tabindex=\"0\"]').focus()")
    page.key("ArrowRight")
    evidence = page.evaluate("document.activeElement.dataset.id")
    text = page.evaluate("document.querySelector('#point').textContent")
    assert f"harness explain {evidence}" in text
    assert f"harness replay {evidence}" in text


def test_a_deep_link_opens_its_claim(page: Page, folder: Path) -> None:
    """#C8 shows why, and only there."""
    page.visit("about:blank")
    page.visit((folder / "index.html").as_uri() + "#C8")
    opened = "[...document.querySelectorAll('.board details[open]')].map((each) => each.closest('tr').id)"
    assert ["C8"] == page.evaluate(opened)
    assert page.evaluate("document.querySelector('#C8').getBoundingClientRect().top < innerHeight")


def test_light_and_dark_follow_the_system_and_the_button(page: Page) -> None:
    """The button turns what the system prefers."""
    colour = "getComputedStyle(document.body).backgroundColor"
    page.prefer("light")
    light = page.evaluate(colour)
    page.prefer("dark")
    dark = page.evaluate(colour)
    assert light != dark
    page.evaluate("document.querySelector('#theme').click()")
    assert light == page.evaluate(colour)
    page.prefer("light")


def test_the_first_screen_has_findings_board_and_figure(page: Page) -> None:
    """At 1280 by 950: every finding, every chip of the board, and the marks of the figure."""
    page.size(1280, 950)
    seen = "#findings li, .chips li, .panel.current svg:not(.key) .mark"
    bottoms = f"[...document.querySelectorAll('{seen}')].map((e) => e.getBoundingClientRect().bottom)"
    assert [] == [bottom for bottom in page.evaluate(bottoms) if bottom > 950]
    page.size(1280)


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_the_page_fits_the_window(page: Page, width: int) -> None:
    """Nothing but figures and tables in their own frames is wider than the window."""
    page.size(width)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.size(1280)


def test_without_script_everything_is_there_as_text_and_svg(page: Page, folder: Path) -> None:
    """Every panel, every claim and every section is shown; controls that need script are not."""
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.visit("about:blank")
        page.visit((folder / "index.html").as_uri())
    finally:
        page.call("Emulation.setScriptExecutionDisabled", value=False)
    elements = "[...document.querySelectorAll('.panel, .board tbody tr, main section')]"
    assert {True} == set(page.evaluate(f"{elements}.map((each) => each.checkVisibility())"))
    assert not page.evaluate("document.querySelector('#controls').checkVisibility()")
