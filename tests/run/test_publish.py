"""Publishing: a run's output takes the place of the committed evidence, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.checkouts import attest, git
from support.invented_bench import invented_bench, write_bench
from support.invented_comparison import write_comparison
from support.suites import SmallSuite

from harness.errors import InputError, RunError
from harness.evidence.layout import EXTRAS, Tree
from harness.evidence.stamp import write_stamped
from harness.planning.status import entries
from harness.run import checkout, jitter, noise
from harness.run.publish import publish, publish_report
from harness.run.runner import run
from harness.types import Place
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
def suite(small_suite: SmallSuite, code: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a suite that was run into out/ of the working directory, beside the transcript of a server.

    Its envelopes say that the clean checkout ``code`` made it.
    """
    path = small_suite()
    monkeypatch.chdir(path.parent.parent)
    planned = entries(path, Place(path.parent, None, offline=True), OUT)
    assert [] == run(planned, planned, OUT, Path("store"), 1, lambda *_: None)
    write_stamped(OUT.transcript("loopback"), HEARD)
    attest(Path("out/envelopes"), sha=git(code, "rev-parse", "HEAD"), dirty=False)
    return path


def published(suite: Path) -> str:
    """Publish what the suite left in out/."""
    planned = entries(suite, Place(suite.parent, None, offline=True), OUT)
    return publish(planned, OUT, TARGET, Path("ARTIFACTS.sha256"), Path("code"))


def test_a_report_that_is_rendered_again_is_listed_again_and_nothing_else_is(suite: Path) -> None:
    """Another wording needs no other evidence; a result that was edited is still found out."""
    published(suite)
    listing, report = Path("ARTIFACTS.sha256"), TARGET / "report" / "CLAIMS.md"
    before, text = listing.read_text(), report.read_bytes()
    report.write_text("another wording")
    result = next((TARGET / "results").glob("*/*.json"))
    result.write_bytes(result.read_bytes() + b"\n")
    publish_report(TARGET, listing)
    assert text == report.read_bytes()
    assert before == listing.read_text()
    assert [str(result)] == [line.split(":")[0] for line in verify.problems(Path())[0]]


def test_what_is_published_verifies_and_has_the_transcripts(suite: Path) -> None:
    """Results, transcripts and the report are listed and certified, and the check of C6 is judged by them."""
    published(suite)
    assert [] == verify.problems(Path())[0]
    claims = json.loads((TARGET / "report/claims.json").read_text())["claims"]
    (row,) = [claim for claim in claims if claim["row"] == "health.loopback"]
    assert ("HOLDS", "loopback") == (row["verdict"], row["server"])


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


def edit_code() -> None:
    """Change a file that git has."""
    Path("code/harness/file.txt").write_text("edited\n")


def add_suite() -> None:
    """Put a file among the suites that git does not have."""
    Path("code/suites/new.toml").write_text("new\n")


def leave_git() -> None:
    """Take the history away: a folder that was downloaded."""
    Path("code/.git").rename("history")


def forget_commit() -> None:
    """Have the envelopes name a commit of another history."""
    attest(Path("out/envelopes"), sha="0" * 40, dirty=False)


def run_dirty() -> None:
    """Have the envelopes say that files were changed when the results were made."""
    attest(Path("out/envelopes"), sha=git(Path("code"), "rev-parse", "HEAD"), dirty=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (edit_code, r"harness/file\.txt differs from the commit; commit it or take it away"),
        (add_suite, r"suites/new\.toml differs from the commit"),
        (leave_git, r"code: no git checkout, expected one"),
        (forget_commit, r"made by commit 000000000000, which code does not stand on; harness run --force"),
        (run_dirty, r"made from changed files, as are \d more; run them again from a clean checkout"),
    ],
)
def test_nothing_is_published_that_no_commit_made(
    suite: Path, change: Callable[[], None], message: str
) -> None:
    """Changed, untracked or unknown code makes no evidence, and the message says what to do."""
    change()
    with pytest.raises(RunError, match=message):
        published(suite)
    assert not TARGET.exists()


@pytest.mark.parametrize("name", ["artifacts/file.txt", "README.md", "out/x.json", "notes.txt"])
def test_what_publishing_writes_makes_no_checkout_dirty(code: Path, name: str) -> None:
    """Evidence and the README's part may change, and files beside the code are nobody's business."""
    (code / name).parent.mkdir(exist_ok=True)
    (code / name).write_text("other\n")
    assert [] == checkout.changes(code)


def test_a_folder_inside_another_checkout_is_none(code: Path) -> None:
    """Code that lies installed in somebody's project does not name that project's commit as its own."""
    assert None is checkout.commit(code / "harness")


def test_speed_of_changed_files_is_not_published(suite: Path) -> None:
    """The commit that it names is not what was measured."""
    content = invented_bench().model_dump(mode="json", by_alias=True)
    content["machine"]["commit"]["dirty"] = True
    write_stamped(OUT.bench("invented"), content)
    with pytest.raises(RunError, match=r"invented\.json: measured from changed files; harness bench from a"):
        published(suite)


def test_evidence_of_no_cell_is_published_whole(suite: Path) -> None:
    """Every folder that the layout names beside those of cells goes with the rest."""
    planned = entries(suite, Place(suite.parent, None, offline=True), OUT)
    assert [] == jitter.run(planned, OUT, Path("store"), 1, lambda *_: None)
    step = {"kind": "indexes", "step": "flat", "digest": "0" * 16, "same": {"EPYC": True}, "pinned": True}
    tables = {"models": ["EPYC"], "numerics": {"simd": "avx2", "version": 1}, "plain_flags": ["avx2"]}
    write_stamped(OUT.portability(), {**tables, "libraries": {}, "code": {}, "steps": [step]})
    noise.write(noise.measured(planned, planned[:1], OUT, Path("store"), lambda *_: None), OUT)
    write_comparison(OUT)
    write_bench(OUT)
    published(suite)
    assert set(EXTRAS) <= {path.name for path in TARGET.iterdir()}
    assert [] == verify.problems(Path())[0]


def test_what_is_no_jitter_is_not_published(suite: Path) -> None:
    """One line names the file and what it lacks, though its checksum is right."""
    write_stamped(OUT.jitter("mine"), {"kind": "jitter"})
    with pytest.raises(InputError, match=r"mine\.json: suite: the key is missing"):
        published(suite)
