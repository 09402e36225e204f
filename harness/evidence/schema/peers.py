"""Planners side by side: what each recommends for a file, what it promises, and what that comes to."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from harness.evidence.schema.audit import Source
from harness.evidence.schema.audit_frontier import AuditSizes, MetricValue, QueryForm
from harness.evidence.schema.model import Count, Model, Name, Versioned, check_place, parse
from harness.evidence.schema.result import File, Interval


class Promise(Model):
    """What a planner says of its recommendation, on the rows that it saw."""

    bytes_per_vector: float = Field(gt=0, description="Bytes of a compressed vector, as the planner counts.")
    value: float = Field(description="Value of the target's metric.")
    low: float | None = Field(description="Lower end of its interval; null where the planner has none.")
    high: float | None = Field(description="Upper end of its interval; null where the planner has none.")
    query: QueryForm = Field(description="Form of the queries that the value is of.")
    queries: int = Field(ge=1, description="Queries that it is measured with.")
    rows: int = Field(ge=1, description="Rows that it is measured or predicted for.")


class SearchedValue(MetricValue):
    """A recall measured on rows that no planner saw."""

    query: QueryForm = Field(description="Whether queries are compressed too, or not.")
    rows: int = Field(
        ge=2, description="Rows that are searched; below all of them, the mean of disjoint parts."
    )
    rescored: Count = Field(description="Times k candidates that the originals rescore; 0 for a single pass.")

    @property
    def series(self) -> str:
        """Return the name of the scores that it is the mean of, below the planner's number."""
        return f"{self.query}/{self.rows} rows" + (f", rescored {self.rescored}" if self.rescored else "")


class PlannerOutcome(Model):
    """A planner with its options: its plan, or why there is none, and what was measured of it."""

    planner: Name = Field(description="The command.")
    version: Name = Field(description="Version of its package.")
    options: str = Field(description="Options beside file and target; empty for its defaults.")
    problem: str = Field(description="Why there is no plan; empty where there is one.")
    recommended: str = Field(description="The recommendation in the planner's words; empty without a plan.")
    remarks: list[Name] = Field(description="What the planner warns of.")
    promise: Promise | None = Field(description="Null without a plan.")
    sizes: AuditSizes | None = Field(description="Counted bytes, at all rows searched; null without a plan.")
    values: list[SearchedValue] = Field(description="Measured values; none without a plan.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        parts = bool(self.recommended), self.promise is not None, self.sizes is not None, bool(self.values)
        if len({*parts, not self.problem}) != 1:
            raise ValueError(f"{self.planner}: found parts of a plan, expected a plan or a problem")
        return self

    def value(self, query: QueryForm, rows: int, rescored: int = 0) -> SearchedValue | None:
        """Return the value of a form of the query at ``rows`` searched, or None."""
        wanted = query, rows, rescored
        return next((x for x in self.values if (x.query, x.rows, x.rescored) == wanted), None)


class ComparisonFiles(Model):
    """Files beside a comparison."""

    scores: File = Field(description="Recall of each query (.npz), by planner, form of the query and rows.")


class PlannerComparison(Versioned):
    """Planners that were given the same rows and target, measured on rows that none of them saw."""

    name: Name = Field(description="Name of the comparison, that of its file.")
    title: Name = Field(description="What the vectors are.")
    source: Source = Field(description="The file.")
    code: list[str] = Field(description="Digests of the modules that the values are computed by, sorted.")
    k: int = Field(ge=1, description="Neighbours of the target's recall.")
    target: float = Field(gt=0, le=1, description="Recall that is asked for.")
    seen: int = Field(ge=1, description="Rows that the planners were given.")
    searched: int = Field(ge=2, description="Rows that they were not given, all of which are searched.")
    queries: int = Field(ge=1, description="Queries: rows searched, each without itself.")
    interval: Interval = Field(description="How the intervals were made.")
    planners: list[PlannerOutcome] = Field(min_length=1, description="The planners.")
    files: ComparisonFiles = Field(description="Files beside it.")

    @property
    def resampled(self) -> str:
        """Return the name that seeds the resamples of its queries."""
        return resampled_queries(self.source.sha256)


class PlanningTime(Model):
    """How long a planner took."""

    planner: Name = Field(description="The command.")
    options: str = Field(description="Its options.")
    seconds: float = Field(ge=0, description="Seconds until its plan, or its error, was there.")


class PlanningTimes(Versioned):
    """How long the planners of a comparison took, on one machine; no part of the comparison's checksum."""

    name: Name = Field(description="Name of the comparison.")
    processor: str = Field(description="Name of the processor.")
    cores: int | None = Field(description="Processors of the machine.")
    platform: Name = Field(description="System and architecture.")
    planners: list[PlanningTime] = Field(min_length=1, description="The planners.")


def resampled_queries(sha256: str) -> str:
    """Return the name that seeds the resamples of the queries from a file of vectors."""
    return f"planners {sha256[:16]} queries"


def parse_comparison(path: Path, content: Any) -> PlannerComparison:
    """Return the comparison at ``path``, peers/<name>.json; raise InputError if it is none."""
    comparison = parse(PlannerComparison, content, path)
    check_place(path, "name", comparison.name, path.stem)
    return comparison


def parse_times(path: Path, content: Any) -> PlanningTimes:
    """Return the seconds at ``path``, peers/times/<name>.json; raise InputError if they are none."""
    times = parse(PlanningTimes, content, path)
    check_place(path, "name", times.name, path.stem)
    return times
