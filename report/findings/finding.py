"""A sentence that the evidence says, with what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from report.evidence.paired import Scores
from report.tables.source import Number


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence, the ids of the cells that its numbers are read from, and the claims that it is about.

    An id is 'suite/cell' without the seed, as means over seeds are.
    """

    sentence: str
    evidence: tuple[str, ...]
    claims: tuple[str, ...] = ()


def ids(numbers: Iterable[Number]) -> tuple[str, ...]:
    """Return the ids of numbers, each once."""
    return tuple(dict.fromkeys(number.id for number in numbers))


def cells(files: Iterable[Scores]) -> tuple[str, ...]:
    """Return the ids of the cells that score files are of, each once."""
    names = (file.path.removeprefix("scores/").removesuffix(".npz") for file in files)
    return tuple(dict.fromkeys(re.sub(r"\.s\d+$", "", name) for name in names))
