"""Full tables: every value of every suite, in CSV that a program reads."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from support.invented_results import invent
from support.pages import page, table

from harness.evidence.layout import Tree
from harness.planning.suite import load
from report.evidence.means import group_of
from report.evidence.rows import rows
from report.pages.render import render
from report.tables.full import files

SUITES = ("intrinsic", "sample", "ranking")


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return a rendered report on invented results of three suites, of MiniLM."""
    root = tmp_path_factory.mktemp("tables")
    for name in SUITES:
        invent(root, load(Path("suites", name + ".toml")), {"minilm"}, seeds=3)
    render(Tree(root))
    return Tree(root)


def test_every_value_of_a_suite_has_a_line(evidence: Tree) -> None:
    """One for each group of seeds, data set, protocol and metric; the ids are those of the results."""
    for suite in SUITES:
        expected = {
            (f"{suite}/{group_of(row.cell, row.seed)}", row.dataset, row.protocol, row.metric)
            for row in rows(evidence)
            if row.suite == suite
        }
        lines = table(evidence, f"values-{suite}")
        keys = [(line["id"], line["dataset"], line["protocol"], line["metric"]) for line in lines]
        assert expected == set(keys)
        assert len(keys) == len(expected)
        assert [] == [
            line for line in lines if not line["unit"] or not float(line["low"]) <= float(line["high"])
        ]


def test_tables_are_rectangular_and_listed(evidence: Tree) -> None:
    """Every line has as many cells as there are columns, and the list of tables names each file."""
    listed = page(evidence, "tables")
    paths = sorted((evidence.report() / "tables").iterdir())
    assert {"claims.csv", "evidence.csv", "comparisons.csv"} <= {path.name for path in paths}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
        assert len(lines) > 1, path.name
        assert {len(lines[0])} == {len(line) for line in lines}, path.name
        assert f"(../tables/{path.name})" in listed


def test_a_claims_line_names_what_it_rests_on(evidence: Tree) -> None:
    """The published number as printed, the verdict, and each result."""
    (line,) = table(
        evidence, "claims", id="C3", row="minilm-lens.minilm.stsb-train", protocol="decontaminated"
    )
    assert ["88.8%", "minilm"] == [line["published_as_printed"], line["encoder"]]
    assert {"intrinsic/minilm.stsb-train.lens.29x.s0"} <= set(line["evidence"].split("; "))


@pytest.mark.parametrize(
    ("value", "cell"),
    [(0.123456789, "0.123457"), (True, "true"), (None, None), (["a", "b"], "a; b"), (3, 3), ("x", "x")],
)
def test_a_cell_is_written_so_that_it_can_be_read_again(value: object, cell: object) -> None:
    """Six digits of a float, words for yes and no, lists with semicolons."""
    assert cell == files._cell(value)
