"""Exports: the same values in every form, what made them beside them, and the cheapest that meets a bound."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest
from support.evidence import ENVELOPE, JITTER, TIMINGS, a_result
from support.invented_means import write_means
from support.pages import json_rows

from harness.errors import InputError
from harness.evidence.files import sha256_file, write_atomic
from harness.evidence.layout import Tree
from harness.evidence.schema.cell import StepSpec
from harness.evidence.schema.codes import Codes
from harness.evidence.stamp import digest, dumps, read_stamped, write_stamped
from report.evidence.rows import COLUMNS
from report.export.best import best, write_best
from report.export.rows import export, of_suite, record, scope

DATASETS = {
    "corpus": {"use": "files", "path": "x.npy", "sha256": "ab", "rows": {"part": "train"}, "origin": 0},
    "held-out": {"use": "files", "path": "x.npy", "sha256": "ab", "rows": {"part": "test"}, "origin": 0},
}
TAKEN = {"rows@corpus": [0, 2, 3], "rows@held-out": [1, 4]}


def put(
    tree: Tree,
    pipeline: str,
    seed: int,
    size: int,
    overlap: float,
    state: int = 0,
    encoder: str = "mine",
    index: int = 0,
) -> None:
    """Write the result of a cell: knn-recall@10 with an interval of ± 0.02, and a value held to the teacher.

    ``index``: the bytes of an index of ten rows, of a cell that has one.
    """
    before = tree.scores("ranking", encoder)
    if not before.is_file():
        before.parent.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {"held-out": np.ones(3), **TAKEN}
        np.savez(before, **arrays)
    place = {"protocol": "as-published", "dataset": "held-out", "n": 500}
    low, high = round(overlap - 0.02, 6), round(overlap + 0.02, 6)
    values = [
        {**place, "metric": "knn-recall@10", "value": overlap, "low": low, "high": high},
        {**place, "metric": "vs-teacher@success@50", "value": 0.5, "low": 0.4, "high": 0.6},
    ]
    cell = {
        "encoder": encoder, "train": "corpus", "pipeline": pipeline, "point": None, "seed": seed,
        "grid": {"pca.dims": 8},
        "steps": [{"use": "pca", "params": {"dims": 8, "whiten": 0.0}}, {"use": "sign", "params": {}}],
        "tests": ["held-out"], "metrics": {"held-out": ["knn-recall@10", "vs-teacher@success@50"]},
    }  # fmt: skip
    content = a_result(
        cell,
        suite="ranking",
        cell=f"{encoder}.corpus.{pipeline}.s{seed}",
        inputs={"datasets": DATASETS, "encoder": {"dimension": 64}},
        sizes={
            "bytes_per_vector": size,
            "state_bytes": state,
            "ratio": 256 / size,
            "original_bytes": 256,
            **({"index": {"rows": 10, "bytes": index}} if index else {}),
        },
        training_rows=3,
        values=values,
        files={"before": {"path": before.relative_to(tree.root).as_posix(), "sha256": sha256_file(before)}},
    )
    write_stamped(tree.result("ranking", str(content["cell"])), content)
    write_means(tree, "ranking")


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Return results of three pipelines: means over two seeds 0.93, 0.905 and 0.80, in 64, 8 and 4 bytes."""
    made = Tree(tmp_path / "out")
    put(made, "wide", 0, 64, 0.93)
    for seed, overlap in ((0, 0.9), (1, 0.91)):
        put(made, "narrow", seed, 8, overlap, state=100)
    put(made, "small", 0, 4, 0.8)
    return made


# -- Files


def test_the_same_values_stand_in_every_form(tree: Tree, tmp_path: Path) -> None:
    """JSON lines, JSON, CSV and Parquet agree with the rows of the evidence, in their order."""
    to = tmp_path / "exported"
    paths = export(tree, "ranking", to)
    names = ["ranking.jsonl", "ranking.json", "summary.csv", "summary.parquet"]
    assert [to / name for name in names] == paths
    assert sorted(names) == sorted(path.name for path in to.iterdir())
    lines = [json.loads(line) for line in paths[0].read_text().splitlines()]
    assert [record(result, tree.root) for result in of_suite(tree, "ranking")] == lines
    assert {"suite": "ranking", "cells": lines} == json.loads(paths[1].read_text())
    expected = [{"jitter": None, **row, "scope": scope(row["metric"])} for row in json_rows(tree)]
    assert expected == pyarrow.parquet.read_table(paths[3]).to_pylist()
    assert [*COLUMNS, "scope"] == pyarrow.parquet.read_table(paths[3]).column_names
    read = list(csv.DictReader(io.StringIO(paths[2].read_text())))
    assert [
        {key: "" if value is None else str(value) for key, value in row.items()} for row in expected
    ] == read


def test_the_interval_of_an_unstable_pipeline_is_as_wide_in_every_form(tree: Tree, tmp_path: Path) -> None:
    """Its jitter stands in a column of its own, and the interval is the one that ``harness results`` has."""
    name = "mine.corpus.small.s0"
    _, sha256 = read_stamped(tree.result("ranking", name))
    place = {"protocol": "as-published", "dataset": "held-out", "metric": "knn-recall@10"}
    own = {"cell": name, "encoder": "mine", "pipeline": "small", "point": None, "result": sha256}
    entry = {**own, "values": [{**place, "moves": [0.0, -0.03, 0.01]}]}
    content = {**JITTER, "suite": "ranking", "floors": {"knn-recall@10": 0.01}, "cells": [entry]}
    write_stamped(tree.jitter("ranking"), content)
    paths = export(tree, "ranking", tmp_path / "exported")
    expected = [row for row in json_rows(tree) if row["cell"] == name and row["metric"] == "knn-recall@10"]
    records = pyarrow.parquet.read_table(paths[3]).to_pylist()
    (row,) = [row for row in records if row["cell"] == name and row["metric"] == "knn-recall@10"]
    assert (0.03, [row["low"]]) == (row["jitter"], [one["low"] for one in expected])
    assert row["low"] < 0.78 - 0.01
    assert paths[2].read_text().count(",0.03,") == 1


def test_an_export_has_the_same_bytes_again(tree: Tree, tmp_path: Path) -> None:
    """Nothing of the clock or the machine is in it."""
    first, second = (export(tree, "ranking", tmp_path / name) for name in "ab")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_record_says_what_made_its_metrics(tree: Tree) -> None:
    """Compressor, dimensions, seed, cutoffs, parameters, sizes, and the rows of each split with a digest."""
    [record] = [line for line in map_records(tree) if line["meta"]["cell"] == "mine.corpus.narrow.s1"]
    published = {"as-published": {"knn-recall@10": 0.91, "vs-teacher@success@50": 0.5}}
    assert {"held-out": published} == record["metrics"]
    meta = record["meta"]
    expected = {
        "pipeline": "narrow", "dims": 8, "seed": 1, "k": [10, 50], "train": "corpus", "tests": ["held-out"],
        "grid": {"pca.dims": 8}, "point": None, "encoder": "mine", "suite": "ranking", "training_rows": 3,
        "bytes": {
            "bytes_per_vector": 8, "state_bytes": 100, "ratio": 32.0, "original_bytes": 256,
            "payload_bytes": 13, "side_bytes": 0,
        },
        "steps": [{"use": "pca", "params": {"dims": 8, "whiten": 0.0}}, {"use": "sign", "params": {}}],
    }  # fmt: skip
    assert expected == {key: meta[key] for key in expected}
    assert {
        name: {"sha256": digest(identity), "identity": identity, "rows": TAKEN["rows@" + name]}
        for name, identity in DATASETS.items()
    } == meta["split"]


def map_records(tree: Tree) -> list[dict[str, Any]]:
    """Return every record of the suite."""
    return [record(result, tree.root) for result in of_suite(tree, "ranking")]


def test_rows_that_are_not_the_results_own_are_refused(tree: Tree) -> None:
    """The file beside the results has to have the digest that they name."""
    tree.scores("ranking", "mine").write_bytes(b"another")
    with pytest.raises(InputError, match=r"mine\.npz: found sha256"):
        map_records(tree)


def test_a_suite_without_results_is_named_with_those_that_have_some(tree: Tree) -> None:
    """The choices stand in the error."""
    with pytest.raises(InputError, match="found no results of 'sample', expected one of ranking"):
        of_suite(tree, "sample")


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("vs-teacher@knn-recall@10", "vs_teacher"),
        ("vs-student@success@1", "vs_student"),
        ("knn-recall@10", ""),
    ],
)
def test_the_scope_follows_from_the_name(metric: str, expected: str) -> None:
    """Which ranking a metric is held against."""
    assert expected == scope(metric)


# -- The cheapest that meets a bound


def cheapest(tree: Tree, at_least: float, *, strict: bool = False, encoder: str = "mine") -> Any:
    """Return the pipeline that is chosen, or None."""
    cheapest = best(of_suite(tree, "ranking"), "knn-recall@10", at_least, strict=strict)[encoder]
    return cheapest and cheapest.setting["pipeline"]


@pytest.mark.parametrize(
    ("at_least", "loose", "strict"),
    [
        (0.78, "small", "small"),
        (0.79, "small", "narrow"),  # small's interval begins at 0.78
        (0.905, "narrow", "wide"),  # narrow's mean is 0.905, its lowest end 0.88
        (0.906, "wide", "wide"),
        (0.92, "wide", None),
        (0.94, None, None),
    ],
)
def test_the_cheapest_meets_the_bound(tree: Tree, at_least: float, loose: Any, strict: Any) -> None:
    """The fewest bytes whose mean over seeds, or strictly whose lowest interval's end, is not below it."""
    assert (loose, strict) == (cheapest(tree, at_least), cheapest(tree, at_least, strict=True))


def test_at_equal_bytes_the_smaller_state_is_cheaper(tree: Tree) -> None:
    """Eight bytes a vector with a state of 100 bytes, and with one of 40."""
    put(tree, "lighter", 0, 8, 0.91, state=40)
    assert "lighter" == cheapest(tree, 0.9)
    put(tree, "heavier", 0, 8, 0.91, state=4000)
    assert "lighter" == cheapest(tree, 0.9)


def test_at_equal_bytes_and_state_the_better_value_is_chosen(tree: Tree) -> None:
    """As in a sweep of training settings, which all cost the same."""
    put(tree, "tuned", 0, 8, 0.95, state=100)
    assert "tuned" == cheapest(tree, 0.9)


def test_what_an_index_takes_counts_and_the_map_with_it(tree: Tree) -> None:
    """A flat index of 8 bytes and a state of 100 is 18 bytes a row, coded rows 12, links 40."""
    for pipeline, state, index in (("flat", 100, 80), ("coded", 70, 50), ("linked", 100, 300)):
        put(tree, pipeline, 0, 8, 0.9, state=state, index=index, encoder="searched")
    assert "coded" == cheapest(tree, 0.85, encoder="searched")
    selected = best(of_suite(tree, "ranking"), "knn-recall@10", 0.85, strict=False)["searched"]
    assert selected is not None
    assert 12.0 == selected.bytes_a_row


def test_rescoring_keeps_the_originals(tree: Tree) -> None:
    """A metric of two stages costs their 256 bytes beside the code's 8, index or not."""
    rescored = [
        replace(cell, values=(replace(cell.values[0], metric="rescored@2"),))
        for cell in of_suite(tree, "ranking")
    ]
    cheapest = best(rescored, "rescored@2", 0.9, strict=False)["mine"]
    assert cheapest is not None
    assert 264 == cheapest.bytes_a_row


@pytest.mark.parametrize(
    ("steps", "levels", "expected"),
    [
        ([{"use": "identity"}], [], 64),
        ([{"use": "columns", "params": {"start": 8, "stop": 20}}], [], 12),
        ([{"use": "pca", "params": {"dims": 8}}, {"use": "sign", "params": {}}], [], 8),
        ([{"use": "fsq", "params": {"levels": [8, 8, 5]}}], [8, 8, 5], 3),
    ],
)
def test_dimensions_are_those_of_the_codes(
    tree: Tree, steps: list[Any], levels: list[int], expected: int
) -> None:
    """Of the last map, of the columns that are taken, or of the symbols of a discrete code."""
    [measured, *_] = of_suite(tree, "ranking")
    result = measured.result
    cell = measured.cell.model_copy(update={"steps": [StepSpec(**step) for step in steps]})
    codes = {"held-out": Codes.model_construct(levels=levels)} if levels else {}
    inputs = result.inputs.model_copy(update={"cell": cell})
    changed = replace(measured, result=result.model_copy(update={"inputs": inputs, "codes": codes}))
    assert expected == record(changed, tree.root)["meta"]["dims"]


def test_timings_stand_beside_what_they_were_taken_of(tree: Tree) -> None:
    """As in the envelope, where there is one."""
    [result, *_] = of_suite(tree, "ranking")
    timings = {"held-out": TIMINGS}
    write_atomic(tree.envelope("ranking", result.name), dumps({**ENVELOPE, "timings": timings}))
    assert timings == record(result, tree.root)["timings"]


def test_what_is_chosen_is_told_with_its_values_and_cells(tree: Tree, tmp_path: Path) -> None:
    """Mean of 0.90 and 0.91 with its interval, bytes, and each cell's certificate."""
    assert [] == write_best(tree, "ranking", tmp_path, "knn-recall@10", 0.9, strict=False)
    document = json.loads((tmp_path / "best.json").read_text())
    assert ("knn-recall@10", 0.9, "mean over seeds") == tuple(
        document[key] for key in ("metric", "at_least", "held")
    )
    chosen = document["best"]["mine"]
    assert ("narrow", 8, 100) == tuple(chosen[key] for key in ("pipeline", "bytes_per_vector", "state_bytes"))
    place = {"dataset": "held-out", "protocol": "as-published", "seeds": 2, "n": 500}
    assert [{**place, "value": 0.905, "low": 0.885, "high": 0.925}] == chosen["values"]
    own = [result for result in of_suite(tree, "ranking") if ".narrow." in result.name]
    assert [{"cell": result.name, "sha256": result.sha256} for result in own] == chosen["cells"]


def test_each_encoder_has_a_cheapest_of_its_own(tree: Tree, tmp_path: Path) -> None:
    """One space's configuration says nothing of another's; those without any are returned by name."""
    put(tree, "narrow", 0, 8, 0.6, encoder="other")
    assert ["other"] == write_best(tree, "ranking", tmp_path, "knn-recall@10", 0.9, strict=False)
    assert ("narrow", None) == (cheapest(tree, 0.9), cheapest(tree, 0.9, encoder="other"))


def test_a_metric_that_nobody_measured_is_named_with_those_measured(tree: Tree) -> None:
    """The choices stand in the error."""
    with pytest.raises(InputError, match="found 'mrr', expected one of knn-recall@10, vs-teacher@success@50"):
        best(of_suite(tree, "ranking"), "mrr", 0.5, strict=False)


# -- The command


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        ((), 0, ""),
        (("--metric", "knn-recall@10", "--at-least", "0.9"), 0, ""),
        (
            ("--metric", "knn-recall@10", "--at-least", "0.92", "--strict"),
            1,
            "harness: no configuration of mine has knn-recall@10 of at least 0.92\n",
        ),
        (
            ("--metric", "knn-recall@10"),
            2,
            "harness: export: --strict needs --metric and --at-least, which need",
        ),
        (("--strict",), 2, "harness: export: --strict needs --metric and --at-least"),
    ],
    ids=["files", "a bound", "a bound that nothing meets", "no bound", "strict about nothing"],
)
def test_the_command_writes_and_tells(
    tree: Tree, tmp_path: Path, cli: Any, options: tuple[str, ...], status: int, message: str
) -> None:
    """The paths on standard output; where nothing meets the bound, one line and exit status 1."""
    done = cli("export", "ranking", "--from", str(tree.root), "-o", "to", *options, cwd=tmp_path)
    assert status == done.returncode, done.stderr
    assert done.stderr.startswith(message)
    written = ["ranking.jsonl", "ranking.json", "summary.csv", "summary.parquet"]
    expected = [] if status == 2 else [*written, *(["best.json"] if options else [])]
    assert expected == [Path(line).name for line in done.stdout.splitlines()]
    assert all((tmp_path / "to" / name).is_file() for name in expected)
