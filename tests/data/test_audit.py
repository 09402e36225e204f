"""The audit end to end: suites on files of one's own, run as the command does, and what results say."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped
from harness.planning.status import entries
from harness.run.runner import run
from harness.types import Place

KEYS = """
name = "mine"
title = "What is the same"
question = "Is what training has seen found again?"
protocols = ["as-published", "decontaminated"]
seeds = [0]
train = ["corpus"]
test = ["test"]
chains = [{ name = "identity", label = "uncompressed float32", steps = [{ use = "identity" }] }]
"""
WORDS = ["über", "Größe", "Tür", "früh", "Ärger", "Büro", "Übung", "schön", "Straße", "müde", "Käse", "grün"]


def result_of(folder: Path, suite: str) -> dict[str, Any]:
    """Return the content of the only result of a suite, run on the files of ``folder``, its mirror."""
    path, tree = folder / "mine.toml", Tree(folder / "out")
    path.write_text(KEYS + suite, "utf-8")
    planned = entries(path, Place(folder, folder, offline=True), tree)
    assert [] == run(planned, planned, tree, folder / "cache", 1, lambda *_: None)
    (written,) = tree.root.glob("results/mine/own.*.json")
    content: dict[str, Any] = read_stamped(written)[0]
    return content


# -- Texts ---------------------------------------------------------------------------------------------------

TEXTS = """
metrics = ["spearman@original"]
encoders.own = { use = "tfidf-svd", dimension = 5, corpus = "corpus", in_texts = 1 }

[datasets.corpus]
licence = "mine"
origins = [{ use = "files", path = "train.tsv" }]

[datasets.test]
licence = "mine"
origins = [{ use = "files", path = "test.tsv" }]
"""


def sentences(n: int, seed: int) -> list[str]:
    """Return different sentences of words with umlauts."""
    rng = np.random.default_rng(seed)
    return [" ".join([*rng.permutation(WORDS)[:4], "z" + str(seed) + str(i)]) for i in range(n)]


def table(pairs: list[tuple[str, str]]) -> str:
    """Return the lines of a file of pairs, with scores that differ."""
    return "".join(f"{one}\t{other}\t{i % 5}\n" for i, (one, other) in enumerate(pairs))


def test_pairs_in_another_unicode_form_behind_a_byte_order_mark_are_shared(tmp_path: Path) -> None:
    """30 training pairs in NFC stand among 70 test pairs in NFD: 30 are shared, 40 are kept."""
    seen = list(zip(sentences(30, 1), sentences(30, 2), strict=True))
    new = list(zip(sentences(40, 3), sentences(40, 4), strict=True))
    train, test = table(seen), table([*seen, *new])
    (tmp_path / "train.tsv").write_text(unicodedata.normalize("NFC", train), "utf-8")
    (tmp_path / "test.tsv").write_text("\ufeff" + unicodedata.normalize("NFD", test), "utf-8")
    assert train != unicodedata.normalize("NFD", train)
    audit = result_of(tmp_path, TEXTS)["audit"]["test"]
    assert (70, 30, 30) == (audit["pairs"], audit["shared_pairs"], audit["pairs_with_a_seen_sentence"])
    assert {"as-published": 70, "decontaminated": 40} == audit["kept"]


def test_near_duplicates_are_counted_under_every_protocol(tmp_path: Path) -> None:
    """Of 40 pairs 3 have a near duplicate alone, and 2 have one beside a seen sentence."""
    left, right = sentences(40, 1), sentences(40, 2)
    trained = sentences(8, 5)
    near = [text.upper() + " again" for text in trained]
    left[:5], right[3:5] = near[:5], trained[6:8]
    train = list(zip(trained, sentences(8, 6), strict=True))
    (tmp_path / "train.tsv").write_text(table(train), "utf-8")
    (tmp_path / "test.tsv").write_text(table(list(zip(left, right, strict=True))), "utf-8")
    audit = result_of(tmp_path, TEXTS)["audit"]["test"]
    assert {"as-published": 40, "decontaminated": 38} == audit["kept"]
    assert {"as-published": 5, "decontaminated": 3} == audit["kept_near_duplicates"]


# -- Vectors -------------------------------------------------------------------------------------------------

VECTORS = """
metrics = ["spearman@original", "overlap@10"]
encoders.own = { use = "as-is", dimension = 32 }

[datasets.corpus]
licence = "mine"
origins = [{ use = "files", path = "train.npy" }]

[datasets.test]
licence = "mine"
origins = [{ use = "files", path = "test.npz" }]
"""


@pytest.mark.parametrize("kind", ["float16", "embedded twice"])
def test_copies_of_training_vectors_are_counted_and_left_out(tmp_path: Path, kind: str) -> None:
    """Of 200 pairs 60 have a copy of a training row and 10 the row itself; searches have neither."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1000, 32))
    x = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)
    left, right = x[600:800].copy(), x[800:].copy()
    noise = rng.uniform(-1e-4, 1e-4, (60, 32))
    left[:60] = x[:60].astype(np.float16) if kind == "float16" else x[:60] + noise
    right[60:70] = x[60:70]
    np.save(tmp_path / "train.npy", x[:600])
    np.savez(tmp_path / "test.npz", left=left, right=right)
    content = result_of(tmp_path, VECTORS)
    audit = content["audit"]["test"]
    assert (70, 60) == (audit["pairs_with_a_seen_sentence"], audit["pairs_with_a_near_duplicate"])
    assert {"as-published": 200, "decontaminated": 130} == audit["kept"]
    assert {"as-published": 60, "decontaminated": 0} == audit["kept_near_duplicates"]
    assert {330} == {value["n"] for value in content["values"] if value["metric"] == "overlap@10"}


# -- Judged retrieval ----------------------------------------------------------------------------------------


def pinned(folder: Path, name: str, text: str) -> str:
    """Write a file and return it as a suite names it."""
    (folder / name).write_text(text, "utf-8")
    return f'{{ path = "{name}", sha256 = "{hashlib.sha256(text.encode()).hexdigest()}" }}'


def judged_suite(folder: Path, *, renamed: bool) -> str:
    """Write a set in ArguAna's way, with what else is irregular in BEIR, and return its suite.

    Each of 40 queries is a document, under its own id or ``renamed``; its answer shares two of its three
    words, and no other document has one of them.
    """
    queries, answers = ([f"one{i} two{i} {kind}{i}" for i in range(40)] for kind in ("asked", "answered"))
    documents = [("d" + str(i), text) for i, text in enumerate([*queries, *answers, ""])]
    names = [("q" if renamed else "d") + str(i) for i in range(40)]
    judged = [(name, "d" + str(i + 40), 1) for i, name in enumerate(names)]
    judged += [(names[0], "d79", -1), (names[1], "gone", 1)]
    corpus = [{"_id": key, "title": "", "text": text} for key, text in documents]
    judged_queries = [{"_id": key, "text": text} for key, text in zip(names, queries, strict=True)]
    files = {
        "corpus": pinned(folder, "corpus.jsonl", "".join(json.dumps(line) + "\n" for line in corpus)),
        "queries": pinned(
            folder, "queries.jsonl", "".join(json.dumps(line) + "\n" for line in judged_queries)
        ),
        "qrels": pinned(
            folder,
            "qrels.tsv",
            "query-id\tcorpus-id\tscore\n" + "".join(f"{q}\t{d}\t{g}\n" for q, d, g in judged),
        ),
    }
    listed = ", ".join(f"{key} = {value}" for key, value in files.items())
    return f"""
metrics = ["judged@ndcg@10"]
encoders.own = {{ use = "tfidf-svd", dimension = 40, corpus = "corpus", in_texts = 1 }}

[datasets.corpus]
licence = "mine"
origins = [{{ use = "mirror-judged", part = "documents", corpus = {files["corpus"]} }}]

[datasets.test]
licence = "mine"
origins = [{{ use = "mirror-judged", {listed} }}]
"""


@pytest.mark.parametrize("renamed", [False, True])
def test_a_judged_set_in_arguanas_way_is_scored_as_beir_scores_it(tmp_path: Path, *, renamed: bool) -> None:
    """Without its own document each query finds its answer first; one has a second that is missing."""
    content = result_of(tmp_path, judged_suite(tmp_path, renamed=renamed))
    own = "own_documents_by_text" if renamed else "own_documents_by_id"
    counts = {key: count for key, count in content["audit"]["test"]["irregularities"].items() if count}
    assert {
        own: 40,
        "negative_grades": 1,
        "empty_documents": 1,
        "judgements_of_missing_documents": 1,
    } == counts
    (value,) = [value for value in content["values"] if value["protocol"] == "as-published"]
    missing = 1 / (1 + 1 / np.log2(3))
    assert (40, pytest.approx((39 + missing) / 40, abs=1e-6)) == (value["n"], value["value"])
