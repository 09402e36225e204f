"""Cells split into shards of about equal cost, the same on every machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.stamp import digest
from harness.planning.status import Entry
from harness.run.budget import MEANS, committed_seconds
from harness.run.group import group_key

MOST = 10_000  # shards


@dataclass(frozen=True, slots=True)
class Shard:
    """The ``number``-th of ``count`` shards, from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        """Return the shard as it is named on the command line."""
        return f"{self.number}/{self.count}"


@dataclass(frozen=True, slots=True)
class Part:
    """Cells that one process fits together, with the seconds that they take in one process."""

    entries: tuple[Entry, ...]
    seconds: float

    @property
    def name(self) -> str:
        """Return the part's name: its first cell, how many there are, and a digest of all of them."""
        cells = [[entry.cell.suite, entry.cell.id] for entry in self.entries]
        first = "/".join(cells[0])
        return f"{first} ({len(cells)} cells, {digest(cells)[:12]})"


def parse_shard(text: str) -> Shard:
    """Return the shard that a text such as '3/16' names.

    >>> parse_shard("3/16")
    Shard(number=3, count=16)
    """
    parts = re.fullmatch(r"(\d{1,5})/(\d{1,5})", text)
    if parts is None or not 1 <= int(parts[1]) <= int(parts[2]) <= MOST:
        raise InputError(f"shard: found {text!r}, expected a number and a count such as 3/16")
    return Shard(int(parts[1]), int(parts[2]))


def split(entries: Iterable[Entry], committed: Tree, count: int) -> list[list[Part]]:
    """Return the parts of each of ``count`` shards, the longest first.

    All cells that can run here are split, done or not: shards that begin at different times split alike. The
    longest part goes to the shard with the least so far (longest processing time first, Graham 1969).
    """
    parts = sorted(_parts(entries, committed, count), key=lambda part: (-part.seconds, part.name))
    shares: list[list[Part]] = [[] for _ in range(count)]
    loads = [0.0] * count
    for part in parts:
        least = min(range(count), key=lambda number: (loads[number], number))
        shares[least].append(part)
        loads[least] += part.seconds
    return shares


def _parts(entries: Iterable[Entry], committed: Tree, count: int) -> list[Part]:
    """Return the groups of cells that begin with the same step; one above a shard's share is divided."""
    groups: dict[str, list[tuple[float, Entry]]] = {}
    for entry in entries:
        if entry.can_run:
            cost = MEANS * committed_seconds(committed, entry)
            groups.setdefault(group_key(entry.inputs, entry.cell), []).append((cost, entry))
    share = sum(cost for group in groups.values() for cost, _ in group) / count
    return [part for group in groups.values() for part in _divided(group, share)]


def _divided(group: Sequence[tuple[float, Entry]], share: float) -> list[Part]:
    """Return a group in parts of consecutive cells, each of at most ``share`` seconds or a single cell."""
    parts: list[list[tuple[float, Entry]]] = []
    for cost, entry in group:
        if not parts or sum(each for each, _ in parts[-1]) + cost > share:
            parts.append([])
        parts[-1].append((cost, entry))
    return [Part(tuple(entry for _, entry in part), sum(cost for cost, _ in part)) for part in parts]
