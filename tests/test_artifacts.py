"""Publishing: a run's output takes the place of the committed evidence, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import SmallSuite

from harness.artifacts import publish
from harness.certificate import write_stamped
from harness.core import InputError, Place, RunError
from harness.runner import run
from harness.status import entries
from harness.tree import Tree
from repro import verify

HEARD = {
    "claim": "C6",
    "server": {"host": "loopback", "name": None},
    "sample": 8,
    "key": "given",
    "checks": [{"name": "health", "status": "PASS", "found": "answers", "requests": []}],
    "counts": {"PASS": 1, "FAIL": 0, "SKIPPED": 0},
}
OUT, TARGET = Tree(Path("out")), Path("artifacts")


@pytest.fixture
def suite(small_suite: SmallSuite, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a suite that was run into out/ of the working directory, beside the transcript of a server."""
    path = small_suite()
    monkeypatch.chdir(path.parent.parent)
    found = entries(path, Place(path.parent, None, offline=True), OUT)
    assert [] == run(found, found, OUT, Path("store"), 1, lambda *_: None)
    write_stamped(OUT.transcript("loopback"), HEARD)
    return path


def published(suite: Path) -> str:
    """Publish what the suite left in out/."""
    found = entries(suite, Place(suite.parent, None, offline=True), OUT)
    return publish(found, OUT, TARGET, Path("ARTIFACTS.sha256"))


def test_what_is_published_verifies_and_has_the_transcripts(suite: Path) -> None:
    """Results, transcripts and the report are listed and certified, and the check of C6 is judged by them."""
    published(suite)
    assert [] == verify.problems(Path())[0]
    claims = json.loads((TARGET / "report/claims.json").read_text())["claims"]
    (row,) = [claim for claim in claims if claim["row"] == "health.loopback"]
    assert ("REPRODUCED", "loopback") == (row["verdict"], row["server"])


def test_publishing_again_replaces_everything(suite: Path) -> None:
    """What was in the folder and is no part of the run is gone, and nothing is left beside it."""
    published(suite)
    before = set(Path().rglob("*"))
    (TARGET / "report/stray.md").write_text("x")
    published(suite)
    assert before == set(Path().rglob("*"))


def test_a_replacement_that_was_killed_between_its_renames_is_made_good(suite: Path) -> None:
    """The old evidence stands aside then; the next publishing puts it back before it refuses anything."""
    published(suite)
    TARGET.rename(".artifacts.old")
    OUT.transcript("loopback").unlink()
    with pytest.raises(RunError, match=r"loopback\.json is committed"):
        published(suite)
    assert [] == verify.problems(Path())[0]


def test_a_transcript_that_was_edited_is_not_published(suite: Path) -> None:
    """The committed evidence stays as it was."""
    published(suite)
    path = OUT.transcript("loopback")
    path.write_text(path.read_text().replace('"answers"', '"fails"'))
    with pytest.raises(InputError, match="its certificate says"):
        published(suite)
    assert [] == verify.problems(Path())[0]


def test_half_a_run_is_not_published(suite: Path) -> None:
    """A cell that is to do stops everything, and says which it is."""
    next(OUT.result("mine", "*").parent.glob("own.*.json")).unlink()
    with pytest.raises(RunError, match="1 cells are to do, own"):
        published(suite)
    assert not TARGET.exists()
