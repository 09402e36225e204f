"""What a suite may say in its file, and what it comes to with the definitions that it names."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BaseModel, Field, field_validator, model_validator

from harness.planning.definitions import Dataset, Encoder, Name


class _Strict(BaseModel, extra="forbid", frozen=True, strict=True, allow_inf_nan=False):
    pass


class Splits(_Strict):
    """The data sets that vectors of one encoder are trained and tested on, where they are not the suite's."""

    train: list[Name] | None = Field(default=None, min_length=1)
    test: list[Name] | None = Field(default=None, min_length=1)


class Bound(_Strict):
    """What a named operating point promises of a data set; where it falls short it is not recommended."""

    dataset: str
    metric: str
    at_least: float


class Point(_Strict):
    """A compression ratio, or one for each encoder, met in whole units of so many bytes.

    A unit of 4 bytes is a float32 value. ``bounds`` that a value misses, and a space that the ratio leaves
    under ``smallest_bytes`` of, mark the point as not recommended (``report/verdicts/guardrails.py``).
    """

    ratio: float | dict[str, float]
    unit_bytes: int = Field(ge=1)
    bounds: list[Bound] = []
    smallest_bytes: int | None = Field(default=None, ge=1)

    @field_validator("ratio", mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        for ratio in value.values() if isinstance(value, dict) else [value]:
            if type(ratio) not in (int, float) or not 1 <= ratio < math.inf:
                raise ValueError("a valid number of at least 1, or a table of one for each encoder")
        return value


class Pipeline(_Strict):
    """Compressors in series, with a ``label`` in a few words and the ``family`` that the report groups it in.

    ``bits`` a stored dimension and a point's bytes give the dimensions.

    ``grid``: values for parameters, written 'compressor.parameter': one cell each combination. ``stages``:
    what the last step adds is measured. ``asymmetric``: the first of a pair, or the query, is compared as it
    is before the last step, the second, or what is searched, as it is stored. ``index``: the back end, with
    its parameters, that the metrics ``vs-teacher`` and ``vs-student`` are about. ``seeds``, ``encoders``,
    ``train`` and ``test``: its own, where they are not the suite's.
    """

    name: Name
    label: str
    family: Name
    steps: list[dict[str, Any]] = Field(min_length=1)
    points: list[str] = []
    bits: int | None = Field(default=None, ge=1, le=32)
    grid: dict[str, Annotated[list[Any], Field(min_length=1)]] = {}
    stages: bool = False
    asymmetric: bool = False
    index: dict[str, Any] | None = None
    metrics: list[str] = []
    seeds: list[int] | None = Field(default=None, min_length=1)
    encoders: list[Name] | None = None
    train: list[Name] | None = None
    test: list[Name] | None = None

    @model_validator(mode="after")
    def _sized(self) -> Pipeline:
        if bool(self.points) != (self.bits is not None):
            raise ValueError("points and bits go together")
        return self


class Expect(_Strict):
    """What a planted case must come out at: a value and how far from it is still right."""

    pipeline: str
    train: str
    dataset: str
    metric: str
    value: float
    tolerance: float = Field(ge=0)
    why: str


class _Settings(_Strict):
    """What to measure, but for the definitions of data sets and encoders; data only.

    ``splits``: data sets that an encoder has of its own. ``metrics_on``: metrics that a data set has of its
    own. ``baselines``: pipelines that every other one of as many bytes is compared with, in the same space
    and after the same training split.
    """

    name: Name
    title: str
    question: str
    metrics: list[str] = Field(min_length=1)
    protocols: list[str] = Field(min_length=1)
    seeds: list[int] = Field(min_length=1)
    train: list[Name] = Field(min_length=1)
    test: list[Name] = Field(min_length=1)
    seen: list[str] = []
    codecs: list[str] = []
    baselines: list[str] = []
    timings: bool = False
    splits: dict[Name, Splits] = {}
    metrics_on: dict[str, list[str]] = {}
    points: dict[Name, Point] = {}
    pipelines: list[Pipeline] = Field(min_length=1)
    combine: dict[Name, dict[str, float]] = {}
    expect: list[Expect] = []


class SuiteFile(_Settings):
    """A suite as it is written: it names its encoders and data sets."""

    encoders: list[Name] = Field(min_length=1)


class Suite(_Settings):
    """A suite with the definitions of the encoders and data sets that it names, in that order."""

    encoders: dict[str, Encoder]
    datasets: dict[str, Dataset]

    def trains(self, encoder: str, pipeline: Pipeline) -> list[str]:
        """Return a pipeline's training splits with an encoder: its own, else the encoder's or the suite's."""
        own = self.splits.get(encoder)
        return pipeline.train or (own and own.train) or self.train

    def tests(self, encoder: str, pipeline: Pipeline) -> list[str]:
        """Return the test sets of a pipeline with an encoder: its own, the encoder's, or the suite's."""
        own = self.splits.get(encoder)
        return pipeline.test or (own and own.test) or self.test

    def metrics_of(self, dataset: str, pipeline: Pipeline) -> tuple[str, ...]:
        """Return the metrics of a pipeline on a data set: the set's own or the suite's, and its own."""
        return (*(self.metrics_on.get(dataset) or self.metrics), *pipeline.metrics)
