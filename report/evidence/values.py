"""Values as the report reads them, and their means over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.errors import InputError
from harness.evidence import stability
from harness.evidence.schema.means import Tail


@dataclass(frozen=True, slots=True)
class Mean:
    """A value's mean over ``seeds`` with its interval; of a single seed its own.

    ``jitter``: the largest move under disturbance, of an unstable pipeline; it is part of the interval.
    ``tail``: the lower tail of the queries behind a mean over queries.
    """

    value: float
    low: float
    high: float
    n: int
    seeds: int
    jitter: float | None = None
    tail: Tail | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredValue:
    """A value of one result; ``mean``: the one over seeds, None where no run computed it of these results."""

    protocol: str
    dataset: str
    metric: str
    value: float
    low: float
    high: float
    n: int
    undefined: int | None = None
    jitter: float | None = None
    mean: Mean | None = None

    @property
    def title(self) -> str:
        """Return what an error calls the value."""
        return f"{self.dataset} {self.metric}"

    @property
    def interval(self) -> tuple[float, float]:
        """Return low and high, widened by the jitter."""
        return stability.widened(self.value, self.low, self.high, self.jitter)


def over_seeds(values: Sequence[MeasuredValue]) -> Mean:
    """Return the mean of values that differ in their seed alone, with one interval over items and seeds.

    Mean and interval are evidence (``means``). One seed has its own, and a counted value has no width. A
    value without a data set (bytes, numbers of training) is never resampled: its interval spans the seeds.
    Raises InputError where no run computed the mean of exactly these values.
    """
    first, seeds = values[0], len(values)
    counted = {(each.value, each.low, each.high) for each in values} == {(first.value,) * 3}
    if seeds == 1 or counted:
        tail = first.mean.tail if first.mean else None
        own = Mean(first.value, first.low, first.high, first.n, seeds, tail=tail)
        return _widened(own, first.jitter)
    if first.dataset == "":
        points = [each.value for each in values]
        return Mean(sum(points) / seeds, min(points), max(points), first.n, seeds, first.jitter)
    mean = first.mean
    if mean is None or mean.seeds != seeds or any(each.mean is not mean for each in values):
        raise InputError(
            f"{first.title}: found no mean over these {seeds} seeds, or one of other results; "
            "expected means/<suite>.json as a run of the suite writes it"
        )
    return _widened(mean, first.jitter)


def _widened(mean: Mean, jitter: float | None) -> Mean:
    low, high = stability.widened(mean.value, mean.low, mean.high, jitter)
    return replace(mean, low=low, high=high, jitter=jitter)
