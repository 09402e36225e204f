"""The table of steps that gave the same bytes under emulated processors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped
from harness.types import Json
from report.tables.rows import Row


@dataclass(frozen=True, slots=True)
class Portability:
    """Looks up what ``harness portability`` measured; ``content`` is None where it was not run."""

    content: Json | None

    @classmethod
    def read(cls, root: Path | None) -> Portability:
        """Return what the evidence below ``root`` has; raise InputError where its certificate is wrong."""
        path = root and Tree(root).portability()
        return cls(read_stamped(path)[0] if path and path.is_file() else None)

    def models(self) -> list[str]:
        """Return the emulated processors; none where nothing was measured."""
        return list(self.content["models"]) if self.content else []

    def lines(self) -> list[Row]:
        """Return a line a kind: its steps, how many were the same on each processor, and what differs."""
        found: dict[str, Row] = {}
        for step in self.content["steps"] if self.content else ():
            empty = {"kind": step["kind"], "steps": 0, "same": dict.fromkeys(self.models(), 0), "differ": []}
            line = found.setdefault(step["kind"], empty)
            line["steps"] += 1
            for model, same in step["same"].items():
                line["same"][model] += same
            if not all(step["same"].values()):
                line["differ"].append(step["step"] + ("" if step["pinned"] else " (no setting holds it)"))
        return list(found.values())
