"""A bench: what work takes on one machine, beside a baseline measured in the same run and a target."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from harness.evidence.schema.envelope import Envelope
from harness.evidence.schema.model import Model, Name, Versioned, check_place, parse


class Range(Model):
    """Repeats of a measurement."""

    median: float = Field(description="Median over the repeats.")
    low: float = Field(description="Smallest.")
    high: float = Field(description="Largest.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.median <= self.high:
            ends = f"{self.low:g} … {self.median:g} … {self.high:g}"
            raise ValueError(f"found {ends}, expected low <= median <= high")
        return self


class Baseline(Model):
    """What a measurement is compared with, in the same unit and the same run."""

    name: Name = Field(description="What was measured beside it, such as 'a plain matrix product'.")
    value: Range = Field(description="Its repeats.")


class Target(Model):
    """What a measurement is to reach: its ratio where it has a baseline, else its median."""

    text: Name = Field(description="The target in words.")
    bound: float = Field(description="The bound.")
    direction: Literal["at least", "at most"] = Field(description="The side of the bound that meets it.")


class Measurement(Model):
    """One quantity, measured several times."""

    name: Name = Field(description="Name within its group, such as 'encode sign'.")
    what: Name = Field(description="The work, with its sizes.")
    unit: Name = Field(description="Unit of the values, such as 'vectors/s' or 's'.")
    repeats: int = Field(ge=1, description="How often it was measured.")
    value: Range = Field(description="The repeats.")
    baseline: Baseline | None = Field(description="What it is compared with; null for none.")
    ratio: Range | None = Field(description="Value over baseline, repeat by repeat; null without a baseline.")
    target: Target | None = Field(description="Null for none.")
    reason: str = Field(description="Where the target is missed: what the profile shows; else empty.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.ratio is None) != (self.baseline is None):
            raise ValueError(f"{self.name}: expected a ratio and a baseline, or neither")
        if self.reason and self.met is not False:
            raise ValueError(f"{self.name}: found a reason, expected none where no target is missed")
        return self

    @property
    def met(self) -> bool | None:
        """Return whether the target is met; None without one."""
        if self.target is None:
            return None
        reached = (self.ratio or self.value).median
        return (
            reached >= self.target.bound
            if self.target.direction == "at least"
            else reached <= self.target.bound
        )


class Bench(Versioned):
    """The measurements of one group, on one machine: no part of any result's checksum."""

    name: Name = Field(description="Name of the group, that of its file.")
    title: Name = Field(description="What the group measures.")
    machine: Envelope = Field(description="When, where and with what it was measured.")
    measurements: list[Measurement] = Field(min_length=1, description="The measurements.")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [each.name for each in self.measurements]
        if len(set(names)) != len(names):
            raise ValueError("measurements: found a name twice, expected different names")
        return self


def parse_bench(path: Path, content: Any) -> Bench:
    """Return the bench at ``path``, bench/<name>.json; raise InputError if it is none."""
    bench = parse(Bench, content, path)
    check_place(path, "name", bench.name, path.stem)
    return bench
