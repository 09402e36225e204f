"""Evidence against its suites, its scores and its rendering: hashed anew, and refused all the same."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.checkouts import publish, ran_checkout, relist
from support.command import Cli
from support.suites import SUITE, write_files
from support.tampering import checkout

from harness.errors import InputError
from harness.evidence.files import sha256_file
from harness.evidence.layout import Tree
from harness.evidence.schema.result import check_result
from harness.evidence.stamp import read_stamped, write_stamped
from harness.verification import admission, completeness, problems
from harness.verification.plans import plans
from harness.verification.recompute import recompute_values
from harness.verification.rendering import render_again
from harness.verification.suites import against_suites
from report.verdicts.claims import load_claims
from repro import verify

Edit = Callable[[dict[str, Any]], Any]
SIGN = "own.train-set.projection-sign.8x.s0"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout with one suite and its evidence, rendered and listed; tests leave it as it is."""
    root = tmp_path_factory.mktemp("published")
    ran_checkout(root, SUITE.replace("seeds = [0]", "seeds = [0, 1]"))
    publish(root)
    return root


@pytest.fixture
def root(published: Path, tmp_path: Path) -> Path:
    """Return a copy of the checkout, to be tampered with."""
    return Path(shutil.copytree(published, tmp_path / "checkout"))


def restamp(root: Path, edit: Edit, cell: str = SIGN, to: str = "") -> None:
    """Write a result anew, certified, after an edit; in the place of cell ``to``, if one is given."""
    tree = Tree(root / "artifacts")
    content, _ = read_stamped(tree.result("mine", cell))
    edit(content)
    if to:
        content["cell"] = to
        shutil.copyfile(tree.envelope("mine", cell), tree.envelope("mine", to))
    write_stamped(tree.result("mine", to or cell), content)


def test_sound_evidence_has_no_problem_in_any_tier(published: Path) -> None:
    """All checks at once, and what they were said in one line."""
    lines, checked = problems.problems(published, 1, quietly)
    assert [] == lines
    files = sum(path.is_file() for path in (published / "artifacts").rglob("*"))
    assert checked.startswith(f"checked {files} files, 6 certificates, 3 results, 3 values, ")
    first, locks = checked.split("\n")
    assert first.endswith(" s (0 numbers differ in their last digit): no problem")
    assert f"claims: {len(load_claims())} locked, 0 changed after their evidence, 0 not locked" == locks


def quietly(_what: str, _done: int, _of: int) -> None:
    """Show no progress."""


def more_seeds(content: dict[str, Any]) -> None:
    """Pass a seed off as another."""
    content["inputs"]["cell"]["seed"] = 7


def set_at(*keys: str, to: Any) -> Edit:
    """Return an edit that writes ``to`` below the keys."""

    def edit(content: dict[str, Any]) -> None:
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = to

    return edit


def leave_out(content: dict[str, Any], **changes: Any) -> None:
    """Put the first value, with changes, among what is undefined, and another in its place."""
    value = content["values"][0]
    named = {key: value[key] for key in ("protocol", "dataset", "metric")}
    content["left_out"] = [{**named, **changes, "why": "all 40 values are equal (compressed)"}]
    value["protocol"] = "decontaminated"


STRANGERS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a seed that the suite has not": (
        lambda root: restamp(root, more_seeds, to="own.train-set.projection-sign.8x.s7"),
        "projection-sign.8x.s7.json: no cell of",
    ),
    "a seed in the place of another": (
        lambda root: restamp(root, more_seeds),
        f"{SIGN}.json: inputs.cell.seed: found 7, expected 0",
    ),
    "other parameters": (
        lambda root: restamp(root, set_at("inputs", "cell", "stages", to=True)),
        "inputs.cell.stages: found True, expected False",
    ),
    "other protocols": (
        lambda root: restamp(root, set_at("inputs", "protocols", to=["decontaminated"])),
        "inputs.protocols: found ['decontaminated'], expected ['as-published']",
    ),
    "other data sets": (
        lambda root: restamp(root, lambda c: c["inputs"]["datasets"].update(other={})),
        "inputs.datasets: found ['other', 'test-set', 'train-set'], expected",
    ),
    "a value that the cell does not measure": (
        lambda root: restamp(root, lambda c: c["values"].append({**c["values"][0], "metric": "loss@human"})),
        "values: found as-published test-set loss@human, expected what the cell measures",
    ),
    "a value less": (
        lambda root: restamp(root, lambda c: c["values"][0].update(dataset="three-sets")),
        "values: found no as-published test-set spearman@original, expected it",
    ),
    "a value less, with another left out as undefined": (
        lambda root: restamp(root, lambda c: leave_out(c, metric="loss@human")),
        "values: found no as-published test-set spearman@original, expected it",
    ),
    "a renamed result": (
        lambda root: (root / f"artifacts/results/mine/{SIGN}.json").rename(
            root / "artifacts/results/mine/own.train-set.projection-sign.8x.s7.json"
        ),
        f"cell: found '{SIGN}', expected 'own.train-set.projection-sign.8x.s7', as its place",
    ),
    "a missing result": (
        lambda root: (root / f"artifacts/results/mine/{SIGN}.json").unlink(),
        f"{SIGN}.json: not found, expected a result or an entry in mine.suite.json",
    ),
    "a missing suite": (
        lambda root: (root / "suites/mine.toml").unlink(),
        "artifacts/results/mine: no suite has this name, expected suites/mine.toml",
    ),
    "a suite without evidence": (
        lambda root: write_files(root / "suites/yours.toml", SUITE.replace('"mine"', '"yours"', 1)),
        "suites/yours.toml: found no evidence, expected",
    ),
    "a suite that is none": (
        lambda root: (root / "suites/mine.toml").write_text("name ="),
        "suites/mine.toml: ",
    ),
    "a blocked cell that has a result": (
        lambda root: block(root, SIGN),
        f"{SIGN} has a result, expected a cell without one",
    ),
    "a title that the suite does not have": (
        lambda root: record(root, title="x"),
        "mine.suite.json: title: found 'x', expected ",
    ),
    "a metric read the other way round": (
        lambda root: record(root, metrics={"spearman@original": {"unit": "u", "higher_is_better": True}}),
        "mine.suite.json: metrics.spearman@original.unit: found 'u', expected 'fraction', as ",
    ),
    "a pipeline that the suite does not have": (
        lambda root: record(root, pipelines={}),
        "mine.suite.json: pipelines.",
    ),
    "a blocked cell of no suite": (
        lambda root: block(root, "x"),
        "blocked.0: found 'x', expected a cell of",
    ),
    "a result without values": (
        lambda root: restamp(root, lambda c: c.pop("values")),
        f"{SIGN}.json: values: the key is missing",
    ),
    "a result with the name of a list": (
        lambda root: restamp(root, lambda _: None, to="x.suite"),
        "x.suite.json: found the name of a suite's record in its folder, expected <cell>.json",
    ),
}


def test_a_value_that_a_result_notes_as_undefined_is_not_missed(root: Path) -> None:
    """Where it is noted, by protocol, data set and metric, and so alone."""
    path = root / "suites" / "mine.toml"
    tree = Tree(root / "artifacts")
    planned = plans(tree, suites={"mine": path}, committed=tree.root)
    restamp(root, leave_out)
    assert [] == completeness.missing(tree, planned)
    restamp(root, lambda content: content.pop("left_out"))
    (line,) = completeness.missing(tree, planned)
    assert "values: found no as-published test-set spearman@original, expected it" in line


def block(root: Path, cell: str) -> None:
    """List a cell as blocked."""
    entry = {"cell": cell, "encoder": "own", "train": "train-set", "missing": "it", "remedy": "get it"}
    record(root, blocked=[entry])


def record(root: Path, **changes: Any) -> None:
    """Change what the suite says of itself, and stamp it anew."""
    path = root / "artifacts/results/mine.suite.json"
    write_stamped(path, {**read_stamped(path)[0], **changes})


@pytest.mark.parametrize(("change", "message"), STRANGERS.values(), ids=STRANGERS)
def test_what_no_suite_has_and_what_a_suite_lacks_is_named(
    root: Path, change: Callable[[Path], Any], message: str
) -> None:
    """Certified as it may be, a line says which file it is and what would be right."""
    change(root)
    lines = against_suites(root)
    assert [] != [line for line in lines if message in line], lines


def test_six_copies_of_a_seed_are_refused_before_anything_is_judged(root: Path, quick: Cli) -> None:
    """Claims, results, report and comparison say which file, and judge nothing."""
    for seed in range(2, 8):
        name = f"own.train-set.projection-sign.8x.s{seed}"
        restamp(root, set_at("inputs", "cell", "seed", to=seed), to=name)
    for command in ("claims", "results", "report", "compare"):
        option = "--committed" if command == "compare" else "--from"
        done = quick(command, option, "artifacts", cwd=root)
        assert (2, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
        assert "projection-sign.8x.s2.json: no cell of suites/mine.toml has this name" in done.stderr


@pytest.mark.parametrize("name", ["values", "sizes", "inputs"])
def test_a_result_without_a_part_is_a_line_in_every_command(name: str, root: Path, quick: Cli) -> None:
    """No traceback, whatever reads it."""
    restamp(root, lambda content: content.pop(name))
    for args in (("claims",), ("results",), ("report",), ("export", "mine", "-o", "x")):
        done = quick(*args, "--from", "artifacts", cwd=root)
        assert (2, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
        assert f"{SIGN}.json: {name}" in done.stderr


def test_a_cell_that_is_missing_is_said_after_the_claims(root: Path, quick: Cli) -> None:
    """They may rest on a part of the seeds: exit status 1, one line."""
    (root / f"artifacts/results/mine/{SIGN}.json").unlink()
    done = quick("claims", "--from", "artifacts", cwd=root)
    assert (1, 1) == (done.returncode, done.stderr.count("\n"))
    assert f"1 cells or values are missing: artifacts/results/mine/{SIGN}.json: not found" in done.stderr


def test_evidence_of_a_suite_elsewhere_answers_to_the_file_that_its_run_noted(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run's folder may have suites that are not in suites/; the committed folder may not."""
    monkeypatch.chdir(root)
    (root / "own").mkdir()
    for name in ("mine.toml", "datasets", "encoders"):
        (root / "suites" / name).rename(root / "own" / name)
    record(root, suite_file="own/mine.toml")
    shutil.copytree(root / "artifacts", root / "out")
    assert [] == admission.admit(Tree(Path("out")))
    with pytest.raises(InputError, match="no suite has this name"):
        admission.admit(Tree(Path("artifacts")))


def swap_scores(root: Path) -> None:
    """Put the uncompressed cosines in the place of a cell's scores, and stamp the result anew."""
    scores = root / "artifacts/scores/mine"
    shutil.copyfile(scores / "own.npz", scores / f"{SIGN}.npz")
    restamp(root, set_at("files", "after", "sha256", to=sha256_file(scores / f"{SIGN}.npz")))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (swap_scores, ", its scores come to 1"),
        (
            lambda root: restamp(root, lambda c: c["values"][0].update(value=0.99, low=0.9, high=1.0)),
            "found 0.99, its scores come to",
        ),
        (
            lambda root: restamp(root, lambda c: c["values"][0].update(n=41)),
            "n: found 41, expected 40, as its labels have",
        ),
        (lambda root: (root / f"artifacts/scores/mine/{SIGN}.npz").write_bytes(b"x"), "files.after: "),
        (lambda root: restamp(root, lambda c: c.pop("files")), "files: the key is missing"),
    ],
    ids=["scores swapped", "a better value", "more items", "no scores", "no files"],
)
def test_a_value_that_its_scores_do_not_come_to_is_named(
    root: Path, change: Callable[[Path], Any], message: str
) -> None:
    """Computed again from scores and labels, and nothing else."""
    assert [] == recompute_values(root, 1, quietly).problems
    change(root)
    lines = [line for line in recompute_values(root, 1, quietly).problems if "report" not in line]
    assert [] != [line for line in lines if message in line], lines


def test_a_combined_value_is_the_sum_of_its_parts(tmp_path: Path) -> None:
    """One that was edited is named."""
    root = checkout(tmp_path / "checkout")
    path = Tree(root / "artifacts").result("mine", SIGN)
    content, _ = read_stamped(path)
    value = next(value for value in content["values"] if value["dataset"] == "both")
    value["value"] = value["high"]
    write_stamped(path, content)
    lines = [line for line in recompute_values(root, 1, quietly).problems if str(path) in line]
    assert 1 == len(lines), lines
    assert f"as-published both {value['metric']}: value: found" in lines[0]


def edit_text(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Return an edit of a rendered file."""

    def change(root: Path) -> None:
        path = root / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def drop_a_row(root: Path) -> None:
    """Take the first judged row out of claims.json."""
    path = root / "artifacts/report/claims.json"
    rows = json.loads(path.read_text("utf-8"))["claims"]
    path.write_text(json.dumps({"claims": rows[1:]}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (edit_text("artifacts/report/claims.json", "NOT_RUN", "HOLDS"), "claims.json: is not what"),
        (edit_text("artifacts/report/CLAIMS.md", "NOT_RUN", "HOLDS"), "CLAIMS.md: is not what"),
        (
            edit_text("artifacts/report/TECHNICAL_REPORT.md", "\n", "\nX\n"),
            "TECHNICAL_REPORT.md: is not what",
        ),
        (drop_a_row, "claims.json: is not what the evidence renders to, byte for byte"),
        (
            lambda root: (root / "artifacts/report/figure_x.svg").write_text("<svg/>"),
            "figure_x.svg: found a file",
        ),
        (lambda root: (root / "artifacts/report/CLAIMS.md").unlink(), "CLAIMS.md: not found, expected"),
        (
            lambda root: (root / "README.md").write_text(
                "<!-- rendered from artifacts/: start -->\nfine\n<!-- rendered from artifacts/: end -->\n"
            ),
            "README.md: its rendered part is not what",
        ),
        (
            lambda root: restamp(root, lambda c: c["inputs"].update(datasets=5)),
            "cannot be rendered again: ",
        ),
    ],
    ids=["verdict", "page", "report", "row", "figure", "no page", "README", "no evidence"],
)
def test_what_the_evidence_does_not_render_to_is_named(
    root: Path, change: Callable[[Path], Any], message: str
) -> None:
    """Verdicts, pages, figures and the README, byte for byte."""
    change(root)
    lines = render_again(root).problems
    assert [] != [line for line in lines if message in line], lines


def test_versions_that_are_not_the_pinned_ones_are_named(root: Path) -> None:
    """What constraints.txt pins is what the evidence was made with; a build's local part aside."""
    path = root / "constraints.txt"
    text = path.read_text()
    (numpy,) = re.findall(r"(?m)^numpy==(.+)$", text)
    assert [] == problems.unlike_pins(root)
    path.write_text(text.replace(f"numpy=={numpy}\n", "numpy==1.0\n"))
    (line,) = problems.unlike_pins(root)
    assert f"packages.numpy: found {numpy}, expected 1.0, as" in line
    path.write_text(text.replace(f"numpy=={numpy}\n", ""))
    (line,) = problems.unlike_pins(root)
    assert f"packages.numpy: found {numpy}, expected a pin of it in {path}" in line
    path.unlink()
    assert [] != problems.unlike_pins(root)


def test_a_result_without_values_is_one_line(root: Path) -> None:
    """Not one for each value that it would have had."""
    restamp(root, lambda content: content.pop("values"))
    (line,) = against_suites(root)
    assert f"{SIGN}.json: values: the key is missing" in line


def test_the_command_says_all_and_leaves_with_1(root: Path, quick: Cli) -> None:
    """A line a problem, hashed anew as it may be."""
    path = root / "artifacts/report/claims.json"
    document = json.loads(path.read_text("utf-8"))
    next(row for row in document["claims"] if row["verdict"] == "NOT_RUN")["verdict"] = "HOLDS"
    path.write_text(json.dumps(document))
    relist(root)
    done = quick("verify", cwd=root)
    assert 1 == done.returncode
    assert "artifacts/report/claims.json: is not what the evidence renders to, byte for byte" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("claims: ")
    assert [] != [line for line in verify.problems(root)[0] if "HOLDS without evidence" in line]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (set_at("suite", to="x"), "suite: found 'x', expected 'mine', as its place"),
        (set_at("inputs", "cell", to={}), "inputs.cell.encoder: the key is missing"),
        (set_at("sizes", "ratio", to="4"), "sizes.ratio: found '4', expected a valid number"),
        (lambda c: c["values"][0].update(low=10**400), "low: found 1000"),
        (lambda c: c["values"][0].update(low=1.5), "expected low <= value <= high"),
        (lambda c: c["values"][0].update(n=1.5), "values.0.n: found 1.5, expected a valid integer"),
        (lambda c: c["values"].append(c["values"][0]), "spearman@original twice, expected it once"),
        (
            lambda c: c["values"][0].update(undefined=0),
            "values.0.undefined: found 0, expected greater than or equal to 1",
        ),
        (set_at("left_out", to=5), "left_out: found 5, expected a valid list"),
        (
            lambda c: c.update(left_out=[{**c["values"][0], "protocol": "other"}]),
            "left_out.0.why: the key is missing",
        ),
        (
            lambda c: c.update(
                left_out=[{**{k: c["values"][0][k] for k in ("protocol", "dataset", "metric")}, "why": "w"}]
            ),
            "left_out.0: found as-published test-set spearman@original, expected once, not among the values",
        ),
        (lambda c: leave_out(c, metric="loss@human"), "and measured under another protocol"),
    ],
)
def test_the_shape_of_a_result_is_held_in_one_place(published: Path, edit: Edit, message: str) -> None:
    """Every reader of evidence refuses it with the same line."""
    path = Tree(published / "artifacts").result("mine", SIGN)
    content, _ = read_stamped(path)
    edit(content)
    with pytest.raises(InputError) as refused:
        check_result(path, content)
    assert message in str(refused.value)
