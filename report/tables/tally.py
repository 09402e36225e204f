"""How often one method came out better than another, worse, or neither."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from report.evidence import paired


@dataclass(frozen=True, slots=True)
class Tally:
    """A method against another: ``of`` says what is compared, ``outcomes`` counts each outcome."""

    method: str
    against: str
    of: str
    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(paired.OUTCOMES, 0))


def tally(outcomes: Iterable[tuple[str, str, str, str]]) -> list[Tally]:
    """Return a line for each (method, against, of) among ``outcomes``: (method, against, of, outcome)."""
    lines: dict[tuple[str, str, str], Tally] = {}
    for *names, outcome in outcomes:
        method, against, of = names
        lines.setdefault((method, against, of), Tally(method, against, of)).outcomes[outcome] += 1
    return list(lines.values())
