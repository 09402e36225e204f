"""The files rendered of an audit: every number is the audit's, and nothing is asked for."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.audits import audit, configuration

from harness.errors import InputError
from harness.evidence.schema.audit import Audit, parse_audit
from harness.evidence.stamp import digest, stamp
from report.audits.render import rendered, rendered_from

DECIMALS = re.compile(r"(?<![\d.,])\u2212?\d+\.\d{3}(?![\d.])")


@pytest.fixture(scope="module")
def text(files: dict[str, bytes]) -> str:
    """Return the page."""
    return files["index.html"].decode()


def content(audited: Audit) -> dict[str, Any]:
    """Return the audit as JSON."""
    document: dict[str, Any] = json.loads(json.dumps(audited.model_dump(mode="json", by_alias=True)))
    return document


def numbers(value: Any) -> Iterator[float]:
    """Yield every number of a JSON value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from numbers(each)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield float(value)


def three_decimals(value: float) -> str:
    """Return a number as the page should print it."""
    return f"{value:.3f}".replace("-", "\u2212").replace("\u22120.000", "0.000")


def section(page: str, name: str) -> str:
    """Return a section of the page."""
    return page.partition(f'<section id="{name}"')[2].partition("</section>")[0]


def without_drawings(page: str) -> str:
    """Return the text of the page without style, script and SVG."""
    bare = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare))


def test_every_decimal_of_page_and_summary_is_in_the_audit(files: dict[str, bytes], audited: Audit) -> None:
    """With three decimals, outside of pictures; prose that the audit wrote itself is part of it."""
    document = content(audited)
    allowed = {three_decimals(number) for number in numbers(document)}
    allowed |= set(DECIMALS.findall(json.dumps(document, ensure_ascii=False)))
    for printed in (without_drawings(files["index.html"].decode()), files["SUMMARY.md"].decode()):
        shown = DECIMALS.findall(printed)
        assert 20 < len(shown)
        assert [] == [number for number in shown if number not in allowed]


def test_the_table_has_each_configuration_with_its_numbers(text: str, audited: Audit) -> None:
    """As they are sorted: bytes, ratio, decisive and measured value, tail, and rescored apart and last."""
    document = content(audited)
    rows = dict(re.findall(r'<tr[^>]* data-id="(\w+)">(.*?)</tr>', text))
    assert [each["id"] for each in document["frontier"]] == list(rows)
    for each in document["frontier"]:
        sorts = re.findall(r'data-sort="([^"]*)"', rows[each["id"]])
        measured = next(v["value"] for v in each["values"] if v["metric"] == "knn-recall@10")
        expected = [each["sizes"]["amortised_bytes"], each["sizes"]["ratio"], each["decided_by"]["value"]]
        expected += [measured, each["tail"]["p5"], each["tail"]["lost"]["value"]]
        expected += [each["guard"]["difference"]["value"] if each["guard"] else -9]
        expected += [value["value"] for value in each["rescored"]]
        assert each["pipeline"] == html.unescape(sorts[0])
        assert expected == [float(sort) for sort in sorts[1:]]
        apart = re.findall(r'class="number apart" data-sort="([^"]*)"', rows[each["id"]])
        assert [value["value"] for value in each["rescored"]] == [float(sort) for sort in apart]


def test_the_page_answers_in_order(text: str) -> None:
    """Recommendation, cost, loss, certainty, data, frontier, commands."""
    order = ["use", "cost", "loss", "certainty", "data", "frontier", "commands"]
    assert order == re.findall(r'<section id="(\w+)"', text)


def test_advice_warnings_and_commands_are_on_page_and_in_summary(
    files: dict[str, bytes], audited: Audit
) -> None:
    """Word for word."""
    page = html.unescape(files["index.html"].decode())
    summary = files["SUMMARY.md"].decode().replace("\\[", "[")
    assert 3 <= len(audited.advice.warnings)
    for printed in (page, summary):
        assert audited.advice.sentence in printed
        assert audited.advice.rule in printed
        assert [] == [each.rule for each in audited.advice.warnings if each.message not in printed]
        assert [] == [each.command for each in audited.commands if each.command not in printed]


def test_sizes_of_the_corpus_add_up(text: str, audited: Audit) -> None:
    """Codes and state make the compressed corpus; with the originals it is what rescoring needs."""
    storage = audited.storage
    exact = re.findall(r'<td class="number">([\d,]+)</td></tr>', section(text, "cost"))
    sizes = [int(size.replace(",", "")) for size in exact]
    state, total = storage.state_bytes, storage.compressed_bytes
    assert [storage.original_bytes, storage.codes_bytes, state, total, storage.with_originals_bytes] == sizes


def test_broken_rows_drift_and_the_copy_are_on_the_page(text: str, audited: Audit) -> None:
    """Row 7 is NaN, row 41 repeats row 40, and the newer file lies elsewhere."""
    data = without_drawings(section(text, "data"))
    assert "1 of planted.npy: NaN; rows 7" in " ".join(data.split())
    assert "byte for byte those of an earlier row: 1;" in data
    assert audited.drift is not None
    assert "Drift: newer.npy" in data
    assert three_decimals(audited.drift.mean_shift) in data


def test_the_prediction_and_its_check_are_on_the_page(text: str, audited: Audit) -> None:
    """Predicted beside measured at the largest size, and how many checks the intervals cover."""
    best, summary = audited.recommended, audited.prediction
    assert best is not None
    assert best.prediction is not None
    assert summary is not None
    check = best.prediction.hold_out
    certainty = " ".join(without_drawings(section(text, "certainty")).split())
    assert f"{summary.covered} of {summary.checked} configurations" in certainty
    predicted = f"{check.predicted:.3f} [{check.low:.3f}, {check.high:.3f}] was predicted"
    assert f"{predicted} at {check.rows:,} rows, and {check.measured:.3f} was measured" in certainty


def test_the_page_names_no_address_and_its_policy_allows_none(text: str) -> None:
    """It links to files beside it and to itself."""
    assert "default-src 'none'" in text
    addresses = set(re.findall(r'(?:href|src)="([^"]*)"', text))
    local = {"audit.json", "scores.npz", "split.npz", "data:,"}
    assert local == {address for address in addresses if not address.startswith("#")}
    assert [] == re.findall(r"https?://|@import|url\(h", text)
    assert [] == re.findall(r'\sstyle="|\son\w+="', text)


def test_rendering_again_gives_the_same_bytes(
    files: dict[str, bytes], audited: Audit, tmp_path: Path
) -> None:
    """From the audit or from its file, whose checksum the page states."""
    stamped = stamp(content(audited))
    (tmp_path / "audit.json").write_bytes(stamped)
    assert files == rendered_from(tmp_path / "audit.json")
    assert json.loads(stamped)["sha256"] in files["index.html"].decode()
    assert {"index.html", "SUMMARY.md", "frontier.svg", "prediction.svg"} == set(files)


def test_a_changed_audit_is_refused(audited: Audit, tmp_path: Path) -> None:
    """One number changed without its checksum."""
    path = tmp_path / "audit.json"
    path.write_bytes(stamp(content(audited)).replace(b'"train": ', b'"train": 1', 1))
    with pytest.raises(InputError, match=r"audit\.json: content has sha256"):
        rendered_from(path)


def small(recommended: str | None, nearest: str | None, **parts: Any) -> Audit:
    """Return an invented audit of one configuration, with other parts."""
    frontier = [configuration("a", "pca dims=4 | scalar bits=4")]
    return parse_audit(Path("audit.json"), {**audit(recommended, nearest, frontier), **parts})


@pytest.mark.parametrize(("recommended", "nearest"), [("a", None), (None, "a"), (None, None)])
def test_an_audit_without_most_parts_renders(recommended: str | None, nearest: str | None) -> None:
    """No tail, prediction, guard, rescoring, drift, labels, commands or target."""
    own = small(recommended, nearest)
    files = rendered(own)
    page = files["index.html"].decode()
    assert {"index.html", "SUMMARY.md", "frontier.svg"} == set(files)
    assert "0.750" in section(page, "frontier")
    assert digest(own.model_dump(mode="json", by_alias=True)) in page
    assert ("recommended</b>" in page) == (recommended is not None)


def test_what_names_and_commands_contain_is_text() -> None:
    """No element, no link, no code block is opened by a file's name."""
    hostile = "<script>x</script>`[a](b)\n# c"
    document = small("a", None)
    source = document.sources[0].model_copy(update={"name": hostile})
    command = {"purpose": "Run.", "command": f"harness fit '{hostile}'"}
    files = rendered(document.model_copy(update={"sources": [source]}))
    assert "<script>x" not in files["index.html"].decode()
    heading, *rest = files["SUMMARY.md"].decode().splitlines()
    assert heading.startswith("# Audit of `<script>x</script>′[a](b) # c`")
    assert [] == [line for line in rest if line.startswith("#")]
    files = rendered(small("a", None, commands=[command]))
    assert "<script>x" not in files["index.html"].decode()
    lines = [line for line in files["SUMMARY.md"].decode().splitlines() if "script" in line or "# c" in line]
    assert ["    harness fit '<script>x</script>`[a](b)", "    # c'"] == lines


def test_the_summary_is_one_screen(files: dict[str, bytes]) -> None:
    """At most twelve rows of the frontier, the one in focus among them and in bold."""
    lines = files["SUMMARY.md"].decode().splitlines()
    rows = [line for line in lines if line.startswith("| ")][2:]
    assert 2 <= len(rows) <= 12
    assert 1 == sum(row.startswith("| **") for row in rows)
    assert len(lines) <= 60


def test_duplicates_of_a_sampled_file_are_those_of_the_file(text: str, audited: Audit) -> None:
    """Beside those among the audited rows; an audit of all rows has one count."""
    own = "byte for byte those of an earlier row: "
    assert f"{own}{audited.profile.exact_duplicates}; further" in text
    source = audited.sources[0].model_copy(update={"rows": 500_000, "exact_duplicates": 1_234})
    sampled = audited.model_copy(update={"sources": [source, *audited.sources[1:]]})
    rows = f"{audited.profile.rows:,}"
    expected = (
        f"{own}1,234 of 500,000 rows of the file, {audited.profile.exact_duplicates} of the {rows} audited"
    )
    assert expected in rendered(sampled)["index.html"].decode()
