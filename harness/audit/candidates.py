"""The pipelines that an audit tries: trained and untrained ones in each class of bytes, smallest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.codecs.codebooks import CENTROIDS
from harness.compressors.rabitq import MANY_SIGN_FACTORS, MORE_FACTORS, SIGN_FACTORS
from harness.deploy.notation import parse_pipeline
from harness.limits import DIMENSIONS
from harness.planning.steps import Step

FEWEST_BYTES = 8
WIDTH = 4  # fewest dimensions of a part that has a codebook: narrower parts are scalars at a higher price
# What fits nothing, or no more than the range of each dimension. Everything else is trained.
UNTRAINED = frozenset({"identity", "random-projection", "scalar", "scalar-per-vector", "sign", "truncation"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pipeline as text and steps, its bytes a vector, and the training rows it needs."""

    text: str
    steps: tuple[Step, ...]
    bytes: int
    rows_needed: int

    @property
    def trained(self) -> bool:
        """Return whether a step learns a map, a codebook or a mean."""
        return any(step.use not in UNTRAINED for step in self.steps)


def candidates(dimension: int) -> list[Candidate]:
    """Return the pipelines for vectors of ``dimension`` D, those of fewest bytes first.

    The classes are powers of two from FEWEST_BYTES on, up to a byte a dimension.
    """
    texts: dict[str, tuple[int, int]] = {}
    size = FEWEST_BYTES
    while size <= dimension:
        texts |= {text: (size, rows) for text, rows in _class(size, dimension)}
        size *= 2
    texts |= {text: (size, 2) for text, size in _whole(dimension)}
    texts |= {text: (size, 2) for text, size in _rabitq(dimension)}
    named = [
        Candidate(text, parse_pipeline(text), size, rows)
        for text, (size, rows) in texts.items()
        if size < 4 * dimension
    ]
    return sorted(named, key=lambda each: (each.bytes, each.trained, each.text))


def _class(size: int, dimension: int) -> Iterator[tuple[str, int]]:
    """Yield pipelines of ``size`` bytes a vector, and the training rows that each needs."""
    if 8 * size <= min(2 * dimension, DIMENSIONS.most):
        yield f"random-projection dims={8 * size} | sign", 2
    if 2 * size <= dimension:
        yield f"truncation dims={2 * size} | scalar bits=4", 2
    yield f"truncation dims={size} | scalar bits=8", 2
    for dims in sorted({min(2 * size, dimension), min(4 * size, dimension)}):
        yield f"principal-projection dims={dims} | variance-bits bytes={size}", dims
    if 2 * size <= dimension:
        yield f"principal-projection dims={2 * size} | scalar bits=4", 2 * size
    if WIDTH * size <= dimension:
        width = dimension + -dimension % size
        yield f"pq subvectors={size}", CENTROIDS
        yield f"opq-rotation subvectors={size} | pq subvectors={size}", max(CENTROIDS, width)
    if 8 * size <= dimension:
        yield f"itq dims={8 * size} | sign", 8 * size


def _whole(dimension: int) -> Iterator[tuple[str, int]]:
    """Yield pipelines without a projection, and their bytes."""
    yield "sign", -(-dimension // 8)
    for bits in (2, 3, 4, 6, 8):
        yield f"scalar bits={bits}", -(-dimension * bits // 8)
    for bits in (1, 2, 3, 4):  # on average, without a projection, whose matrix is large beside few rows
        size = -(-dimension * bits // 8)
        yield f"variance-bits bytes={size}", size


def _rabitq(dimension: int) -> Iterator[tuple[str, int]]:
    yield "rabitq", -(-dimension // 8) + SIGN_FACTORS
    for bits in (2, 4):
        packed = -(-dimension // 8) + -(-dimension * (bits - 1) // 8)
        yield f"rabitq bits={bits}", packed + MANY_SIGN_FACTORS + MORE_FACTORS
