"""A rerun of limited time: what a budget is, what cells cost, and which of them are taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.suites import SmallSuite

from harness.errors import InputError
from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.stamp import dumps
from harness.planning.status import Entry, entries
from harness.run.budget import MARGIN, UNKNOWN_SECONDS, Batch, committed_seconds, parse_budget, select
from harness.types import Place


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("10m", 600), ("1.5h", 5400), ("all", None)])
def test_a_budget_is_a_time_or_all(text: str, seconds: float | None) -> None:
    """Seconds, minutes and hours; 'all' has no end."""
    assert seconds == parse_budget(text)


@pytest.mark.parametrize("text", ["", "10", "ten minutes", "-5m", "1d", "1e9h", "nan s"])
def test_another_budget_is_refused_in_one_line(text: str) -> None:
    """The error says what would be right."""
    with pytest.raises(
        InputError, match=r"^budget: found .*, expected a time such as 90s, 10m or 2h, or all$"
    ):
        parse_budget(text)


@pytest.fixture
def listed(small_suite: SmallSuite) -> list[Entry]:
    """Return the cells of a small suite with two seeds of a random pipeline."""
    path = small_suite(("seeds = [0]", "seeds = [0, 1]"))
    return entries(path, Place(path.parent, None, offline=True), Tree(path.parent.parent / "out"))


def test_a_cell_costs_what_its_committed_envelope_says(listed: list[Entry], tmp_path: Path) -> None:
    """Without an envelope, or with one that is none, it counts as of a usual cell."""
    committed, (first, second, *_) = Tree(tmp_path / "artifacts"), listed
    write_atomic(committed.envelope("mine", first.cell.id), dumps({"seconds": 7.5}))
    write_atomic(committed.envelope("mine", second.cell.id), b"no JSON")
    assert [7.5, UNKNOWN_SECONDS] == [committed_seconds(committed, entry) for entry in (first, second)]


def _batch(encoder: str, listed: list[Entry], encoding: float, seconds: float) -> Batch:
    return Batch("mine", encoder, tuple((seconds, entry) for entry in listed), encoding)


def test_the_first_seeds_come_first(listed: list[Entry]) -> None:
    """What fits into the time beside the encoding is taken: seed 0 of every pipeline before seed 1 of any."""
    batch = _batch("own", list(reversed(listed)), encoding=10, seconds=2)
    first = [entry for entry in listed if entry.cell.seed == 0]
    assert 0 < len(first) < len(listed)
    assert {e.cell.id for e in first} == {e.cell.id for e in batch.within(10 + 2 * len(first) + 1)}
    assert [] == batch.within(9)


def test_the_cheapest_encoder_is_taken_first(listed: list[Entry]) -> None:
    """A slow encoder that would fit alone is left where a cheap one has used the time."""
    slow = _batch("slow", listed[:1], encoding=50, seconds=1)
    cheap = _batch("cheap", listed[1:2], encoding=1, seconds=10)
    assert listed[1:2] == select([slow, cheap], 55 / MARGIN)
    assert [*listed[1:2], *listed[:1]] == select([slow, cheap], 63 / MARGIN)
