"""How long a pipeline takes to fit, encode and search: an estimate that decides what fits into the time.

The rates are those of one core with AVX2. They depend on sizes alone, so that the same file and the same time
give the same plan on any machine; a slower one may reach the limit earlier, and the audit says what it left
out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.audit.candidates import Candidate

PRODUCT = 4e-11  # seconds of a multiplication and addition in float32
DOUBLE = 1e-10  # in float64
EIGEN = 1.2e-9  # of each dims³ of an eigendecomposition or a singular value decomposition
DISTANCE = 2.5e-10  # of a component of a distance in k-means or in encoding by codebooks
SORTED = 3e-8  # of a similarity that is ordered and compared
ENCODED = 2e-8  # of a component that is encoded or decoded
FIXED = 0.15  # of any pipeline: bootstrap and bookkeeping
MARGIN = 0.85  # of the time that is planned


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rows, queries and dimensions that a pipeline is fitted on and measured with.

    ``levels``: sizes of the corpus at which a value is measured.
    """

    train: int
    corpus: int
    queries: int
    dimension: int
    levels: int


@dataclass(frozen=True, slots=True)
class Planned:
    """The candidates that fit into the time, in the order in which they are measured, and the others."""

    chosen: tuple[Candidate, ...]
    left_out: tuple[Candidate, ...]
    seconds: float


def plan(listed: Sequence[Candidate], sizes: Sizes, seconds: float) -> Planned:
    """Return what fits into ``seconds``, the fastest first.

    Slow pipelines are left out; an untrained one is never left out for a trained one.
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
    return Planned(tuple(chosen), tuple(left_out), total)


def estimate(candidate: Candidate, sizes: Sizes) -> float:
    """Return the seconds that a pipeline is expected to take, with queries compressed and not."""
    rows = sizes.train + sizes.corpus + sizes.queries
    seconds, width = FIXED, sizes.dimension
    for step in candidate.steps:
        width, fitting, encoding = _step(step.use, dict(step.params), width, sizes)
        seconds += fitting + rows * encoding
    pairs = 2 * sizes.queries * sizes.corpus  # both forms of the query
    return seconds + pairs * (width * PRODUCT + (sizes.levels + 3) * SORTED)


def _step(use: str, params: dict[str, int], width: int, sizes: Sizes) -> tuple[int, float, float]:
    """Return the dimensions after a step, the seconds to fit it, and to encode and decode a row."""
    dims, train = int(params.get("dims", width)), sizes.train
    mapping = width * dims * PRODUCT + dims * ENCODED
    axes = train * width**2 * DOUBLE + EIGEN * width**3
    codebooks = width * 256 * DISTANCE
    match use:
        case "principal-projection" | "pca":
            return dims, axes, mapping
        case "itq":
            rounds = params["iterations"] * (2 * train * dims**2 * DOUBLE + 10 * EIGEN * dims**3)
            return dims, axes + rounds, mapping
        case "pq":
            return width, params["iterations"] * train * codebooks, codebooks
        case "opq-rotation":
            rounds = params["iterations"] * (8 * train * codebooks + 20 * EIGEN * width**3)
            return width, rounds + train * width**2 * PRODUCT, mapping
        case "rabitq":
            return width, 4 * EIGEN * width**3, width * (width * PRODUCT + 4 * ENCODED)
        case "scalar":
            return width, train * width * ENCODED * 2, width * ENCODED
        case "variance-bits":
            return width, train * width * 4e-9, 2 * width * ENCODED
        case _:
            return dims, dims * width * 2e-8 if use == "random-projection" else 0.0, mapping
