"""The table of pipelines that turn last bits into other optima."""

from __future__ import annotations

from dataclasses import dataclass

from harness.evidence.stability import Stability
from report.tables.rows import Row


@dataclass(frozen=True, slots=True)
class Jitter:
    """Looks up how far values move when vectors are disturbed in the last place."""

    found: Stability

    def measured(self) -> int:
        """Return how many pipelines were disturbed."""
        return len(self.found.moves)

    def lines(self) -> list[Row]:
        """Return a line for each unstable pipeline: the value that moves most, in units of its tolerance."""
        lines = []
        for suite, encoder, chain, point in sorted(self.found.unstable, key=str):
            moves = self.found.moves[suite, encoder, chain, point]
            most = max(moves, key=lambda key: (moves[key] / self.found.floors[key[2]], key))
            named = dict(zip(("protocol", "dataset", "metric"), most, strict=True))
            pipeline = {"suite": suite, "encoder": encoder, "chain": chain, "point": point}
            lines.append({**pipeline, **named, "move": moves[most], "floor": self.found.floors[most[2]]})
        return lines
