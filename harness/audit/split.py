"""Which rows codecs are fitted on, and which they are measured on; copies never stand on both sides."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from harness.audit.copies import copy_groups, first_of_groups
from harness.errors import InputError
from harness.numerics.seeding import seeded_generator
from harness.types import Floats, Ints

FEWEST = 30  # rows on either side; with fewer queries an interval says nothing
MOST_TRAIN = 10_000  # rows that suffice for codebooks of 256 and for the leading axes


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers: ``train`` (t,), ``corpus`` (c,) held out, in random order, and the ``unused`` ones.

    ``copies`` (n,): the first row that each row is a copy of, or itself. ``groups`` (n,): the first row of
    each row's group, which is never split.
    """

    train: Ints
    corpus: Ints
    unused: Ints
    copies: Ints
    groups: Ints
    grouping: str

    def with_corpus(self, rows: int) -> Split:
        """Return the split with the first ``rows`` of the corpus; the others are unused."""
        unused = np.concatenate([self.corpus[rows:], self.unused])
        return replace(self, corpus=self.corpus[:rows], unused=unused)


def split(vectors: Floats, pairs: Ints | None, seed: str, most_corpus: int, where: str) -> Split:
    """Return a split of the rows of ``vectors`` (n, D) float32, half to fit on and half held out.

    At most MOST_TRAIN rows are fitted on and ``most_corpus`` held out. Rows of a pair (m, 2) stay together
    where the pairs connect at most half of the rows. ``seed`` names what is drawn: the data's digest.
    Raises InputError where a side would have fewer than FEWEST rows.
    """
    count = len(vectors)
    if count < 2 * FEWEST:
        raise InputError(f"{where}: found {count} rows, expected at least {2 * FEWEST}: half are held out")
    copies = copy_groups(vectors)
    groups, grouping = copies, "copies"
    if pairs is not None:
        edges = np.concatenate([pairs, np.stack([np.arange(count), copies], axis=1)])
        joined = first_of_groups(count, edges)
        if np.bincount(joined).max() <= count // 2:
            groups, grouping = joined, "copies and pairs"
    train, held_out = _halves(groups, min(count // 2, MOST_TRAIN), seed)
    if min(len(train), len(held_out)) < FEWEST:
        alike = int(np.bincount(groups).max())
        problem = f"{alike} of {count} rows are copies of one another"
        raise InputError(f"{where}: found that {problem}, expected {FEWEST} different rows on either side")
    corpus, rest = held_out[:most_corpus], held_out[most_corpus:]
    return Split(train, corpus, rest, copies, groups, grouping)


def _halves(groups: Ints, most_train: int, seed: str) -> tuple[Ints, Ints]:
    """Return training rows and held-out rows in random order: a group joins the former while it fits."""
    random = seeded_generator(f"split of {seed}")
    firsts, index, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = random.permutation(len(firsts))
    trained, room = np.zeros(len(firsts), bool), most_train
    for group in order.tolist():
        if sizes[group] <= room:
            trained[group] = True
            room -= int(sizes[group])
        if room == 0:
            break
    rows = random.permutation(len(groups)).astype(np.int64)
    mask = trained[index[rows]]
    return rows[mask], rows[~mask]
