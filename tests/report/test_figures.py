"""Figures: drawn from the rows they name, the same bytes twice, left out where there is nothing to draw."""

from __future__ import annotations

import importlib
from itertools import pairwise
from typing import Any

import pytest

from report.evidence.rows import Row
from report.evidence.values import Mean
from report.figures import _slots, _style, _titles
from report.pages.drawing import svg
from report.pages.render import FIGURES
from report.verdicts.claims import load_claims

NAMES = sorted(path.stem for path in FIGURES.glob("[a-z]*.py"))
ROW = {
    "cell": "c.s0", "point": "29x", "grid": "", "seed": 0, "train": "stsb-train", "bytes_per_vector": 52,
    "protocol": "decontaminated", "encoder": "minilm", "pipeline": "lens", "family": "lens",
    "n": 100, "asymmetric": False,
    "ratio": 29.5,
}  # fmt: skip
STATISTICS = {
    "norm_mean": 0.5,
    "norm_std": 0.1,
    "cosine_mean": 0.2,
    "cosine_std": 0.3,
    "collapse_suspect": 1.0,
}
STS = {"suite": "sts-generalization", "dataset": "sts12-16", "metric": "retention@human"}


def row(value: float, **other: Any) -> Row:
    """Return a flat row with an interval of one point to each side."""
    return Row(**{**ROW, **STS, "value": value, "low": value - 0.01, "high": value + 0.01, **other})


def some_rows() -> list[Row]:
    """Return rows of which every figure draws a few."""
    published = {"protocol": "as-published"}
    intrinsic = {"suite": "intrinsic", "dataset": "stsb-test"}
    stages = {"suite": "three-stage", "dataset": "stsb-test", "point": "published", "bytes_per_vector": 7}
    return [
        row(0.88),
        row(0.93, **published),
        row(0.99, pipeline="sign", family="sign", point=None, bytes_per_vector=48, cell="d.s0"),
        row(0.985, pipeline="sign", family="sign", point=None, bytes_per_vector=48, cell="d.s0", **published),
        row(0.9, **intrinsic, metric="spearman@original"),
        row(0.6, **intrinsic, metric="knn-recall@10"),
        row(0.8, **intrinsic, metric="spearman@original", pipeline="aqea", family="aqea", cell="e.s0"),
        row(0.7, **stages, metric="spearman@original", pipeline="three-stage", family="three-stage"),
        row(
            0.75, **stages, metric="retention@human", pipeline="three-stage-aqea", family="three-stage",
            **published,
        ),
        row(
            0.5, suite="intrinsic", encoder="esm2-peptides", dataset="peptides-test", train="peptides-train",
            metric="knn-recall@10", bytes_per_vector=44,
        ),
        row(
            0.3, suite="autoencoder", dataset="nfcorpus", train="scifact-documents", metric="ndcg@10",
            pipeline="autoencoder", family="autoencoder", bytes_per_vector=256,
        ),
        row(
            0.3, suite="autoencoder-encoders", encoder="minilm-l6-l3", dataset="nfcorpus", metric="ndcg@10",
            train="scifact-documents", pipeline="small", family="parts", bytes_per_vector=1536,
            protocol="as-published",
        ),
        *(
            row(
                value, suite="search", dataset=dataset, metric=metric, pipeline="student-flat",
                family="student", index="flat", point="d32", bytes_per_vector=128, cell="f.s0",
            )
            for dataset, metric, value in [
                ("stsb-test", "vs-teacher@knn-recall@10", 0.5),
                ("stsb-test", "vs-student@knn-recall@10", 1.0),
                ("", "search@bytes", 128.5),
            ]
        ),
        row(
            0.6, suite="ranking", dataset="stsb-test", train="stsb-dev", metric="knn-recall@10", point="d32",
            pipeline="listwise", family="listwise", bytes_per_vector=128,
        ),
        row(
            0.6, suite="semantic-ids", dataset="stsb-test", metric="spearman@original", pipeline="fsq",
            family="fsq", point="2-bytes", bytes_per_vector=2,
        ),
        *(
            row(
                value, suite="search", dataset="", metric=f"{name}@training", pipeline="student-flat",
                family="student", index="flat",
                point="d32", cell="f.s0", step=step,
            )
            for step in (20, 40)
            for name, value in STATISTICS.items()
        ),
        *(
            row(
                value, suite="scale", dataset=f"scale-{size}", metric=metric, pipeline="pq", family="pq",
                label="product quantization", cell=f"{size}.pq.s0", point=None, n=n, bytes_per_vector=48,
            )
            for size, n in [("10k", 10_000), ("1m", 1_000_000)]
            for metric, value in [("knn-recall@10", 0.5), ("encode@cost", 10.0), ("search@cost", 7.5)]
        ),
        *(
            row(
                0.7, suite="disputes", dataset="stsb-test", metric="knn-recall@10", pipeline=pipeline,
                family="eden", cell=f"{pipeline}.s0", point=None, bytes_per_vector=116,
            )
            for pipeline in ("eden-2", "rabitq-2", "turboquant-2", "eden-2-asymmetric", "sign")
        ),
        row(
            0.6, suite="disputes", dataset="stsb-test", metric="knn-recall@10",
            pipeline="opq-wide", family="opq",
            cell="opq-wide.2-bits.s0", point="2-bits", bytes_per_vector=116,
        ),
        *(
            row(
                value, suite="default-tools", dataset="sts12-16", metric="spearman@human", pipeline=pipeline,
                protocol="as-published", point=None, bytes_per_vector=384,
            )
            for pipeline, value in [("wrapper-int8", 0.7), ("wrapper-int8-decoded", 0.8), ("identity", 0.8)]
        ),
        row(
            0.8, suite="judged-bytes", dataset="nfcorpus", train="scifact-documents",
            metric="ndcg-retention@10", pipeline="pq", family="pq", label="product quantization",
            point="8-bytes", bytes_per_vector=8,
        ),
        row(
            0.9, suite="sharper-sts", dataset="sts12-16", train="stsb-train", metric="retention@human",
            pipeline="sharp-7", family="sharp", point=None, bytes_per_vector=7,
        ),
    ]  # fmt: skip


FIGURES = (
    *("autoencoder", "contamination", "default_tools", "disputes", "encoder_steps", "frontier"),
    *("intrinsic_29x", "judged_bytes", "neighbours_backends", "neighbours_dims", "ranking", "scale"),
    *("semantic", "sharper", "task_preservation", "tradeoff", "training"),
)


def module(name: str) -> Any:
    """Return the module of a figure."""
    return importlib.import_module("report.figures." + name)


def test_there_are_the_figures_of_the_report() -> None:
    """Those that sections of the report show; a figure that is added needs no line here."""
    assert set(FIGURES) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_drawn_twice_has_the_same_bytes(name: str) -> None:
    """Nothing in the SVG depends on the clock, on a name drawn at random, or on the order of the rows."""
    claims, measured_rows = load_claims(), some_rows()
    first, second = (module(name).data(rows, claims) for rows in (measured_rows, measured_rows[::-1]))
    if name not in FIGURES and not first["points"]:
        pytest.skip(f"{name}: no row here is of its suites")
    assert first["points"]
    assert first == second
    figure = svg(module(name).draw(first))
    assert figure == svg(module(name).draw(second))
    assert b"<svg" in figure
    assert b"nan" not in figure


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_has_no_points_where_there_is_no_evidence(name: str) -> None:
    """Published values alone are no evidence: the figure is left out then."""
    assert [] == module(name).data([row(0.9, suite="sample", dataset="lee")], load_claims())["points"]


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_says_what_it_shows(name: str) -> None:
    """The caption is whole sentences, and says of what the bars are where they are drawn."""
    caption = module(name).CAPTION
    bars = {"contamination": [], "training": ["standard deviation"]}.get(name, ["intervals"])
    assert "." == caption[-1]
    assert bars == [word for word in ("intervals", "standard deviation") if word in caption]


def test_a_point_is_the_mean_of_its_seeds_with_their_interval() -> None:
    """Of two seeds what the evidence has of both, and both cells named."""
    mean = Mean(0.85, 0.79, 0.91, n=50, seeds=2)
    seeds = [row(0.8, mean=mean), row(0.9, seed=1, cell="c.s1", mean=mean)]
    (point,) = _style.means(seeds, ("pipeline",), dataset="sts12-16")
    assert {
        "pipeline": "lens",
        "cells": ["c.s0", "c.s1"],
        "value": 0.85,
        "low": 0.79,
        "high": 0.91,
    } == point


def test_points_of_different_settings_are_not_mixed() -> None:
    """The same pipeline and size at two settings of a grid is two points."""
    measured_rows = [row(0.8), row(0.9, grid="lens.dropout=0.4", cell="g.s0")]
    points = module("tradeoff").data(measured_rows, [])["points"]
    assert [0.8, 0.9] == [point["value"] for point in points]


@pytest.mark.parametrize(
    ("family", "label"),
    [
        ("lens", "lens, published design"),
        ("half-whitened-pca", "PCA"),
        ("uncompressed", "scalar bits and signs of all dimensions"),
        ("quantizer-of-tomorrow", "other"),
        ("", "other"),
    ],
)
def test_a_family_has_its_look(family: str, label: str) -> None:
    """One that the figures do not know is drawn as such, and not as one of them."""
    assert label == _style.look(family)


def test_the_frontier_is_the_most_in_so_many_bytes_or_fewer() -> None:
    """Of sizes 7, 13, 14 and 52 those are on it that keep more than every smaller one, and no other."""
    sizes = {7: 0.91, 13: 0.96, 14: 0.95, 52: 0.995}
    measured_rows = [row(value, bytes_per_vector=size, cell=str(size)) for size, value in sizes.items()]
    points = module("frontier").data(measured_rows, [])["points"]
    assert {7: True, 13: True, 14: False, 52: True} == {p["bytes_per_vector"]: p["best"] for p in points}


def test_the_frontier_has_no_settings_that_were_only_searched() -> None:
    """Results of the search on dev are no points, whatever sets they name."""
    assert [] == module("frontier").data([row(0.9, suite="dev-search")], [])["points"]


def test_growing_corpora_have_a_point_a_size_with_the_cost_of_a_vector() -> None:
    """Encoding and searching together, at the number of vectors that they were timed on."""
    untimed = row(
        0.4, suite="scale", dataset="scale-100k", metric="knn-recall@10", pipeline="pq", cell="u.s0"
    )
    figure = module("scale").data([*some_rows(), untimed], [])
    actual = sorted((point["vectors"], point["value"], point["microseconds"]) for point in figure["points"])
    assert [(10_000, 0.5, 17.5), (1_000_000, 0.5, 17.5)] == actual
    expected = (
        "From 10,000 to 1,000,000 vectors, the recall of product quantization in 48 bytes goes from 50.0"
    )
    assert module("scale").title(figure).startswith(expected)


def test_contamination_pairs_both_protocols_and_begins_with_the_largest_difference() -> None:
    """A pipeline with one protocol alone is left out; 93 against 88 comes before 98.5 against 99."""
    points = module("contamination").data([*some_rows(), row(0.5, pipeline="pq", cell="q.s0")], [])["points"]
    values = [(point["pipeline"], point["protocol"], point["value"]) for point in points]
    assert [
        ("lens", "as-published", 0.93), ("lens", "decontaminated", 0.88),
        ("sign", "as-published", 0.985), ("sign", "decontaminated", 0.99),
    ] == values  # fmt: skip


def test_spaces_that_could_not_be_measured_keep_their_published_marks() -> None:
    """Each published value of both sources and each space is in the data, measured or not."""
    numbers = module("intrinsic_29x").data(some_rows(), load_claims())
    printed = {(mark["claim"], mark["encoder"]): mark["value"] for mark in numbers["published"]}
    assert (0.947, 0.983) == (printed["C3", "mpnet"], printed["C10", "mpnet"])
    assert {"minilm"} == {p["encoder"] for p in numbers["points"] if p["metric"] == "spearman@original"}
    tasks = module("task_preservation").data(some_rows(), load_claims())["published"]
    assert {"e5-large-v2": 0.941, "mpnet": 0.922, "mistral": 0.898, "minilm": 0.679, "wav2vec2": 0.949} == {
        mark["encoder"]: mark["value"] for mark in tasks if mark["metric"] == "retention@human"
    }


def test_the_published_stars_stand_at_the_published_bytes() -> None:
    """35 float32 values are 140 bytes, one byte a dimension 35; the means are those of the printed table."""
    stars = module("tradeoff").data(some_rows(), load_claims())["published"]
    assert [(140, 0.939), (35, 0.939)] == [(s["bytes_per_vector"], round(s["value"], 3)) for s in stars]


def test_the_training_figure_has_each_checkpoint_of_both_statistics() -> None:
    """Two checkpoints, of norms and cosines the mean and the deviation, and whether they are suspect."""
    points = module("training").data(some_rows(), [])["points"]
    steps = [(p["metric"].removesuffix("@training"), p["step"], p["value"]) for p in points]
    assert [(name, step, value) for name, value in STATISTICS.items() for step in (20, 40)] == steps


@pytest.mark.parametrize("name", NAMES)
def test_a_title_says_in_numbers_what_is_drawn(name: str) -> None:
    """Also of a few rows, it is one line without a full stop, and stands in the picture."""
    numbers = module(name).data(some_rows(), load_claims())
    title = module(name).title(numbers)
    assert title.strip(" .\n") == title
    assert 20 < len(title) < 200
    assert title == "".join(module(name).draw(numbers).get_suptitle().replace("\n", " "))


def test_a_title_compares_only_what_differs() -> None:
    """More or less is said where two intervals do not meet."""
    low, high, near = ({"value": x, "low": x - 0.02, "high": x + 0.02} for x in (0.5, 0.6, 0.53))
    compared = [_titles.against(*pair) for pair in ((high, low), (low, high), (low, near))]
    assert ["more than", "less than", "about as much as"] == compared


def test_points_of_one_size_stand_side_by_side() -> None:
    """Three slots of two sizes, with half a gap at each end of a group."""
    sizes = [{"bytes_per_vector": size} for size in (7, 7, 13)]
    first, second = _slots.groups(sizes)
    assert (7, [1.25, 2.25], 3.5) == (first.bytes, first.middles, first.end)
    assert (13, [4.75], 3.5, 6.0) == (second.bytes, second.middles, second.start, second.end)


def test_colours_differ_in_grey() -> None:
    """In order, each is lighter than the one before by a tenth of the whole range or more."""
    colours = (_style.BLACK, _style.BLUE, _style.VERMILLION, _style.SKY, _style.YELLOW, _style.WHITE)
    greys = [
        sum(w * int(colour[i : i + 2], 16) for w, i in ((0.299, 1), (0.587, 3), (0.114, 5))) / 255
        for colour in colours
    ]
    assert [True] * 5 == [later - earlier >= 0.1 for earlier, later in pairwise(greys)]
