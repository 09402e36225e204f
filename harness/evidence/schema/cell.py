"""The parameters of a cell, as its result states them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from harness.evidence.schema.model import Model, Name


class StepSpec(Model):
    """One compressor of a pipeline, or a search index."""

    use: Name = Field(description="Name of the plug-in.")
    params: dict[str, Any] = Field(default={}, description="All its parameters, defaults included.")
    load: str | None = Field(default=None, description="Codec file that it is loaded from, in place of both.")


class Bound(Model):
    """What an operating point promises of a test set."""

    dataset: Name = Field(description="Test set, or weighted sum of test sets.")
    metric: Name = Field(description="Metric and reference.")
    at_least: float = Field(description="The least that keeps the promise.")


class Guardrails(Model):
    """What an operating point promises; empty where it promises nothing."""

    bounds: list[Bound] = Field(default=[], description="Values that have to be reached.")
    smallest_bytes: int | None = Field(default=None, ge=1, description="Fewest bytes a vector.")


class CellSpec(Model):
    """The parameters of a cell."""

    encoder: Name = Field(description="Encoder that made the vectors.")
    train: Name = Field(description="Training split that the codec is fitted on.")
    pipeline: Name = Field(description="Name of the pipeline: compressors in series.")
    point: str | None = Field(description="Named compression ratio; null where the pipeline has none.")
    seed: int = Field(description="Seed of what is random.")
    steps: list[StepSpec] = Field(min_length=1, description="Compressors of the pipeline, in order.")
    tests: list[Name] = Field(min_length=1, description="Test sets, in order.")
    metrics: dict[str, list[Name]] = Field(description="Metrics of each test set.")
    stages: bool = Field(description="Whether what the last step adds is measured.")
    asymmetric: bool = Field(description="Whether queries are compared as they are before the last step.")
    index: StepSpec | None = Field(description="Search index; null where vectors are not searched.")
    grid: dict[str, Any] = Field(description="Parameters that the suite varies, 'compressor.parameter'.")
    guardrails: Guardrails = Field(description="What the operating point promises.")
