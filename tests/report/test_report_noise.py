"""The report's table of noise, from the evidence that ``harness verify --tier rerun --noise`` writes."""

from __future__ import annotations

from pathlib import Path

from harness.evidence.layout import Tree
from harness.evidence.stability import Stability
from harness.evidence.stamp import write_stamped
from harness.types import Json
from report.evidence.means import Comparisons
from report.evidence.results import Evidence
from report.pages.render import template
from report.tables.every import Tables
from report.tables.full import noise
from report.tables.noise import MetricLine
from report.tables.source import Source

PAGE = "appendix/machines.md.j2"


def _tables(root: Path) -> Tables:
    return Tables(Evidence([], [], {}, {}, Comparisons(), Stability({}, {}), Tree(root)), [], [])


def _moves(metric: str, threads: float | None, seed: float | None, tolerance: float) -> Json:
    return {"metric": metric, "threads": threads, "seed": seed, "spread": None, "tolerance": tolerance}


def _measure(root: Path) -> None:
    cells = [
        {"suite": "s", "cell": "a", "result": "0" * 64, "seed": 3, "metrics": [
            _moves("success@1", 0.25, 0.125, 0.02), _moves("mrr@100", None, 0.5, 0.02),
        ]},
        {"suite": "s", "cell": "b", "result": "1" * 64, "seed": None, "metrics": [
            _moves("success@1", 0.0, None, 0.01),
        ]},
    ]  # fmt: skip
    write_stamped(Tree(root).noise(), {"threads": 2, "cells": cells})


def test_a_metric_has_its_largest_moves_and_its_smallest_tolerance(tmp_path: Path) -> None:
    """Cells without a move of a kind are passed over; a metric that no cell has one of has none."""
    _measure(tmp_path)
    assert [
        MetricLine("mrr@100", 1, None, 0.5, None, 0.02),
        MetricLine("success@1", 2, 0.25, 0.125, None, 0.01),
    ] == _tables(tmp_path).noise.lines()


def test_the_page_names_the_command_and_the_moves(tmp_path: Path) -> None:
    """The appendix says how many cells ran again; a move that was not measured is a dash."""
    _measure(tmp_path)
    page = template(PAGE, {"tables": _tables(tmp_path)}).decode()
    assert "--sample 2 --noise" in page
    assert "| mrr@100 | 1 | – | 0.5 | – | 0.02 |" in page


def test_the_full_table_has_a_line_for_each_metric_of_a_cell(tmp_path: Path) -> None:
    """The CSV keeps what the page sums up."""
    _measure(tmp_path)
    source = Source(
        Evidence([], [], {}, {}, Comparisons(), Stability({}, {}), Tree(tmp_path)), _tables(tmp_path), []
    )
    lines = [(line["cell"], line["metric"], line["threads"]) for line in noise.rows(source)]
    assert [("a", "success@1", 0.25), ("a", "mrr@100", None), ("b", "success@1", 0.0)] == lines


def test_without_noise_the_page_has_no_table_of_it(tmp_path: Path) -> None:
    """Evidence of which no noise was measured says nothing of it."""
    assert "Threads and seeds" not in template(PAGE, {"tables": _tables(tmp_path)}).decode()
