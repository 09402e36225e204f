"""The table of pipelines whose results depend on the last bits of their input."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.evidence.stability import Stability


@dataclass(frozen=True, slots=True)
class UnstableLine:
    """An unstable pipeline: its value that moves most, the largest move, and the metric's tolerance."""

    suite: str
    encoder: str
    pipeline: str
    point: str | None
    protocol: str
    dataset: str
    metric: str
    move: float
    floor: float


@dataclass(frozen=True, slots=True)
class Jitter:
    """Looks up how far values move when vectors are disturbed in the last place."""

    stability: Stability

    def measured(self) -> int:
        """Return how many pipelines were disturbed."""
        return len(self.stability.moves)

    def without(self, suites: Iterable[str]) -> list[str]:
        """Return which of ``suites`` have no pipeline that was disturbed."""
        disturbed = {suite for suite, *_ in self.stability.moves}
        return [suite for suite in suites if suite not in disturbed]

    def lines(self) -> list[UnstableLine]:
        """Return a line for each unstable pipeline: the value that moves most, in units of its tolerance."""
        lines = []
        floors = self.stability.floors
        for pipeline in sorted(self.stability.unstable, key=str):
            moves = self.stability.moves[pipeline]
            _, most = max((move / floors[key[2]], key) for key, move in moves.items())
            lines.append(UnstableLine(*pipeline, *most, moves[most], floors[most[2]]))
        return lines
