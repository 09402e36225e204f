"""Which configurations page, summary and figures show: the one in focus, and the frontier in few rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from harness.evidence.schema.audit import Audit
from harness.evidence.schema.audit_frontier import Configuration


def focus(audit: Audit) -> Configuration | None:
    """Return the recommended configuration, else the nearest to the target; None without either."""
    chosen = audit.advice.recommended or audit.advice.nearest
    return next((each for each in audit.frontier if each.id == chosen), None)


def by_id(audit: Audit) -> dict[str, Configuration]:
    """Return every configuration by its id."""
    return {each.id: each for each in audit.frontier}


def excerpt(audit: Audit, most: int) -> list[Configuration]:
    """Return at most ``most`` configurations, from fewest bytes: the best of each size, and the one in focus.

    A size is a whole number of bytes of the code; only sizes whose best no smaller one exceeds are shown.
    """
    chosen = focus(audit)
    ranked = sorted((each for each in audit.frontier if each.pareto), key=_code_bytes)
    best = [max(group, key=_value) for _, group in groupby(ranked, key=_code_bytes)]
    if chosen is not None:
        best = [each for each in best if _code_bytes(each) != _code_bytes(chosen)] + [chosen]
    return _thinned(sorted(best, key=lambda each: each.sizes.amortised_bytes), chosen, most)


def staircase(configurations: Sequence[Configuration]) -> list[Configuration]:
    """Return the configurations that exceed every other of as many amortised bytes or fewer."""
    stairs: list[Configuration] = []
    for each in sorted(configurations, key=lambda each: (each.sizes.amortised_bytes, -_value(each))):
        if not stairs or _value(each) > _value(stairs[-1]):
            stairs.append(each)
    return stairs


def _thinned(rows: list[Configuration], chosen: Configuration | None, most: int) -> list[Configuration]:
    """Return the ``most`` rows around ``chosen``."""
    if len(rows) <= most:
        return rows
    middle = rows.index(chosen) if chosen in rows else 0
    start = min(max(0, middle - most // 2), len(rows) - most)
    return rows[start : start + most]


def _code_bytes(each: Configuration) -> int:
    return each.sizes.bytes_per_vector


def _value(each: Configuration) -> float:
    return each.decided_by.value
