"""How long a pipeline takes to fit, encode and search: an estimate that decides what fits into the time.

The rates are those of one core with AVX2. They depend on sizes alone, so that the same file and the same time
give the same plan on any machine; a slower one may reach the limit earlier, and the audit says what it left
out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.audit.candidates import Candidate
from harness.codecs.codebooks import CENTROIDS

PRODUCT = 4e-11  # seconds of a multiplication and addition in float32
DOUBLE = 1e-10  # in float64
EIGEN = 1.2e-9  # of each dims³ of an eigendecomposition
SINGULAR = 5e-9  # of a singular value decomposition
CODEWORD = 4e-9  # of a distance between a part of a vector and a codeword
ROTATED = 1.1e-10  # of each dims² of a vector that is rotated, coded and decoded
ORDERED = 2e-8  # of a similarity that is ordered and compared
LEVELED = 5e-8  # that is compared at every size of the corpus
ENCODED = 3e-8  # of a component that is encoded, decoded or drawn
SPREAD = 4e-9  # of a component of which mean and variance are taken
RANKED = 6e-5  # of a pair whose correlations are resampled
FIXED = 0.2  # of any pipeline: bootstrap and bookkeeping
MARGIN = 0.7  # of the time that is planned: other work may share the cores
OPQ_ROUNDS = 9  # of k-means in each alternation of optimized product quantization


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rows, queries and dimensions that a pipeline is fitted on and measured with.

    ``levels``: sizes of the corpus at which a value is measured. ``pairs``: labelled pairs.
    """

    train: int
    corpus: int
    queries: int
    dimension: int
    levels: int
    pairs: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """The candidates that fit into the time, in the order in which they are measured, and the others."""

    chosen: tuple[Candidate, ...]
    left_out: tuple[Candidate, ...]
    seconds: float


def plan(listed: Sequence[Candidate], sizes: Sizes, seconds: float) -> Planned:
    """Return what fits into ``seconds``; an untrained pipeline is never left out for a trained one.

    What fits is measured from the fastest on: where the machine is slower, the slowest are left out.
    """
    costs = {each.text: estimate(each, sizes) for each in listed}
    order = sorted(listed, key=lambda each: (each.trained, costs[each.text], each.text))
    chosen: list[Candidate] = []
    left_out: list[Candidate] = []
    total = 0.0
    for each in order:
        fits = total + costs[each.text] <= MARGIN * seconds
        (chosen if fits else left_out).append(each)
        total += costs[each.text] * fits
    chosen.sort(key=lambda each: (costs[each.text], each.text))
    return Planned(tuple(chosen), tuple(left_out), total)


def estimate(candidate: Candidate, sizes: Sizes) -> float:
    """Return the seconds that a pipeline is expected to take, with queries compressed and not."""
    rows = sizes.train + sizes.corpus + sizes.queries
    seconds, width = FIXED, sizes.dimension
    for step in candidate.steps:
        width, fitting, encoding = _step(step.use, dict(step.params), width, sizes)
        seconds += fitting + rows * encoding
    searched = 2 * sizes.queries * sizes.corpus * (width * PRODUCT + ORDERED + LEVELED * (sizes.levels > 0))
    return seconds + searched + sizes.pairs * RANKED


def _step(use: str, params: Mapping[str, int], width: int, sizes: Sizes) -> tuple[int, float, float]:
    """Return the dimensions after a step, the seconds to fit it, and to encode and decode a row."""
    dims, train = int(params.get("dims", width)), sizes.train
    mapping = width * dims * PRODUCT + dims * ENCODED
    axes = train * width**2 * DOUBLE + EIGEN * width**3
    codebooks, rounds = params.get("subvectors", 0) * CENTROIDS * CODEWORD, params.get("iterations", 0)
    costs = {
        "principal-projection": (axes, mapping),
        "itq": (axes + rounds * (train * dims**2 * DOUBLE + SINGULAR * dims**3), mapping),
        "pq": (rounds * train * codebooks, codebooks),
        "opq-rotation": (rounds * (OPQ_ROUNDS * train * codebooks + SINGULAR * width**3), mapping),
        "rabitq": (EIGEN * width**3, (1 + (params.get("bits", 1) > 1)) * ROTATED * width**2),
        "scalar": (2 * train * width * SPREAD, width * ENCODED),
        "variance-bits": (train * width * SPREAD, width * ENCODED),
        "random-projection": (dims * width * ENCODED, mapping),
    }
    fitting, encoding = costs.get(use, (0.0, mapping))
    return dims, fitting, encoding
