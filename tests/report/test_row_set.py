"""Results as a notebook shows them."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support.paths import ROOT

from harness.errors import InputError
from report.evidence.row_set import SHOWN, RowSet
from report.evidence.rows import Row
from report.evidence.values import Mean


class _Table(HTMLParser):
    """The caption and the cells of a table, a list a row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.caption, self.lines, self._at = "", [], ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 the parser names it
        self._at = tag
        if tag == "tr":
            self.lines.append([])
        elif tag in {"td", "th"}:
            self.lines[-1].append("")

    def handle_data(self, data: str) -> None:
        if self._at == "caption":
            self.caption += data
        elif self._at in {"td", "th"}:
            self.lines[-1][-1] += data


def a_row(pipeline: str, value: float, seed: int = 0, mean: Mean | None = None, size: int = 8) -> Row:
    """Return a row of the suite 's'."""
    return Row(
        suite="s", cell=f"{pipeline}.s{seed}", encoder="e", pipeline=pipeline, point=None, grid="",
        asymmetric=False, train="t", seed=seed, bytes_per_vector=size, ratio=32.0, protocol="as-published",
        dataset="d", metric="knn-recall@10", value=value, low=value - 0.1, high=value + 0.1, n=1000,
        mean=mean,
    )  # fmt: skip


def test_a_table_has_the_columns_that_differ_and_a_caption_of_the_others() -> None:
    """Two pipelines on one set, one of two seeds: its mean and interval are those that the run computed."""
    mean = Mean(0.55, 0.5, 0.6, 1000, 2)
    rows = (a_row("lens", 0.5, 0, mean), a_row("lens", 0.6, 1, mean), a_row("sign<", 0.25, size=4))
    table = _Table(RowSet(rows)._repr_html_())
    assert [
        ["pipeline", "bytes_per_vector", "value", "95 % interval", "n", "seeds"],
        ["sign<", "4", "0.25", "0.15 … 0.35", "1,000", "1"],
        ["lens", "8", "0.55", "0.5 … 0.6", "1,000", "2"],
    ] == table.lines
    expected = "suite s · encoder e · train t · ratio 32 · protocol as-published · dataset d"
    assert f"{expected} · metric knn-recall@10" == table.caption


def test_a_long_table_ends_and_says_how_many_rows_it_leaves_out() -> None:
    """The first rows, and the number of the others."""
    table = _Table(RowSet(tuple(a_row(f"p{n}", 0.5) for n in range(SHOWN + 3)))._repr_html_())
    assert SHOWN + 1 == len(table.lines)
    assert table.caption.endswith(" · 3 more rows")


def test_rows_are_selected_by_one_value_or_several() -> None:
    """A column holds the value, or one of the list; nothing is left of a value that no row has."""
    rows = RowSet((a_row("a", 0.1), a_row("b", 0.2), a_row("c", 0.3)))
    assert ["b"] == [row.pipeline for row in rows.where(pipeline="b", suite="s")]
    assert ["a", "c"] == [row.pipeline for row in rows.where(pipeline=["a", "c"])]
    assert "<p>no values</p>" == rows.where(pipeline="d")._repr_html_()


def test_a_column_that_rows_do_not_have_is_refused() -> None:
    """One line, with the columns that there are."""
    with pytest.raises(InputError, match=r"^columns: found 'metrics', expected one of suite, cell, "):
        RowSet(()).where(metrics="x")


def test_results_of_a_folder_are_read(tmp_path: Path) -> None:
    """The sample's pipelines with the seeds that each has; a folder without results is refused."""
    for path in (ROOT / "artifacts").glob("*/sample*"):
        (shutil.copytree if path.is_dir() else _copy)(path, tmp_path / path.relative_to(ROOT / "artifacts"))
    sample = RowSet.read(tmp_path).where(
        metric="retention@human", protocol="decontaminated", dataset="lee", point=("29x", None)
    )
    means = {row.pipeline: mean.seeds for row, mean in sample.means()}
    assert {"lens": 3, "sign": 1} == {name: means[name] for name in ("lens", "sign")}
    with pytest.raises(InputError, match="found no results"):
        RowSet.read(tmp_path / "results" / "sample")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(source, target)
