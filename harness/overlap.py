"""What a test set shares with a training split: the contamination audit.

A pair is *shared* when the same two sentences, in either order, are a pair of the training split; a pair
has a *seen sentence* when either of its sentences stands anywhere in the split. Sentences are the same
whatever their case and white space; rows without text are the same when their bytes are. A *near
duplicate* is a sentence that is not seen, and whose set of words has a Jaccard similarity of at least
0.8 with a sentence of the split (words: runs of letters and digits, case folded).
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from harness.core import Mask, PairSet
from harness.folding import fold

NEAR = 0.8  # Jaccard similarity of word sets from which two different sentences count as near duplicates
_CHUNK = 1024  # sentences compared at a time, so that memory stays small


@dataclass(frozen=True, slots=True)
class Overlap:
    """For each test pair (m,) bool: shared with, a sentence seen in, or near a sentence of, the split."""

    shared_pair: Mask
    seen_sentence: Mask
    near_duplicate: Mask

    def counts(self) -> dict[str, int]:
        """Return the numbers of pairs, for the result's audit; near duplicates among unseen pairs alone."""
        return {
            "pairs": len(self.shared_pair),
            "shared_pairs": int(self.shared_pair.sum()),
            "pairs_with_a_seen_sentence": int(self.seen_sentence.sum()),
            "unseen_pairs_with_a_near_duplicate": int((self.near_duplicate & ~self.seen_sentence).sum()),
        }


def overlap(test: PairSet, train: PairSet) -> Overlap:
    """Return what the pairs of ``test`` share with ``train``."""
    tested, trained = identities(test), identities(train)
    pairs = {frozenset((trained[i], trained[j])) for i, j in train.pairs.tolist()}
    rows = set(trained)
    near = _near(test.texts, train.texts) if test.texts and train.texts else set()

    def mark(belongs: set[Hashable]) -> Mask:
        return np.array([tested[i] in belongs or tested[j] in belongs for i, j in test.pairs.tolist()], bool)

    shared = np.array([frozenset((tested[i], tested[j])) in pairs for i, j in test.pairs.tolist()], bool)
    return Overlap(shared, mark(rows), mark(near))


def identities(data: PairSet) -> list[Hashable]:
    """Return what makes two rows the same row, one value a row."""
    if data.texts is not None:
        return [fold(text) for text in data.texts]
    return [] if data.vectors is None else [row.tobytes() for row in data.vectors]


def _near(tested: tuple[str, ...], trained: tuple[str, ...]) -> set[Hashable]:
    trained_by = {fold(text): text.casefold() for text in trained}
    tested_by = {fold(text): text.casefold() for text in tested}
    new = [key for key in tested_by if key not in trained_by]
    vocabulary: dict[str, int] = {}
    a = _words([tested_by[key] for key in new], vocabulary)
    b = _words(list(trained_by.values()), vocabulary)
    width = len(vocabulary)
    b_matrix = _incidence(b, width).T.tocsc()
    b_sizes = np.array([len(words) for words in b])
    near: set[Hashable] = set()
    for start in range(0, len(new), _CHUNK):
        part = a[start : start + _CHUNK]
        common = (_incidence(part, width) @ b_matrix).toarray()
        sizes = np.array([len(words) for words in part])[:, None]
        union = sizes + b_sizes[None, :] - common
        hit = (common >= NEAR * np.maximum(union, 1)).any(axis=1)
        near.update(new[start + i] for i in np.flatnonzero(hit))
    return near


def _words(texts: list[str], vocabulary: dict[str, int]) -> list[list[int]]:
    return [
        sorted({vocabulary.setdefault(word, len(vocabulary)) for word in re.findall(r"[^\W_]+", text)})
        for text in texts
    ]


def _incidence(rows: list[list[int]], width: int) -> sparse.csr_array:
    indices = np.array([column for row in rows for column in row], np.int32)
    starts = np.cumsum([0, *(len(row) for row in rows)]).astype(np.int32)
    return sparse.csr_array((np.ones(len(indices), np.float32), indices, starts), shape=(len(rows), width))
