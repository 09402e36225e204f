"""k-means as faiss computes it, byte for byte, in less time where vectors have few dimensions.

faiss compares rows with centroids one pair at a time where a set has few numbers: in the parts of a product
quantizer that is most of the time. Here a matrix product shows the nearest centroid of a row wherever its
lead over the second nearest exceeds what both computations can err by; faiss itself decides the other rows. A
centroid is the sum of its rows in their order, as in faiss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.codecs.codebooks import CENTROIDS
from harness.types import Floats, Ints

ROWS = 1024  # whose distances are held at a time, so that they stay in the processor's cache
_UNIT = 2.0**-24  # the largest relative error of a rounding to float32


def codebooks(x: Floats, parts: int, iterations: int, seed: int, start: Floats | None = None) -> Floats:
    """Return the centroids (parts, 256, d / parts) of each part of rows ``x`` (n, d) float32, n at least 256.

    They begin as random rows, the same ones in all parts, or as ``start``, of the same shape.
    """
    slices = np.ascontiguousarray(x.reshape(len(x), parts, -1).transpose(1, 0, 2))
    starts = [None] * parts if start is None else start
    return np.stack(
        [_codebook(rows, iterations, seed, each) for rows, each in zip(slices, starts, strict=True)]
    )


def permutation(count: int, seed: int) -> Ints:
    """Return the numbers below ``count`` in the random order that faiss has for a seed."""
    import faiss

    library: Any = faiss  # its stubs lack the function
    order = np.empty(count, np.int32)
    library.rand_perm(faiss.swig_ptr(order), count, seed)
    return order.astype(np.int64)


def _codebook(x: Floats, iterations: int, seed: int, start: Floats | None) -> Floats:
    import faiss

    by_pairs = x.size < faiss.cvar.distance_compute_blas_threshold
    # faiss takes as many rows as centroids for the centroids, and draws some of many.
    iterated = CENTROIDS < len(x) <= CENTROIDS * faiss.ClusteringParameters().max_points_per_centroid
    centroids = _iterated(x, iterations, seed, start) if by_pairs and iterated else None
    return _by_faiss(x, iterations, seed, start) if centroids is None else centroids


def _by_faiss(x: Floats, iterations: int, seed: int, start: Floats | None) -> Floats:
    import faiss

    clustering = faiss.Clustering(x.shape[1], CENTROIDS)
    clustering.niter, clustering.seed = iterations, seed
    clustering.min_points_per_centroid = 1  # faiss warns on stderr below 39; the size is in the result
    if start is not None:
        faiss.copy_array_to_vector(start.ravel(), clustering.centroids)
    clustering.train(x, faiss.IndexFlatL2(x.shape[1]))
    centroids: Floats = faiss.vector_to_array(clustering.centroids).reshape(CENTROIDS, -1)
    return centroids


def _iterated(x: Floats, iterations: int, seed: int, start: Floats | None) -> Floats | None:
    """Return the centroids after the iterations; None where one lost its rows, which faiss then splits."""
    from scipy.sparse import csr_array

    ones, rows = np.ones(len(x), np.float32), np.arange(len(x) + 1)
    centroids = x[permutation(len(x), seed + 1)[:CENTROIDS]] if start is None else start
    search, before = _Search.of(x), None
    for _ in range(iterations):
        nearest = search.nearest(centroids)
        counts = np.bincount(nearest, minlength=CENTROIDS)
        if not counts.all():
            return None
        objective = _objective(x, centroids, nearest)
        sums = csr_array((ones, nearest, rows), shape=(len(x), CENTROIDS)).T @ x  # row after row
        centroids = sums * (np.float32(1) / counts.astype(np.float32))[:, None]
        if objective == before:  # faiss stops here
            break
        before = objective
    return centroids


@dataclass(frozen=True, slots=True)
class _Search:
    """Rows ``x`` (n, d); the same less their ``mean``, with a column of ones, and their ``lengths`` (n,)."""

    x: Floats
    centred: Floats
    mean: Floats
    lengths: Floats

    @classmethod
    def of(cls, x: Floats) -> _Search:
        """Return the rows, centred: errors grow with lengths."""
        mean = x.mean(axis=0)
        centred = x - mean
        with_ones = np.concatenate([centred, np.ones((len(x), 1), np.float32)], axis=1)
        return cls(x, with_ones, mean, np.linalg.norm(centred, axis=1))

    def nearest(self, centroids: Floats) -> Ints:
        """Return the number (n,) of the centroid that faiss finds nearest to each row."""
        import faiss

        count, dimension = self.x.shape
        away = centroids - self.mean
        halves = np.square(away).sum(axis=1) / 2
        across = np.concatenate([-away.T, halves[None]])
        # Each computation errs by at most about d roundings of (|x| + |y|)² a distance, and compares two.
        error = np.square(self.lengths + np.sqrt(2 * halves.max())) * (4 * _UNIT * (dimension + 6))
        nearest, lead = np.empty(count, np.int64), np.empty(count, np.float32)
        buffer, numbers = np.empty((min(ROWS, count), len(centroids)), np.float32), np.arange(ROWS)
        for begin in range(0, count, ROWS):
            part = slice(begin, min(begin + ROWS, count))
            rows = numbers[: part.stop - begin]
            # Half of the squared distances, less a term that all of a row have.
            distances = np.matmul(self.centred[part], across, out=buffer[: len(rows)])
            best = nearest[part] = distances.argmin(axis=1)
            least = distances[rows, best]
            distances[rows, best] = np.inf
            lead[part] = distances[rows, distances.argmin(axis=1)] - least
        unclear = ~(lead > error)
        if unclear.any():
            exact = faiss.IndexFlatL2(dimension)
            exact.add(centroids)
            nearest[unclear] = exact.search(self.x[unclear], 1)[1][:, 0]
        return nearest


def _objective(x: Floats, centroids: Floats, nearest: Ints) -> np.float32:
    """Return the sum of squared distances to the nearest centroids, as faiss rounds it."""
    import faiss

    library: Any = faiss  # its stubs lack the function
    distances = np.empty(len(x), np.float32)
    arrays = (faiss.swig_ptr(array) for array in (distances, x, centroids, nearest))
    library.fvec_L2sqr_by_idx(*arrays, x.shape[1], len(x), 1)
    total: np.float32 = np.add.accumulate(distances)[-1]
    return total
