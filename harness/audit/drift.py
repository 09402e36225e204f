"""How another file of vectors differs from the audited one, and what the recommended codec keeps of it."""

from __future__ import annotations

import numpy as np

from harness.audit.frontier import CLEAR
from harness.audit.measuring import FORMS, HeldOut, Truth, encode, measure, with_exact
from harness.audit.values import means, stated
from harness.codecs.pipeline import Pipeline
from harness.codecs.principal_axes import principal_axes
from harness.errors import InputError
from harness.evaluation.knn import unit
from harness.evidence.schema.audit import Drift
from harness.evidence.schema.audit_frontier import Configuration, MetricValue
from harness.numerics.seeding import seeded_generator
from harness.statistics.clusters import independent
from harness.types import Floats

_HALVINGS = 100
_FALL = 0.05  # of the explained variance that counts
_SHIFT = 0.25  # of the spread by which a mean has to move to count
_FEWEST = 30  # rows of the other file


def drift(
    name: str,
    held_out: Floats,
    train: Floats,
    other: Floats,
    dims: int,
    recommended: tuple[Configuration, Pipeline] | None,
    k: int,
    most_queries: int,
) -> Drift:
    """Return how ``other`` (n', D) differs from the ``held_out`` rows (n, D) of the audited file.

    ``dims``: leading components of ``train`` whose share of the variance is compared. The metric is the
    recall at ``k`` of the ``recommended`` configuration, at one size of the corpus for both.
    """
    if len(other) < _FEWEST:
        raise InputError(f"{name}: found {len(other)} rows, expected at least {_FEWEST}")
    here, there = unit(held_out), unit(other)
    means_of = here.mean(axis=0, dtype=np.float64), there.mean(axis=0, dtype=np.float64)
    norms = [max(float(np.linalg.norm(mean)), 1e-12) for mean in means_of]
    spread = float(np.sqrt(((here - means_of[0]) ** 2).sum(axis=1).mean()))
    shift = float(np.linalg.norm(means_of[0] - means_of[1])) / spread
    noise = _noise(here, len(there), spread)
    count = min(len(held_out), len(other))
    values = (
        [None, None]
        if recommended is None
        else [_recall(part[:count], *recommended, k, most_queries) for part in (held_out, other)]
    )
    explained = [_explained(train, rows, dims) for rows in (held_out, other)]
    shifted = shift > max(CLEAR * noise, _SHIFT) or explained[1] < explained[0] - _FALL
    return Drift(
        name=name,
        rows=len(other),
        mean_cosine=round(float(means_of[0] @ means_of[1]) / (norms[0] * norms[1]), 6),
        mean_shift=round(shift, 6),
        noise_shift=round(noise, 6),
        explained_here=round(explained[0], 6),
        explained_there=round(explained[1], 6),
        here=values[0],
        there=values[1],
        drifted=shifted or _fell(values[0], values[1]),
    )


def _noise(rows: Floats, other: int, spread: float) -> float:
    """Return the 95th percentile of the shift between random parts of ``rows``, at both files' sizes.

    Parts of n/2 rows shift by more than files of n and ``other`` rows do; the shift is scaled to these.
    """
    random, half = seeded_generator(f"halves of {len(rows)} rows"), len(rows) // 2
    total = rows.sum(axis=0, dtype=np.float64)
    shifts = []
    for _ in range(_HALVINGS):
        part = rows[random.permutation(len(rows))[:half]].sum(axis=0, dtype=np.float64)
        shifts.append(float(np.linalg.norm(part / half - (total - part) / (len(rows) - half))))
    scale = np.sqrt((1 / len(rows) + 1 / other) / (1 / half + 1 / (len(rows) - half)))
    return float(np.percentile(shifts, 95) * scale) / spread


def _explained(train: Floats, rows: Floats, dims: int) -> float:
    """Return the share of the spread of ``rows`` around the training mean in ``dims`` leading components."""
    mean, axes = principal_axes(train, dims)
    centred = rows.astype(np.float64) - mean
    return float(((centred @ axes) ** 2).sum() / (centred**2).sum())


def _recall(
    rows: Floats, configuration: Configuration, pipeline: Pipeline, k: int, most_queries: int
) -> MetricValue | None:
    own = np.arange(min(most_queries, len(rows)), dtype=np.int64)
    data = with_exact(HeldOut(rows, rows[own], own, np.empty((0, 0), np.float32), (k,), ()))
    form = measure(data, Truth(data, k), encode(pipeline, data)).get(configuration.query)
    if form is None or configuration.query not in FORMS:
        return None
    metric = f"knn-recall@{k}"
    sample = independent(f"queries of {len(own)}", len(own))
    return stated(metric, means(sample, {metric: form.queries[metric]})[metric], len(own))


def _fell(here: MetricValue | None, there: MetricValue | None) -> bool:
    """Return whether the value there is lower by CLEAR times the half-width of the difference's interval."""
    if here is None or there is None:
        return False
    noise = np.hypot(here.high - here.low, there.high - there.low) / 2
    return bool(here.value - there.value > CLEAR * noise)
