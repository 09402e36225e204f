"""Section 5.3, bits by variance: each space's codes at one ratio, near ties and anti-hubs."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.invented_results import invent
from support.pages import json_rows, lines_of, mean, section, text_of

from harness.evidence.layout import Tree
from harness.planning.suite import load
from report.evidence.results import gather
from report.evidence.rows import rows
from report.findings.space_bits import findings
from report.pages.render import render
from report.tables.every import Tables
from report.tables.rows import Rows
from report.tables.source import Source
from report.tables.space_bits import METRICS, lines
from report.verdicts.claims import load_claims

SUITE = load(Path("suites/space-bits.toml"))


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return a rendered report on invented results of two spaces."""
    root = tmp_path_factory.mktemp("spaces")
    invent(root, SUITE, {"minilm", "esm2-peptides"}, seeds=2)
    render(Tree(root))
    return Tree(root)


def test_each_code_has_its_means_over_seeds(evidence: Tree) -> None:
    """Similarity, strict recall, recall with near ties and recall of anti-hubs, at about 29x."""
    part = section(text_of(evidence), "Bits by variance")
    for encoder, size, pipeline in (("esm2-peptides", "44", "pq"), ("minilm", "53", "axes-bits-384-29x")):
        wanted = {"suite": "space-bits", "encoder": encoder, "pipeline": pipeline, "point": "29x"}
        flat = [row for row in json_rows(evidence) if wanted.items() <= row.items()]
        label = {"pq": "PQ"}.get(pipeline, "bits by variance")
        (line,) = [each for each in lines_of(part, encoder) if each[1:3] == [size, label]]
        assert [mean(flat, metric=metric) for metric in METRICS] == [
            cell.partition(" (")[0] for cell in line[3:]
        ]


def test_the_findings_name_the_best_other_code_and_count_the_settings(evidence: Tree) -> None:
    """Bits by variance beside what else finds most in as many bytes; anti-hubs over all settings."""
    gathered = gather(evidence)
    measured = lines(Rows(rows(evidence)))
    claims = load_claims()
    beside, rare = findings(Source(gathered, Tables(gathered, rows(evidence), claims), claims))
    others = [x for x in measured if x.setting.point == "29x" and x.method != "bits by variance"]
    for encoder in ("minilm", "esm2-peptides"):
        best = max((x for x in others if x.encoder == encoder), key=lambda x: x.recall.value)
        assert best.id in beside.evidence
    fewer = sum(x.rare.value < x.recall.value for x in measured)
    assert f"by {fewer} of {len(measured)} settings" in rare.sentence
