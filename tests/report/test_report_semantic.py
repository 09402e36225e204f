"""Section 5.11 and its claims: lines from results, outcomes computed, bounds from envelopes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.evidence import ENVELOPE, TIMINGS, a_result, a_suite, measured
from support.invented_means import write_means
from support.invented_results import content_of, invented
from support.pages import lines_of, page, section, table, text_of

from harness.evaluation.suite_record import described
from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.schema.cell import StepSpec
from harness.evidence.schema.envelope import number_at
from harness.evidence.schema.means import MeanDifference
from harness.evidence.stamp import dumps, write_stamped
from harness.planning.cells import Cell, cells
from harness.planning.suite import load
from report.evidence.means import Comparisons
from report.evidence.results import Measured, gather
from report.evidence.rows import rows
from report.figures import semantic as figure
from report.pages.render import render
from report.tables.codes import BASELINES, FAMILIES, setting
from report.tables.semantic import ENOUGH, SemanticIds
from report.verdicts.claims import Claim, load_claims
from report.verdicts.measures import judged_measures

SUITE = load(Path("suites/semantic-ids.toml"))
CLAIMS = {claim.id: claim for claim in load_claims() if claim.id[0] == "S"}
LEVELS = {"fsq": [8, 8, 8, 5], "residual-vq": [16, 16, 16], "hierarchical-vq": [16, 16, 10]}


def symbols(levels: list[int], *, ordered: bool, texts: bool) -> dict[str, Any]:
    """Return a description of codes as a result has it, of 100 rows of which 40 share a code."""
    content: dict[str, Any] = {
        "rows": 100, "levels": levels, "bits": 11.322, "possible": 2560, "used": 80, "dead": 2480,
        "dead_share": 0.96875, "perplexity": 70.25, "collision_rate": 0.4, "positions": [],
    }  # fmt: skip
    if texts:
        properties = {
            "characters": [0.125] * (len(levels) - 1) + [-0.75],
            "words": [0.5] + [0.25] * (len(levels) - 1),
        }
        content["axes"] = {
            "measure": "spearman" if ordered else "eta_squared", "n": 100, "properties": properties
        }  # fmt: skip
        content["axes"] |= {} if ordered else {"chance": [0.1] * len(levels)}
    return content


def result(cell: Cell) -> dict[str, Any]:
    """Return an invented result of a cell, with codes and ways where its last step has symbols."""
    content, use = content_of(SUITE, cell), cell.steps[-1].use
    content["values"] = [value for value in content["values"] if value["dataset"] in cell.tests]
    if use in LEVELS:
        levels = list(cell.steps[-1].params.get("levels", LEVELS[use])) * cell.steps[-1].params.get(
            "residuals", 1
        )
        described = symbols(levels, ordered=use == "fsq", texts=cell.encoder == "minilm")
        content["codes"] = dict.fromkeys(cell.tests, described)
        content["sizes"]["bytes_per_vector"] = 2 if len(levels) < 6 else 20
        content["training"] = {"0." + use: {"loss": [1.0, 0.5]}}
    if use == "fsq":
        ways = {"way_to_first": [1.0, 0.75, 0.5], "way_to_last": [0.5, 0.75, 1.0]}
        content["training"]["0.fsq"] |= {**ways, "line_to_first": [1.0, 0.8, 0.5]}
    return content


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return a rendered report on invented results and envelopes; one space is blocked."""
    tree, blocked = Tree(tmp_path_factory.mktemp("semantic")), []
    for cell in cells(SUITE, SUITE.name):
        if cell.encoder == "wikipedia-ko":
            blocked.append({
                "cell": cell.id, "encoder": cell.encoder, "train": cell.train,
                "missing": "vectors of " + cell.encoder, "remedy": "have the hub at hand",
            })  # fmt: skip
            continue
        write_stamped(tree.result(SUITE.name, cell.id), result(cell))
        latency = {"p50": 0.25 + cell.seed, "p95": 0.5 + cell.seed, "per_second": 4000.0}
        batch = {"vectors": 256, **latency, "p50": 2.5 + cell.seed}
        taken = {**TIMINGS, "encode_one_ms": latency, "encode_batch_ms": batch}
        fitted = {"training_seconds": 2.5} if cell.encoder == "minilm" else {}
        envelope = {
            **ENVELOPE,
            **fitted,
            "seconds": 4.5 + cell.seed,
            "timings": {cell.tests[0]: taken},
        }
        write_atomic(tree.envelope(SUITE.name, cell.id), dumps(envelope))
    own = described(SUITE, cells(SUITE, SUITE.name))
    write_stamped(tree.suite(SUITE.name), a_suite(SUITE.name, **own, blocked=blocked))
    write_means(tree, SUITE.name)
    render(tree)
    return tree


@pytest.fixture(scope="module")
def tables(evidence: Tree) -> SemanticIds:
    """Return the tables of that evidence."""
    gathered = gather(evidence)
    return SemanticIds(gathered.results, evidence.root, gathered.comparisons)


def test_a_line_is_the_mean_over_seeds_of_the_results(evidence: Tree) -> None:
    """FSQ of 2,560 codes on STS-B test, as invented; bits are those of the code, bytes those stored."""
    (line,) = [x for x in lines_of(section(text_of(evidence), "5.11"), "minilm") if x[1:3] == ["FSQ", "11.3"]]
    ids = [f"minilm.stsb-train.fsq.2-bytes.s{seed}" for seed in range(3)]
    values = [
        invented("semantic-ids", name, "stsb-test", "spearman@original", "decontaminated") for name in ids
    ]
    assert f"{100 * sum(values) / 3:.1f}" == line[3]


def test_sets_without_people_have_no_retention(evidence: Tree) -> None:
    """Nobody rated peptides."""
    assert [] == table(evidence, "values-semantic-ids", encoder="esm2-peptides", metric="retention@human")
    assert [] != table(evidence, "values-semantic-ids", encoder="minilm", metric="retention@human")


def test_the_first_bits_that_are_enough_are_found(tables: SemanticIds) -> None:
    """For each family: the line with the fewest bits whose mean is enough, or none; and the best line."""
    lines = tables.lines()
    for row in tables.reached():
        place = (row.encoder, row.dataset, row.family)
        own = [line for line in lines if (line.encoder, line.dataset, line.family) == place]
        for name in ("pairs", "random"):
            values = [(mean.value, line.bits) for line in own if (mean := line.judged(name))]
            first, best = row.first(name), row.best(name)
            assert min((b for value, b in values if value >= ENOUGH), default=None) == (first and first.bits)
            assert best is not None
            assert max(value for value, _ in values) == getattr(best.judged(name), "value", None)


def plain(pipeline: str, use: str, low: float, size: int = 2) -> Measured:
    """Return a result of one pipeline and one set, whose values lie from ``low`` to ``low`` + 0.1."""
    params = {"fsq": {"residuals": 1}, "pq": {}}[use]
    values = [
        {"dataset": "d", "protocol": "decontaminated", "metric": metric, "n": 9,
         "value": low + 0.05, "low": low, "high": low + 0.1}
        for metric in ("spearman@original", "spearman-random@original")
    ]  # fmt: skip
    cell = {"encoder": "e", "train": "t", "pipeline": pipeline, "point": None, "tests": ["d"], "seed": 0}
    content = a_result(
        {**cell, "steps": [{"use": use, "params": params}]},
        suite="semantic-ids",
        cell=pipeline,
        sizes={"bytes_per_vector": size, "ratio": 10.0},
        values=values,
        **({"codes": {"d": symbols([8, 8, 8, 5], ordered=True, texts=False)}} if use == "fsq" else {}),
    )
    return measured(content, family=use)[0]


def left(*names: str, value: float) -> Comparisons:
    """Return what a run left of two groups: on pairs so much more, give or take 0.02; no more."""
    place = {"protocol": "decontaminated", "dataset": "d", "metric": "spearman@original"}
    less = MeanDifference(**place, value=value, low=value - 0.02, high=value + 0.02, p=0.5)
    return Comparisons({("semantic-ids", names[0], names[1]): {less.key: less}})


@pytest.mark.parametrize(
    ("comparisons", "low", "outcome"),
    [
        (left("fsq", "pq", value=0.05), 0.03, "better"),
        (left("pq", "fsq", value=0.05), -0.07, "worse"),
        (left("fsq", "pq", value=0.01), -0.01, "no significant difference"),
        (Comparisons(), None, "not compared in this evidence"),
    ],
    ids=["more", "less, kept the other way round", "hardly more", "of other results"],
)
def test_an_outcome_is_that_of_the_difference(
    comparisons: Comparisons, low: float | None, outcome: str
) -> None:
    """Against PQ of as many bytes, though both intervals meet; PQ of more bytes is left out."""
    results = [plain("fsq", "fsq", 0.55), plain("pq", "pq", 0.5), plain("pq-more", "pq", 0.0, size=3)]
    tables = SemanticIds(results, None, comparisons)
    expected = {"pairs": outcome, "random": "not compared in this evidence"}
    lines = tables.compared()
    assert expected == {line.of: line.paired.outcome for line in lines}
    assert pytest.approx(low) == lines[0].paired.less.low


def test_each_code_is_compared_with_every_simpler_pipeline_that_a_run_compares() -> None:
    """The suite's baselines are the pipelines that the table has on its other side."""
    simpler = {pipeline.name for pipeline in SUITE.pipelines if pipeline.family in BASELINES}
    assert simpler == set(SUITE.baselines)


@pytest.mark.parametrize(
    ("use", "params", "levels", "expected"),
    [
        ("fsq", {"residuals": 1, "bits": None, "hidden": 0}, [8, 8, 8, 5], "8, 8, 8, 5"),
        ("fsq", {"residuals": 1, "bits": 11.3, "hidden": 0}, [2] * 11,
         "11 of 2; levels learned"),
        ("fsq", {"residuals": 2, "bits": None, "hidden": 64}, [4, 5, 4, 5],
         "4, 5; 2 stages; hidden layers"),
        ("residual-vq", {"gradient": "rotation"}, [16] * 3, "16, 16, 16; rotation"),
        ("hierarchical-vq", {}, [16, 10], "16, 10"),
        ("scalar", {"bits": 4}, [], "4 bits a dimension"),
        ("identity", {}, [], ""),
    ],
)  # fmt: skip
def test_a_code_is_described_by_its_last_step(
    use: str, params: dict[str, Any], levels: list[int], expected: str
) -> None:
    """In words its levels and whatever else is not the default."""
    steps = [StepSpec(use="pca"), StepSpec(use=use, params=params)]
    assert expected == setting(steps, levels)


def test_every_family_of_the_suite_has_a_name_in_the_tables() -> None:
    """But for uncompressed vectors, which are called so."""
    assert {*FAMILIES, "uncompressed"} == {pipeline.family for pipeline in SUITE.pipelines}


def test_the_findings_are_those_of_the_published_size(evidence: Tree) -> None:
    """2,560 codes in each space, the bits that are enough, and FSQ beside untrained signs."""
    document = json.loads((evidence.report() / "findings.json").read_text("utf-8"))
    published, needed, compared = document["questions"]["semantic"]
    assert "2,560 codes keep " in published["sentence"]
    assert ["S2"] == published["claims"]
    assert "semantic-ids/minilm.stsb-train.fsq.2-bytes" in published["evidence"]
    assert needed["sentence"].startswith("The smallest codes of any family that keep 95 %")
    assert " untrained signs in " in compared["sentence"]


def test_positions_have_their_strongest_property(evidence: Tree) -> None:
    """Characters at -0.75 on the last position, words before; only sets of texts have such a table."""
    part = section(page(evidence, "codes"), "What single positions go with")
    (first, *_) = lines_of(part, "strongest")
    assert ["words", "words", "words", "characters"] == first[1:]
    assert "esm2-peptides" not in part
    assert lines_of(part, "by chance")


def test_paths_are_means_over_seeds_and_of_codes_with_an_order(evidence: Tree) -> None:
    """As invented, three stops."""
    part = section(page(evidence, "codes"), "Paths between codes")
    lines = lines_of(part, "openai-ada-002")
    assert [["FSQ", "8, 8, 8, 5", "1.000, 0.750, 0.500", "0.500, 0.750, 1.000", "1.000, 0.800, 0.500"]] == [
        line[1:] for line in lines
    ]
    assert {"FSQ", "residual FSQ"} == {line[1] for line in lines_of(part, "minilm")}


def test_speeds_are_the_first_seeds_and_name_the_machine(evidence: Tree) -> None:
    """Half-milliseconds as written into the envelope; what was fitted for another cell has a dash."""
    lines = table(evidence, "encoding-speed", encoder="openai-ada-002", method="FSQ")
    names = ("encode_one_ms_p50", "encode_one_ms_p95", "encode_batch_ms_p50", "vectors_per_second")
    names += ("training_seconds", "whole_seconds", "peak_memory_bytes", "machine")
    expected = ["0.25", "0.5", "2.5", "100000", "", "4.5", "700000000", "a processor, 2 cores, Linux x86_64"]
    assert [expected] == [[line[name] for name in names] for line in lines]


def test_the_figure_has_a_point_a_pipeline_and_size(evidence: Tree) -> None:
    """Of every family in MiniLM's panels, and none uncompressed."""
    points = figure.data(rows(evidence), [])["points"]
    own_points = [p for p in points if (p["encoder"], p["metric"]) == ("minilm", "spearman@original")]
    assert set(figure.FAMILIES) == {point["family"] for point in own_points}
    assert "identity" not in {point["pipeline"] for point in own_points}


# -- Claims -----------------------------------------------------------------------------------------------


def judged(evidence: Tree) -> dict[str, dict[str, Any]]:
    """Return the judged rows of the claims on semantic IDs, by claim, row and protocol."""
    claim_rows = json.loads((evidence.report() / "claims.json").read_text("utf-8"))["claims"]
    return {" ".join((x["id"], x["row"], x["protocol"])).strip(): x for x in claim_rows if x["id"] in CLAIMS}


def test_every_claim_has_its_verdict_from_evidence(evidence: Tree) -> None:
    """The ratio of 2 bytes is exact; invented similarities of at most 0.95 with their interval reach it."""
    claim_rows = judged(evidence)
    ratio = claim_rows["S1 ratio.minilm.stsb-train as-published"]
    assert (768.0, "HOLDS", True, None) == tuple(
        ratio[key] for key in ("value", "verdict", "arithmetic", "number")
    )
    assert "BLOCKED" == claim_rows["S2 random.wikipedia-ko.wikipedia-ko-first-4000 decontaminated"]["verdict"]
    row = claim_rows["S2 pairs.minilm.stsb-train decontaminated"]
    expected = "HOLDS" if row["low"] >= 0.95 else "INCONCLUSIVE"
    assert (expected if row["high"] >= 0.95 else "FAILS") == row["verdict"]
    assert "another space" == row["number"]


def test_a_bound_is_held_against_the_largest_of_the_seeds(evidence: Tree) -> None:
    """Medians of 0.25, 1.25 and 2.25 ms; a fit of 2.5 s each; one space has the time of fitting."""
    claim_rows = judged(evidence)
    encode, train = claim_rows["S4 encode.minilm"], claim_rows["S4 train.minilm"]
    assert (2.25, 3, "HOLDS", "2.25 ms") == (
        encode["value"], encode["seeds"], encode["verdict"], encode["printed"]["value"]
    )  # fmt: skip
    assert (2.5, "measured in one thread on a processor, 2 cores, Linux x86_64") == (
        train["value"], train["reason"]
    )  # fmt: skip
    memory = claim_rows["S4 memory.minilm"]
    assert (0.7, "0.7 GB", "HOLDS") == (memory["value"], memory["printed"]["value"], memory["verdict"])
    assert "NOT_RUN" == claim_rows["S4 train.esm2-peptides"]["verdict"]
    assert "BLOCKED" == claim_rows["S4 encode.wikipedia-ko"]["verdict"]


def test_the_evidence_of_a_bound_is_the_result_that_the_envelope_belongs_to(evidence: Tree) -> None:
    """Its name and its certificate, as verification asks for."""
    certificates = {"semantic-ids/" + x.name: x.sha256 for x in gather(evidence).results}
    entries = judged(evidence)["S4 encode.minilm"]["evidence"]
    assert 3 == len(entries)
    assert all(certificates[entry["cell"]] == entry["sha256"] for entry in entries)


def test_a_bound_that_is_missed_fails(evidence: Tree) -> None:
    """2.25 ms are not within 2 ms."""
    claim = CLAIMS["S4"]
    tight: Claim = claim.model_copy(
        update={"measures": [claim.measures[0].model_copy(update={"published": 2.0})]}
    )
    verdicts = {row.encoder: row.verdict for row in judged_measures(tight, gather(evidence))}
    assert "FAILS" == verdicts["minilm"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("seconds", 4.5),
        ("a.*.p50", 2.0),
        ("a.b.p50", 2.0),
        ("a.none.p50", None),
        ("text", None),
        ("x.y", None),
    ],
)
def test_a_path_leads_to_a_number_or_to_nothing(path: str, expected: float | None) -> None:
    """Keys parted by full stops; a star for the only key."""
    assert expected == number_at({"seconds": 4.5, "text": "x", "a": {"b": {"p50": 2}}}, path)


def test_claims_select_pipelines_points_and_metrics_of_the_suite() -> None:
    """No row asks for what the suite does not measure."""
    pipelines = {pipeline.name: pipeline for pipeline in SUITE.pipelines}
    assert {"S1", "S2", "S3", "S4"} == set(CLAIMS)
    for claim in CLAIMS.values():
        for row in claim.rows:
            assert (row.point in pipelines[row.pipeline].points) or not pipelines[row.pipeline].points
            for encoder in row.encoders or claim.encoders:
                assert encoder in (pipelines[row.pipeline].encoders or SUITE.encoders)
                tested = SUITE.tests(encoder, pipelines[row.pipeline])
                assert row.dataset in ("", *tested)
        for measure in claim.measures:
            assert measure.point in pipelines[measure.pipeline].points


def test_the_suite_compares_codes_of_2560() -> None:
    """The published levels, the others of as many codes, and the learned ones' budget."""
    steps = {pipeline.name: pipeline.steps[0] for pipeline in SUITE.pipelines}
    product = 1
    for size in steps["fsq-five"]["levels"]:
        product *= size
    assert 2560 == product
    assert 2560 == pytest.approx(2 ** steps["fsq-learned"]["bits"], abs=0.5)
    assert [48, 80, 112] == [len(steps[f"fsq-{2 * n}"]["levels"]) for n in (48, 80, 112)]
