"""The split of cells into shards: every cell in one of them, alike on every machine, balanced by cost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.suites import COMPARED, SmallSuite

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.planning.status import Entry, entries
from harness.run.budget import MEANS, UNKNOWN_SECONDS
from harness.run.shards import Part, Shard, parse_shard, split
from harness.types import Place


@pytest.fixture
def listed(small_suite: SmallSuite) -> list[Entry]:
    """Return the five cells of a suite of three seeds: no two of them are fitted together."""
    path = small_suite(*COMPARED)
    return entries(path, Place(path.parent, None, offline=True), Tree(path.parent / "out"))


def _committed(folder: Path, seconds: dict[str, float]) -> Tree:
    """Write envelopes of cells, by a part of their names, and return the tree."""
    tree = Tree(folder / "artifacts")
    for cell, taken in seconds.items():
        path = tree.envelope("mine", cell)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"seconds": taken}), "utf-8")
    return tree


def _cells(share: list[Part]) -> list[str]:
    return [entry.cell.id for part in share for entry in part.entries]


def test_a_shard_is_a_number_and_a_count() -> None:
    """The first is 1, the last the count."""
    assert [Shard(1, 1), Shard(16, 16)] == [parse_shard("1/1"), parse_shard("16/16")]


@pytest.mark.parametrize("text", ["", "3", "0/4", "5/4", "1/0", "-1/4", "1/4 ", "1/10001", "a/b"])
def test_another_shard_is_refused_in_one_line(text: str) -> None:
    """The error says what is expected."""
    with pytest.raises(InputError, match=r"^shard: found .*, expected a number and a count such as 3/16$"):
        parse_shard(text)


@pytest.mark.parametrize("count", [1, 2, 3, 16])
def test_every_cell_is_in_one_shard(count: int, listed: list[Entry], tmp_path: Path) -> None:
    """However many shards there are; there may be more of them than cells."""
    shares = split(listed, Tree(tmp_path), count)
    assert count == len(shares)
    assert sorted(entry.cell.id for entry in listed) == sorted(
        cell for share in shares for cell in _cells(share)
    )


def test_the_split_does_not_depend_on_what_is_done(listed: list[Entry], tmp_path: Path) -> None:
    """A shard that begins later splits as those that began before it."""
    later = [replace(entry, state="done", why="") for entry in listed[:5]] + listed[5:]
    names = [
        [[part.name for part in share] for share in split(each, Tree(tmp_path), 3)]
        for each in (listed, later)
    ]
    assert names[0] == names[1]


def test_what_cannot_run_is_in_no_shard(listed: list[Entry], tmp_path: Path) -> None:
    """Blocked cells and those left out are nobody's."""
    blocked = [replace(entry, state="blocked", why="x") for entry in listed[:2]] + listed[2:]
    cells = [cell for share in split(blocked, Tree(tmp_path), 2) for cell in _cells(share)]
    assert sorted(entry.cell.id for entry in listed[2:]) == sorted(cells)


def test_shards_cost_about_the_same(listed: list[Entry], tmp_path: Path) -> None:
    """The longest part first, each to the shard with the least: 9, 7 + 1 and 4 + 4, by hand."""
    costs = [9.0, 7.0, 4.0, 4.0, 1.0]
    cells = [entry.cell.id for entry in listed]
    committed = _committed(tmp_path, dict(zip(cells, costs, strict=True)))
    shares = split(listed, committed, 3)
    loads = sorted(sum(part.seconds for part in share) / MEANS for share in shares)
    assert [8.0, 8.0, 9.0] == pytest.approx(loads)


def test_a_cell_without_an_envelope_has_the_usual_cost(listed: list[Entry], tmp_path: Path) -> None:
    """Suites of one's own have no committed envelopes."""
    (share,) = split(listed, Tree(tmp_path), 1)
    assert len(listed) * MEANS * UNKNOWN_SECONDS == pytest.approx(sum(part.seconds for part in share))


def test_cells_that_begin_with_the_same_step_stay_together(small_suite: SmallSuite, tmp_path: Path) -> None:
    """They are fitted together, unless they are more than a shard's share."""
    more = 'points = ["8x"]\nbits = 1\n\n[[pipelines]]\nname = "projection"\nlabel = "x"\nfamily = "any"\n'
    more += 'steps = [{ use = "random-projection" }]\npoints = ["8x"]\nbits = 1\n'
    path = small_suite(*COMPARED, ('points = ["8x"]\nbits = 1\n', more))
    listed = entries(path, Place(path.parent, None, offline=True), Tree(tmp_path / "out"))
    together = [
        [entry.cell.pipeline for entry in part.entries]
        for share in split(listed, Tree(tmp_path), 2)
        for part in share
        if part.entries[0].cell.pipeline.startswith("projection")
    ]
    assert 3 * [["projection-sign", "projection"]] == together
    apart = split(listed, Tree(tmp_path), len(listed))
    assert {1} == {len(part.entries) for share in apart for part in share}
