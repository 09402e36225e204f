"""The order of groups: what takes long begins first."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.suites import COMPARED, SmallSuite

from harness.evaluation import context
from harness.evaluation.context import EncoderSpec
from harness.evidence.layout import Tree
from harness.planning.status import entries
from harness.run.runner import run
from harness.types import Place


@dataclass
class _Recorder:
    """An engine that encodes here, and records the groups that it is given, in their order."""

    groups: list[list[str]] = field(default_factory=list)

    def embed(self, spec: EncoderSpec, on_rows: Any) -> None:
        context.embed(spec, on_rows)

    def spread(
        self, _work: Callable[..., Any], items: Sequence[Any], _jobs: int, _retry: object = None
    ) -> Generator[Any, None, None]:
        self.groups += [[cell.id for _, cell in group.cells] for group in items]
        yield from ((len(group.cells), []) for group in items)


@pytest.mark.parametrize(("long", "expected"), [([], 0), (["last"], 1)])
def test_groups_that_took_long_begin_first(
    small_suite: SmallSuite, tmp_path: Path, long: list[str], expected: int
) -> None:
    """The last group of the plan goes first where it took 10 seconds; shorter ones stay in their order."""
    path, committed = small_suite(*COMPARED), Tree(tmp_path / "committed")
    planned = entries(path, Place(path.parent, None, offline=True), Tree(tmp_path / "out"))
    for number, entry in enumerate(planned):
        envelope = committed.envelope(entry.cell.suite, entry.cell.id)
        envelope.parent.mkdir(parents=True, exist_ok=True)
        seconds = 11.0 if long and entry is planned[-1] else 1 + number % 2
        envelope.write_text(json.dumps({"seconds": seconds}), "utf-8")
    recorder = _Recorder()
    run(
        planned, planned, Tree(tmp_path / "out"), tmp_path / ".cache", 1, lambda *_: None, recorder,
        committed=committed,
    )  # fmt: skip
    ids = [entry.cell.id for entry in planned]
    firsts = [ids.index(group[0]) for group in recorder.groups]
    longest = next(i for i, group in enumerate(recorder.groups) if ids[-1] in group)
    assert sorted(firsts[expected:]) == firsts[expected:]
    assert (longest == 0) == bool(expected)
