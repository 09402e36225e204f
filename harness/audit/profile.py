"""What vectors are like: their norms, how far they share a direction, how many dimensions they fill, copies.

Anisotropy is the mean cosine of pairs (Ethayarajh 2019), here of all pairs and not of some: it follows from
the mean of the unit vectors. The effective dimension is the participation ratio of the covariance's
eigenvalues, (Σλ)² / Σλ²: D where all directions vary alike, 1 where one alone does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.audit.duplicates import RowDigests
from harness.data import identity
from harness.errors import InputError
from harness.numerics.seeding import seeded_generator
from harness.types import Doubles, Floats, Ints

_NARROW = 2_048  # dimensions up to which the covariance is decomposed, in more of them the rows' products
_ROWS = {True: 16_384, False: 2_048}  # the most that the spectrum is taken from, where narrow and elsewhere
_PART = 8_192  # rows in float64 at a time
_FIRST = 10  # row numbers of each reason


@dataclass(frozen=True, slots=True)
class BrokenRows:
    """``count`` rows that are no vectors, for a ``reason``, and their ``first`` numbers in the file."""

    reason: str
    count: int
    first: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What vectors are like.

    ``mean_cosine`` of all pairs of rows; ``mean_direction_norm`` of the mean of the unit vectors.
    ``effective_dimension`` and ``dimensions_90``, the fewest principal components with 90 % of the variance,
    are of ``spectrum_rows`` rows, and 0 where all rows are equal. ``exact_duplicates``: rows with the bytes
    of an earlier one; ``near_duplicates``: further rows that are copies of an earlier one by cosine.
    """

    rows: int
    dimension: int
    norm_min: float
    norm_median: float
    norm_max: float
    mean_cosine: float
    mean_direction_norm: float
    effective_dimension: float
    dimensions_90: int
    dimensions_95: int
    dimensions_99: int
    spectrum_rows: int
    exact_duplicates: int
    near_duplicates: int
    broken: tuple[BrokenRows, ...]


def profile(vectors: Floats, broken: Mapping[str, Sequence[int]], *, copies: Ints | None = None) -> Profile:
    """Return what ``vectors`` (n, D) float32 are like; ``broken`` has the rows of a file left out, by reason.

    ``copies`` (n,) has the first row of each row's group of copies; without it all rows are compared, in
    time of n². Raises InputError for fewer than two rows.
    """
    rows, dimension = vectors.shape
    if rows < 2:  # noqa: PLR2004 - a pair
        raise InputError(f"vectors: found {rows} rows without broken ones, expected at least two")
    norms = np.concatenate([np.linalg.norm(part, axis=1) for _, part in _parts(vectors)])
    total = sum((part / norms[at, None]).sum(axis=0) for at, part in _parts(vectors))
    length = float(np.linalg.norm(total))
    spectrum, spectrum_rows = _spectrum(vectors)
    held = np.cumsum(spectrum)
    dimensions = [int((held < share * held[-1]).sum()) + bool(held[-1]) for share in (0.9, 0.95, 0.99)]
    same = identity.copies(vectors) if copies is None else copies
    digests = RowDigests(rows)
    digests.add(np.ascontiguousarray(vectors))
    exact = digests.duplicates()
    return Profile(
        rows=rows,
        dimension=dimension,
        norm_min=float(norms.min()),
        norm_median=float(np.median(norms)),
        norm_max=float(norms.max()),
        mean_cosine=min(1.0, (length**2 - rows) / (rows * (rows - 1))),
        mean_direction_norm=length / rows,
        effective_dimension=float(held[-1] ** 2 / (spectrum**2).sum()) if held[-1] else 0.0,
        dimensions_90=dimensions[0],
        dimensions_95=dimensions[1],
        dimensions_99=dimensions[2],
        spectrum_rows=spectrum_rows,
        exact_duplicates=exact,
        near_duplicates=int((same != np.arange(rows)).sum()) - exact,
        broken=_counted(broken),
    )


def _counted(broken: Mapping[str, Sequence[int]]) -> tuple[BrokenRows, ...]:
    by_count = sorted(broken.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(BrokenRows(reason, len(each), tuple(each[:_FIRST])) for reason, each in by_count)


def _parts(vectors: Floats) -> list[tuple[slice, Doubles]]:
    slices = [slice(start, start + _PART) for start in range(0, len(vectors), _PART)]
    return [(at, vectors[at].astype(np.float64)) for at in slices]


def _spectrum(vectors: Floats) -> tuple[Doubles, int]:
    """Return the covariance's eigenvalues, largest first, and of how many rows; constant rows have zeros."""
    most = _ROWS[vectors.shape[1] <= _NARROW]
    if len(vectors) > most:
        random = seeded_generator(f"rows of a spectrum, {len(vectors)} rows")
        vectors = vectors[np.sort(random.permutation(len(vectors))[:most])]
    centred = vectors.astype(np.float64)
    centred -= centred.mean(axis=0)
    wide = centred.shape[1] > len(centred)
    products = centred @ centred.T if wide else centred.T @ centred
    spectrum = np.maximum(np.linalg.eigvalsh(products)[::-1], 0)
    noise = len(products) * np.finfo(np.float64).eps * float((vectors.astype(np.float64) ** 2).sum())
    return np.where(spectrum > noise, spectrum, 0), len(vectors)
