"""How far values move when input vectors are disturbed in the last place."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from harness.evidence.schema.model import (
    Count,
    Measurement,
    Model,
    Name,
    Sha256,
    Versioned,
    check_place,
    parse,
)


class CellMoves(Measurement):
    """How far a value moved."""

    moves: list[float] = Field(min_length=1, description="Disturbed value minus the result's, each draw.")


class Disturbance(Model):
    """How vectors were disturbed."""

    relative: float = Field(gt=0, description="Largest relative change of a number.")
    draws: Count = Field(description="Times that all vectors were disturbed.")


class DisturbedCell(Model):
    """The moves of one cell, which stands for its pipeline."""

    cell: Name = Field(description="Name of the cell.")
    encoder: Name = Field(description="Its encoder.")
    pipeline: Name = Field(description="Its pipeline.")
    point: str | None = Field(description="Its named compression ratio; null for none.")
    result: Sha256 = Field(description="Certificate of the result that the moves are measured from.")
    values: list[CellMoves] = Field(description="Moves of each value.")


class Jitter(Versioned):
    """How far a suite's values move when vectors are disturbed in the last place."""

    suite: Name = Field(description="Name of the suite.")
    disturbance: Disturbance = Field(description="How vectors were disturbed.")
    floors: dict[str, float] = Field(description="Rerun tolerance of each metric.")
    cells: list[DisturbedCell] = Field(description="Moves of one cell of each pipeline.")

    @model_validator(mode="after")
    def _floors_of_all(self) -> Self:
        metrics = {value.metric for cell in self.cells for value in cell.values}
        if missing := sorted(metrics - self.floors.keys()):
            raise ValueError(f"floors.{missing[0]}: found nothing, expected the metric's rerun tolerance")
        return self


def parse_jitter(path: Path, content: Any) -> Jitter:
    """Return the jitter at ``path``, jitter/<suite>.json; raise InputError if it is none."""
    jitter = parse(Jitter, content, path)
    check_place(path, "suite", jitter.suite, path.stem)
    return jitter
