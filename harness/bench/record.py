"""How a bench measures: work repeated in turn with its baseline, and the record of it.

A group of measurements is a module of ``harness/bench/groups/``, found by its file's name, with ``TITLE`` and
``measure(mirror)``, which yields a ``Measurement`` (``harness.evidence.schema.bench``) as soon as it is made.
Sizes and repeats are keywords of ``measure`` with defaults, which tests make small. Where a target is missed,
the record carries ``reason``: what a profile showed, kept in the module.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

from harness.evidence.schema.bench import Baseline, Measurement, Range, Target

Work = Callable[[], object]
_DIGITS = 6  # significant ones, of what is written


def seconds(*works: Work, repeats: int, warm_ups: int = 1) -> list[list[float]]:
    """Return the seconds of each repeat of each of ``works``, which take turns: all see the same machine.

    Each runs ``warm_ups`` times before the clock starts.
    """
    taken: list[list[float]] = [[] for _ in works]
    for i in range(warm_ups + repeats):
        for work, own in zip(works, taken, strict=True):
            start = time.perf_counter()
            work()
            if i >= warm_ups:
                own.append(time.perf_counter() - start)
    return taken


def rates(count: float, taken: Sequence[float]) -> list[float]:
    """Return how many of ``count`` items a second each repeat does, from its seconds."""
    return [count / each for each in taken]


def measurement(
    name: str,
    what: str,
    unit: str,
    values: Sequence[float],
    baseline: tuple[str, Sequence[float]] | None = None,
    target: Target | None = None,
    reason: str = "",
) -> Measurement:
    """Return the record of ``values``, one a repeat, and of a ``baseline``: its name, and as many values.

    The ratio is value over baseline, repeat by repeat. ``reason`` is kept where the target is missed.
    """
    ratios = [value / other for value, other in zip(values, baseline[1], strict=True)] if baseline else None
    record = Measurement(
        name=name,
        what=what,
        unit=unit,
        repeats=len(values),
        value=_range(values),
        baseline=Baseline(name=baseline[0], value=_range(baseline[1])) if baseline else None,
        ratio=_range(ratios) if ratios else None,
        target=target,
        reason="",
    )
    return record.model_copy(update={"reason": reason}) if record.met is False else record


def at_least(bound: float, text: str) -> Target:
    """Return the target of a ratio, or of a value without a baseline, that is to be ``bound`` or more."""
    return Target(text=text, bound=float(bound), direction="at least")


def at_most(bound: float, text: str) -> Target:
    """Return the target of a ratio, or of a value without a baseline, that is to be ``bound`` or less."""
    return Target(text=text, bound=float(bound), direction="at most")


def _range(values: Sequence[float]) -> Range:
    ends = statistics.median(values), min(values), max(values)
    median, low, high = (float(f"{end:.{_DIGITS}g}") for end in ends)
    return Range(median=median, low=low, high=high)
