"""Parts of a file of the mirror: folds that share no sentence, and pairs without another file's."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from harness.data.contamination import contamination
from harness.data.mirrored import Pinned
from harness.data.pair_sets import paired
from harness.errors import InputError
from harness.protocols import decontaminated
from harness.sources import mirror as mirrored
from harness.sources import mirror_but_fold, mirror_without
from harness.types import PairSet, Place

# Pairs 0, 1 and 2 share sentences, in other case or by way of one another; all others stand alone.
SENTENCES = [("a", "b"), ("B", "c"), ("C ", "d"), *((f"one {i}", f"two {i}") for i in range(60))]


def _file(folder: Path, name: str, pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Write pairs as a file of a mirror; return its path and digest."""
    lines = [
        json.dumps({"sentence1": one, "sentence2": two, "score": i % 5}) + "\n"
        for i, (one, two) in enumerate(pairs)
    ]
    (folder / name).write_text("".join(lines), "utf-8")
    return {"path": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a place whose mirror is the test's folder."""
    return Place(Path(), tmp_path, offline=True)


def _splits(place: Place, folds: int) -> tuple[PairSet, list[PairSet]]:
    assert place.mirror
    pinned = _file(place.mirror, "a.jsonl", SENTENCES)
    whole = mirrored.read(mirrored.Params(**pinned), "whole", place)
    params = [mirror_but_fold.Params(**pinned, folds=folds, left_out=i) for i in range(folds)]
    return whole, [mirror_but_fold.read(each, f"but {i}", place) for i, each in enumerate(params)]


def test_each_pair_is_left_out_once(place: Place) -> None:
    """Of 63 pairs in three folds each split has 42, its sentences and scores; every pair is in two."""
    _, splits = _splits(place, 3)
    assert [42, 42, 42] == [len(split.pairs) for split in splits]
    assert [84, 84, 84] == [split.rows for split in splits]
    scores = {pair: i % 5 for i, pair in enumerate(SENTENCES)}
    seen = []
    for split in splits:
        texts, gold = split.texts or (), split.gold
        assert gold is not None
        for (left, right), score in zip(split.pairs.tolist(), gold.tolist(), strict=True):
            seen.append((texts[left], texts[right]))
            assert scores[texts[left], texts[right]] == score
    assert sorted(2 * SENTENCES) == sorted(seen)


def test_decontaminated_keeps_exactly_the_fold_that_was_left_out(place: Place) -> None:
    """The whole set as a test set: what the protocol keeps is what the split lacks, once each."""
    whole, splits = _splits(place, 3)
    kept = [decontaminated.keep(contamination(whole, split)) for split in splits]
    assert (np.sum(kept, axis=0) == 1).all()
    assert [21, 21, 21] == [int(mask.sum()) for mask in kept]


def test_pairs_that_share_a_sentence_stand_in_one_fold(place: Place) -> None:
    """Directly, by way of another pair, and whatever their case and white space."""
    whole, _ = _splits(place, 3)
    folds = mirror_but_fold.folds_of(whole, 3)
    assert 1 == len(set(folds[:3].tolist()))
    assert [21, 21, 21] == np.bincount(folds).tolist()


def test_pairs_that_nearly_all_share_sentences_make_no_folds() -> None:
    """One cluster cannot be cut: the error names the set."""
    texts = tuple(str(i) for i in (*range(40), *range(1, 41)))
    chain = PairSet("chain", texts, None, paired(40), np.arange(40.0), {})
    with pytest.raises(InputError, match="chain: found too few clusters of pairs, expected more for 3 folds"):
        mirror_but_fold.folds_of(chain, 3)


def test_a_fold_is_one_of_them() -> None:
    """They are counted from 0."""
    with pytest.raises(ValidationError, match="left_out below 3"):
        mirror_but_fold.Params(path="a", sha256="0" * 64, folds=3, left_out=3)


def test_pairs_with_a_sentence_of_the_other_file_are_left_out(place: Place) -> None:
    """Either sentence, in any case; all rows stay, so that their vectors are those of the whole set."""
    assert place.mirror
    pinned = _file(place.mirror, "a.jsonl", SENTENCES)
    other = _file(place.mirror, "b.jsonl", [("A", "x"), ("y", "two  4"), ("z", "one 9 ")])
    params = mirror_without.Params(**pinned, without=Pinned(**other))
    whole = mirrored.read(mirrored.Params(**pinned), "whole", place)
    left = mirror_without.read(params, "left", place)
    assert (whole.texts, whole.rows) == (left.texts, left.rows)
    gone = {0, 3 + 4, 3 + 9}
    expected = [i for i in range(len(SENTENCES)) if i not in gone]
    assert expected == left.pairs[:, 0].tolist()
    assert left.gold is not None
    assert [i % 5 for i in expected] == left.gold.tolist()
    assert {"use": "mirror-without", **pinned, "without": other} == left.origin


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("dataset", "shared", "with_a_sentence"),
    [("sts12", 259, 396), ("sts13", 81, 92), ("sts14", 193, 329), ("sts15", 580, 634), ("sts16", 22, 25)],
)
def test_sts_without_dev_lacks_what_it_shares_with_dev(
    mirror: Path, dataset: str, shared: int, with_a_sentence: int
) -> None:
    """So many pairs are pairs of STS-B dev, and so many have a sentence of it."""
    place = Place(Path(), mirror, offline=True)
    sets = {}
    for name in (dataset, "stsb-dev"):
        path = mirror / "sts" / f"{name}.jsonl"
        pinned = {"path": f"sts/{name}.jsonl", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        sets[name] = pinned
    params = mirror_without.Params(**sets[dataset], without=Pinned(**sets["stsb-dev"]))
    left = mirror_without.read(params, dataset, place)
    whole, dev = (
        mirrored.read(mirrored.Params.model_validate(sets[name]), name, place)
        for name in (dataset, "stsb-dev")
    )
    audit = contamination(whole, dev)
    assert (shared, with_a_sentence) == (int(audit.shared_pair.sum()), int(audit.seen_sentence.sum()))
    assert len(whole.pairs) - with_a_sentence == len(left.pairs)
    assert not contamination(left, dev).seen_sentence.any()
