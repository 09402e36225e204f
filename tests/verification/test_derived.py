"""Means over seeds and jitter against the results that they were made from: each way to tamper is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.checkouts import publish, ran_checkout, relist
from support.command import Cli
from support.invented_bench import write_bench
from support.suites import COMPARED, SUITE

from harness.evidence.layout import Tree
from harness.evidence.schema.version import SCHEMA_VERSION
from harness.evidence.stamp import read_stamped, stamp, write_stamped
from harness.planning.status import entries
from harness.run.compare_means import compare_means
from harness.run.jitter import run as disturb
from harness.verification.recompute import recompute
from repro import verify

Edit = Callable[[dict[str, Any]], Any]
SIGN = "own.train-set.projection-sign.8x"
COARSE = "own.train-set.truncation-4.8x"
MEANS, JITTER = "artifacts/means/mine.json", "artifacts/jitter/mine.json"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout with a suite of three seeds, two pipelines of as many bytes, means and jitter."""
    root = tmp_path_factory.mktemp("published")
    suite = SUITE.replace(
        '["spearman@original"]',
        '["spearman@original", "success@10", "spearman-random@original", "knn-recall@10"]',
    )
    for old, new in COMPARED:
        suite = suite.replace(old, new)
    path, tree, place = ran_checkout(root, suite)
    assert [] == disturb(entries(path, place, tree), tree, root / "store", 1, lambda *_: None)
    publish(root)
    return root


@pytest.fixture
def root(published: Path, tmp_path: Path) -> Path:
    """Return a copy of the checkout, to be tampered with."""
    return Path(shutil.copytree(published, tmp_path / "checkout"))


def restamp(root: Path, path: str, edit: Edit) -> None:
    """Write a stamped file anew, certified, after an edit."""
    content, _ = read_stamped(root / path)
    edit(content)
    write_stamped(root / path, content)


def group(content: dict[str, Any], name: str = SIGN) -> dict[str, Any]:
    """Return a group of the means."""
    wanted: dict[str, Any] = next(
        x for batch in content["batches"] for x in batch["groups"] if x["group"] == name
    )
    return wanted


def batch(content: dict[str, Any]) -> dict[str, Any]:
    """Return the batch in which something is compared."""
    compared: dict[str, Any] = next(batch for batch in content["batches"] if batch["comparisons"])
    return compared


def drop_seed(content: dict[str, Any]) -> None:
    """Leave a seed out of a group, wherever it is named."""
    del group(content)["results"][f"{SIGN}.s2"]
    del batch(content)["of"]["results"][f"{SIGN}.s2"]


def repoint(content: dict[str, Any]) -> None:
    """Have a seed stand for another, wherever it is named."""
    for results in (group(content)["results"], batch(content)["of"]["results"]):
        results[f"{SIGN}.s2"] = results[f"{SIGN}.s1"]


def compare_backwards(content: dict[str, Any]) -> None:
    """Add a comparison of the baseline with another group, as if that were a baseline."""
    (pair,) = batch(content)["comparisons"]
    batch(content)["comparisons"] = [{**pair, "group": pair["against"], "against": pair["group"]}]


def more(name: str, **changes: Any) -> Edit:
    """Return an edit of the first value of a group."""
    return lambda content: group(content, name)["values"][0].update(changes)


def narrow(content: dict[str, Any], name: str = SIGN) -> None:
    """Close the interval of the first value of a group in on the value."""
    value = group(content, name)["values"][0]
    value.update(low=value["value"], high=value["value"])


def shrink(content: dict[str, Any], number: int, end: str, share: float) -> None:
    """Move an end of a mean's interval by a share of its width, and no further than its seeds allow."""
    value = group(content)["values"][number]
    value[end] += share * (value["high"] - value["low"])


def surer(content: dict[str, Any]) -> None:
    """Have a comparison's interval lie above 0 whatever its p is, and its p be that of nothing."""
    value = batch(content)["comparisons"][0]["values"][0]
    value.update(low=value["value"], high=abs(value["value"]) + 1, p=1.0)


TAMPERED: dict[str, tuple[str, Edit, str]] = {
    "another mean": (MEANS, more(SIGN, value=0.0, low=-1.0), "found 0.0, its results have the mean"),
    "low above the mean": (MEANS, more(SIGN, low=1.0, high=1.0), "expected low <= value <= high"),
    "an interval of no width": (MEANS, narrow, "as its results have"),
    "the interval of one seed": (MEANS, lambda c: narrow(c, COARSE), "as its results have"),
    "an interval beyond its seeds'": (MEANS, more(SIGN, low=-1.0), "as its results have"),
    "an end that is no number": (
        MEANS,
        more(SIGN, high="0.9"),
        "expected once, with the numbers value, low, high, n, units",
    ),
    "other items": (MEANS, more(SIGN, n=41), "n, units: expected the n of its results"),
    "no units": (MEANS, more(SIGN, units=0), "n, units: expected the n of its results"),
    "a seed left out": (
        MEANS,
        drop_seed,
        f"{SIGN}: expected each group once, with the results of all its seeds (whole ones there are: ",
    ),
    "another certificate": (MEANS, repoint, "of.results: expected the certificates of the results"),
    "another certificate in a group alone": (
        MEANS,
        lambda c: group(c)["results"].update({f"{SIGN}.s2": "00"}),
        f"{SIGN}: {SIGN}.s2: found sha256 00, its result has another",
    ),
    "a value left out": (
        MEANS,
        lambda c: group(c)["values"].pop(),
        "expected the values that all seeds have",
    ),
    "a value twice": (
        MEANS,
        lambda c: group(c)["values"].append(group(c)["values"][0]),
        "expected once, with the numbers",
    ),
    "a group left out": (
        MEANS,
        lambda c: batch(c)["groups"].remove(group(c)),
        f"{SIGN}: expected each group once",
    ),
    "a group twice": (MEANS, lambda c: batch(c)["groups"].append(group(c)), "expected each group once"),
    "a batch left out": (
        MEANS,
        lambda c: c["batches"].pop(),
        "found 0 times, expected what the results have, once",
    ),
    "a batch twice": (
        MEANS,
        lambda c: c["batches"].append(c["batches"][0]),
        "found 2 times, expected what the results have, once",
    ),
    "means of another suite": (MEANS, lambda c: c.update(suite="yours"), "expected the suite of its place"),
    "means of another form": (MEANS, lambda c: c.update(batches=[5]), "expected what a run writes"),
    "another difference": (
        MEANS,
        lambda c: batch(c)["comparisons"][0]["values"][0].update(value=0.9, high=1.0),
        f"{COARSE} against {SIGN}: as-published test-set spearman@original: found 0.9, the means differ by",
    ),
    "a comparison backwards": (MEANS, compare_backwards, "expected a baseline, one of ['projection-sign']"),
    "a comparison twice": (
        MEANS,
        lambda c: batch(c)["comparisons"].append(batch(c)["comparisons"][0]),
        "expected two groups of one batch, each pair once",
    ),
    "a comparison of nothing": (
        MEANS,
        lambda c: batch(c)["comparisons"].append({**batch(c)["comparisons"][0], "group": "x"}),
        f"x against {SIGN}: expected two groups of one batch, each pair once",
    ),
    "a p above 1": (
        MEANS,
        lambda c: batch(c)["comparisons"][0]["values"][0].update(p=2),
        "expected low <= value <= high, and p from 0 to 1",
    ),
    "a p that its interval denies": (MEANS, surer, "found p 1.0 beside "),
    "jitter of another result": (
        JITTER,
        lambda c: c["cells"][0].update(result="00"),
        "expected a result that is there, by its certificate, once",
    ),
    "jitter of another pipeline": (
        JITTER,
        lambda c: c["cells"][0].update(pipeline="x"),
        "expected the encoder, pipeline and point of its result",
    ),
    "jitter twice": (JITTER, lambda c: c["cells"].append(c["cells"][0]), "by its certificate, once"),
    "no moves": (
        JITTER,
        lambda c: c["cells"][0]["values"][0].update(moves=[]),
        "found moves [], expected finite numbers",
    ),
    "moves that are none": (
        JITTER,
        lambda c: c["cells"][0]["values"][0].update(moves=[True]),
        "found moves [True], expected finite numbers",
    ),
    "jitter of a value that nobody measured": (
        JITTER,
        lambda c: c["cells"][0]["values"][0].update(metric="loss@human"),
        "expected a value of its result, and a floor of its metric",
    ),
    "a floor of 0": (JITTER, lambda c: c["floors"].update({"success@10": 0}), "and floors above 0"),
    "jitter of another form": (
        JITTER,
        lambda c: c.pop("cells"),
        "KeyError: 'cells', expected what a run writes",
    ),
}


def test_sound_evidence_has_no_problem(published: Path) -> None:
    """Neither for the script that stands alone nor for the command, which draws every interval again."""
    assert [] == verify.problems(published)[0]
    recomputed = recompute(published, 1, lambda *_: None)
    assert ([], 20, 39, 0) == (
        recomputed.problems,
        recomputed.values,
        recomputed.intervals,
        recomputed.last_digit,
    )


@pytest.mark.parametrize(("path", "edit", "message"), TAMPERED.values(), ids=TAMPERED)
def test_what_the_results_do_not_come_to_is_named(root: Path, path: str, edit: Edit, message: str) -> None:
    """Certified and listed anew as it may be; one line."""
    restamp(root, path, edit)
    relist(root)
    lines = [line for line in verify.problems(root)[0] if line.startswith(path)]
    assert 1 == len(lines), lines
    assert message in lines[0]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            lambda c: c["measurements"][0]["value"].update(low=9.0),
            "sign: found (9.0, 5.0, 6.0), expected",
        ),
        (lambda c: c["measurements"].append(c["measurements"][0]), "measurements, each once"),
        (lambda c: c.update(name="other"), "expected the name of its place"),
        (lambda c: c["measurements"][0].pop("ratio"), "KeyError: 'ratio'"),
    ],
    ids=["range", "twice", "place", "key"],
)
def test_a_bench_that_is_none_is_named(root: Path, edit: Edit, message: str) -> None:
    """It stands by itself: what can be checked is its place, and its numbers."""
    path = Tree(root / "artifacts").bench("invented")
    write_bench(Tree(root / "artifacts"))
    relist(root)
    assert [] == verify.problems(root)[0]
    restamp(root, path.relative_to(root).as_posix(), edit)
    relist(root)
    (line,) = verify.problems(root)[0]
    assert line.startswith("artifacts/bench/invented.json: ")
    assert message in line


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("artifacts/means/yours.json", "no suite with results has this name"),
        ("artifacts/jitter/mine/x.json", "no suite with results has this name"),
        ("artifacts/means/mine.txt", "expected the keys content and sha256"),
        ("artifacts/portability/x.json", "expected nothing beside portability.json"),
        ("artifacts/noise/x.json", "expected nothing beside noise.json"),
    ],
)
def test_nothing_else_stands_in_their_folders(root: Path, path: str, message: str) -> None:
    """A file that no suite has is named, stamped as it may be."""
    (root / path).parent.mkdir(exist_ok=True)
    data = stamp({"schema": SCHEMA_VERSION, "suite": "yours", "batches": []})
    (root / path).write_bytes(data if path.endswith(".json") else b"x")
    relist(root)
    assert [] != [
        line for line in verify.problems(root)[0] if line.startswith(f"{path}: ") and message in line
    ]


def test_means_that_are_not_there_are_missed(root: Path) -> None:
    """A suite with results has means of them."""
    (root / MEANS).unlink()
    relist(root)
    assert [f"{MEANS}: not found, expected the means of the suite's results"] == verify.problems(root)[0]


def test_a_suite_without_a_result_needs_no_means(root: Path) -> None:
    """Where all its cells are left out, a run writes none."""
    (root / MEANS).unlink()
    for path in (root / "artifacts/results/mine").glob("*.json"):
        path.unlink()
    assert [] == [line for line in recompute(root, 1, lambda *_: None).problems if MEANS in line]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda c: shrink(c, 0, "low", 0.2), " spearman@original: low: found "),
        (lambda c: shrink(c, 1, "high", -0.2), " high: found "),
        (
            lambda c: batch(c)["comparisons"][0]["values"][1].update(p=0.04),
            f"{COARSE} against {SIGN}: as-published test-set spearman-random@original: p: found 0.04, its",
        ),
        (lambda c: group(c)["tails"][0].update(lost=0.5), "knn-recall@10: lost: found 0.5, its scores come"),
        (lambda c: group(c).pop("tails"), "tails: as-published test-set knn-recall@10: not found, expected"),
    ],
    ids=["low of a mean", "high of another", "p of a difference", "queries lost", "no tails"],
)
def test_an_interval_that_its_score_files_do_not_come_to_is_named(
    root: Path, edit: Edit, message: str
) -> None:
    """The script alone cannot see it; the command draws the resamples of every group again."""
    restamp(root, MEANS, edit)
    relist(root)
    assert [] == verify.problems(root)[0]
    lines = [line for line in recompute(root, 1, lambda *_: None).problems if MEANS in line]
    assert 1 == len(lines), lines
    assert message in lines[0]


# -- Compared ------------------------------------------------------------------------------------------------


def compared(root: Path, published: Path) -> tuple[str, str]:
    """Return the state of the means in ``root`` against the committed ones, and why."""
    (line,) = compare_means(Tree(root / "artifacts"), Tree(published / "artifacts"))
    assert ("mine", "means over seeds") == (line.suite, line.cell)
    return line.state, line.why


def moved(root: Path, by: float) -> None:
    """Have a seed, and the mean that it is in, come to another value."""
    tree = Tree(root / "artifacts")
    restamp(root, f"artifacts/results/mine/{SIGN}.s1.json", lambda c: c["values"][0].update(value=0.5))
    _, sha256 = read_stamped(tree.result("mine", f"{SIGN}.s1"))

    def edit(content: dict[str, Any]) -> None:
        group(content)["results"][f"{SIGN}.s1"] = sha256
        group(content)["values"][0]["value"] += by

    restamp(root, MEANS, edit)


def test_the_same_means_are_the_same_bytes(root: Path, published: Path) -> None:
    """The file is compared by its checksum."""
    assert ("SAME BYTES", "") == compared(root, published)


def test_means_of_other_results_are_held_to_the_tolerance_of_their_values(
    root: Path, published: Path
) -> None:
    """Spearman's is 0.01: half of it is within, four times as much is not."""
    moved(root, 0.005)
    assert ("WITHIN TOLERANCE", "") == compared(root, published)
    moved(root, 0.04)
    state, why = compared(root, published)
    assert ("DIFFERS", True) == (state, why.startswith(f"{SIGN}: as-published test-set spearman@original: "))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda c: group(c)["values"][0].update(low=-0.9), "not the same, though made from the same results"),
        (
            lambda c: batch(c)["comparisons"][0]["values"][0].update(p=0.5),
            "not the same, though made from the same results",
        ),
        (drop_seed, f"{SIGN}: of 2 seeds here, of 3 committed"),
        (lambda c: batch(c)["groups"].remove(group(c)), f"{SIGN}: of 0 seeds here, of 3 committed"),
        (lambda c: batch(c)["comparisons"].clear(), f"{COARSE} against {SIGN}: compared in one of them only"),
    ],
    ids=["low", "p", "a seed less", "a group less", "a comparison less"],
)
def test_means_of_the_same_results_have_to_be_the_same(
    root: Path, published: Path, edit: Edit, message: str
) -> None:
    """No tolerance, no seed and no comparison less."""
    restamp(root, MEANS, edit)
    state, why = compared(root, published)
    assert ("DIFFERS", True) == (state, message in why), why


def test_other_items_have_no_tolerance(root: Path, published: Path) -> None:
    """The number of items and units is counted, whatever results the mean is of."""
    moved(root, 0.0)
    restamp(root, MEANS, more(SIGN, units=39))
    state, why = compared(root, published)
    assert ("DIFFERS", True) == (state, "units: 39 here, 40 committed, expected the same" in why)


def test_groups_of_cells_that_are_not_here_are_passed_over(root: Path, published: Path) -> None:
    """A seed that is BLOCKED here leaves its group and what it is compared with aside, and no other."""
    (root / f"artifacts/results/mine/{SIGN}.s2.json").unlink()

    def without(content: dict[str, Any]) -> None:
        drop_seed(content)
        more(SIGN, value=0.0)(content)
        batch(content)["comparisons"].clear()

    restamp(root, MEANS, without)
    assert ("WITHIN TOLERANCE", "") == compared(root, published)
    restamp(root, MEANS, more(COARSE, value=0.0))
    assert "DIFFERS" == compared(root, published)[0]


def test_means_of_the_spaces_that_are_here_are_the_same_bytes(root: Path, published: Path) -> None:
    """What is BLOCKED here is made elsewhere: every batch of here as committed is enough, and no less."""
    committed = read_stamped(published / MEANS)[0]["batches"]
    other = next(batch for batch in committed if not batch["comparisons"])
    for cell in other["of"]["results"]:
        (root / f"artifacts/results/mine/{cell}.json").unlink()
    restamp(root, MEANS, lambda c: c["batches"].remove(other))
    assert ("SAME BYTES", "") == compared(root, published)
    restamp(root, MEANS, lambda c: c.update(code={}))
    assert ("SAME VALUES", "") == compared(root, published)
    restamp(root, MEANS, lambda c: c["interval"].update(level=90.0))
    assert ("WITHIN TOLERANCE", "") == compared(root, published)
    restamp(root, MEANS, lambda c: batch(c)["of"].update(baselines=[]))
    assert ("WITHIN TOLERANCE", "") == compared(root, published)


def test_means_that_a_run_did_not_leave_are_missing(root: Path, published: Path, quick: Cli) -> None:
    """Of a suite that was run the command fails; of one that was not, it is not run here."""
    (root / MEANS).unlink()
    assert ("MISSING", "committed, and not here") == compared(root, published)
    done = quick("compare", "--out", "artifacts", "--committed", str(published / "artifacts"), cwd=root)
    assert 1 == done.returncode
    assert "MISSING  mine  means over seeds: committed, and not here" in done.stdout
    shutil.rmtree(root / "artifacts" / "results")
    assert ("NOT RUN HERE", "") == compared(root, published)
    assert ("NOT COMMITTED", "") == compared(published, root)
