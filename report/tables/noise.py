"""The table of how far values of a sample of cells move with threads and with the seed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.evidence.layout import Tree
from harness.evidence.schema.noise import CellNoise, MetricNoise, parse_noise
from harness.evidence.stamp import read_stamped


@dataclass(frozen=True, slots=True)
class MetricLine:
    """Largest moves of a metric over the sampled cells; None where no cell has one."""

    metric: str
    cells: int
    threads: float | None
    seed: float | None
    spread: float | None
    tolerance: float


@dataclass(frozen=True, slots=True)
class Noise:
    """Looks up the measured noise; ``cells`` is empty where none was measured."""

    cells: list[CellNoise]

    @classmethod
    def read(cls, root: Path) -> Noise:
        """Return what the evidence below ``root`` has; raise InputError where its certificate is wrong."""
        path = Tree(root).noise()
        return cls(parse_noise(path, read_stamped(path)[0]).cells if path.is_file() else [])

    def lines(self) -> list[MetricLine]:
        """Return a line a metric: its largest moves, and the smallest rerun tolerance among the cells."""
        by_metric: dict[str, list[MetricNoise]] = {}
        for cell in self.cells:
            for moves in cell.metrics:
                by_metric.setdefault(moves.metric, []).append(moves)
        return [
            MetricLine(
                metric,
                len(moves),
                _largest(move.threads for move in moves),
                _largest(move.seed for move in moves),
                _largest(move.spread for move in moves),
                min(move.tolerance for move in moves),
            )
            for metric, moves in sorted(by_metric.items())
        ]


def _largest(moves: Iterable[float | None]) -> float | None:
    return max((move for move in moves if move is not None), default=None)
