"""Work that several machines share: each piece is done once, by whoever gets its lease."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from harness.parallel.leases import Lease, LeaseLostError, Leases
from harness.parallel.workers import in_processes

T = TypeVar("T")
R = TypeVar("R")

POLLS = 20  # looks at the leases of others in the time after which one expires
LONGEST_POLL = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Piece(Generic[T]):
    """A piece of work, and the name of its lease."""

    name: str
    item: T


@dataclass(frozen=True, slots=True)
class Done(Generic[R]):
    """What came of a piece that this machine did."""

    result: R


def leased(
    leases: Leases,
    work: Callable[[T, Lease], R],
    pieces: Sequence[Piece[T]],
    jobs: int,
) -> Iterator[R]:
    """Yield ``work(item, lease)`` of each piece that this machine gets, until all have ended somewhere.

    A piece whose holder died is taken over. ``work`` is picklable, and calls ``lease.check()`` before it
    writes.
    """
    open_pieces = list(pieces)
    while open_pieces:
        states = [leases.state(piece.name) for piece in open_pieces]
        listed = list(zip(open_pieces, states, strict=True))
        open_pieces = [piece for piece, state in listed if state != "ended"]
        ready = [piece for piece, state in listed if state in {"free", "expired"}]
        for done in in_processes(functools.partial(_attempt, leases, work), ready, jobs):
            if done is not None:
                yield done.result
        if open_pieces and not ready:
            time.sleep(min(LONGEST_POLL, leases.seconds / POLLS))


def once(leases: Leases, name: str, work: Callable[[], object]) -> None:
    """Have ``work`` done by one of all processes that ask for it; return when it is done."""
    for _ in leased(leases, lambda _item, _lease: work(), [Piece(name, None)], 1):
        pass


def _attempt(leases: Leases, work: Callable[[T, Lease], R], piece: Piece[T]) -> Done[R] | None:
    """Do a piece of work; return None where another process does it or has done it."""
    lease = leases.claim(piece.name)
    if lease is None:
        return None
    try:
        with lease:
            result = work(piece.item, lease)
            lease.end()
    except LeaseLostError:
        return None
    return Done(result)
