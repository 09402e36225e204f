"""The table of steps that gave the same bytes under emulated processors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from harness.evidence.layout import Tree
from harness.evidence.schema import portability
from harness.evidence.schema.model import parse
from harness.evidence.stamp import read_stamped

COMPRESSORS = "compressors"  # kind of steps


@dataclass(slots=True)
class KindLine:
    """A kind of steps: how many, how many were the same on each processor, and which differ."""

    kind: str
    same: dict[str, int]
    steps: int = 0
    differ: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Portability:
    """Looks up what ``harness portability`` measured; ``content`` is None where it was not run."""

    content: portability.Portability | None

    @classmethod
    def read(cls, root: Path) -> Portability:
        """Return what the evidence below ``root`` has; raise InputError where its certificate is wrong."""
        path = Tree(root).portability()
        if not path.is_file():
            return cls(None)
        return cls(parse(portability.Portability, read_stamped(path)[0], path))

    def models(self) -> list[str]:
        """Return the emulated processors; none where nothing was measured."""
        return list(self.content.models) if self.content else []

    def without(self, compressors: Iterable[str]) -> list[str]:
        """Return which of ``compressors`` have no step, by name."""
        steps = {step.step for step in self.content.steps if step.kind == COMPRESSORS} if self.content else ()
        return sorted(set(compressors).difference(steps))

    def lines(self) -> list[KindLine]:
        """Return a line a kind: its steps, how many were the same on each processor, and what differs."""
        lines: dict[str, KindLine] = {}
        for step in self.content.steps if self.content else ():
            line = lines.setdefault(step.kind, KindLine(step.kind, dict.fromkeys(self.models(), 0)))
            line.steps += 1
            for model, same in step.same.items():
                line.same[model] += same
            if not all(step.same.values()):
                line.differ.append(step.step + ("" if step.pinned else " (no setting holds it)"))
        return list(lines.values())
