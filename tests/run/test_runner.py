"""Whole runs: resumed, killed, altered, blocked, compared; evidence has to end in the same bytes.

The command is the real one. It runs in forks of one process that has imported torch, faiss and scipy
before, so that a run takes a fraction of a second; each fork starts with empty caches, as a process
does. Two tests start it the long way.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.evidence import a_suite
from support.forks import Forks, environment
from support.suites import write_files

from harness.errors import InputError, RunError
from harness.evidence.claims_lock import lock_sha256
from harness.evidence.files import sha256_file
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_json, read_stamped, write_stamped
from harness.planning import registry
from harness.planning.status import entries
from harness.run.compare import compare
from harness.run.publish import _files, publish
from harness.types import Place

COMMAND = [sys.executable, "-c", "from harness.cli import main; main()"]
DIMENSION, CELLS = 16, 8
PCA = '[[pipelines]]\nname = "pca"'  # pipelines can be added before it
SUITE = """
name = "own"
title = "Vectors of my own"
question = "What is left of their cosines?"
metrics = ["spearman@human", "spearman@original", "retention@human"]
protocols = ["as-published", "decontaminated"]
seeds = [0, 1]
train = ["train-set"]
test = ["test-set"]
encoders = ["vectors"]
codecs = ["lens-pq"]

[points.8x]
ratio = 8
unit_bytes = 1

[[pipelines]]
name = "identity"
label = "uncompressed float32"
family = "any"
steps = [{ use = "identity" }]

[[pipelines]]
name = "pca"
label = "PCA"
family = "any"
steps = [{ use = "pca", dims = 6 }]

[[pipelines]]
name = "projection-sign"
label = "random projection, signs"
family = "any"
steps = [{ use = "random-projection" }, { use = "sign" }]
points = ["8x"]
bits = 1

[[pipelines]]
name = "lens"
label = "lens"
family = "any"
steps = [{ use = "lens", dims = 8, steps = 3, batch = 32 }]

[[pipelines]]
name = "lens-pq"
label = "lens and PQ"
family = "any"
steps = [{ use = "lens", dims = 8, steps = 3, batch = 32 }, { use = "pq", subvectors = 4, iterations = 1 }]
stages = true
metrics = ["added-loss@human"]

# file: encoders/vectors.toml
title = "vectors"
use = "as-is"
dimension = 16

# file: datasets/train-set.toml
title = "train-set"
licence = "mine"
[[origins]]
use = "files"
path = "train.npy"

# file: datasets/test-set.toml
title = "test-set"
licence = "mine"
[[origins]]
use = "files"
path = "test.npz"
"""


@dataclass(frozen=True)
class Done:
    """What a run of the command came to; standard error without the log of its steps."""

    status: int
    stdout: str
    stderr: str


def _without_log(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("["))


class Harness:
    """The command ``harness`` in a folder with a suite, its files, and what runs have left there."""

    def __init__(self, forks: Forks, folder: Path) -> None:
        self._forks = forks
        self.folder = folder
        self.tree = Tree(folder / "out")

    def __call__(self, *args: str, kill: int = 0) -> Done:
        """Run the command to its end, or until it is killed before its ``kill``-th file gets its name."""
        args = (*args, "--jobs", "1") if args[0] == "run" else args
        ended = self._forks.run(*args, cwd=self.folder, kill=kill)
        return Done(ended.returncode, ended.stdout, _without_log(ended.stderr))

    def plan(self, *args: str) -> dict[str, tuple[str, str]]:
        """Return state and reason of each cell."""
        done = self("plan", "--json", *args)
        assert 0 == done.status, done.stderr
        return {row["cell"]: (row["state"], row["why"]) for row in json.loads(done.stdout)}

    def edit(self, old: str, new: str) -> None:
        """Replace the one place of the suite, or of a file that it names, that reads ``old``."""
        texts = {path: path.read_text("utf-8") for path in (self.folder / "suites").rglob("*.toml")}
        (path,) = [path for path, text in texts.items() if old in text]
        assert 1 == texts[path].count(old)
        path.write_text(texts[path].replace(old, new), "utf-8")

    def evidence(self) -> dict[str, bytes]:
        """Return every file of the folders of evidence but envelopes/, and no leftovers of killed writes."""
        contents = {}
        for kind in ("results", "scores", "codecs", "means", "labels", "locks"):
            for path in sorted((self.tree.root / kind).rglob("*")):
                if path.is_file() and not path.name.startswith("."):
                    contents[path.relative_to(self.tree.root).as_posix()] = path.read_bytes()
        return contents

    def times(self) -> dict[str, int]:
        """Return when each file of the evidence was last written."""
        return {name: (self.tree.root / name).stat().st_mtime_ns for name in self.evidence()}


def _write(folder: Path, text: str = SUITE) -> None:
    suites = folder / "suites"
    write_files(suites / "own.toml", text)
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((400, DIMENSION)).astype(np.float32)
    left = rng.standard_normal((60, DIMENSION)).astype(np.float32)
    right = (left + rng.random((60, 1)) * 2 * rng.standard_normal((60, DIMENSION))).astype(np.float32)
    left[:20] = rows[:20]  # the training split has seen a sentence of a third of the pairs
    np.save(suites / "train.npy", rows)
    np.savez(
        suites / "test.npz", left=left, right=right, gold=(left * right).sum(axis=1) + rng.standard_normal(60)
    )


@pytest.fixture(scope="module")
def reference(forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Harness:
    """Return a folder in which the suite has been run once, from scratch; tests leave it as it is."""
    harness = Harness(forks, tmp_path_factory.mktemp("reference") / "here")
    _write(harness.folder)
    done = harness("run", "own")
    assert 0 == done.status, done.stderr
    return harness


@pytest.fixture
def fresh(forks: Forks, tmp_path: Path) -> Harness:
    """Return a folder with the suite and nothing run."""
    harness = Harness(forks, tmp_path / "fresh")
    _write(harness.folder)
    return harness


@pytest.fixture
def ran(reference: Harness, forks: Forks, tmp_path: Path) -> Harness:
    """Return a copy of the folder in which the suite has been run."""
    shutil.copytree(reference.folder, tmp_path / "ran")
    return Harness(forks, tmp_path / "ran")


def _entries(harness: Harness) -> list[Any]:
    suites = harness.folder / "suites"
    return entries(suites / "own.toml", Place(suites, None, offline=True), harness.tree)


def _cell(pipeline: str, seed: int = 0) -> str:
    return f"vectors.train-set.{pipeline}.s{seed}"


# -- From nothing to evidence --------------------------------------------------------------------------------


def test_a_run_leaves_what_the_plan_names(reference: Harness) -> None:
    """Every cell has result, scores and envelope; the suite has its record; one codec is kept."""
    assert {("done", "")} == set(reference.plan().values())
    assert CELLS == len(reference.plan())
    expected = {
        "means/own.json",
        "labels/own.json",
        "labels/own.npz",
        "results/own.suite.json",
        "scores/own/vectors.npz",
        f"codecs/own/{_cell('lens-pq')}.safetensors",
    }
    expected.add(f"locks/{lock_sha256()}.json")
    for cell in reference.plan():
        expected |= {f"results/own/{cell}.json", f"scores/own/{cell}.npz"}
        envelope = read_json(reference.tree.envelope("own", cell))
        assert {"made", "seconds", "python", "platform", "threads", "packages"} <= set(envelope)
    assert expected == set(reference.evidence())
    record, _ = read_stamped(reference.tree.suite("own"))
    assert ("own", "suites/own.toml", []) == (record["suite"], record["suite_file"], record["blocked"])
    assert {"label": "PCA", "family": "any"} == record["pipelines"]["pca"]
    assert {"unit": "fraction", "higher_is_better": True} == record["metrics"]["spearman@original"]


def test_a_result_says_what_it_was_made_of(reference: Harness) -> None:
    """Inputs, sizes, audit, values and the digests of its files are in it, and no clock or machine."""
    path = reference.tree.result("own", _cell("lens-pq"))
    content, _ = read_stamped(path)
    assert 4 == content["sizes"]["payload_bytes"]
    assert 400 == content["training_rows"]
    assert {"as-published": 60, "decontaminated": 40} == content["contamination"]["test-set"][
        "pairs_by_protocol"
    ]
    # three metrics of the suite and one of the pipeline, under two protocols
    assert 4 * 2 == len(content["values"])
    train = sha256_file(reference.folder / "suites" / "train.npy")
    assert train == content["inputs"]["datasets"]["train-set"]["sha256"]
    assert {"before", "after", "codec"} == set(content["files"])
    for file in content["files"].values():
        assert file["sha256"] == sha256_file(reference.tree.root / file["path"])
    text = path.read_text("utf-8")
    for volatile in (str(reference.folder), os.uname().nodename, "2.0.0", str(os.getpid())):
        assert f'"{volatile}"' not in text


def test_scores_hold_the_cosines_behind_the_values(reference: Harness) -> None:
    """Similarities are float32, one a pair, with the stage beside them where the pipeline keeps it."""
    with np.load(reference.tree.scores("own", _cell("lens-pq"))) as scores:
        assert {"test-set", "test-set@stage"} == set(scores.files)
        assert (60,) == scores["test-set"].shape
        assert np.float32 == scores["test-set"].dtype
    with np.load(reference.folder / "suites" / "test.npz") as test:
        left, right = test["left"].astype(float), test["right"].astype(float)
    cosines = (left * right).sum(axis=1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)
    for name in ("vectors", _cell("identity")):
        with np.load(reference.tree.scores("own", name)) as scores:
            np.testing.assert_allclose(scores["test-set"], cosines, atol=1e-6)


def test_the_second_run_does_nothing(ran: Harness) -> None:
    """What is done is skipped: no file of the evidence is written again."""
    before = ran.times()
    done = ran("run", "own")
    assert 0 == done.status
    assert f"own: nothing to do, {CELLS} done before, 0 blocked\n" == done.stdout
    changed = {name for name, time in ran.times().items() if time != before[name]}
    assert changed <= {"results/own.suite.json"}


def test_two_runs_from_scratch_end_in_the_same_bytes(reference: Harness, fresh: Harness) -> None:
    """Another folder, another process and two jobs instead of one: every file of the evidence is the same.

    This one starts the command as a user does.
    """
    done = subprocess.run(
        [*COMMAND, "run", "--jobs", "2"],
        cwd=fresh.folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    assert "" == _without_log(done.stderr)
    assert f"own: {CELLS} run, 0 done before, 0 blocked\n" == done.stdout
    assert reference.evidence() == fresh.evidence()


def test_cells_run_apart_end_in_the_same_bytes(reference: Harness, fresh: Harness) -> None:
    """Which other cells run in the same process, and in which order, does not change a byte."""
    for pattern in ("*lens-pq*", "*.s1", "*pca*", "*"):
        assert 0 == fresh("run", "--only", pattern).status
    assert reference.evidence() == fresh.evidence()


def test_suites_that_have_steps_in_common_end_in_the_same_bytes_as_apart(
    reference: Harness, fresh: Harness
) -> None:
    """Their cells are fitted together: each suite's evidence is what it is alone."""
    text = (fresh.folder / "suites" / "own.toml").read_text("utf-8")
    (fresh.folder / "suites" / "twin.toml").write_text(text.replace('name = "own"', 'name = "twin"'), "utf-8")
    done = fresh("run", "own", "twin")
    assert 0 == done.status, done.stderr
    evidence = fresh.evidence()
    own = {name: content for name, content in evidence.items() if "/own" in name or name.startswith("locks/")}
    assert reference.evidence() == own
    for name, content in own.items():
        if name.startswith("scores/"):
            assert content == evidence[name.replace("/own/", "/twin/")]


SAMPLED = (
    'metrics = ["spearman@original", "spearman-random@original", "success@10", "knn-ndcg@10", "mrr@100"]'
)


def test_queries_end_in_the_same_bytes_whatever_the_jobs(
    forks: Forks, fresh: Harness, tmp_path: Path
) -> None:
    """Random pairs and queries are the same in one process, in two, and with the cells in another order."""
    human = 'metrics = ["spearman@human", "spearman@original", "retention@human"]'
    other = Harness(forks, tmp_path / "other")
    _write(other.folder)
    for harness in (fresh, other):
        harness.edit(human, SAMPLED)
    done = subprocess.run(
        [*COMMAND, "run", "--jobs", "2", "--only", "*lens*"],
        cwd=fresh.folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, _without_log(done.stderr))
    for pattern in ("*lens*.s1", "*lens*"):
        assert 0 == other("run", "--only", pattern).status
    assert fresh.evidence() == other.evidence()
    with np.load(fresh.tree.scores("own", _cell("lens"))) as scores:
        # 120 rows, 20 of which are trained on: 100 queries
        assert (100,) == scores["test-set@queries@success@10"].shape
        keys = {"random-pairs@compressed", "random-pairs@original"}
        keys |= {"queries@success@10", "queries@knn-ndcg@10", "queries@reciprocal-rank"}
        assert {"test-set", *("test-set@" + key for key in keys)} == set(scores.files)
        pairs = scores["test-set@random-pairs@compressed"].shape
    content, _ = read_stamped(fresh.tree.result("own", _cell("lens")))
    counted = {(value["metric"], value["protocol"]): value["n"] for value in content["values"]}
    for protocol in ("as-published", "decontaminated"):
        assert (100, *pairs) == (
            counted["success@10", protocol],
            counted["spearman-random@original", protocol],
        )


def test_timings_stand_in_the_envelope_and_in_nothing_else(reference: Harness, fresh: Harness) -> None:
    """Asked for, they change no byte of the evidence and redo no cell; not asked for, they are not there."""
    fresh.edit("seeds = [0, 1]", "seeds = [0, 1]\ntimings = true")
    assert 0 == fresh("run").status
    assert reference.evidence() == fresh.evidence()
    for cell in fresh.plan():
        assert "timings" not in read_json(reference.tree.envelope("own", cell))
        timings = read_json(fresh.tree.envelope("own", cell))["timings"]
        assert ["test-set"] == list(timings)
        assert (120, 120 * 64) == (timings["test-set"]["rows"], timings["test-set"]["bytes"]["originals"])
        content, _ = read_stamped(fresh.tree.result("own", cell))
        assert 120 * content["sizes"]["bytes_per_vector"] == timings["test-set"]["bytes"]["codes"]
    fresh.edit("timings = true", "timings = false")
    assert {("done", "")} == set(fresh.plan().values())


# -- Killed --------------------------------------------------------------------------------------------------


def _whole(harness: Harness) -> int:
    """Return the number of results, each checked: its checksum holds, and the files it names are there."""
    results = [p for p in (harness.tree.root / "results").glob("*/*") if not p.name.startswith(".")]
    for path in results:
        for file in read_stamped(path)[0]["files"].values():
            assert file["sha256"] == sha256_file(harness.tree.root / file["path"])
    return len(results)


def test_a_run_killed_at_any_write_ends_in_the_same_bytes(
    forks: Forks, fresh: Harness, tmp_path: Path
) -> None:
    """Killed (SIGKILL) in the middle of each file in turn and run again, it is as if nothing had happened."""
    chosen, cells = ("run", "--only", "*lens*.s0"), 2
    whole_run = Harness(forks, tmp_path / "whole")
    _write(whole_run.folder)
    assert 0 == whole_run(*chosen).status
    folders = [whole_run.folder / "out", whole_run.folder / ".cache"]
    moments = sum(path.is_file() for root in folders for path in root.rglob("*"))
    # what was blocked, an overlap, scores before; three files a cell; a codec, means;
    # labels and their index; the lock of the claims; digests of sources, and results that were checked
    assert 1 + 1 + 1 + 3 * cells + 1 + 1 + 2 + 1 + 2 == moments
    for moment in range(1, moments + 1):
        for name in ("out", ".cache"):
            shutil.rmtree(fresh.folder / name, ignore_errors=True)
        assert -signal.SIGKILL == fresh(*chosen, kill=moment).status
        assert 1 == sum(
            path.name.endswith(".tmp") for path in fresh.folder.rglob("*")
        )  # it was in the middle
        whole = _whole(fresh)
        done = fresh(*chosen)
        did = f"{cells - whole} run" if whole < cells else "nothing to do"  # but the means over seeds
        assert f"own: {did}, {whole} done before, 0 blocked\n" == done.stdout
        assert whole_run.evidence() == fresh.evidence()
        assert not [path for path in _files(_entries(fresh), fresh.tree) if path.name.endswith(".tmp")]


def test_a_run_killed_from_outside_ends_in_the_same_bytes(reference: Harness, fresh: Harness) -> None:
    """A user's command with two jobs, killed as soon as it has two results, is resumed to the same bytes.

    Its worker processes outlive it for a moment, and may still be writing when the next run begins.
    """
    process = subprocess.Popen(
        [*COMMAND, "run", "--jobs", "2"],
        cwd=fresh.folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while _count(fresh) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    assert -signal.SIGKILL == process.wait()
    assert 0 == fresh("run").status
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    assert reference.evidence() == fresh.evidence()
    assert {("done", "")} == set(fresh.plan().values())


def _count(harness: Harness) -> int:
    return len(list((harness.tree.root / "results").glob("*/*.json")))


# -- Altered and changed -------------------------------------------------------------------------------------


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _redone(harness: Harness, reference: Harness, cells: set[str], why: str) -> None:
    """Check that exactly ``cells`` are to do, because of ``why``, and that a run mends them."""
    todo = {cell: reason for cell, (state, reason) in harness.plan().items() if state == "to do"}
    assert cells == set(todo)
    for reason in todo.values():
        assert why in reason
    done = harness("run")
    assert 0 == done.status, done.stderr
    assert f"own: {len(cells)} run, {CELLS - len(cells)} done before, 0 blocked\n" == done.stdout
    assert reference.evidence() == harness.evidence()


def test_an_altered_store_is_noticed_and_mended(reference: Harness, ran: Harness) -> None:
    """One bit of each entry, here an audit's: a line for each, and the same bytes."""
    stored = {path: path.read_bytes() for path in (ran.folder / ".cache").rglob("*.npy")}
    for path in stored:
        _flip(path)
    for cell in ran.plan():
        ran.tree.result("own", cell).unlink()
    done = ran("run")
    assert 0 == done.status
    assert 1 == len(stored) == done.stderr.count("cut or altered, expected its sha256; made again\n")
    assert stored == {path: path.read_bytes() for path in stored}
    assert reference.evidence() == ran.evidence()


@pytest.mark.parametrize("kind", ["scores", "codecs"])
def test_an_altered_file_is_noticed_and_redone(kind: str, reference: Harness, ran: Harness) -> None:
    """One bit of a score file or a codec makes its cell, and no other, to do again."""
    [path] = (ran.tree.root / kind / "own").glob(f"{_cell('lens-pq')}.*")
    _flip(path)
    _redone(ran, reference, {_cell("lens-pq")}, f"altered: {kind}/own/{path.name}")


def test_altered_scores_before_compression_are_redone_with_every_cell(
    reference: Harness, ran: Harness
) -> None:
    """What all cells stand on is a file of all of them."""
    _flip(ran.tree.scores("own", "vectors"))
    _redone(ran, reference, set(reference.plan()), "altered: scores/own/vectors.npz")


def test_an_altered_result_is_noticed_and_redone(reference: Harness, ran: Harness) -> None:
    """A value changed by hand no longer fits the checksum."""
    path = ran.tree.result("own", _cell("pca"))
    text = path.read_text("utf-8")
    path.write_text(text.replace('"n": 60', '"n": 61'), "utf-8")
    _redone(ran, reference, {_cell("pca")}, "its certificate says")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"content": [], "sha256": ""}'])
def test_a_result_that_is_none_is_noticed_and_redone(content: str, reference: Harness, ran: Harness) -> None:
    """Empty, cut off, or another document: the cell is to do again."""
    ran.tree.result("own", _cell("pca")).write_text(content)
    _redone(ran, reference, {_cell("pca")}, "unreadable: ")


@pytest.mark.parametrize("kind", ["results", "scores", "codecs"])
def test_a_missing_file_is_noticed_and_redone(kind: str, reference: Harness, ran: Harness) -> None:
    """A file that was deleted is made again."""
    [path] = (ran.tree.root / kind / "own").glob(f"{_cell('lens-pq')}.*")
    path.unlink()
    _redone(ran, reference, {_cell("lens-pq")}, "no result yet" if kind == "results" else "unreadable")


def test_a_changed_parameter_runs_what_it_touches_again(ran: Harness) -> None:
    """Two more principal components concern PCA's cell: the plan says so, other cells are left alone."""
    before = ran.times()
    ran.edit('use = "pca", dims = 6', 'use = "pca", dims = 8')
    planned = ran.plan()
    assert ("to do", "changed: cell.steps") == planned.pop(_cell("pca"))
    assert {("done", "")} == set(planned.values())
    done = ran("run")
    assert f"own: 1 run, {CELLS - 1} done before, 0 blocked\n" == done.stdout
    changed = {name for name, time in ran.times().items() if time != before[name]}
    expected = {f"results/own/{_cell('pca')}.json", f"scores/own/{_cell('pca')}.npz", "means/own.json"}
    assert expected == changed - {"results/own.suite.json", "scores/own/vectors.npz"}  # the same bytes anew
    assert {("done", "")} == set(ran.plan().values())


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"as-published", "decontaminated"', '"decontaminated", "as-published"', "changed: protocols"),
        ('"spearman@original", "retention@human"', '"spearman@original"', "changed: cell.metrics.test-set"),
        ("[points.8x]", "[combine]\nhalf = { test-set = 0.5 }\n[points.8x]", "changed: combine.half"),
    ],
    ids=["protocols", "metrics", "combine"],
)
def test_what_concerns_all_cells_runs_them_again(old: str, new: str, why: str, ran: Harness) -> None:
    """Protocols, metrics and combinations are in every result, and the plan says which has changed."""
    ran.edit(old, new)
    assert {("to do", why)} == set(ran.plan().values())


def test_a_changed_input_file_runs_all_cells_again(ran: Harness) -> None:
    """The digest of the test file is in every result."""
    with np.load(ran.folder / "suites" / "test.npz") as arrays:
        np.savez(ran.folder / "suites" / "test.npz", **{**arrays, "gold": -arrays["gold"]})
    assert {("to do", "changed: datasets.test-set.sha256")} == set(ran.plan().values())


def test_changed_code_runs_its_cells_again(ran: Harness) -> None:
    """A result names digests of code alone; the plan says which of today's modules has another."""
    path = ran.tree.result("own", _cell("pca"))
    content, _ = read_stamped(path)
    own = registry.code_digest("harness.compressors.pca")
    for changed, why in (("0" * 16, "code of harness.compressors.pca"), (None, "code")):
        code = [digest for digest in content["inputs"]["code"] if changed is None or digest != own]
        inputs = {**content["inputs"], "code": sorted([*code, changed or "0" * 16])}
        write_stamped(path, {**content, "inputs": inputs})
        planned = ran.plan()
        assert ("to do", f"changed: {why}") == planned.pop(_cell("pca"))
        assert {("done", "")} == set(planned.values())


def test_a_promise_is_part_of_a_cell(ran: Harness) -> None:
    """A bound of a point makes the cells at that point, and no others, to do again."""
    ran.edit("ratio = 8", "ratio = 8\nsmallest_bytes = 32")
    todo = {cell for cell, (state, _) in ran.plan().items() if state == "to do"}
    assert {f"vectors.train-set.projection-sign.8x.s{seed}" for seed in (0, 1)} == todo


def test_a_grid_runs_a_cell_for_each_value(ran: Harness) -> None:
    """Each has files of its own under its own name, and says what was set."""
    ran.edit(
        'steps = [{ use = "pca", dims = 6 }]', 'steps = [{ use = "pca" }]\ngrid = { "pca.dims" = [3, 6] }'
    )
    assert 0 == ran("run").status
    assert {("done", "")} == set(ran.plan().values())
    for dims in (3, 6):
        content, _ = read_stamped(ran.tree.result("own", f"vectors.train-set.pca.dims-{dims}.s0"))
        assert (4 * dims, {"pca.dims": dims}) == (
            content["sizes"]["bytes_per_vector"],
            content["inputs"]["cell"]["grid"],
        )
    assert not ran.tree.result("own", _cell("pca")).exists()  # what the suite no longer has


def test_words_do_not_run_anything_again(ran: Harness) -> None:
    """Title, question, labels and licences decide no result."""
    ran.edit("Vectors of my own", "Other words")
    ran.edit("uncompressed float32", "no compression")
    assert {("done", "")} == set(ran.plan().values())


def test_a_new_pipeline_runs_alone(ran: Harness) -> None:
    """Cells that are added are to do; those that were there are done."""
    ran.edit(
        PCA,
        '[[pipelines]]\nname = "sign"\nlabel = "signs"\nfamily = "sign"\nsteps = [{ use = "sign" }]\n\n'
        + PCA,
    )
    planned = ran.plan()
    assert ("to do", "no result yet") == planned.pop(_cell("sign"))
    assert {("done", "")} == set(planned.values())


def test_a_codec_to_be_kept_is_made(ran: Harness) -> None:
    """Listing another codec runs its cell again, for the first seed alone; its result gains a file."""
    ran.edit('codecs = ["lens-pq"]', 'codecs = ["lens", "lens-pq"]')
    planned = ran.plan()
    assert ("to do", "its codec is to be kept") == planned.pop(_cell("lens"))
    assert {("done", "")} == set(planned.values())
    assert 0 == ran("run").status
    assert ran.tree.codec("own", _cell("lens")).is_file()


def test_a_saved_codec_can_be_a_step(ran: Harness) -> None:
    """A pipeline of steps loaded from a kept codec has the scores of the pipeline that was trained."""
    codec = f"out/codecs/own/{_cell('lens-pq')}.safetensors"
    steps = ", ".join(f'{{ use = "{use}", load = "{codec}" }}' for use in ("lens", "pq"))
    ran.edit(PCA, f'[[pipelines]]\nname = "loaded"\nlabel = "l"\nfamily = "any"\nsteps = [{steps}]\n\n' + PCA)
    done = ran("run")
    assert 0 == done.status, done.stderr
    with (
        np.load(ran.tree.scores("own", _cell("loaded"))) as loaded,
        np.load(ran.tree.scores("own", _cell("lens-pq"))) as trained,
    ):
        assert trained["test-set"].tobytes() == loaded["test-set"].tobytes()


def test_a_codec_that_is_not_there_is_one_line(fresh: Harness) -> None:
    """A step cannot be loaded from nowhere: the plan says so in one line instead of a traceback."""
    fresh.edit('{ use = "pca", dims = 6 }', '{ use = "pca", load = "no.safetensors" }')
    done = fresh("plan")
    assert "Traceback" not in done.stderr
    assert 1 >= done.stderr.count("\n")
    assert "no.safetensors" in done.stdout + done.stderr


# -- Chosen and forced ---------------------------------------------------------------------------------------


def test_only_runs_the_cells_that_match(fresh: Harness) -> None:
    """A pattern chooses cells by their id; one that matches none is an error of one line."""
    done = fresh("run", "--only", "*projection*")
    assert "own: 2 run, 0 done before, 0 blocked\n" == done.stdout
    states = {cell: state for cell, (state, _) in fresh.plan().items()}
    assert {cell: "done" if "projection" in cell else "to do" for cell in states} == states
    none = fresh("run", "--only", "nothing")
    assert 2 == none.status
    assert "harness: --only: no cell matches 'nothing'; harness plan lists them\n" == none.stderr


def test_force_runs_what_is_done(reference: Harness, ran: Harness) -> None:
    """Forced cells run anew, and end in the same bytes: the envelope says when."""
    envelope = ran.tree.envelope("own", _cell("pca"))
    before = envelope.stat().st_mtime_ns
    done = ran("run", "--force", "--only", "*pca*")
    assert "own: 1 run, 0 done before, 0 blocked\n" == done.stdout
    assert before < envelope.stat().st_mtime_ns
    assert reference.evidence() == ran.evidence()


def test_out_is_where_evidence_goes(reference: Harness, ran: Harness) -> None:
    """Another folder of evidence starts empty, and the first one is left alone."""
    done = ran("run", "--out", "elsewhere", "--only", "*pca*")
    assert "own: 1 run, 0 done before, 0 blocked\n" == done.stdout
    path = Tree(ran.folder / "elsewhere").result("own", _cell("pca"))
    assert reference.tree.result("own", _cell("pca")).read_bytes() == path.read_bytes()


# -- Failed, blocked, expected -------------------------------------------------------------------------------


def test_a_cell_that_fails_does_not_stop_the_others(fresh: Harness) -> None:
    """A cell without its labels is a line and exit status 1; the others are done, and it is tried again."""
    fresh.edit("steps = 3, batch = 32 }]", "steps = 3, batch = 32, human_weight = 1.0 }]")
    for others, before in ((CELLS - 2, 0), (0, CELLS - 2)):
        done = fresh("run")
        assert 1 == done.status
        assert (
            f"own: {others + 2} run, 2 failed, {before} done before, 0 blocked" == done.stdout.splitlines()[0]
        )
        failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
        assert [True, True] == [
            "needs human scores, and the training split has none" in line for line in failed
        ]
        assert f"harness: 2 of {CELLS} cells failed or fell short\n" == done.stderr
    assert CELLS - 2 == _whole(fresh)


def test_bad_vectors_stop_the_run_in_one_line(fresh: Harness) -> None:
    """A NaN in what all cells stand on is exit status 2, and names the file and the row."""
    rows = np.load(fresh.folder / "suites" / "train.npy")
    rows[17, 3] = np.nan
    np.save(fresh.folder / "suites" / "train.npy", rows)
    done = fresh("run")
    assert 2 == done.status
    assert done.stderr.endswith("train.npy: row 17 has NaN or infinity, expected finite numbers\n")
    assert 1 == done.stderr.count("\n")


@pytest.mark.parametrize(("tolerance", "status"), [(0.001, 0), (0.0, 1)])
def test_expectations_are_checked(tolerance: float, status: int, ran: Harness) -> None:
    """A value off its planted answer is a line and exit status 1; within the tolerance it is nothing."""
    path = ran.folder / "suites" / "own.toml"
    expect = (
        '\n[[expect]]\npipeline = "identity"\ntrain = "train-set"\ndataset = "test-set"\n'
        'metric = "spearman@original"\n'
        f'value = 0.9995\ntolerance = {tolerance}\nwhy = "nothing is lost"\n'
    )
    path.write_text(path.read_text("utf-8") + expect, "utf-8")
    done = ran("run")
    assert status == done.status
    line = (
        f"FAILED   own: {_cell('identity')}: spearman@original on test-set: found [1.0, 1.0], "
        "expected 0.9995 ± 0 (nothing is lost)"
    )
    assert (status == 1) == (line in done.stdout.splitlines())


def test_an_expected_value_that_is_missing_is_off(ran: Harness) -> None:
    """A metric that was not measured does not meet its expectation."""
    path = ran.folder / "suites" / "own.toml"
    expect = (
        '\n[[expect]]\npipeline = "identity"\ntrain = "train-set"\ndataset = "test-set"\n'
        'metric = "loss@human"\n'
        'value = 0.0\ntolerance = 9.0\nwhy = "it is not measured"\n'
    )
    path.write_text(path.read_text("utf-8") + expect, "utf-8")
    done = ran("run")
    assert 1 == done.status
    assert "loss@human on test-set: found [], expected 0" in done.stdout


MIRRORED = '[[origins]]\nuse = "mirror"\npath = "deep/test.jsonl"\nsha256 = "{sha256}"\n'


def test_a_blocked_suite_is_no_failure(fresh: Harness) -> None:
    """Cells whose input is not here are listed with the remedy, exit status 0, and have no result."""
    files = '[[origins]]\nuse = "files"\npath = "test.npz"\n'
    fresh.edit(files, MIRRORED.format(sha256="0" * 64))
    remedy = "set HARNESS_MIRROR=DIR or pass --mirror DIR"
    assert {("blocked", "test-set: no mirror is given")} == set(fresh.plan().values())
    done = fresh("run")
    assert 0 == done.status
    expected = [
        f"own: nothing to do, 0 done before, {CELLS} blocked",
        f"BLOCKED  {CELLS} cells: test-set: no mirror is given. To unblock: {remedy}.",
    ]
    assert expected == done.stdout.splitlines()
    content, _ = read_stamped(fresh.tree.suite("own"))
    assert [remedy] * CELLS == [entry["remedy"] for entry in content["blocked"]]
    assert ["results/own.suite.json"] == list(fresh.evidence())
    (fresh.folder / "mirror").mkdir()
    (state,) = set(fresh.plan("--mirror", "mirror").values())
    assert ("blocked", "test-set: deep/test.jsonl is not in the mirror") == state


def test_a_blocked_data_set_blocks_its_cells_alone(fresh: Harness) -> None:
    """Pipelines tested on what is here run; the pipeline tested on what is not is blocked."""
    fresh.edit('label = "PCA"', 'label = "PCA"\ntest = ["absent"]')
    absent = 'title = "none"\nlicence = "none"\n' + MIRRORED.format(sha256="0" * 64)
    (fresh.folder / "suites" / "datasets" / "absent.toml").write_text(absent, "utf-8")
    done = fresh("run")
    assert 0 == done.status
    assert f"own: {CELLS - 1} run, 0 done before, 1 blocked" == done.stdout.splitlines()[0]
    content, _ = read_stamped(fresh.tree.suite("own"))
    assert [_cell("pca")] == [entry["cell"] for entry in content["blocked"]]


def test_the_first_origin_that_can_be_had_is_used(fresh: Harness) -> None:
    """A data set with two origins is read from the second where the first is blocked."""
    origin = '[[origins]]\nuse = "files"\npath = "test.npz"'
    fresh.edit(origin, MIRRORED.format(sha256="0" * 64) + origin)
    assert 0 == fresh("run", "--only", "*pca*").status
    content, _ = read_stamped(fresh.tree.result("own", _cell("pca")))
    assert 1 == content["inputs"]["datasets"]["test-set"]["origin"]


def test_what_a_suite_no_longer_has_is_removed(fresh: Harness) -> None:
    """A pipeline taken out of a suite leaves nothing behind for a report to mix in, and the run says so.

    A run of some cells alone keeps what the suite no longer has, says so, and the plan refuses it.
    """
    assert 0 == fresh("run").status
    path = fresh.folder / "suites" / "own.toml"
    before = sorted(file.name for file in fresh.tree.result("own", "x").parent.glob("*.json"))
    gone = [name for name in before if ".identity." in name]
    text = path.read_text("utf-8")
    start = text.index("[[pipelines]]", text.index('name = "identity"') - 40)
    end = text.index("[[pipelines]]", start + 1) if "[[pipelines]]" in text[start + 1 :] else len(text)
    path.write_text(text[:start] + text[end:])
    some = fresh("run", "--only", "*pca*")
    assert f"KEPT     {len(gone)} results that their suite no longer has: out/results/own/" in some.stdout
    assert set(before) == {file.name for file in fresh.tree.result("own", "x").parent.glob("*.json")}
    plan = fresh("plan")
    assert (1, True) == (plan.status, ".identity.s0.json: no suite has it" in plan.stderr)
    done = fresh("run")
    assert 0 == done.status
    assert f"REMOVED  {len(gone)} results that their suite no longer has: out/results/own/" in done.stdout
    left = {file.name for file in fresh.tree.root.rglob("*") if file.is_file()}
    assert len(gone) > 0
    assert set(before) - set(gone) <= left
    assert [] == [name for name in left if ".identity." in name]


def test_two_suites_of_one_name_are_refused(fresh: Harness) -> None:
    """Suites of two folders with the same name would write the same files: one line, exit status 2."""
    shutil.copytree(fresh.folder / "suites", fresh.folder / "others")
    np.save(fresh.folder / "others" / "train.npy", np.load(fresh.folder / "suites" / "train.npy")[::-1] * 2)
    assert 2 == fresh("run", "suites/own.toml", "others/own.toml").status


def test_a_second_suite_of_a_name_does_not_replace_the_results_of_the_first(ran: Harness) -> None:
    """The run is refused, and says what to do; nothing is lost."""
    shutil.copytree(ran.folder / "suites", ran.folder / "others")
    before = ran.times()
    done = ran("run", "others/own.toml", "--only", "*pca*")
    assert (2, "") == (done.status, done.stdout)
    assert "found evidence of suites/own.toml, expected that of others/own.toml: rename one" in done.stderr
    assert before == ran.times()


def test_a_forced_run_that_is_killed_loses_nothing(ran: Harness) -> None:
    """What still holds stays until something takes its place."""
    before = ran.evidence()
    assert 0 != ran("run", "--force", kill=3).status  # before the first cell's scores
    assert before == ran.evidence()


# -- Compared ------------------------------------------------------------------------------------------------


def _restamped(tree: Tree, cell: str, **changed: Any) -> None:
    """Write a cell's result anew, certified, with its first value changed."""
    path = tree.result("own", cell)
    content, _ = read_stamped(path)
    content["values"][0] = {**content["values"][0], **changed}
    write_stamped(path, content)


def test_a_run_is_compared_with_the_committed_evidence(reference: Harness, ran: Harness) -> None:
    """Each cell is in one of six states, and one that differs says which value, here and there."""
    first = read_stamped(ran.tree.result("own", _cell("pca")))[0]["values"][0]
    assert "spearman@human" == first["metric"]  # its rerun tolerance is 0.01
    _restamped(ran.tree, _cell("pca"), value=first["value"] + 0.02)
    first_lens = read_stamped(ran.tree.result("own", _cell("identity")))[0]["values"][0]
    _restamped(ran.tree, _cell("identity"), high=first_lens["high"] + 0.02)
    other = read_stamped(ran.tree.result("own", _cell("lens")))[0]["values"][0]["value"]
    _restamped(ran.tree, _cell("lens"), value=other + 0.005)
    _restamped(ran.tree, _cell("lens", 1), dataset="another")
    ran.tree.result("own", _cell("lens-pq")).unlink()
    shutil.copyfile(ran.tree.result("own", _cell("identity")), ran.tree.result("own", "surplus"))
    states = {line.cell: (line.state, line.why) for line in compare(ran.tree, reference.tree)}
    expected = (
        f"as-published test-set spearman@human: {first['value'] + 0.02:g} here, {first['value']:g} committed"
    )
    assert ("DIFFERS", f"{expected}, tolerance 0.01") == states.pop(_cell("pca"))
    state, why = states.pop(_cell("identity"))
    assert "DIFFERS" == state
    assert f"spearman@human high: {first_lens['high'] + 0.02:g} here" in why
    assert ("WITHIN TOLERANCE", "") == states.pop(_cell("lens"))
    differs, why = states.pop(_cell("lens", 1))
    assert "DIFFERS" == differs
    assert why.endswith("is in one of them only")
    assert ("MISSING", "committed, and neither here nor BLOCKED") == states.pop(_cell("lens-pq"))
    assert ("NOT COMMITTED", "") == states.pop("surplus")
    assert {("SAME BYTES", "")} == set(states.values())
    assert CELLS - 5 == len(states)


def _edited(tree: Tree, edit: Callable[[dict[str, Any]], Any]) -> None:
    """Write the result of the PCA anew, certified, after an edit of its content."""
    path = tree.result("own", _cell("pca"))
    content, _ = read_stamped(path)
    edit(content)
    write_stamped(path, content)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            lambda c: c["values"][0].update(n=59),
            "spearman@human: n: 59 here, 60 committed, expected the same",
        ),
        (lambda c: c["sizes"].update(state_bytes=1), "sizes.state_bytes: 1 here, "),
        (
            lambda c: c["contamination"]["test-set"].update(shared_pairs=9),
            "contamination.test-set.shared_pairs: 9 here, ",
        ),
        (lambda c: c["values"].pop(), "is in one of them only"),
    ],
    ids=["n", "sizes", "contamination", "a value less"],
)
def test_what_is_counted_has_to_be_the_same_exactly(
    edit: Callable[[dict[str, Any]], Any], message: str, reference: Harness, ran: Harness
) -> None:
    """Sizes, audit and the number of items have no tolerance."""
    _edited(ran.tree, edit)
    (line,) = [line for line in compare(ran.tree, reference.tree) if line.state != "SAME BYTES"]
    assert "DIFFERS" == line.state
    assert message in line.why


def test_other_code_that_comes_to_the_same_has_the_same_values(reference: Harness, ran: Harness) -> None:
    """Not a digit differs: the file does, by the digests of the code that made it."""
    _edited(ran.tree, lambda content: content["inputs"].update(code=["00"]))
    (line,) = [line for line in compare(ran.tree, reference.tree) if line.state != "SAME BYTES"]
    assert ("SAME VALUES", "") == (line.state, line.why)


def test_what_else_differs_is_named_and_fails_nothing(reference: Harness, ran: Harness) -> None:
    """Beside other code, other notes are within tolerance, and the line says what is not the same."""
    _edited(ran.tree, lambda content: content["inputs"].update(code=["00"]))
    _edited(ran.tree, lambda content: content.update(training_rows=1))
    _edited(ran.tree, lambda content: content["values"][0].update(undefined=5))
    (line,) = [line for line in compare(ran.tree, reference.tree) if line.state != "SAME BYTES"]
    assert "WITHIN TOLERANCE" == line.state
    assert "not the same: training_rows, inputs.code, values.undefined" == line.why


def test_a_result_of_another_device_is_compared_within_tolerances(reference: Harness, ran: Harness) -> None:
    """Its values may move up to their tolerance, and the line names the device."""
    _edited(ran.tree, lambda content: content["inputs"].update(device="cuda"))
    (line,) = [line for line in compare(ran.tree, reference.tree) if line.state != "SAME BYTES"]
    assert ("WITHIN TOLERANCE", "not the same: inputs.device") == (line.state, line.why)


def test_a_comparison_of_nothing_fails(ran: Harness) -> None:
    """Neither a folder without results nor one without a cell in common passes."""
    for args in (("--out", "nowhere"), ("--committed", "nowhere")):
        done = ran("compare", *args)
        assert (1, "") == (done.status, done.stdout)
        assert "nothing is compared: nowhere" in done.stderr


def test_a_blocked_cell_is_not_missed(reference: Harness, ran: Harness) -> None:
    """What could not run here is not run here; what could is missing."""
    cell = _cell("pca")
    entry = {"cell": cell, "encoder": "vectors", "train": "train-set", "missing": "x", "remedy": "y"}
    write_stamped(ran.tree.suite("own"), a_suite("own", blocked=[entry]))
    ran.tree.result("own", cell).unlink()
    lines = {line.cell: line.state for line in compare(ran.tree, reference.tree)}
    assert "NOT RUN HERE" == lines[cell]


def test_the_comparison_is_a_command(reference: Harness, ran: Harness) -> None:
    """It counts states of cells and of means, and its exit status is 1 where a cell differs."""
    committed = str(reference.tree.root)
    same = ran("compare", "--committed", committed)
    assert (0, f"own: {CELLS + 1} SAME BYTES\n") == (same.status, same.stdout)
    _restamped(ran.tree, _cell("pca"), value=0.0, low=-1.0)
    off = ran("compare", "--committed", committed)
    assert 1 == off.status
    assert f"DIFFERS  own  {_cell('pca')}: as-published test-set spearman@human low: -1 here" in off.stdout
    shutil.copyfile(ran.tree.result("own", _cell("pca")), ran.tree.result("own", "surplus"))
    refused = ran("compare", "--committed", committed)
    assert 2 == refused.status
    assert "own/surplus.json: cell: found" in refused.stderr


# -- Published -----------------------------------------------------------------------------------------------


def test_half_a_run_is_not_published(
    ran: Harness, code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a cell is to do nothing is replaced, and the error names the cell."""
    monkeypatch.chdir(ran.folder)
    ran.tree.result("own", _cell("pca")).unlink()
    target, listing = tmp_path / "artifacts", tmp_path / "ARTIFACTS.sha256"
    with pytest.raises(RunError, match=rf"^1 cells are to do, {_cell('pca')} first \(no result yet\)"):
        publish(_entries(ran), ran.tree, target, listing, code)
    assert not target.exists()
    assert not listing.exists()


def test_what_is_published_is_what_the_cells_left(ran: Harness) -> None:
    """Results, envelopes, scores, means, kept codecs and the list of what was blocked; no leftovers."""
    (ran.tree.root / "results" / "own" / ".leftover.json.1.tmp").touch()
    shutil.copyfile(ran.tree.result("own", _cell("pca")), ran.tree.result("own", "old-cell"))
    published = {path.relative_to(ran.tree.root).as_posix() for path in _files(_entries(ran), ran.tree)}
    envelopes = {f"envelopes/own/{entry.cell.id}.json" for entry in _entries(ran)}
    assert set(ran.evidence()) - {"results/own/old-cell.json"} | envelopes == published


def test_a_suite_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """The error says that a suite is expected."""
    with pytest.raises(InputError, match="expected a suite"):
        entries(tmp_path / "own.toml", Place(tmp_path, None, offline=True), Tree(tmp_path / "out"))
