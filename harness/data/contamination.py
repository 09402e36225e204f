"""What a test set shares with a training split: the contamination audit.

A pair is *shared* when the same two rows, in either order, are a pair of the training split; a pair has a
*seen sentence* when either of its rows stands anywhere in the split. ``identity`` says when rows are the
same: texts whatever their case, white space and Unicode form, vectors by cosine.

A *near duplicate* is a sentence that is not seen, and whose set of words has a Jaccard similarity of at least
0.8 with a sentence of the split (``normalize`` says what words are); or a vector that is a copy of one of
the split in other bytes. Only its vector identifies such a row, so it counts as seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from harness.data.identity import exact_and_same
from harness.data.normalize import words
from harness.types import Ints, Mask, PairSet

if TYPE_CHECKING:
    from scipy import sparse

NEAR = 0.8  # Jaccard similarity of word sets from which two different sentences count as near duplicates
_CHUNK = 1024  # sentences compared at a time, so that memory stays small


@dataclass(frozen=True, slots=True)
class Contamination:
    """Masks (m,) bool of the test pairs: shared with the split, with a sentence seen in it, or near one."""

    shared_pair: Mask
    seen_sentence: Mask
    near_duplicate: Mask

    def counts(self) -> dict[str, int]:
        """Return the numbers of pairs, for the result's audit."""
        return {
            "pairs": len(self.shared_pair),
            "shared_pairs": int(self.shared_pair.sum()),
            "pairs_with_a_seen_sentence": int(self.seen_sentence.sum()),
            "pairs_with_a_near_duplicate": int(self.near_duplicate.sum()),
            "unseen_pairs_with_a_near_duplicate": int((self.near_duplicate & ~self.seen_sentence).sum()),
        }


def contamination(test: PairSet, train: PairSet) -> Contamination:
    """Return what the pairs of ``test`` share with ``train``."""
    if not len(test.pairs):  # before any row is compared
        none = np.zeros(0, bool)
        return Contamination(none, none, none)
    exact, (tested, trained) = exact_and_same(test, train)
    seen = np.isin(tested, trained)
    pairs = {frozenset(pair) for pair in trained[train.pairs].tolist()}
    shared = np.array([frozenset(pair) in pairs for pair in tested[test.pairs].tolist()], bool)
    near = _near_rows(test, train, seen, exact)
    left, right = test.pairs.T
    return Contamination(shared, seen[left] | seen[right], near[left] | near[right])


def _near_rows(test: PairSet, train: PairSet, seen: Mask, exact: tuple[Ints, ...]) -> Mask:
    """Return which rows of ``test`` (rows,) are near duplicates of one of ``train``; ``exact``: by bytes."""
    if test.texts is None or train.texts is None:
        tested, trained = exact
        return seen & ~np.isin(tested, trained)
    new = list(dict.fromkeys(text for text, is_seen in zip(test.texts, seen, strict=True) if not is_seen))
    hits = _near(new, list(dict.fromkeys(train.texts)))
    near = {text for text, hit in zip(new, hits, strict=True) if hit}
    return np.array([text in near for text in test.texts], bool)


def _near(new: list[str], trained: list[str]) -> Mask:
    """Return which of the texts ``new`` share nearly all their words with one of ``trained``."""
    vocabulary: dict[str, int] = {}
    a, b = _numbered(new, vocabulary), _numbered(trained, vocabulary)
    width = len(vocabulary)
    b_matrix = _incidence(b, width).T.tocsc()
    b_sizes = np.array([len(row) for row in b])
    near = np.zeros(len(new), bool)
    for start in range(0, len(new), _CHUNK):
        part = a[start : start + _CHUNK]
        common = (_incidence(part, width) @ b_matrix).toarray()
        sizes = np.array([len(row) for row in part])[:, None]
        union = sizes + b_sizes[None, :] - common
        near[start : start + _CHUNK] = (common >= NEAR * np.maximum(union, 1)).any(axis=1)
    return near


def _numbered(texts: list[str], vocabulary: dict[str, int]) -> list[list[int]]:
    """Return the numbers of each text's different words; ``vocabulary`` learns the new ones."""
    return [sorted({vocabulary.setdefault(word, len(vocabulary)) for word in words(text)}) for text in texts]


def _incidence(rows: list[list[int]], width: int) -> sparse.csr_array:
    from scipy import sparse

    indices = np.array([column for row in rows for column in row], np.int32)
    starts = np.cumsum([0, *(len(row) for row in rows)]).astype(np.int32)
    return sparse.csr_array((np.ones(len(indices), np.float32), indices, starts), shape=(len(rows), width))
