"""Numbers and comparisons in words: what sentences of the report are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from report.evidence.paired import BETTER, WORSE
from report.tables.codes import BASELINES
from report.tables.rows import AXES
from report.verdicts.claims import percent

# What encoders are called in sentences; others by their name in the suites.
ENCODERS = {
    "minilm": "MiniLM",
    "mpnet": "MPNet",
    "mpnet-retrieval": "MPNet",
    "paraphrase-minilm-l3": "MiniLM-L3",
    "e5-large-v2": "E5-large",
    "e5-large-v2-published": "the published E5-large vectors",
    "esm2-peptides": "ESM-2 peptides",
    "openai-ada-002": "OpenAI ada-002",
}
METHODS = {AXES: "uncentred principal axes", BASELINES["projection"]: "untrained signs"}


class Estimate(Protocol):
    """A value with its interval."""

    @property
    def value(self) -> float:
        """Return the value, a fraction."""

    @property
    def low(self) -> float | None:
        """Return the lower end of the interval; None without one."""

    @property
    def high(self) -> float | None:
        """Return the upper end of the interval; None without one."""


def encoder(name: str) -> str:
    """Return what sentences call an encoder.

    >>> encoder("minilm"), encoder("ours")
    ('MiniLM', 'ours')
    """
    return ENCODERS.get(name, name)


def share(estimate: Estimate, digits: int = 1) -> str:
    """Return a fraction in per cent, with its interval where it has one."""
    return f"{percent(estimate.value, digits)} %{_ends(estimate.low, estimate.high, digits)}"


def value(estimate: Estimate, digits: int = 1) -> str:
    """Return a fraction in per cent alone: beside another that has its interval."""
    return f"{percent(estimate.value, digits)} %"


def points(estimate: Estimate, digits: int = 1) -> str:
    """Return a difference of fractions in points, with its interval."""
    return f"{percent(estimate.value, digits)} points{_ends(estimate.low, estimate.high, digits)}"


def compared(difference: Estimate) -> str:
    """Return how much more or less the first of two is, or that the two do not differ significantly."""
    low, high = difference.low, difference.high
    if low is None or high is None:
        return f"{points(difference)} apart, without an interval"
    if low <= 0 <= high:
        return f"no significantly different amount: {points(difference)}"
    if difference.value > 0:
        return f"{points(difference)} more"
    return f"{percent(-difference.value)} points{_ends(-high, -low, 1)} less"


def counted(outcomes: Iterable[tuple[str, str]]) -> str:
    """Return how often a method came out better and worse than each of others, from (other, outcome).

    >>> counted([("PCA", "better"), ("PCA", "no significant difference")])
    'better than PCA in 1 and worse in 0 of 2 comparisons'
    """
    counts: dict[str, Counter[str]] = {}
    for other, outcome in outcomes:
        counts.setdefault(other, Counter())[outcome] += 1
    return "; ".join(_counted(METHODS.get(other, other), own) for other, own in counts.items())


def listed(parts: Iterable[str]) -> str:
    """Return parts as an enumeration.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def ratio(point: str) -> str:
    """Return a point that is called by its ratio as it is printed.

    >>> ratio("117x")
    '117×'
    """
    return point.replace("x", "×")


def _counted(other: str, own: Counter[str]) -> str:
    if not own[BETTER] and not own[WORSE]:
        return f"neither better nor worse than {other} in any of {own.total()} comparisons"
    return f"better than {other} in {own[BETTER]} and worse in {own[WORSE]} of {own.total()} comparisons"


def _ends(low: float | None, high: float | None, digits: int) -> str:
    return "" if low is None or high is None else f" ({percent(low, digits)} … {percent(high, digits)})"
