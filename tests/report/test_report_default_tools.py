"""Sections 5.14 and 5.15: what default tools report, and judged documents in few bytes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from support.invented_results import invent
from support.pages import lines_of, section, table, text_of

from harness.evidence.layout import Tree
from harness.planning.suite import load
from report.evidence.values import Mean
from report.findings import default_tools, judged_bytes
from report.pages.render import render
from report.tables.default_tools import ToolLine
from report.tables.judged_bytes import ByteLine, beside
from report.tables.source import Source
from report.verdicts.claims import load_claims


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return a rendered report on invented results of both suites, of MiniLM."""
    root = tmp_path_factory.mktemp("tools")
    for name in ("default-tools", "judged-bytes"):
        invent(root, load(Path("suites", name + ".toml")), {"minilm"}, seeds=3)
    render(Tree(root))
    return Tree(root)


def test_both_sections_are_rendered(evidence: Tree) -> None:
    """Each with its figure, its conclusions and its full table."""
    text = (evidence.report() / "TECHNICAL_REPORT.md").read_text("utf-8")
    for heading, figure in (("### 5.14 ", "default_tools"), ("### 5.15 ", "judged_bytes")):
        section = text.split(heading)[1].split("\n### ")[0]
        assert f"(figure_{figure}.svg)" in section
        assert "\n1. " in section
        assert f"(tables/{figure.replace('_', '-')}.csv)" in section


def test_a_full_table_has_a_line_a_value(evidence: Tree) -> None:
    """12 pipelines on 5 sets of pairs and their mean by 2 metrics, and on 2 judged sets by 2."""
    assert 12 * (6 * 2 + 2 * 2) == len(table(evidence, "default-tools"))
    lines = table(evidence, "judged-bytes", pipeline="pq", bytes="8", fitted_on="the other set")
    assert {"nfcorpus", "scifact"} == {line["dataset"] for line in lines}


def mean(value: float) -> Mean:
    """Return a value with an interval of a point to each side."""
    return Mean(value, value - 0.01, value + 0.01, 100, 1)


def source(**tables: object) -> Source:
    """Return a source that has these tables alone."""
    return cast("Source", SimpleNamespace(tables=SimpleNamespace(**tables), claim=lambda _: None))


def test_an_order_counts_where_decoded_codes_are_equal() -> None:
    """uint8 above int8 is an order of the tool's own; int8 above binary is that of the codes."""
    values = {
        "identity": 0.9, "wrapper-int8": 0.8, "wrapper-uint8": 0.85, "wrapper-int8-decoded": 0.9,
        "wrapper-binary": 0.7, "wrapper-binary-decoded": 0.75,
    }  # fmt: skip
    lines = [
        ToolLine(f"t/{name}", "minilm", name, name, 384, {("sts12-16", "spearman@human"): mean(value)})
        for name, value in values.items()
    ]
    reported, order = default_tools.findings(source(default_tools=lines))
    assert "reports for int8 80.00 % on MiniLM (decoded 90.00 %, uncompressed 90.00 %)" in reported.sentence
    assert "ranks 1 of 3 pairs" in order.sentence
    assert "decoded: uint8 above int8. A pair counts too" in order.sentence


def test_a_gain_of_the_fit_is_counted_where_something_is_fitted() -> None:
    """Untrained signs gain nothing by it; intervals that meet are said to."""

    def line(family: str, protocol: str, value: float) -> ByteLine:
        named = (
            f"j/{family}.{protocol}",
            "minilm",
            "train",
            family,
            family,
            family,
            8,
            1,
            "nfcorpus",
            protocol,
        )
        return ByteLine(*named, mean(value), mean(value), mean(value))

    lines = [
        line(family, protocol, value)
        for family, values in {"projection": (0.2, 0.9), "pq": (0.3, 0.31), "opq": (0.3, 0.4)}.items()
        for protocol, value in zip(("decontaminated", "fitted-on-searched"), values, strict=True)
    ]
    *_, fit = judged_bytes.findings(source(judged_bytes=lines))
    assert fit.sentence.startswith("Fitted on the searched documents, 2 of 2 settings have a higher nDCG@10")
    assert fit.sentence.endswith("in 1 the intervals do not meet.")


def test_the_best_at_a_published_ratio_stands_beside_untrained_signs() -> None:
    """By both sets together, fitted on the other set; other sizes are left out."""

    def line(pipeline: str, size: int, dataset: str, kept: float, protocol: str) -> ByteLine:
        named = ("j", "minilm", "train", pipeline, "family", pipeline, size, 1, dataset, protocol)
        return ByteLine(*named, mean(kept), mean(kept), mean(kept))

    values = {"projection-sign": (0.5, 0.5), "pq": (0.4, 0.7), "opq": (0.6, 0.4)}
    lines = [
        line(pipeline, size, dataset, kept, "decontaminated")
        for pipeline, each in values.items()
        for dataset, kept in zip(("nfcorpus", "scifact"), each, strict=True)
        for size in (48, 64)
    ] + [line("opq", 48, "nfcorpus", 0.9, "fitted-on-searched")]
    (row,) = beside(lines, [claim for claim in load_claims() if claim.id == "J1"])
    assert (48, "96.3%", "pq") == (row.bytes, row.printed, row.what)
    kept = [
        [each[name].retention.value for name in ("nfcorpus", "scifact")] for each in (row.claimed, row.best)
    ]
    assert [[0.5, 0.5], [0.4, 0.7]] == kept


def test_the_tail_of_judged_queries_stands_beside_their_mean(evidence: Tree) -> None:
    """The 5th percentile and the share of queries that score zero, in both sections and their full tables."""
    text = text_of(evidence)
    for heading, name in (("5.14", "uncompressed float32"), ("5.15", "48")):
        (first, *_) = lines_of(section(text, heading), name)
        assert all("; " in cell for cell in first if "(" in cell), first
        assert any("(" in cell for cell in first), first
    for name, column, only in (
        ("default-tools", "percentile_5", {"metric": "ndcg@10"}),
        ("judged-bytes", "ndcg@10 percentile_5", {}),
    ):
        assert all(line[column] for line in table(evidence, name, dataset="nfcorpus", **only)), name
