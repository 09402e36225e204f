"""harness audit as a user starts it: what it writes and prints, and each wrong input as one line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from support.command import COMMAND, Cli

from harness.audit.candidates import candidates
from harness.deploy.codec import Codec
from harness.evaluation.knn import unit
from harness.evidence.files import sha256_file
from harness.evidence.schema.audit import Audit, parse_audit
from harness.evidence.stamp import read_stamped
from harness.types import Floats

ROWS, D = 700, 16


def _vectors(rows: int, seed: int) -> Floats:
    """Return vectors whose spread falls from axis to axis, around a mean."""
    spread = np.arange(1, D + 1) ** -0.4
    axes = np.linalg.qr(np.random.default_rng(99).standard_normal((D, D)))[0]
    normal = np.random.default_rng(seed).standard_normal((rows, D)) * spread
    return ((normal @ axes) + 0.2).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, quick: Cli) -> Path:
    """Return a folder with vectors, labels, and an audit of them with everything asked for."""
    folder = tmp_path_factory.mktemp("audited")
    np.save(folder / "x.npy", _vectors(ROWS, 0))
    np.save(folder / "moved.npy", _vectors(400, 1) + np.linspace(0, 1, D, dtype=np.float32))
    args = ("x.npy", "--target", "knn-recall@2 >= 0.5", "--rows", "2e3", "--against", "moved.npy")
    done = quick("audit", *args, "-o", "out", cwd=folder)
    assert 0 == done.returncode, done.stderr
    (folder / "printed.txt").write_text(done.stdout)
    (folder / "log.txt").write_text(done.stderr)
    return folder


def _audit(path: Path) -> Audit:
    return parse_audit(path / "audit.json", read_stamped(path / "audit.json")[0])


def test_it_says_at_its_start_how_long_it_will_take(folder: Path) -> None:
    """And what it measures in that time."""
    line = next(line for line in (folder / "log.txt").read_text().splitlines() if "about" in line)
    assert f"{len(candidates(D))} pipelines, fitted on 350 rows, measured with 350 queries on 350" in line


def test_the_folder_is_complete_and_its_checksums_hold(folder: Path) -> None:
    """Everything but the seconds is listed; nothing of the way there is left."""
    out = folder / "out"
    expected = {"audit.json", "scores.npz", "split.npz", "index.html", "SUMMARY.md", "frontier.svg"}
    assert expected <= {path.name for path in out.iterdir()}
    for line in (out / "CHECKSUMS.sha256").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert digest == sha256_file(out / name), name
    assert {"x.npy", "moved.npy", "out", "printed.txt", "log.txt"} == {p.name for p in folder.iterdir()}


def test_every_value_follows_from_the_scores(folder: Path) -> None:
    """The point of each recall is the mean of its queries' scores."""
    audit = _audit(folder / "out")
    with np.load(folder / "out" / "scores.npz") as scores:
        for each in audit.frontier:
            for value in (*each.values, *each.rescored):
                assert pytest.approx(value.value, abs=1e-6) == scores[f"{each.id}/{value.metric}"].mean()


def test_the_split_is_what_the_audit_says(folder: Path) -> None:
    """Row numbers of the file; no row is both fitted on and searched."""
    audit = _audit(folder / "out")
    with np.load(folder / "out" / "split.npz") as split:
        train, corpus, queries = (set(split[name].tolist()) for name in ("train", "corpus", "queries"))
    sizes = audit.split.train, audit.split.corpus, audit.split.queries
    assert sizes == (len(train), len(corpus), len(queries))
    assert not train & corpus
    assert queries <= corpus


def test_the_recommendation_keeps_its_promise_on_rows_that_the_audit_never_saw(folder: Path) -> None:
    """The codec of the folder, as many fresh rows as were searched: recall@2 lies in the interval."""
    audit = _audit(folder / "out")
    best = audit.recommended
    assert best is not None
    codec = Codec.load(folder / "out" / "codec")
    fresh = _vectors(350, 7)
    decoded = unit(codec.decode(codec.encode(fresh)))
    asking = (
        decoded[:350]
        if best.query == "compressed"
        else unit(codec.pipeline.through(fresh[:350], len(codec.pipeline.steps) - 1))
    )
    exact, similar = unit(fresh[:350]) @ unit(fresh).T, asking @ decoded.T
    for each in (exact, similar):
        np.fill_diagonal(each, -np.inf)
    rankings = [np.argsort(-each, axis=1, kind="stable")[:, :2] for each in (exact, similar)]
    shared = (rankings[0][:, :, None] == rankings[1][:, None, :]).any(axis=2).mean()
    stated = best.value("knn-recall@2")
    assert stated is not None
    assert stated.low - 0.05 <= shared <= stated.high + 0.05


def test_the_advice_follows_from_the_rule(folder: Path) -> None:
    """Cheapest first: nothing that may be taken and costs less has a lower bound at the target."""
    audit = _audit(folder / "out")
    best = audit.recommended
    assert best is not None
    assert best.decided_by.low >= 0.5
    assert best.prediction is not None
    assert 2_000 == best.prediction.rows
    for each in audit.frontier:
        if each.sizes.amortised_bytes < best.sizes.amortised_bytes and (
            each.guard is None or each.guard.better
        ):
            assert each.decided_by.low < 0.5, each.pipeline
    assert audit.advice.sentence in (folder / "printed.txt").read_text()


def test_trained_pipelines_stand_beside_untrained_ones_of_no_more_bytes(folder: Path) -> None:
    """The difference is paired: the same queries."""
    audit = _audit(folder / "out")
    by_id = {each.id: each for each in audit.frontier}
    guards = [(each, each.guard) for each in audit.frontier if each.guard is not None]
    assert guards
    for each, guard in guards:
        baseline = by_id[guard.baseline]
        assert not baseline.trained
        assert baseline.sizes.amortised_bytes <= each.sizes.amortised_bytes
        own, other = each.value(guard.metric), baseline.value(guard.metric)
        assert own is not None
        assert other is not None
        assert pytest.approx(own.value - other.value, abs=2e-6) == guard.difference.value
        assert guard.better == (guard.difference.value > guard.required)


def test_drift_is_noticed_and_the_same_distribution_is_none(folder: Path, quick: Cli) -> None:
    """The mean of the other file has moved; a second sample of the first one does not drift."""
    assert "drift" in {warning.rule for warning in _audit(folder / "out").advice.warnings}
    np.save(folder / "again.npy", _vectors(400, 3))
    done = quick("audit", "x.npy", "--against", "again.npy", "--budget", "3B", "-o", "same", cwd=folder)
    assert 0 == done.returncode, done.stderr
    drift = _audit(folder / "same").drift
    assert drift is not None
    assert not drift.drifted
    for name in ("again.npy", "same"):
        _remove(folder / name)


def test_the_same_audit_gives_the_same_bytes(folder: Path, quick: Cli) -> None:
    """An audit's folder may be written again; seconds stand outside of what is hashed."""
    before = (folder / "out" / "CHECKSUMS.sha256").read_bytes()
    args = ("x.npy", "--target", "knn-recall@2 >= 0.5", "--rows", "2e3", "--against", "moved.npy")
    done = quick("audit", *args, "-o", "out", "--json", cwd=folder)
    assert 0 == done.returncode, done.stderr
    assert before == (folder / "out" / "CHECKSUMS.sha256").read_bytes()
    printed = json.loads(done.stdout)
    assert _audit(folder / "out").advice.recommended == printed["recommended"]["id"]


@pytest.mark.parametrize(
    ("shape", "args", "line"),
    [
        ((2, 8), (), "x.npy: found 2 rows, expected at least 60: half are held out"),
        ((500, 1), (), "x.npy: found 1 dimension, expected at least 2: cosines are then 1 or -1"),
        ((70, 20_000), (), "x.npy: found 20,000 dimensions, expected at most 16,384"),
        ((200, 8), ("--target", "accuracy >= 1"), "--target: found 'accuracy >= 1', expected METRIC"),
        ((200, 8), ("--budget", "0.5B"), "--budget: found 0.5 bytes, expected at least 1"),
        ((200, 8), ("--qrels", "q.tsv"), "--qrels: found no --queries"),
        ((200, 8), ("--target", "ndcg@10 >= 0.3"), "expected --queries and --qrels as well"),
        ((200, 8), ("--against", "absent.npy"), "absent.npy"),
        ((200, 8), ("--time", "never"), "--time: found 'never'"),
        ((200, 8), ("-o", "taken"), "taken: found another file or folder"),
        ((200, 8), ("--target", "knn-recall@90 >= 0.9"), "found k = 90, expected at most half of 100 rows"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    shape: tuple[int, int], args: tuple[str, ...], line: str, tmp_path: Path, quick: Cli
) -> None:
    """Exit status 2, no traceback, no folder."""
    np.save(tmp_path / "x.npy", np.random.default_rng(0).standard_normal(shape).astype(np.float32))
    (tmp_path / "taken").write_text("something else")
    done = quick("audit", "x.npy", *args, cwd=tmp_path)
    assert (2, "") == (done.returncode, done.stdout)
    assert line in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert {"x.npy", "taken"} == {path.name for path in tmp_path.iterdir()}


def test_equal_rows_and_broken_rows_are_one_line(tmp_path: Path, quick: Cli) -> None:
    """Rows that are copies of one another cannot be split; a broken row is named, or dropped as asked."""
    np.save(tmp_path / "equal.npy", np.ones((300, 8), np.float32))
    done = quick("audit", "equal.npy", cwd=tmp_path)
    assert (2, "") == (done.returncode, done.stdout)
    assert "300 of 300 rows are copies of one another" in done.stderr
    broken = _vectors(300, 0)
    broken[[7, 9]] = np.nan
    np.save(tmp_path / "broken.npy", broken)
    done = quick("audit", "broken.npy", cwd=tmp_path)
    assert (2, "") == (done.returncode, done.stdout)
    assert "2 broken rows of 300 (2 NaN: row 7, 9)" in done.stderr
    done = quick("audit", "broken.npy", "--drop-broken", "--budget", "30B", cwd=tmp_path)
    assert 0 == done.returncode, done.stderr
    audit = _audit(tmp_path / "audit")
    assert [("NaN", 2, [7, 9])] == [(b.reason, b.count, b.first) for b in audit.sources[0].broken]
    assert "broken-rows" in {warning.rule for warning in audit.advice.warnings}


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C while pipelines are measured: exit status 130, and the folder has the input alone."""
    np.save(tmp_path / "x.npy", np.random.default_rng(0).standard_normal((8_000, 64)).astype(np.float32))
    process = subprocess.Popen(
        [*COMMAND, "audit", "x.npy"], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    assert process.stderr is not None
    for line in process.stderr:
        if b"pipelines measured" in line:
            break
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert 130 == process.returncode, errors
    assert b"Traceback" not in errors
    assert ["x.npy"] == [path.name for path in tmp_path.iterdir()]


def _remove(path: Path) -> None:
    import shutil

    shutil.rmtree(path) if path.is_dir() else path.unlink()
