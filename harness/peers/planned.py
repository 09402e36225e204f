"""What a planner comes to on the rows that it saw: a plan with its codec, or why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.audit.measuring import Encoded, HeldOut
from harness.evidence.schema.peers import Promise


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A codec in its planner's words, and what is promised of it.

    ``encode`` returns other rows after the codec, and its bytes: payload_bytes and side_bytes of a vector,
    state_bytes of all.
    """

    label: str
    remarks: tuple[str, ...]
    promise: Promise
    encode: Callable[[HeldOut], tuple[Encoded, Mapping[str, int]]]


@dataclass(frozen=True, slots=True)
class Planned:
    """A command with version and options, its recommendation or the problem, and the seconds it took."""

    planner: str
    version: str
    options: str
    seconds: float
    recommendation: Recommendation | None
    problem: str = ""
