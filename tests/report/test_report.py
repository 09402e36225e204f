"""Rendering: the same bytes from the same evidence, and no number in prose without a result."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.invented_results import invent
from support.pages import json_rows, lines_of, mean, page, section, table, text_of

from harness.cli.reporting import report
from harness.errors import InputError, RunError
from harness.evidence.layout import EXTRAS, Tree
from harness.evidence.schema.cell import StepSpec
from harness.evidence.schema.means import MeanDifference
from harness.evidence.stamp import read_stamped, write_stamped
from harness.planning.models import Suite
from harness.planning.suite import load
from harness.statistics import clusters
from harness.statistics.bootstrap import RESAMPLES
from harness.types import Json
from report.evidence.means import Comparisons
from report.evidence.paired import Difference, Paired
from report.evidence.results import gather
from report.evidence.rows import Row, rows, rows_csv
from report.pages import lint, readme
from report.pages.render import TEMPLATES, render, template
from report.tables.every import Tables
from report.tables.rows import Rows
from report.tables.search import Search, difference
from report.verdicts.claims import load_claims

COMMITTED = Path("artifacts")
committed = pytest.mark.skipif(
    not (COMMITTED / "results").is_dir(), reason="there is no committed evidence yet"
)


# What rendering reads, as far as it is there: envelopes for timings, scores for differences of queries.
READ = ("results", "scores", "envelopes", "locks", *EXTRAS)


def copied(source: Path, folder: Path) -> Tree:
    """Return a copy of what rendering reads of the evidence in ``source``."""
    for name in READ:
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name)
    return Tree(folder)


@pytest.fixture
def evidence(tmp_path: Path) -> Tree:
    """Return a copy of the committed evidence, without what was rendered from it."""
    return copied(COMMITTED, tmp_path)


@pytest.fixture(scope="module")
def rendered_again(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return a copy of the committed evidence with what it renders to; tests leave it as it is."""
    tree = copied(COMMITTED, tmp_path_factory.mktemp("rendered"))
    render(tree)
    return tree


SUITES = (
    "sts-generalization",
    "intrinsic",
    "three-stage",
    "operating-points",
    "openai-matrix",
    "ranking",
    "autoencoder",
    "search",
    "quick-hyper",
    "hard-negatives",
    "semantic-ids",
)


def searched(name: str = "dev-search") -> Suite:
    """Return a search on STS-B dev over the dropout of one wide lens; the first value is the suite's own."""
    suite = load(Path("suites/sts-generalization.toml"))
    wide = next(pipeline for pipeline in suite.pipelines if pipeline.name == "lens-wide-pq")
    grid = wide.model_copy(
        update={"grid": {"lens.dropout": [0.2, 0.4]}, "points": ["219x"], "test": ["stsb-dev"]}
    )
    return suite.model_copy(
        update={
            "name": name,
            "pipelines": [grid],
            "metrics": ["retention@human", "spearman@original", "spearman-random@original"],
            "train": ["stsb-train"],
            "datasets": {**suite.datasets, "stsb-dev": suite.datasets["stsb-test"]},
            "combine": {},
            "codecs": [],
        }
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return a rendered report on invented results of every section, of the spaces that are at hand."""
    root = tmp_path_factory.mktemp("whole")
    for name in SUITES:
        invent(root, load(Path("suites", name + ".toml")), {"minilm", "esm2-peptides", "openai-ada-002"})
    invent(root, searched(), {"minilm"})
    transcript = {
        "claim": "C6",
        "server": {"host": "loopback", "name": "reference"},
        "sample": 8,
        "key": "given",
        "checks": [{"name": "health", "status": "PASS", "found": "it answers | 200", "requests": []}],
        "counts": {"PASS": 1, "FAIL": 0, "SKIPPED": 0},
    }
    write_stamped(Tree(root).transcript("loopback"), transcript)
    render(Tree(root))
    return Tree(root)


@committed
def test_the_committed_report_is_what_the_committed_results_render_to(rendered_again: Tree) -> None:
    """Every document and figure comes out in the bytes that are committed, and there is no other."""
    expected, actual = (
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in (COMMITTED / "report", rendered_again.report())
    )
    assert sorted(expected) == sorted(actual)
    for name, content in actual.items():
        assert expected[name] == content, name


@committed
def test_every_committed_interval_is_drawn_from_many_units() -> None:
    """A set whose pairs are one cluster would have resamples that are all itself, or nothing."""
    for path in (COMMITTED / "means").glob("*.json"):
        for batch in read_stamped(path)[0]["batches"]:
            for value in (value for group in batch["groups"] for value in group["values"]):
                few = value["units"] < clusters.FEWEST or value.get("undefined", 0) > RESAMPLES / 100
                assert not few, f"{path}: {value}"


@committed
def test_a_part_of_the_evidence_renders_as_well(evidence: Tree) -> None:
    """With one pipeline's results alone, what is missing is a dash in the tables, and no error."""
    for path in (evidence.root / "results").glob("*/*.json"):
        if ".lens-pq." not in path.name:
            path.unlink()
    render(evidence)
    assert "| –% |" in page(evidence, "generalization")
    assert "| – |" in text_of(evidence)


@committed
@pytest.mark.parametrize("suites", [["sample"], ["planted"], ["sample", "planted"]])
def test_a_suite_without_results_is_said_to_be_missing(evidence: Tree, suites: list[str]) -> None:
    """Where a section's suite has no result the section says so, and figures of it are left out."""
    for folder in (evidence.root / "results").glob("*/"):
        if folder.name not in suites:
            shutil.rmtree(folder)
            evidence.means(folder.name).unlink()
    files = [path.name for path in render(evidence)]
    text = text_of(evidence)
    for name in (
        "sts-generalization",
        "intrinsic",
        "three-stage",
        "operating-points",
        "ranking",
        "autoencoder",
        "search",
        "semantic-ids",
    ):
        assert "Not in this evidence: the suite `" + name + "` has no result here." in text
    assert "Not in this evidence: the suite `dev-search` has no result here." in page(evidence, "settings")
    assert "No finding can be computed from this evidence." in text
    assert [] == [name for name in files if name.startswith("figure_")]
    assert ("sample" in suites) == ("values-sample.csv" in files)


def test_every_section_of_the_published_report_is_there(whole: Tree) -> None:
    """The report has the parts of the one whose claims it checks, each once."""
    text = text_of(whole)
    parts = [
        "How to cite", "Abstract", "Scope", "Executive summary", "1. Problem", "2. Method", "3. Why",
        "4. Evaluation setup", "5. Results", *("5." + str(n) for n in range(1, 17)), "6. Ablations",
        "7. Practical", "8. Limitations", *("Appendix " + letter for letter in "ABCD"),
        "Reproduction commands", "B.1", *("D." + str(n) for n in range(1, 5)), "What could not be run here",
    ]  # fmt: skip
    actual = {
        part: len(re.findall(r"^#+ " + re.escape(part) + r"(?!\d)", text, re.MULTILINE)) for part in parts
    }
    assert dict.fromkeys(parts, 1) == actual
    absent = re.findall(r"Not in this evidence: the suite `(.*)` has no result here\.", text)
    assert [
        "scale",
        "disputes-search",
        "default-tools",
        "judged-bytes",
        "sharper-sts",
    ] == absent  # nothing is invented of them


def test_nothing_undefined_is_printed(whole: Tree) -> None:
    """No document has a hole: no NaN, None or infinity, no empty link, and every table has even lines."""
    for path in whole.report().rglob("*.md"):
        text = path.read_text("utf-8")
        assert [] == re.findall(r"\bnan\b|\bNone\b|\binf\b|Undefined|\]\(\)", text), path.name
        for lines in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            widths = {len(re.findall(r"(?<!\\)\|", line)) for line in lines.splitlines()}
            assert 1 == len(widths), (path.name, lines.splitlines()[0])


def test_links_and_figures_of_the_report_are_beside_it(whole: Tree) -> None:
    """Report and appendix pages point to files that were written with them, and to every table and page."""
    linked = set()
    for path in (whole.report() / "TECHNICAL_REPORT.md", *whole.report().glob("appendix/*.md")):
        for target in re.findall(r"\]\(([^)]+)\)", path.read_text("utf-8")):
            assert (path.parent / target).is_file(), (path.name, target)
            linked.add((path.parent / target).resolve())
    folders = (whole.report() / "tables", whole.report() / "appendix")
    assert {path.resolve() for folder in folders for path in folder.iterdir()} <= linked


def test_a_stranger_reads_the_report_and_the_readme_in_one_sitting(whole: Tree) -> None:
    """At most 8,000 words in the report, tables included, and 150 lines in the README."""
    assert len(text_of(whole).split()) <= 8000
    assert len(Path("README.md").read_text("utf-8").splitlines()) <= 150


@pytest.mark.parametrize("name", ["tables/old.csv", "appendix/old.md"])
def test_what_an_earlier_report_left_is_removed(tmp_path: Path, name: str) -> None:
    """A table or page that the evidence does not render to any more is no part of the report."""
    invent(tmp_path, load(Path("suites/intrinsic.toml")), {"minilm"})
    stale = Tree(tmp_path).report() / name
    stale.parent.mkdir(parents=True)
    stale.write_text("x")
    render(Tree(tmp_path))
    assert not stale.exists()


def test_the_report_of_the_same_evidence_has_the_same_bytes(whole: Tree, tmp_path: Path) -> None:
    """Rendered again elsewhere, every file comes out the same."""
    for path in render(copied(whole.root, tmp_path)):
        name = path.relative_to(Tree(tmp_path).report())
        assert (whole.report() / name).read_bytes() == path.read_bytes(), name


def test_the_intrinsic_tables_are_the_flat_rows(whole: Tree) -> None:
    """Each cell of a space's table is the mean of that pipeline's rows, and published values are C3's."""
    flat = [
        row for row in json_rows(whole) if (row["suite"], row["encoder"]) == ("intrinsic", "esm2-peptides")
    ]
    wanted = {"pipeline": "pca-4", "dataset": "peptides-test", "protocol": "decontaminated"}
    for metric in ("spearman@original", "spearman-random@original", "success@10", "knn-recall@10"):
        (line,) = table(whole, "values-intrinsic", encoder="esm2-peptides", metric=metric, **wanted)
        assert mean(flat, metric=metric, **wanted) == f"{100 * float(line['value']):.1f}"
        assert ["peptides-train", "44", "1"] == [line[key] for key in ("train", "bytes", "seeds")]
    text = section(text_of(whole), "5.3")
    (summed,) = lines_of(text, "esm2-peptides")
    wanted |= {"metric": "spearman@original"}
    pipelines = ("lens", "aqea-protein", "pca", "axes", "projection")
    assert ["44", "93.8%", "95.0%"] == summed[1:4]
    assert [mean(flat, **{**wanted, "pipeline": name}) for name in pipelines] == summed[4:9]
    (blocked,) = lines_of(text, "mpnet")
    assert ["–", "94.7%", "98.3%", "BLOCKED", *5 * ["–"]] == blocked[1:]


def test_the_stages_table_is_the_flat_rows_and_its_stages_the_steps(whole: Tree) -> None:
    """A pipeline's stages are read from its steps; similarity and task stand in columns of their own."""
    flat = [row for row in json_rows(whole) if (row["suite"], row["encoder"]) == ("three-stage", "minilm")]
    stages = {
        line["pipeline"]: [line["8 bits"], line["map"], line["PQ"]]
        for line in table(whole, "stages", encoder="minilm")
    }
    assert {
        "scalar-8": ["true", "", "false"],
        "lens-pq": ["false", "lens", "true"],
        "three-stage-aqea": ["true", "aqea", "true"],
        "pca-pq": ["false", "pca", "true"],
    } == {name: stages[name] for name in ("scalar-8", "lens-pq", "three-stage-aqea", "pca-pq")}
    (line,) = [x for x in lines_of(section(text_of(whole), "5.4"), "minilm") if x[1] == "all three"]
    wanted = {"pipeline": "three-stage", "protocol": "decontaminated"}
    assert mean(flat, metric="spearman@original", dataset="stsb-test", **wanted) == line[3]
    assert mean(flat, metric="retention@human", dataset="stsb-test", **wanted) == line[4]
    assert mean(flat, metric="retention@human", dataset="sts12-16", **wanted) == line[5]


def test_the_search_table_marks_what_was_taken(whole: Tree) -> None:
    """A setting whose steps a pipeline of the STS suite has is marked, and has its final figure."""
    taken = {line["setting"]: line["taken"] for line in table(whole, "settings", suite="dev-search")}
    assert {"lens-wide-pq lens.dropout=0.2": "true", "lens-wide-pq lens.dropout=0.4": "false"} == taken
    final = [
        row
        for row in json_rows(whole)
        if (row["suite"], row["train"]) == ("sts-generalization", "stsb-train")
    ]
    wanted = {
        "pipeline": "lens-wide-pq",
        "point": "219x",
        "dataset": "sts12-16",
        "protocol": "decontaminated",
    }
    (line,) = lines_of(section(page(whole, "settings"), "Goals"), "minilm")
    assert ["7 B", "94.5", "lens-wide-pq", "lens.dropout=0.2", "7"] == line[1:6]
    assert ["both decoded", mean(final, metric="retention@human", **wanted)] == line[7:9]
    assert "not reached" == line[10]
    (changed,) = table(whole, "comparisons", suite="dev-search")
    assert [
        "lens-wide-pq lens.dropout=0.2",
        "lens.dropout: 0.4 for 0.2",
        "not compared in this evidence",
    ] == [changed[key] for key in ("method", "against", "outcome")]


@pytest.mark.parametrize(
    ("ends", "outcome"), [((0.005, 0.035), "better"), ((-0.005, 0.045), "no significant difference")]
)
def test_a_changed_setting_is_told_apart_by_the_difference(ends: tuple[float, float], outcome: str) -> None:
    """As a run left it of the cells' groups, whatever the intervals of the two have in common."""
    common: dict[str, Any] = {
        "n": 9,
        "encoder": "minilm",
        "train": "t",
        "point": "7",
        "asymmetric": False,
        "ratio": 1.0,
        "low": 0.8,
    }
    common |= {"high": 0.99, "bytes_per_vector": 7, "protocol": "decontaminated", "seed": 0}
    measured = {
        ("dev-search", "stsb-dev", "best"): (0.92, 0.2),
        ("dev-search", "stsb-dev", "changed"): (0.9, 0.4),
        ("sts-generalization", "sts12-16", "taken"): (0.9, 0.2),
    }
    flat = [
        Row(**common, suite=suite, dataset=dataset, pipeline=name, cell=name + ".s0", grid="",
            metric="retention@human", value=value)
        for (suite, dataset, name), (value, _) in measured.items()
    ]  # fmt: skip
    steps = {
        (suite, name + ".s0"): [StepSpec(use="lens", params={"dropout": dropout})]
        for (suite, _, name), (_, dropout) in measured.items()
    }
    place = {"protocol": "decontaminated", "dataset": "stsb-dev", "metric": "retention@human"}
    less = MeanDifference(**place, value=0.02, low=ends[0], high=ends[1], p=0.5)
    comparisons = Comparisons({("dev-search", "best", "changed"): {less.key: less}})
    (line,) = Search(Rows(flat), steps, comparisons).ablation("minilm")
    difference = Difference(less.value, less.low, less.high)
    assert ("lens.dropout: 0.4 for 0.2", Paired(difference, outcome)) == (line.change, line.paired)


@committed
def test_the_best_of_the_search_are_among_the_pipelines_that_a_run_compares_with() -> None:
    """Section 6 compares each with what differs from it: the suite names them as baselines."""
    search = Tables(gather(Tree(COMMITTED)), rows(Tree(COMMITTED)), []).search
    best = {line.of.setting.pipeline for line in search.ablation("minilm")}
    assert best <= set(load(Path("suites/dev-search.toml")).baselines)


def test_a_goal_tells_how_steps_were_compared() -> None:
    """The same steps compared asymmetrically are a line of their own, whichever the suite has first."""
    common: dict[str, Any] = {
        "n": 9,
        "encoder": "minilm",
        "train": "t",
        "point": "7",
        "grid": "",
        "seed": 0,
        "ratio": 1.0,
    }
    common |= {"low": 0.9, "high": 0.95, "bytes_per_vector": 7}
    common |= {"protocol": "decontaminated", "metric": "retention@human"}
    measured = [
        ("dev-search", "stsb-dev", "found", False, 0.93),
        ("sts-generalization", "sts12-16", "with the query as it is", True, 0.947),
        ("sts-generalization", "sts12-16", "both", False, 0.92),
    ]
    flat = [
        Row(**common, suite=suite, dataset=dataset, pipeline=name, cell=name, asymmetric=way, value=value)
        for suite, dataset, name, way, value in measured
    ]  # fmt: skip
    steps = {(suite, name): [StepSpec(use="pq")] for suite, _, name, _, _ in measured}
    goals = Search(Rows(flat), steps, Comparisons()).goals("minilm")
    outcomes = [(line.asymmetric, line.final.value, line.verdict) for line in goals]
    assert [(False, 0.92, "not reached, within its interval"), (True, 0.947, "reached")] == outcomes


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([("lens", {"dims": 28, "dropout": 0.2}), ("pq", {"subvectors": 7})], []),
        ([("lens", {"dims": 28, "dropout": 0.4}), ("pq", {"subvectors": 7})], ["lens.dropout: 0.4 for 0.2"]),
        ([("lens", {"dims": 14, "dropout": 0.2}), ("pq", {"subvectors": 7})], ["lens.dims: 14 for 28"]),
        ([("lens", {"dims": 28, "dropout": 0.2}), ("lsq", {})], ["lsq for pq"]),
        ([("lens", {"dims": 14, "dropout": 0.2}), ("scalar", {"bits": 4})], ["scalar for pq"]),
        (
            [("lens", {"dims": 28, "dropout": 0.2}), ("normalize", {}), ("pq", {"subvectors": 7})],
            ["with normalize"],
        ),
        ([("pq", {"subvectors": 7})], ["without lens"]),
        (
            [("lens", {"dims": 28, "dropout": 0.0}), ("normalize", {}), ("pq", {"subvectors": 7})],
            ["lens.dropout: 0.0 for 0.2", "with normalize"],
        ),
        ([("itq", {}), ("sign", {})], ["itq, sign for lens, pq", "all steps"]),
    ],
)
def test_what_tells_two_pipelines_apart(other: list[tuple[str, Json]], expected: list[str]) -> None:
    """Steps and parameters, a text each; sizes that follow from another change are not counted."""
    pipelines = [
        [StepSpec(use=use, params=dict(params)) for use, params in steps]
        for steps in ([("lens", {"dims": 28, "dropout": 0.2}), ("pq", {"subvectors": 7})], other)
    ]
    assert expected == difference(*pipelines)


def test_contamination_is_the_difference_of_both_protocols(whole: Tree) -> None:
    """Each line subtracts the decontaminated retention from that of every pair; the largest comes first."""
    counts = Tables(gather(whole), rows(whole), load_claims()).sts.contamination("minilm", "stsb-train")
    more = [line.more for line in counts]
    values = [
        [mean.value for name in ("as-published", "decontaminated") if (mean := line.line.retention[name])]
        for line in counts
    ]
    assert [published - clean for published, clean in values] == more
    assert sorted(more, reverse=True) == more


def test_the_best_at_a_size_is_the_largest_of_its_table(whole: Tree) -> None:
    """No pipeline of as many bytes or fewer keeps more than the one that is named, whatever its suite."""
    sts = Tables(gather(whole), rows(whole), load_claims()).sts
    suites = sts.rows.suites("minilm")
    lines = [x for suite in suites for x in sts.pipelines("minilm", "stsb-train", suite)]
    lines = [x for x in lines if not x.setting.asymmetric]
    for row in sts.best("minilm", "stsb-train"):
        clean = [(x.setting.bytes, x.retention["decontaminated"]) for x in lines]
        fitting = [mean.value for size, mean in clean if mean and size <= row.limit]
        best = row.line.retention["decontaminated"]
        assert best is not None
        assert max(fitting) == best.value


def test_guardrails_are_printed_with_the_rule_that_fired(whole: Tree) -> None:
    """The highest ratio leaves MiniLM seven bytes, which the point's smallest size refuses."""
    lines = lines_of(section(text_of(whole), "5.5"), "minilm")
    refused = [line for line in lines if line[1] == "discovery"]
    assert refused
    assert all(line[5].startswith("NOT RECOMMENDED: ") for line in refused)
    assert all("7 bytes per vector" in line[5] for line in refused)


def test_the_audit_is_shown_of_every_suite_and_under_every_protocol(whole: Tree) -> None:
    """Near duplicates stand beside what each protocol keeps, of STS12–16 and of every suite."""
    first = section(page(whole, "generalization"), "What the test sets share")
    assert "| stsb-train | sts12 | 100 | 30 | 40 | 7 | 60 | 1 |" in first
    part = section(page(whole, "data"), "Contamination")
    for suite in ("`sts-generalization`", "`autoencoder`", "`ranking`"):
        lines = lines_of(part, suite)
        assert lines
        assert {"as-published 7, decontaminated 1"} == {line[7] for line in lines}
    assert [["nfcorpus", *"333333"]] == lines_of(section(page(whole, "data"), "Irreg"), "nfcorpus")


def test_the_transcript_of_a_server_is_shown(whole: Tree) -> None:
    """Who answered, and each check; a bar in what was found does not break the table."""
    part = section(page(whole, "server"), "loopback: answered by loopback (reference)")
    assert "| health | PASS | it answers \\| 200 |" in part


def test_certificates_are_those_of_the_results(whole: Tree) -> None:
    """The table of evidence names each result once, with the digest that its file has."""
    lines = table(whole, "evidence")
    listed = {line["path"]: line["sha256"] for line in lines}
    assert len(lines) == len(listed)
    claims = json.loads((whole.report() / "claims.json").read_text())["claims"]
    cells = {entry["cell"] for claim in claims for entry in claim["evidence"] if "cell" in entry}
    assert {"results/" + cell + ".json" for cell in cells} | {"transcripts/loopback.json"} == set(listed)
    for place, digest in listed.items():
        assert digest == json.loads((whole.root / place).read_text())["sha256"]


@committed
def test_claims_json_has_the_promised_keys(rendered_again: Tree) -> None:
    """A program finds what was published and measured, both answers, and the evidence, in each row."""
    claims = json.loads((rendered_again.report() / "claims.json").read_text())["claims"]
    keys = {"id", "row", "published", "value", "low", "high", "protocol", "verdict", "number", "evidence"}
    assert [] == [claim["row"] for claim in claims if not keys <= set(claim)]
    assert {"C1", "C2"} <= {claim["id"] for claim in claims}
    places = [(claim["id"], claim["row"], claim["protocol"]) for claim in claims]
    assert len(places) == len(set(places))


@committed
def test_figure_one_is_drawn_from_the_numbers_beside_it(rendered_again: Tree) -> None:
    """Each point of figures_data.json is a mean over the result rows of the cells that it names."""
    figure = json.loads((rendered_again.report() / "figures_data.json").read_text())["tradeoff"]
    json_of_report = json_rows(rendered_again)
    for point in figure["points"]:
        values = [
            row["value"]
            for row in json_of_report
            if row["suite"] == figure["suite"]
            and row["cell"] in point["cells"]
            and (row["protocol"], row["dataset"], row["metric"])
            == (point["protocol"], figure["dataset"], figure["metric"])
        ]
        assert len(point["cells"]) == len(values)
        assert point["value"] == pytest.approx(sum(values) / len(values), rel=1e-5)  # six digits are kept
    assert [140, 35] == [point["bytes_per_vector"] for point in figure["published"]]


@committed
def test_flat_rows_have_the_promised_columns() -> None:
    """CSV and rows agree on their columns, and fractions are fractions."""
    measured_rows = json_rows(Tree(COMMITTED))
    header, first, *_ = rows_csv(measured_rows).splitlines()
    promised = "suite cell encoder pipeline train seed bytes_per_vector ratio protocol dataset metric value"
    assert {*promised.split(), "low", "high", "n"} <= set(header.split(","))
    assert len(header.split(",")) == len(first.split(","))
    retentions = [row["value"] for row in measured_rows if row["metric"] == "retention@human"]
    assert 0 < max(retentions) < 1.5
    assert [] == [row["cell"] for row in measured_rows if not row["low"] <= row["value"] <= row["high"]]


@committed
def test_the_readme_and_the_templates_have_no_untraced_number() -> None:
    """The linter finds nothing in this checkout."""
    assert [] == lint.problems(Path())


def test_the_parts_of_the_report_have_no_untraced_number() -> None:
    """Every template is linted, those of the sections too."""
    templates = sorted(TEMPLATES.rglob("*.j2"))
    assert len(templates) > 15
    assert [] == [line for path in templates for line in lint.untraced(path.read_text("utf-8"), path.name)]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("We keep 95.3 of it.", 1),
        ("At 117× nothing is lost.", 1),
        ("A loss of 5 % and 13 bytes.", 2),
        ("Twelve sets, 3 seeds, STS12–16, C1.", 0),
        ("As `13 B` in code, and {{ value }} %.", 0),
        ("```\n95.3\n```\nthen 1.25 here", 1),
        ("<style>p { margin: 1.5em }</style><p width='7.5'>13 bytes</p>", 1),
        ("### 5.2 What the sets share\n", 0),
    ],
)
def test_a_measured_number_in_prose_is_found(text: str, problems: int) -> None:
    """Decimals, per cent, ratios and bytes are refused outside code and rendered parts."""
    assert problems == len(lint.untraced(text, "t"))


@pytest.mark.parametrize(
    ("source", "problems"),
    [
        ('"""Keeps 95.3 %."""\n\nPOINT = "117x"\n', 0),
        ('def sentence(value):\n    return f"The lens keeps {value} of 13 bytes."\n', 1),
    ],
)
def test_a_typed_number_in_a_finding_is_found(source: str, problems: int) -> None:
    """In what a sentence is made of; docstrings and the names of points are no sentences."""
    assert problems == len(lint.untraced_in_code(source, "t"))


def test_an_edited_readme_and_report_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rendered part that says something else than the evidence is a problem; so says the command."""
    suite = load(Path("suites/intrinsic.toml"))
    monkeypatch.chdir(tmp_path)
    tree = Tree(tmp_path / "artifacts")
    invent(tree.root, suite, {"minilm"})
    render(tree)
    readme_path, report_path = tmp_path / "README.md", tree.report() / "TECHNICAL_REPORT.md"
    readme_path.write_text(f"# Sound\n\n{readme.START}{readme.END}")
    readme.refresh(readme_path, tree)
    assert [] == lint.problems(tmp_path)
    report(lint=True)
    readme_path.write_text(readme_path.read_text("utf-8").replace("BLOCKED", "HOLDS"))
    report_path.write_text(report_path.read_text("utf-8").replace("BLOCKED", "HOLDS"))
    assert [
        "README.md: its rendered part is not what artifacts/ renders to; run make artifacts",
        f"{report_path}: is not what artifacts/ renders to; run make artifacts",
    ] == lint.problems(tmp_path)
    with pytest.raises(RunError, match=r"^2 numbers or texts without a result behind them$"):
        report(lint=True)


def test_a_readme_without_marks_is_one_line(tmp_path: Path) -> None:
    """Where the rendered part was deleted, the error says which marks are missing."""
    (tmp_path / "README.md").write_text("# nothing\n")
    with pytest.raises(InputError, match="found no part between"):
        readme.split(tmp_path / "README.md")


def test_a_template_that_names_what_is_not_there_is_an_error() -> None:
    """StrictUndefined: a missing value stops the rendering instead of leaving a hole."""
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        template("README.md.j2", {})
