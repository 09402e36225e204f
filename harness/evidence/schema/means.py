"""Means over seeds, and comparisons of methods."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from harness.evidence.schema.model import Measurement, Model, Name, Sha256, Versioned, check_place, parse
from harness.evidence.schema.result import Interval


class MeanValue(Measurement):
    """A value's mean over seeds, with one interval over items and seeds."""

    value: float = Field(description="Mean of the seeds' values.")
    low: float = Field(description="Lower end of the interval.")
    high: float = Field(description="Upper end of the interval.")
    n: int = Field(ge=1, description="Items behind each seed's value.")
    units: int = Field(ge=1, description="What is resampled: items, or clusters of them.")
    undefined: int | None = Field(default=None, ge=1, description="Resamples left out of the interval.")


class MeanDifference(Measurement):
    """What one group's mean has more than another's."""

    value: float = Field(description="Difference of the means.")
    low: float = Field(description="Lower end of the interval.")
    high: float = Field(description="Upper end of the interval.")
    p: float = Field(ge=0, le=1, description="Two-sided bootstrap p-value of no difference.")
    undefined: int | None = Field(default=None, ge=1, description="Resamples left out of the interval.")

    def reversed(self) -> MeanDifference:
        """Return what the other group's mean has more."""
        return self.model_copy(update={"value": -self.value, "low": -self.high, "high": -self.low})


class Tail(Measurement):
    """The lower tail of what queries score, averaged over seeds: what a mean over queries hides."""

    percentile: float = Field(description="5th percentile: 5 % of the queries score this or less.")
    low: float = Field(description="Lower end of its interval over items and seeds.")
    high: float = Field(description="Upper end of its interval.")
    lost: float = Field(ge=0, le=1, description="Share of queries that score 0: nothing wanted is found.")
    lost_low: float = Field(ge=0, le=1, description="Lower end of its interval.")
    lost_high: float = Field(ge=0, le=1, description="Upper end of its interval.")
    lowest: float = Field(description="Lowest score of a query with any seed; it has no interval.")
    n: int = Field(ge=1, description="Queries.")


class Group(Model):
    """Cells that differ in their seed alone."""

    group: Name = Field(description="Name of the cells without their seed.")
    results: dict[str, Sha256] = Field(min_length=1, description="Certificate of each cell's result.")
    values: list[MeanValue] = Field(description="Means of the values that all seeds have.")
    tails: list[Tail] = Field(default=[], description="Tails of the metrics that are means over queries.")


class Comparison(Model):
    """Two groups compared on the same resamples."""

    group: Name = Field(description="The first group.")
    against: Name = Field(description="The group that it is compared with: a baseline of the suite.")
    values: list[MeanDifference] = Field(description="Differences of what was measured of both.")


class BatchOf(Model):
    """What the groups of a batch have in common."""

    encoder: Name = Field(description="Encoder.")
    train: Name = Field(description="Training split.")
    bytes_per_vector: int = Field(ge=1, description="Bytes a vector.")
    baselines: list[str] = Field(description="Pipelines that the suite compares the others with.")
    results: dict[str, Sha256] = Field(description="Certificate of each result of the batch.")


class Batch(Model):
    """Groups of one encoder, training split and size."""

    of: BatchOf = Field(description="What the groups have in common.")
    groups: list[Group] = Field(description="Means over seeds.")
    comparisons: list[Comparison] = Field(description="Comparisons with baselines.")


class Means(Versioned):
    """The means over seeds of a suite."""

    suite: Name = Field(description="Name of the suite.")
    code: list[str] = Field(description="Digests of the modules that the means are computed by, sorted.")
    interval: Interval = Field(description="How the intervals were made.")
    batches: list[Batch] = Field(description="Groups that can be compared.")


def parse_means(path: Path, content: Any) -> Means:
    """Return the means at ``path``, means/<suite>.json; raise InputError if they are none."""
    means = parse(Means, content, path)
    check_place(path, "suite", means.suite, path.stem)
    return means
