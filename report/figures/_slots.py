"""Sizes as groups side by side: every point has a slot of its own, so that no mark hides another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

GAP = 1.5  # between two groups, in slots


@dataclass(frozen=True, slots=True)
class Group:
    """Points of one size: the middle of each one's slot, and where the group begins and ends."""

    bytes: int
    start: float
    end: float
    middles: list[float]

    @property
    def middle(self) -> float:
        """Return the middle of the group."""
        return (self.start + self.end) / 2


def placed(sizes: Sequence[Group], points: Sequence[dict[str, Any]]) -> list[tuple[float, dict[str, Any]]]:
    """Return each point of the groups ``sizes`` with the middle of its slot."""
    middles = [middle for size in sizes for middle in size.middles]
    return list(zip(middles, points, strict=True))


def groups(points: Sequence[dict[str, Any]]) -> list[Group]:
    """Return the groups of points that are in order of ``bytes_per_vector``, from 0 on, a slot one wide."""
    made, start = [], 0.0
    for size, own in groupby(points, key=lambda point: int(point["bytes_per_vector"])):
        middles = [start + GAP / 2 + number + 0.5 for number, _ in enumerate(own)]
        end = middles[-1] + 0.5 + GAP / 2
        made.append(Group(size, start, end, middles))
        start = end
    return made
