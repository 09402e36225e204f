"""Parts, pairs and queries sampled from a set's rows: the same ones for the same set."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from pydantic import BaseModel, Field, model_validator

from harness.data.blocks import take
from harness.numerics.seeding import seeded_generator
from harness.types import Floats, Ints, PairSet

RANDOM_PAIRS = 2_000
QUERIES = 500
GRADED_ROWS = 10_000  # among which graded pairs are drawn: each row is compared with every other one
_CHUNK = 512  # rows whose similarities to all others are held at a time


class Part(BaseModel, extra="forbid", frozen=True):
    """Which rows of a file make a set: a part of them, taken at random by ``seed``.

    ``limit`` keeps so many rows at most, before anything else. ``part``: 'train' takes a ``share`` of what is
    left, 'validation' a share of ``validation``, 'test' the others, so that no two parts ever meet.
    """

    part: Literal["train", "validation", "test"] | None = None
    share: float = Field(default=0.6, gt=0, lt=1)
    validation: float = Field(default=0, ge=0, lt=1)
    limit: int | None = Field(default=None, ge=2)
    seed: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.share + self.validation >= 1:
            raise ValueError("share and validation: expected less than 1 together, so that test has rows")
        if self.part == "validation" and not self.validation:
            raise ValueError("part: found 'validation', expected the share of it under the key validation")
        return self

    def numbers(self, rows: int) -> Ints | None:
        """Return the numbers (m,) of the rows that are taken of so many, in order; None stands for all."""
        if self.part is None and self.limit is None:
            return None
        order = np.random.default_rng(self.seed).permutation(rows)[: self.limit]
        trained = round(self.share * len(order))
        validated = trained + round(self.validation * len(order))
        parts = {
            "train": order[:trained],
            "validation": order[trained:validated],
            "test": order[validated:],
        }
        return np.sort(order if self.part is None else parts[self.part]).astype(np.int64)

    def identity(self) -> dict[str, Any]:
        """Return the keys as JSON, the newer ones only where they are used: seeds depend on the text."""
        unused = {key for key in ("validation", "limit") if not getattr(self, key)}
        return self.model_dump(exclude=unused)


def generator(name: str, rows: int, purpose: str) -> np.random.Generator:
    """Return a generator seeded by the set's name and size and by what is drawn."""
    return seeded_generator(f"{purpose} of {name}, {rows} rows")


def random_pairs(name: str, rows: int) -> Ints:
    """Return up to RANDOM_PAIRS pairs (m, 2) of two different rows, drawn uniformly."""
    rng = generator(name, rows, "random pairs")
    left = rng.integers(rows, size=RANDOM_PAIRS)
    right = (left + rng.integers(1, rows, size=RANDOM_PAIRS)) % rows
    return np.unique(np.stack([left, right], axis=1).astype(np.int64), axis=0)


def queries(name: str, rows: int) -> Ints:
    """Return up to QUERIES different rows (q,), in order."""
    sampled = generator(name, rows, "queries").permutation(rows)[:QUERIES]
    return np.sort(sampled).astype(np.int64)


def graded_pairs(vectors: Floats, name: str, per_row: int = 1) -> Ints:
    """Return pairs (m per_row, 2): each row of ``vectors`` (n, D) with others, from nearest to farthest.

    The other row is the one at a neighbour rank (by cosine) drawn log-uniformly from 1 to m - 1, so that
    close pairs are as frequent as far ones: as in sets that people rated. Of more than GRADED_ROWS rows, the
    pairs are those of so many, sampled uniformly by the set's name and size, in order; m is their number.
    """
    sampled = graded_rows(name, len(vectors))
    rows = take(vectors, sampled)
    n = len(rows)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    ranks = np.exp(generator(name, n, "graded pairs").uniform(0, np.log(n), (n, per_row))).astype(np.int64)
    ranks = np.minimum(ranks, n - 1)
    others = np.empty((n, per_row), np.int64)
    for start in range(0, n, _CHUNK):
        chunk = np.arange(start, min(start + _CHUNK, n))
        similar = unit[chunk] @ unit.T
        similar[np.arange(len(chunk)), chunk] = np.inf  # itself first, at rank 0
        for row, distances in zip(chunk.tolist(), -similar, strict=True):
            others[row] = _at_ranks(distances, ranks[row])
    return sampled[np.stack([np.repeat(np.arange(n), per_row), others.ravel()], axis=1)]


def rows_of_pairs(data: PairSet) -> int | None:
    """Return how many rows the graded pairs of a set are drawn among; None for all, and without pairs."""
    if data.texts is not None or data.gold is not None or data.rows <= GRADED_ROWS:
        return None
    sampled = graded_rows(data.name, data.rows)
    return GRADED_ROWS if np.array_equal(np.unique(data.pairs[:, 0]), sampled) else None


def graded_rows(name: str, rows: int) -> Ints:
    """Return the numbers of the rows, of so many, that graded pairs are drawn among, in order."""
    if rows <= GRADED_ROWS:
        return np.arange(rows)
    sampled = generator(name, rows, "graded rows").choice(rows, GRADED_ROWS, replace=False, shuffle=False)
    return np.sort(sampled).astype(np.int64)


def _at_ranks(values: Floats, ranks: Ints) -> Ints:
    """Return which of ``values`` (n,) are at ``ranks`` (p,) of ascending order; equal ones go by number."""
    at = np.empty(len(ranks), np.int64)
    for i, (rank, value) in enumerate(zip(ranks.tolist(), np.partition(values, ranks)[ranks], strict=True)):
        at[i] = np.flatnonzero(values == value)[rank - np.count_nonzero(values < value)]
    return at
