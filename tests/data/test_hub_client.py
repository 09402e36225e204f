"""The hub through its ordinary client, from a hub on this machine: downloads, pins, breaks and refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from huggingface_hub import constants
from support import hub_server, tiny_model
from support.hub_server import TOKEN, Hub, Repo
from support.suites import dataset, encoder, write_files

from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped
from harness.types import PairSet

OLD, NEW = "a" * 40, "b" * 40
BIG = np.random.default_rng(0).bytes(12 * 2**20)  # more than the client reads before it writes
WORDS = ("a", "man", "plays", "guitar", "woman", "cuts", "onion", "dog", "runs", "fast", "cat", "sleeps")
PLAIN = Repo({OLD: {"a.txt": b"old"}, NEW: {"a.txt": b"new", "b.bin": BIG[:5000]}})

# In a process of its own each time: the client reads its address when it is imported.
SNAPSHOT = """
import json, sys
from pathlib import Path
from harness.data import hub
from harness.errors import BlockedError
from harness.evidence.files import sha256_file
from harness.types import Place
kind, repo, revision, offline = json.loads(sys.argv[1])
try:
    sha = hub.commit(repo, kind, revision, Place(Path(), None, offline=offline))
    folder = hub.snapshot(repo, kind, sha)
    files = {p.relative_to(folder).as_posix(): sha256_file(p) for p in folder.rglob("*") if p.is_file()}
    print(json.dumps({"sha": sha, "files": files}))
except BlockedError as error:
    print(json.dumps({"missing": error.missing, "remedy": error.remedy}))
"""
PAIRS = """
import json, sys
from pathlib import Path
from harness.sources import hub
from harness.types import Place
data = hub.read(hub.Params(repo="who/pairs", split="test"), "set", Place(Path(), None, offline=False))
print(json.dumps({"texts": data.texts, "gold": data.gold.tolist(), "revision": data.origin["revision"]}))
"""

Snapshot = Callable[..., Any]


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Return a hub on this machine that has no repository yet."""
    with hub_server.serving(Hub()) as served:
        yield served


@pytest.fixture
def snapshot(hub: Hub, tmp_path: Path) -> Snapshot:
    """Return a function that fetches a repository's files in a process of its own, into one cache."""

    def fetch(
        repo: str = "who/set",
        revision: str | None = None,
        *,
        kind: str = "dataset",
        offline: bool = False,
        **env: str,
    ) -> Any:
        argument = json.dumps([kind, repo, revision, offline])
        return json.loads(_python(SNAPSHOT, argument, env={**_environment(hub, tmp_path), **env}))

    return fetch


def _environment(hub: Hub, folder: Path) -> dict[str, str]:
    """Return an environment in which the hub's client has an empty cache and asks ``hub``."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HARNESS_"))}
    own = {"HF_ENDPOINT": hub.address, "HF_HOME": str(folder / "hf"), "HF_HUB_DISABLE_TELEMETRY": "1"}
    return {**plain, **own, "HARNESS_CACHE": str(folder / "store")}


def _python(code: str, *arguments: str, env: dict[str, str]) -> str:
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=env, capture_output=True, text=True, check=False
    )
    assert 0 == run.returncode, run.stderr
    return run.stdout


def _digests(files: dict[str, bytes]) -> dict[str, str]:
    return {name: hub_server.sha256(data) for name, data in files.items()}


# -- Downloads


def test_the_newest_commit_is_downloaded_whole(hub: Hub, snapshot: Snapshot) -> None:
    """Small files from the hub, large ones by its redirect from the CDN; a second time nothing is sent."""
    hub.repos["dataset", "who/set"] = PLAIN
    expected = {"sha": NEW, "files": _digests(dict(PLAIN.commits[NEW]))}
    assert expected == snapshot()
    assert [None] == hub.transfers(BIG[:5000])
    hub.requests.clear()
    assert expected == snapshot()
    assert [] == [
        request for request in hub.requests if request.method == "GET" and "/resolve/" in request.path
    ]
    assert [] == hub.transfers(BIG[:5000])


def test_a_commit_that_is_named_is_the_one_that_is_downloaded(hub: Hub, snapshot: Snapshot) -> None:
    """Whatever the main branch has by now."""
    hub.repos["dataset", "who/set"] = PLAIN
    assert {"sha": OLD, "files": _digests({"a.txt": b"old"})} == snapshot(revision=OLD)


def test_without_a_pin_the_commit_of_the_first_download_stays(hub: Hub, snapshot: Snapshot) -> None:
    """The repository goes on, and a later run still reads what the first one read."""
    hub.repos["dataset", "who/set"] = Repo({OLD: PLAIN.commits[OLD]})
    assert OLD == snapshot()["sha"]
    hub.repos["dataset", "who/set"] = PLAIN
    assert {"sha": OLD, "files": _digests({"a.txt": b"old"})} == snapshot()


def test_a_transfer_that_breaks_is_resumed_where_it_broke(hub: Hub, snapshot: Snapshot) -> None:
    """After 11 MiB of 12 the connection ends: the rest alone is asked for, and the file is whole."""
    hub.repos["model", "who/model"] = Repo({NEW: {"model.safetensors": BIG}})
    hub.cut[hub_server.sha256(BIG)] = 11 * 2**20
    assert _digests({"model.safetensors": BIG}) == snapshot("who/model", kind="model")["files"]
    first, second = hub.transfers(BIG)
    assert first is None
    assert f"bytes={constants.DOWNLOAD_CHUNK_SIZE}-" == second  # what the client had written


def test_a_download_that_was_killed_between_two_files_is_completed(
    hub: Hub, snapshot: Snapshot, tmp_path: Path
) -> None:
    """Offline it is missing and never half a commit; with the hub only the file that lacks is sent."""
    hub.repos["dataset", "who/set"] = PLAIN
    whole = snapshot()
    (link,) = (tmp_path / "hf").glob("hub/datasets--who--set/snapshots/*/b.bin")
    link.resolve().unlink()
    link.unlink()
    refused = snapshot(offline=True, HF_HUB_OFFLINE="1")
    assert refused["missing"].startswith("dataset who/set could not be fetched: ")
    assert "run again with the hub reachable" == refused["remedy"]
    hub.requests.clear()
    assert whole == snapshot()
    assert [None] == hub.transfers(BIG[:5000])
    assert [] == [r.path for r in hub.requests if r.method == "GET" and r.path.endswith("a.txt")]


def test_a_repository_that_has_moved_is_followed(hub: Hub, snapshot: Snapshot) -> None:
    """The hub redirects from the old name to the new one; the suite may go on naming the old one."""
    hub.repos["dataset", "them/moved"] = PLAIN
    hub.moved["who/set"] = "them/moved"
    assert {"sha": NEW, "files": _digests(dict(PLAIN.commits[NEW]))} == snapshot()


def test_a_token_opens_what_is_gated_and_stays_with_the_hub(hub: Hub, snapshot: Snapshot) -> None:
    """The CDN, another host, is never sent it."""
    hub.repos["dataset", "who/set"] = Repo(PLAIN.commits, "gated")
    assert NEW == snapshot(HF_TOKEN=TOKEN)["sha"]
    sent = {(request.server, request.token) for request in hub.requests if request.path != "/"}
    assert {("hub", True), ("cdn", False)} == sent


# -- Refusals


@pytest.mark.parametrize(
    ("repo", "revision", "token", "missing", "remedy"),
    [
        ("who/none", None, "", "dataset who/none is not on the hub, or not public", "check its name"),
        ("who/none", None, TOKEN, "dataset who/none is not on the hub, or not public", "check its name"),
        ("who/private", None, "", "dataset who/private is not on the hub, or not public", "HF_TOKEN=…"),
        ("who/gated", None, "", "dataset who/gated is gated", "accept its terms on the hub"),
        ("who/set", "c" * 40, "", "dataset who/set has no such revision", "check `revision`"),
    ],
    ids=["401 not there", "404 not there", "401 private", "403 gated", "404 revision"],
)
def test_a_refusal_says_what_is_missing_and_what_to_do(
    repo: str, revision: str | None, token: str, missing: str, remedy: str, hub: Hub, snapshot: Snapshot
) -> None:
    """One line each; the token is in none of them."""
    hub.repos["dataset", "who/set"] = PLAIN
    hub.repos["dataset", "who/private"] = Repo(PLAIN.commits, "private")
    hub.repos["dataset", "who/gated"] = Repo(PLAIN.commits, "gated")
    refused = snapshot(repo, revision, **({"HF_TOKEN": token} if token else {}))
    assert missing == refused["missing"]
    assert remedy in refused["remedy"]
    assert TOKEN not in str(refused)


def test_offline_nothing_is_asked(hub: Hub, snapshot: Snapshot) -> None:
    """What was downloaded is read; what was not is missing, and the hub hears nothing of either."""
    hub.repos["dataset", "who/set"] = PLAIN
    there = snapshot()
    hub.requests.clear()
    assert there == snapshot(offline=True, HF_HUB_OFFLINE="1")
    refused = snapshot("who/other", offline=True, HF_HUB_OFFLINE="1")
    assert "dataset who/other is not in the cache and the run is offline" == refused["missing"]
    assert [] == hub.requests


def test_a_hub_that_does_not_answer_is_named(snapshot: Snapshot) -> None:
    """A port of this machine on which nobody listens."""
    refused = snapshot(HF_ENDPOINT="http://127.0.0.1:9")
    expected = {
        "missing": "dataset who/set is not in the cache and the hub cannot be reached",
        "remedy": "run once with the hub reachable",
    }
    assert expected == refused


# -- The whole way: pairs and a model, measured


SUITE = """\
name = "hubbed"
title = "Pairs and a model of the hub"
question = "What is left of their cosines?"
metrics = ["spearman@original", "spearman@human"]
protocols = ["as-published"]
seeds = [0]
train = ["train-pairs"]
test = ["test-pairs"]
encoders = ["tiny"]

[[pipelines]]
name = "sign"
label = "signs"
family = "any"
steps = [{ use = "sign" }]
"""


def _pairs(count: int, seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    lines = [
        {
            "sentence1": " ".join(rng.choice(WORDS, 6)),
            "sentence2": " ".join(rng.choice(WORDS, 6)),
            "score": float(rng.uniform(0, 5)),
        }
        for _ in range(count)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files of a small model."""
    return tiny_model.files(tmp_path_factory.mktemp("model"), list(WORDS))


def _suite(folder: Path, weights: bytes) -> Path:
    """Write a suite of the hub's pairs and model, its weights pinned, and return its path."""
    origin = 'use = "hub", repo = "who/pairs", revision = "' + NEW + '"'
    sets = "".join(
        dataset(f"{split}-pairs", "x").replace('use = "files", path = "x"', f'{origin}, split = "{split}"')
        for split in ("train", "test")
    )
    keys = {"use": "sentence-transformer", "repo": "who/tiny", "weights_sha256": hub_server.sha256(weights)}
    table = "\n".join(f'{key} = "{value}"' for key, value in keys.items())
    tiny = encoder("tiny", f"{table}\ndimension = {tiny_model.DIMENSION}")
    return write_files(folder / "hubbed.toml", SUITE + sets + tiny)


@pytest.fixture
def hubbed(hub: Hub, model: dict[str, bytes]) -> Hub:
    """Return a hub with two splits of pairs and a model."""
    splits = {"train.jsonl": _pairs(60, 1), "test.jsonl": _pairs(40, 2)}
    hub.repos["dataset", "who/pairs"] = Repo({OLD: {"README.md": b""}, NEW: splits})
    hub.repos["model", "who/tiny"] = Repo({NEW: model})
    return hub


def _harness(hub: Hub, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from harness.cli import main; main()", *arguments]
    env = _environment(hub, folder)
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_suite_of_the_hub_runs_and_runs_again_without_it(
    hubbed: Hub, model: dict[str, bytes], tmp_path: Path
) -> None:
    """Downloaded, encoded and measured; the result names the commits, and comes out offline in its bytes."""
    path = _suite(tmp_path, model["model.safetensors"])
    first = _harness(hubbed, tmp_path, "run", str(path), "--jobs", "1")
    assert 0 == first.returncode, first.stdout + first.stderr
    content, _ = read_stamped(Tree(tmp_path / "out").result("hubbed", "tiny.train-pairs.sign.s0"))
    origins = content["inputs"]["datasets"].values()
    assert {("hub", NEW)} == {(origin["use"], origin["revision"]) for origin in origins}
    hubbed.requests.clear()
    again = _harness(hubbed, tmp_path, "run", str(path), "--jobs", "1", "--offline", "--out", "again")
    assert 0 == again.returncode, again.stderr
    assert [] == hubbed.requests
    compared = _harness(hubbed, tmp_path, "compare", "--out", "again", "--committed", "out")
    assert (0, "hubbed: 2 SAME BYTES\n") == (compared.returncode, compared.stdout)


def test_weights_that_are_not_those_pinned_are_refused_in_one_line(
    hubbed: Hub, model: dict[str, bytes], tmp_path: Path
) -> None:
    """The file was replaced under the same name: found and expected digest, and no result."""
    other = model["model.safetensors"][:-1] + b"\0"
    hubbed.repos["model", "who/tiny"] = Repo({NEW: {**model, "model.safetensors": other}})
    run = _harness(hubbed, tmp_path, "run", str(_suite(tmp_path, model["model.safetensors"])), "--jobs", "1")
    stated, expected = (hub_server.sha256(data)[:12] for data in (other, model["model.safetensors"]))
    last = run.stderr.splitlines()[-1]
    assert 0 != run.returncode
    assert f"model.safetensors: found sha256 {stated}…, expected {expected}… (truncated or altered)" in last
    assert "Traceback" not in run.stderr
    assert [] == Tree(tmp_path / "out").results()


@pytest.mark.mirror
def test_pairs_of_the_mirror_come_the_same_from_a_hub(
    hub: Hub, mirror: Path, sts: Callable[[str], PairSet], tmp_path: Path
) -> None:
    """STS-B's test split: the same texts and scores, in the same order."""
    hub.repos["dataset", "who/pairs"] = Repo(
        {NEW: {"test.jsonl": (mirror / "sts/stsb-test.jsonl").read_bytes()}}
    )
    fetched = json.loads(_python(PAIRS, env=_environment(hub, tmp_path)))
    expected = sts("stsb-test")
    assert expected.texts is not None
    assert expected.gold is not None
    assert {"texts": [*expected.texts], "gold": expected.gold.tolist(), "revision": NEW} == fetched
