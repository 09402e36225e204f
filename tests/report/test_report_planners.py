"""The report's tables of planners, from the evidence that ``harness compare-planners`` writes."""

from __future__ import annotations

from pathlib import Path

from support.invented_comparison import write_comparison

from harness.evidence.layout import Tree
from harness.evidence.stability import Stability
from report.evidence.means import Comparisons
from report.evidence.results import Evidence
from report.pages.render import template
from report.tables.every import Tables
from report.tables.full import planners
from report.tables.source import Source

PAGE = "appendix/planners.md.j2"


def _tables(root: Path) -> Tables:
    return Tables(Evidence([], [], {}, {}, Comparisons(), Stability({}, {}), Tree(root)), [], [])


def test_a_target_is_met_missed_or_without_a_plan(tmp_path: Path) -> None:
    """By the interval of the promised form of the query: 0.92 - 0.01 meets 0.9, 0.7 + 0.01 misses it."""
    write_comparison(Tree(tmp_path))
    tables = _tables(tmp_path).planners
    assert ["met", "missed", "no plan"] == [line.verdict for line in tables.lines]
    names = [name for name, _ in tables.verdicts()]
    assert ["harness audit 1.0", "tqp plan 1.0, defaults", "tqp plan 1.0, larger sample"] == names
    assert {"met": 0, "not decided": 0, "missed": 1, "no plan": 0} == tables.verdicts()[1][1]


def test_an_interval_around_the_target_decides_nothing(tmp_path: Path) -> None:
    """0.905 ± 0.01 holds 0.9."""
    write_comparison(Tree(tmp_path))
    line = _tables(tmp_path).planners.lines[0]
    outcome = line.outcome.model_copy(
        update={"values": [x.model_copy(update={"low": 0.895, "high": 0.915}) for x in line.outcome.values]}
    )
    assert "not decided" == type(line)(line.comparison, outcome, None).verdict


def test_the_page_has_bytes_recall_and_the_missing_plan(tmp_path: Path) -> None:
    """What was promised stands beside what was counted and measured; a failed planner is a row."""
    write_comparison(Tree(tmp_path))
    page = template(PAGE, {"tables": _tables(tmp_path)}).decode()
    assert "| My vectors | `tqp plan` | pca → sign | 17.25 | 26 | 36 | 4 |" in page
    assert (
        "| My vectors | `tqp plan --sample 9` | no plan: Need at least 1152 samples | – | – | – | – |" in page
    )
    row = "0.926 | 50 | 1,000 | 0.700 [0.690, 0.710] | 0.500 [0.490, 0.510] | 0.980 [0.970, 0.990] | missed |"
    assert f"| My vectors | `tqp plan` | {row}" in page
    assert "| My vectors | `tqp plan` | 0.700 | 0.720 | – | – |" in page


def test_the_full_table_has_a_line_for_each_value_and_for_each_missing_plan(tmp_path: Path) -> None:
    """Four values of two planners, and one planner without a plan."""
    write_comparison(Tree(tmp_path))
    source = Source(
        Evidence([], [], {}, {}, Comparisons(), Stability({}, {}), Tree(tmp_path)), _tables(tmp_path), []
    )
    lines = list(planners.rows(source))
    assert 9 == len(lines)
    assert [4.2] == list({line["seconds"] for line in lines if line["verdict"] == "missed"})
    assert ["Need at least 1152 samples"] == [line["problem"] for line in lines if line["problem"]]


def test_without_comparisons_the_page_says_so(tmp_path: Path) -> None:
    """The appendix has the page whether or not planners were compared."""
    assert "No planners were compared" in template(PAGE, {"tables": _tables(tmp_path)}).decode()
