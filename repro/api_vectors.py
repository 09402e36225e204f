"""Real vectors for claim C6: the AQED export read by Range, and the rank correlation of cosines."""

from __future__ import annotations

import math
import operator
import random
import struct
from collections.abc import Sequence
from itertools import combinations

from repro.api_session import FailureError, Session, Vector, is_number

HEADER = struct.Struct(
    "<4s7I"
)  # magic, version, n, original and AQEA dimension, flags, PQ parts, PQ centroids
HEADERS = (64, 60)  # bytes, by the format's documents and by its own writer
WIDEST = 2**16  # dimensions
FEWEST = 5  # vectors: fewer have too few orders for a test to tell one from the others
SHUFFLES = 1000


def aqed_header(session: Session) -> str:
    """Read an AQED header that fits the size of the whole export."""
    head, total = session.part(0, HEADERS[0])
    magic, version, n, original, aqea, flags, _, _ = HEADER.unpack_from(head)
    if magic != b"AQED" or version != 1:
        raise FailureError("found another magic or version, expected AQED of version 1")
    if not flags & 1 or not n or not 1 <= original <= WIDEST:
        raise FailureError(
            f"found {n} vectors of {original} dimensions, flags {flags}, expected original ones"
        )
    size = 4 * n * original + (4 * n * aqea if flags & 2 else 0)
    if flags & ~3:
        # The sizes of the other sections are documented nowhere. Reserved bytes are zero; what stands at
        # the same place after a shorter header is the first component of the first vector, and is not.
        start, right = (HEADERS[0] if head[60:] == bytes(4) else HEADERS[1]), "at least "
        fits = total >= start + size
    else:
        start, right = total - size, ""
        fits = start in HEADERS
    if not fits:
        expected = f"{right}{HEADERS[0] + size}, or {right}{HEADERS[1] + size} with the shorter header"
        raise FailureError(f"found {total} bytes, expected {expected}")
    session.start, session.shape = start, (n, original)
    return f"{n} vectors of {original} dimensions after a header of {start} bytes"


def aqed_vectors(session: Session) -> str:
    """Read the first vectors by Range: finite, and none of them zero."""
    n, dim = session.shape
    count = min(session.sample, n)
    if count < FEWEST:
        raise FailureError(f"found {count} vectors, expected at least {FEWEST}")
    data, _ = session.part(session.start, 4 * count * dim)
    numbers = struct.unpack(f"<{count * dim}f", data)
    session.rows = [numbers[i * dim : (i + 1) * dim] for i in range(count)]
    for i, row in enumerate(session.rows):
        if not all(map(is_number, row)) or not any(row):
            raise FailureError(f"vector {i}: found no finite direction, expected an embedding")
    return f"{count} vectors of {dim} dimensions, finite"


def related(x: Sequence[Vector], y: Sequence[Vector]) -> tuple[float, float]:
    """Return Spearman's correlation of the cosines within ``x`` and within ``y``, and its chance.

    The latter is Mantel's test (1967): the share of shufflings of the rows of ``y`` that correlate as much.
    Raises FailureError where all the cosines of one side are equal.
    """
    pairs = list(combinations(range(len(x)), 2))
    a, b = _centred_ranks(_cosines(x, pairs)), _centred_ranks(_cosines(y, pairs))
    norm = math.hypot(*a) * math.hypot(*b)
    if norm == 0:
        raise FailureError("cosines: found them all equal, which has no correlation")
    rank = dict(zip(pairs, b, strict=True))
    reached = sum(map(operator.mul, a, b))
    order, rng, as_much = list(range(len(y))), random.Random(0), 1  # noqa: S311 - no secret; as it stands is one
    for _ in range(SHUFFLES - 1):
        rng.shuffle(order)
        shuffled = (rank[min(order[i], order[j]), max(order[i], order[j])] for i, j in pairs)
        as_much += sum(map(operator.mul, a, shuffled)) >= reached - 1e-9  # halves of ranks: ties are exact
    return reached / norm, as_much / SHUFFLES


def _cosines(rows: Sequence[Vector], pairs: Sequence[tuple[int, int]]) -> list[float]:
    norms = [math.hypot(*row) for row in rows]
    return [sum(map(operator.mul, rows[i], rows[j])) / (norms[i] * norms[j]) for i, j in pairs]


def _centred_ranks(values: Vector) -> list[float]:
    # Twice the mean rank is the number of smaller values plus that of values no larger, plus one.
    doubled = [sum(v < value for v in values) + sum(v <= value for v in values) + 1 for value in values]
    return [rank / 2 - (len(values) + 1) / 2 for rank in doubled]
