"""Values as the report reads them, and what of several seeds is said as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.errors import InputError
from harness.evidence import stability


@dataclass(frozen=True, slots=True)
class Mean:
    """A value's mean over ``seeds`` with its interval; of a single seed its own.

    ``jitter``: the largest move under disturbance, of an unstable pipeline; it is part of the interval.
    """

    value: float
    low: float
    high: float
    n: int
    seeds: int
    jitter: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredValue:
    """A value of one result; ``mean`` over seeds where a run left one of the results at hand."""

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
        """Return low and high, with the jitter in them."""
        return stability.widened(self.value, self.low, self.high, self.jitter)


def over_seeds(values: Sequence[MeasuredValue]) -> Mean:
    """Return values that differ in their seed alone as one: the mean, with one interval over items and seeds.

    Both are evidence (``means``); of one seed they are its own, and a counted value has no width. What
    is of no data set (bytes, what training noted) is never resampled: its interval goes from the least seed
    to the greatest. Raises InputError where there is no mean of just these values.
    """
    first, seeds = values[0], len(values)
    counted = {(each.value, each.low, each.high) for each in values} == {(first.value,) * 3}
    if seeds == 1 or counted:
        return _widened(Mean(first.value, first.low, first.high, first.n, seeds), first.jitter)
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
