"""What the codes of a test set are like, where they are symbols."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.evidence.schema.model import Count, Model


class Position(Model):
    """One symbol of a code."""

    levels: int = Field(ge=1, description="Symbols there are.")
    used: Count = Field(description="Symbols that some row has.")
    perplexity: float = Field(description="Exponential of the entropy of the symbols.")


class Axes(Model):
    """How each position goes with properties that can be counted from a text."""

    measure: Literal["spearman", "eta_squared"] = Field(
        description="Spearman's correlation where levels are ordered, else the correlation ratio."
    )
    n: int = Field(ge=1, description="Texts.")
    properties: dict[str, list[float]] = Field(description="Association with each position, by property.")
    chance: list[float] | None = Field(default=None, description="What eta squared is by chance alone.")


class Codes(Model):
    """How the codes of a test set's different rows are spread over all codes."""

    rows: int = Field(ge=1, description="Different rows.")
    levels: list[int] = Field(min_length=1, description="Size of each position.")
    bits: float = Field(ge=0, description="Sum of log2 of the levels.")
    possible: int | None = Field(description="Codes there are; null beyond what JSON holds exactly.")
    used: int = Field(ge=1, description="Codes that some row has.")
    dead: Count | None = Field(description="Codes that no row has; null as 'possible'.")
    dead_share: float = Field(ge=0, le=1, description="Share of the codes that no row has.")
    perplexity: float = Field(description="Exponential of the entropy of whole codes.")
    collision_rate: float = Field(ge=0, le=1, description="Share of rows that share their code.")
    positions: list[Position] = Field(description="Each position by itself.")
    axes: Axes | None = Field(default=None, description="What positions go with, where rows are texts.")
