"""How far values move with the number of threads and with the seed, beside their rerun tolerances."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from harness.evidence.schema.model import Count, Model, Name, Sha256, Versioned, parse

Move = Annotated[float, Field(ge=0)]


class MetricNoise(Model):
    """The largest absolute moves of a cell's values of one metric."""

    metric: Name = Field(description="Metric and reference.")
    spread: Move | None = Field(description="Largest range over the committed seeds; null for one seed.")
    threads: Move | None = Field(description="Move by threads; null where no value is defined.")
    seed: Move | None = Field(description="Move by another seed; null where nothing is random.")
    tolerance: float = Field(gt=0, description="Smallest rerun tolerance of these values.")


class CellNoise(Model):
    """How far the values of one cell move."""

    suite: Name = Field(description="Name of the suite.")
    cell: Name = Field(description="Name of the cell.")
    result: Sha256 = Field(description="Certificate of the result that the moves are measured from.")
    seed: Count | None = Field(description="The other seed; null where nothing is random.")
    metrics: list[MetricNoise] = Field(min_length=1, description="Moves by metric.")


class Noise(Versioned):
    """The noise of a sample of cells."""

    threads: Count = Field(description="Threads of the process; results are made with one.")
    cells: list[CellNoise] = Field(min_length=1, description="The cells.")


def parse_noise(path: Path, content: Any) -> Noise:
    """Return the noise at ``path``; raise InputError if it is none."""
    return parse(Noise, content, path)
