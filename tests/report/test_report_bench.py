"""The report's tables of speed, from the evidence that ``harness bench`` writes."""

from __future__ import annotations

from pathlib import Path

from support.invented_bench import write_bench

from harness.evidence.layout import Tree
from harness.evidence.stability import Stability
from report.evidence.means import Comparisons
from report.evidence.results import Evidence
from report.pages.render import template
from report.tables.every import Tables
from report.tables.full import bench
from report.tables.source import Source

PAGE = "appendix/bench.md.j2"


def _evidence(root: Path) -> Evidence:
    return Evidence([], [], {}, {}, Comparisons(), Stability({}, {}), Tree(root))


def _tables(root: Path) -> Tables:
    return Tables(_evidence(root), [], [])


def test_the_page_has_every_target_with_what_was_reached(tmp_path: Path) -> None:
    """The ratio where there is a baseline, the value elsewhere; a miss has its reason."""
    write_bench(Tree(tmp_path))
    page = template(PAGE, {"tables": _tables(tmp_path)}).decode()
    assert "| half | invented: sign | 0.5 × plain copy | met |" in page
    assert "| in ten | invented: report | 12.5 s | missed |" in page
    assert "\n- report: It draws.\n" in page
    assert "- sign:" not in page
    assert "1 of 2 speed targets are met on a processor, 2 cores, Linux x86_64." in page


def test_measurements_without_a_target_stand_by_group(tmp_path: Path) -> None:
    """With what was measured, the value and its unit."""
    write_bench(Tree(tmp_path))
    page = template(PAGE, {"tables": _tables(tmp_path)}).decode()
    assert "| fit pq | 9 → 3 | 1,235 | vectors/s | – |" in page.partition("## Invented work")[2]


def test_the_full_table_has_a_line_for_each_measurement(tmp_path: Path) -> None:
    """Range of value, baseline and ratio, with machine and commit."""
    write_bench(Tree(tmp_path))
    sign, report, fit = bench.rows(Source(_evidence(tmp_path), _tables(tmp_path), []))
    assert (5.0, 4.0, 6.0) == (sign["median"], sign["low"], sign["high"])
    assert ("plain copy", 10.0, 0.5) == (sign["baseline"], sign["baseline_median"], sign["ratio_median"])
    assert ("missed", "It draws.") == (report["verdict"], report["reason"])
    assert ("", None, None) == (fit["verdict"], fit["target"], fit["ratio_low"])
    assert {"0" * 40} == {line["commit"] for line in (sign, report, fit)}
    assert sign.keys() == fit.keys()


def test_a_long_group_is_cut_on_the_page(tmp_path: Path) -> None:
    """Twelve lines, and how many more the table of every measurement has."""
    write_bench(Tree(tmp_path))
    tables = _tables(tmp_path).benches
    (group,) = tables.groups
    last = group.measurements[-1]
    many = [last.model_copy(update={"name": f"fit {i}"}) for i in range(15)]
    ((_, lines, more),) = type(tables)([group.model_copy(update={"measurements": many})]).further()
    assert (12, 3) == (len(lines), more)


def test_without_measurements_the_page_says_so(tmp_path: Path) -> None:
    """And report and page have no sentence of it."""
    tables = _tables(tmp_path)
    assert "Speed was not measured" in template(PAGE, {"tables": tables}).decode()
    assert "" == tables.benches.summary()
