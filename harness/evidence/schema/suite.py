"""What a suite says of itself, and its cells that could not run: one file a suite, beside its results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from harness.evidence.schema.model import Model, Name, Versioned, check_place, parse


class BlockedCell(Model):
    """A cell that could not run where the evidence was made."""

    cell: Name = Field(description="Name of the cell.")
    encoder: Name = Field(description="Its encoder.")
    train: Name = Field(description="Its training split.")
    missing: Name = Field(description="What is missing.")
    remedy: Name = Field(description="How to get it.")


class DescribedPipeline(Model):
    """How a pipeline is called and grouped."""

    label: str = Field(description="What the pipeline does, in a few words.")
    family: Name = Field(description="Group that figures and tables put it in, such as 'pca'.")


class DescribedMetric(Model):
    """How the values of a metric are read."""

    unit: Name = Field(description="Unit of the values, such as 'fraction'.")
    higher_is_better: bool = Field(description="Whether a higher value is the better one.")


class SuiteRecord(Versioned):
    """A suite's description, outside the content hash of any result."""

    suite: Name = Field(description="Name of the suite.")
    suite_file: Name = Field(description="File of the suite that was run.")
    title: str = Field(description="Title of the suite.")
    question: str = Field(description="What the suite asks, in a sentence.")
    pipelines: dict[str, DescribedPipeline] = Field(description="Its pipelines, by name.")
    metrics: dict[str, DescribedMetric] = Field(description="Its metrics, by name and reference.")
    blocked: list[BlockedCell] = Field(description="Cells that could not run; empty for none.")


def parse_suite(path: Path, content: Any) -> SuiteRecord:
    """Return the record at ``path``, <suite>.suite.json; raise InputError if it is none."""
    record = parse(SuiteRecord, content, path)
    check_place(path, "suite", record.suite, path.name.removesuffix(".suite.json"))
    return record
