"""Every kind of tampering, certified anew as an attacker would: which tier finds it, and what none finds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.checkouts import relist
from support.tampering import COARSE, SIGN, Content, checkout, claims, cover, edit_text, restamp, rewrite

from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped
from harness.verification.recompute import recompute
from repro import verify

Attack = Callable[[Path], Any]
INTEGRITY, RECOMPUTE = "integrity", "recompute"
CELL, ALONE = f"{SIGN}.s0", "own.train-set.identity.s0"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout with sound evidence; tests leave it as it is."""
    return checkout(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def root(sound: Path, tmp_path: Path) -> Path:
    """Return a copy of the checkout, to be tampered with."""
    return Path(shutil.copytree(sound, tmp_path / "checkout"))


def tree(root: Path) -> Tree:
    """Return the evidence of a checkout."""
    return Tree(root / "artifacts")


def result(edit: Callable[[Content], Any], cell: str = CELL) -> Attack:
    """Return an edit of a result, certified anew."""
    return lambda root: restamp(tree(root).result("mine", cell), edit)


def value(**changes: Any) -> Attack:
    """Return an edit of the first value of a result."""
    return result(lambda content: content["values"][0].update(changes))


def widen(end: str, by: float) -> Attack:
    """Return an edit of one end of the first interval of a result."""
    return result(lambda content: content["values"][0].update({end: content["values"][0][end] + by}))


def arrays(name: str, edit: Callable[[np.ndarray[Any, Any]], Any]) -> Attack:
    """Return an edit of one array of the labels."""

    def change(root: Path) -> None:
        rewrite(tree(root).labels("mine").with_suffix(".npz"), lambda stored: edit(stored[name]))

    return change


def swap_scores(root: Path) -> None:
    """Swap the score files of two cells."""
    one, two = (tree(root).scores("mine", f"{name}.s0") for name in (SIGN, COARSE))
    content = one.read_bytes()
    shutil.copyfile(two, one)
    two.write_bytes(content)


def better_scores(root: Path) -> None:
    """Put the cosines before compression in the place of those after it, of one set."""
    with np.load(tree(root).scores("mine", "own")) as stored:
        before = stored["test-set"]
    rewrite(tree(root).scores("mine", CELL), lambda own: own.update({"test-set": before}))


def no_cell(root: Path) -> None:
    """Delete the only cell of a group: result, envelope and scores."""
    evidence = tree(root)
    for path in (evidence.result, evidence.envelope, evidence.scores):
        path("mine", ALONE).unlink()


def another_seed(root: Path) -> None:
    """Add a seed that the suite does not have."""
    evidence, cell = tree(root), f"{SIGN}.s7"
    for path in (evidence.result, evidence.envelope, evidence.scores):
        shutil.copyfile(path("mine", CELL), path("mine", cell))

    def rename(content: Content) -> None:
        content["cell"], content["inputs"]["cell"]["seed"] = cell, 7
        content["files"]["after"]["path"] = f"scores/mine/{cell}.npz"
        content["values"][0]["value"] += 1e-6

    restamp(evidence.result("mine", cell), rename)


def no_blocked_cells(root: Path) -> None:
    """Drop the list of cells that could not run."""
    restamp(tree(root).suite("mine"), lambda content: content.update(blocked=[]))


def mean(edit: Callable[[Content], Any]) -> Attack:
    """Return an edit of the batch of means in which methods are compared."""

    def change(content: Content) -> None:
        edit(next(batch for batch in content["batches"] if batch["comparisons"]))

    return lambda root: restamp(tree(root).means("mine"), change)


def shrink(values: list[Content]) -> None:
    """Raise the lower end of the first interval by a fifth of its width."""
    values[0]["low"] += 0.2 * (values[0]["high"] - values[0]["low"])


def link(root: Path) -> None:
    """Put a link to a file outside in the place of a score file."""
    path = tree(root).scores("mine", CELL)
    shutil.move(path, root / "elsewhere.npz")
    path.symlink_to(root / "elsewhere.npz")


def evidence_of_nothing(rows: list[Content]) -> None:
    """Have a row rest on a cell that is there and has nothing to do with it."""
    rows[0]["evidence"] = [{"cell": f"mine/{CELL}", "sha256": _sha256}]


_sha256 = ""  # of the cell, set before the attack


# What is done before everything is certified, averaged, rendered and listed anew.
COVERED: dict[str, tuple[Attack, str, str]] = {
    "a value": (value(value=0.9, high=0.95), RECOMPUTE, "value: found 0.9, its scores come to"),
    "a low end": (widen("low", 0.05), RECOMPUTE, "low: found"),
    "a high end": (widen("high", 0.05), RECOMPUTE, "high: found"),
    "n": (value(n=59), INTEGRITY, "n, units: expected the n of its results"),
    "undefined resamples": (value(undefined=3), RECOMPUTE, "undefined: found 3, expected 0"),
    "a value less": (
        result(lambda content: content["values"].pop()),
        INTEGRITY,
        "expected the values that all seeds have",
    ),
    "a value twice": (
        result(lambda content: content["values"].append(content["values"][0])),
        INTEGRITY,
        "found twice",
    ),
    "low above high": (value(low=0.9, high=0.1), INTEGRITY, "expected low <= value <= high"),
    "fewer bytes": (
        result(lambda content: content["sizes"].update(payload_bytes=3, bytes_per_vector=3, ratio=10.666667)),
        INTEGRITY,
        "expected",
    ),
    "another ratio": (
        result(lambda content: content["sizes"].update(ratio=9.0)),
        RECOMPUTE,
        "sizes.ratio: found 9.0, expected 8.0",
    ),
    "less contamination": (
        result(lambda content: content["contamination"]["test-set"].update(shared_pairs=1)),
        RECOMPUTE,
        "contamination.test-set.shared_pairs: found 1, its labels come to 0",
    ),
    "scores swapped": (swap_scores, RECOMPUTE, "value: found"),
    "better scores": (better_scores, RECOMPUTE, "value: found"),
    "ranks of human scores": (arrays("human@test-set", lambda x: x.sort()), RECOMPUTE, "value: found"),
    "a mask of the audit": (
        arrays("audit@train-set@test-set", lambda x: x.fill(0)),
        RECOMPUTE,
        "n: found 50, expected 60, as its labels have",
    ),
    "clusters": (
        arrays("members@0@test-set", lambda x: x.__setitem__(slice(None), x[::-1])),
        RECOMPUTE,
        "low: found",
    ),
    "labels gone": (
        lambda root: [path.unlink() for path in tree(root).labels("mine").parent.iterdir()],
        RECOMPUTE,
        "mine.json: not found, expected the labels of mine; harness labels makes them",
    ),
    "a cell that no suite has": (another_seed, INTEGRITY, "expected each group once"),
    "a cell missing": (no_cell, RECOMPUTE, f"{ALONE}.json: not found, expected a result or an entry in"),
    "blocked cells dropped": (
        no_blocked_cells,
        RECOMPUTE,
        "own.absent-set.identity.s0.json: not found, expected a result or an entry in mine.suite.json",
    ),
    "another title": (
        lambda root: restamp(tree(root).suite("mine"), lambda content: content.update(title="x")),
        RECOMPUTE,
        "title: found 'x', expected",
    ),
    "a mean's interval": (
        mean(lambda batch: shrink(batch["groups"][0]["values"])),
        RECOMPUTE,
        "low: found",
    ),
    "a difference's interval": (
        mean(lambda batch: shrink(batch["comparisons"][0]["values"])),
        RECOMPUTE,
        f"{COARSE} against {SIGN}: ",
    ),
    "a p": (
        mean(lambda batch: batch["comparisons"][0]["values"][0].update(p=0.04)),
        RECOMPUTE,
        "p: found 0.04, its scores come to",
    ),
    "a comparison less": (
        mean(lambda batch: batch["comparisons"].pop()),
        RECOMPUTE,
        f"{COARSE} against {SIGN}: not found, expected a group or comparison",
    ),
    "an envelope gone": (
        lambda root: tree(root).envelope("mine", CELL).unlink(),
        INTEGRITY,
        "has no envelope",
    ),
    "a link": (link, INTEGRITY, "cannot be read: no plain file or folder"),
    "an odd file name": (
        lambda root: (root / "artifacts/scores/mine/a\nb.npz").write_bytes(b"x"),
        INTEGRITY,
        "no result names it",
    ),
}
# What is done to files that are rendered, after which all is listed anew.
RENDERED: dict[str, tuple[Attack, str, str]] = {
    "a verdict in claims.json": (
        edit_text("artifacts/report/claims.json", '"verdict": "NOT_RUN"', '"verdict": "BLOCKED"'),
        RECOMPUTE,
        "claims.json: is not what the evidence renders to, byte for byte",
    ),
    "a verdict without evidence": (
        claims(lambda rows: rows[0].update(verdict="HOLDS")),
        INTEGRITY,
        "HOLDS without evidence",
    ),
    "evidence repointed": (claims(evidence_of_nothing), RECOMPUTE, "claims.json: is not what"),
    "rows deleted": (claims(lambda rows: rows.pop()), RECOMPUTE, "claims.json: is not what"),
    "a verdict in CLAIMS.md": (
        edit_text("artifacts/report/CLAIMS.md", "NOT_RUN", "HOLDS"),
        RECOMPUTE,
        "CLAIMS.md: is not what",
    ),
    "CR line ends": (edit_text("artifacts/report/CLAIMS.md", "\n", "\r\n"), RECOMPUTE, "CLAIMS.md: is not"),
    "a verdict in README.md": (
        lambda root: (root / "README.md").write_text(
            "<!-- rendered from artifacts/: start -->\nfine\n<!-- rendered from artifacts/: end -->\n"
        ),
        RECOMPUTE,
        "README.md: its rendered part is not what",
    ),
    "a script in a figure": (
        lambda root: (root / "artifacts/report/figure_x.svg").write_text("<svg><script/></svg>"),
        INTEGRITY,
        "has '<script', expected a drawing alone",
    ),
    "a page more": (
        lambda root: (root / "artifacts/report/page.html").write_text("<html/>"),
        INTEGRITY,
        "page.html: no result names it",
    ),
}
# What only a run measures: no tier but a rerun can tell.
UNSEEN: dict[str, Attack] = {
    "seconds": lambda root: _edit_envelope(root, seconds=1e-3),
    "state bytes": result(lambda content: content["sizes"].update(state_bytes=1)),
    "training rows": result(lambda content: content.update(training_rows=7)),
}


def _edit_envelope(root: Path, **changes: Any) -> None:
    path = tree(root).envelope("mine", CELL)
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}))


def lines_of(root: Path) -> dict[str, list[str]]:
    """Return the problems that each tier names."""
    recomputed = recompute(root, 1, lambda *_: None)
    return {INTEGRITY: verify.problems(root)[0], RECOMPUTE: recomputed.problems}


def check(root: Path, tier: str, message: str) -> None:
    """Hold an attack to the tier that finds it first, and to what this says."""
    lines = lines_of(root)
    assert [] != [line for line in lines[tier] if message in line], lines
    if tier == RECOMPUTE:
        assert [] == lines[INTEGRITY]


def test_sound_evidence_has_no_problem_in_any_tier(root: Path) -> None:
    """Every number agrees to the last digit, also after everything was certified anew as it was."""
    assert {INTEGRITY: [], RECOMPUTE: []} == lines_of(root)
    cover(root)
    again = recompute(root, 1, lambda *_: None)
    assert ([], 120, 228, 0, 0) == (
        again.problems,
        again.values,
        again.intervals,
        again.last_digit,
        again.rounding,
    )


@pytest.mark.parametrize(("attack", "tier", "message"), COVERED.values(), ids=COVERED)
def test_evidence_that_was_edited_and_certified_anew_is_found(
    root: Path, attack: Attack, tier: str, message: str
) -> None:
    """Checksums, means, report and listing are what a run would have left."""
    attack(root)
    try:
        cover(root)
    except Exception:  # noqa: BLE001 - evidence that the report refuses is listed as it is
        relist(root)
    check(root, tier, message)


@pytest.mark.parametrize(("attack", "tier", "message"), RENDERED.values(), ids=RENDERED)
def test_a_report_that_was_edited_is_found(
    root: Path, attack: Attack, tier: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The evidence is sound, and the listing is of what is there."""
    sha256 = read_stamped(tree(root).result("mine", CELL))[1]
    monkeypatch.setattr("test_attacks._sha256", sha256)
    attack(root)
    relist(root)
    check(root, tier, message)


@pytest.mark.parametrize("attack", UNSEEN.values(), ids=UNSEEN)
def test_what_only_a_run_measures_is_found_by_no_hash(root: Path, attack: Attack) -> None:
    """The help of ``harness verify`` names it."""
    attack(root)
    cover(root)
    assert {INTEGRITY: [], RECOMPUTE: []} == lines_of(root)
