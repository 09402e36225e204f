"""The page: one file that asks for nothing, whose numbers are those of claims.json."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from support.rendered import COMMITTED, committed_report

from harness.types import Json
from report.evidence.rows import Row
from report.pages.page import frontier
from report.pages.page.cells import ROWS
from report.pages.page.inline import inline

MEGABYTE = 1_000_000
VOID = {"meta", "link", "input", "br"}
pytestmark = pytest.mark.skipif(
    not (COMMITTED / "results").is_dir(), reason="there is no committed evidence yet"
)


class Document(HTMLParser):
    """Every element as tag and attributes, and the text within each claim's row by column."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.cells: dict[str, dict[str, str]] = {}
        self.open: list[str] = []
        self._row = self._column = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element, and the claim and column that it begins."""
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self._row = attributes.get("id") or ""
        if tag == "td":
            self._column = attributes.get("data-label") or "Claim"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element without content."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the element; it has to be the one opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Add text to the cell that it stands in."""
        if self._row and "td" in self.open:
            row = self.cells.setdefault(self._row, {})
            row[self._column] = row.get(self._column, "") + data

    def attributes(self, name: str) -> list[str]:
        """Return the values of an attribute."""
        return [value for _, attributes in self.elements if (value := attributes.get(name)) is not None]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """Return the committed report."""
    return committed_report()


@pytest.fixture(scope="module")
def text(files: dict[str, bytes]) -> str:
    """Return the page."""
    return files["index.html"].decode()


@pytest.fixture(scope="module")
def document(text: str) -> Document:
    """Return the page, parsed."""
    return Document(text)


@pytest.fixture(scope="module")
def board(files: dict[str, bytes]) -> list[Json]:
    """Return the board of claims.json."""
    entries: list[Json] = json.loads(files["claims.json"])["board"]
    return entries


def test_the_page_is_one_file_under_a_megabyte(text: str, document: Document) -> None:
    """It stands alone, and every element that it opens is closed."""
    assert len(text.encode()) < MEGABYTE
    assert [] == document.open


def test_the_page_refers_to_itself_and_to_files_beside_it(
    files: dict[str, bytes], document: Document
) -> None:
    """A link leads to an id of the page, a rendered file or a file of the evidence; nothing is loaded."""
    ids = set(document.attributes("id"))
    links = [link for link in document.attributes("href") if link != "data:,"]
    assert [] == [link for link in links if link.startswith("#") and link[1:] not in ids]
    evidence = {link for link in links if link.startswith("../")}
    assert evidence
    assert [] == [link for link in evidence if not (COMMITTED / "report" / link).is_file()]
    assert [] == [link for link in links if not link.startswith("#") and link not in {*files, *evidence}]
    assert [] == document.attributes("src")
    assert "@import" not in files["index.html"].decode()


def test_ids_are_unique(document: Document) -> None:
    """Also those of figures, each of which came with the same names."""
    assert [] == [name for name, count in Counter(document.attributes("id")).items() if count > 1]


def test_the_policy_allows_the_pages_own_script_and_style_alone(text: str, document: Document) -> None:
    """Both by their hashes; no attribute has a style or a script."""
    policy = next(a["content"] for tag, a in document.elements if tag == "meta" and "http-equiv" in a)
    assert policy is not None
    assert "default-src 'none'" in policy
    for tag in ("script", "style"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert [] == document.attributes("style")
    assert [] == [key for _, attributes in document.elements for key in attributes if key.startswith("on")]


def test_every_claim_has_a_row_with_the_numbers_of_claims_json(document: Document, board: list[Json]) -> None:
    """Verdict, value, interval, published number and space are the board's, as printed."""
    assert [entry["id"] for entry in board if entry["id"] not in document.cells] == []
    for entry in board:
        cells = {name: " ".join(value.split()) for name, value in document.cells[entry["id"]].items()}
        ends = f" ({entry['low']} … {entry['high']})" if entry["low"] not in {None, "–"} else ""
        here = f"{entry['value']}{ends}" if entry["value"] is not None else "–"
        stated = cells["Published" if entry["origin"] == "published" else "Claimed"]
        assert (here, entry["published"]) == (cells["Here"], stated)
        assert " ".join(filter(None, [entry["verdict"], entry["number"]])) == cells["Verdict"]
        assert entry["sentence"] in cells["Claim"]
        assert f"harness replay {entry['id']}" in cells["Claim"]


def test_a_section_has_a_figure_a_short_table_and_at_most_three_conclusions(text: str) -> None:
    """Each question is answered in the same shape."""
    parts = dict(re.findall(r'<section id="(\w+)">(.*?)</section>', text, re.DOTALL))
    questions = (
        "generalization", "intrinsic", "stages", "retrieval", "search", "judged", "disputes", "tools", "codes"
    )  # fmt: skip
    for part in (parts[name] for name in questions):
        assert 1 == part.count("<figure")
        (rows,) = re.findall(r"<tbody>(.*?)</tbody>", part, re.DOTALL)
        assert 1 <= rows.count("<tr>") <= ROWS
        conclusions = part[: part.index("</ul>")]
        assert 1 <= conclusions.count("<li>") <= 3


def test_the_findings_are_those_of_findings_json(files: dict[str, bytes], text: str) -> None:
    """Five sentences that the evidence says, none typed."""
    headlines = json.loads(files["findings.json"])["headlines"]
    assert 5 == len(headlines)
    plain = text.replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert [] == [each["sentence"] for each in headlines if each["sentence"] not in plain]


def row(value: float, **other: Any) -> Row:
    """Return a row of MiniLM's agreement with people, with an interval of one point to each side."""
    fields = {
        "suite": "s", "cell": f"c{value}", "encoder": "minilm", "pipeline": f"p{value}", "point": None,
        "grid": "", "asymmetric": False, "train": "stsb-train", "seed": 0, "bytes_per_vector": 7,
        "ratio": 1.0, "family": "lens", "protocol": "decontaminated", "dataset": "sts12-16",
        "metric": "retention@human", "n": 9, "value": value, "low": value - 0.01, "high": value + 0.01,
    }  # fmt: skip
    return Row(**{**fields, **other})


def test_the_cheapest_is_the_smallest_that_reaches_the_quality() -> None:
    """By its value 7 bytes keep 95 %; by its whole interval 13; nothing keeps 100 %."""
    (panel,) = frontier.panels([row(0.951), row(0.9), row(0.99, bytes_per_vector=13)], {})
    cheapest, surely = panel.cheapest(0.95), panel.surely(0.95)
    assert cheapest is not None
    assert surely is not None
    assert (7, "s/c0.951") == (cheapest.bytes, cheapest.evidence)
    assert (13, "s/c0.99") == (surely.bytes, surely.evidence)
    assert panel.cheapest(1.0) is None


def test_no_mark_stands_on_another() -> None:
    """Ten methods of one size and value have ten places."""
    (panel,) = frontier.panels([row(0.9, pipeline=f"p{i}", cell=f"c{i}") for i in range(10)], {})
    assert 10 == len({round(mark.x) for mark in panel.marks})


SVG = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9pt" viewBox="0 0 9 9">
<defs><path id="DejaVuSans-41" d="M 1 2 L 3.456 4 z"/></defs><g id="a" style="fill: #fff; stroke: none">
<use xlink:href="#DejaVuSans-41" transform="scale(0.015625)"/><use href="#m1"/>
<path id="m1" d="M 0 0"/></g></svg>"""


def test_an_inlined_figure_has_no_style_and_ids_of_its_own() -> None:
    """Properties become attributes, what nothing refers to has no id, and a glyph is defined once."""
    pictures = inline({"one": (SVG, "first"), "two": (SVG, 'a "b"')})
    assert (
        '<svg role="img" aria-label="first" viewBox="0 0 9 9"><defs><path id="g-41" d="M1 2L3.5 4z"/></defs>'
        '<g fill="#fff" stroke="none"><use href="#g-41" transform="scale(0.0156)"/><use href="#f1-0"/>'
        '<path id="f1-0" d="M0 0"/></g></svg>'
    ) == pictures["one"]
    assert 'aria-label="a &quot;b&quot;"' in pictures["two"]
    assert 'id="g-41"' not in pictures["two"]
    assert 'href="#g-41"' in pictures["two"]


def test_what_changes_nothing_is_left_out() -> None:
    """Groups without attributes, glyphs of spaces, properties without effect; a glyph's place is its x."""
    drawn = (
        b'<svg viewBox="0 0 9 9"><g id="a"><g style="stroke: #aabbcc; stroke-linecap: butt">'
        b'<path id="DejaVuSans-3" transform="scale(0.015625)"/><path id="DejaVuSans-44" d="M 1 2"/>'
        b'<use href="#DejaVuSans-3"/><use href="#DejaVuSans-44" transform="translate(63.623047 0)"/></g></g>'
        b'<g/><path id="m" d="M 1 2" style="stroke: #111111"/>'
        b'<use href="#m" style="fill: #123456; stroke: #111111"/></svg>'
    )
    assert (
        '<svg role="img" aria-label="a" viewBox="0 0 9 9"><g stroke="#abc"><path id="g-44" d="M1 2"/>'
        '<use href="#g-44" x="64"/></g><path id="f1-0" d="M1 2" stroke="#111"/>'
        '<use href="#f1-0" fill="#123456"/></svg>'
    ) == inline({"one": (drawn, "a")})["one"]
