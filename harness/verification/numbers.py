"""Whether a stated number is the one computed again: digit by digit, as both are printed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.evaluation.metric import plugin
from harness.numerics.rounding import rounded
from harness.types import Json

DIGITS = 6  # significant digits that values are printed with
SAME, LAST_DIGIT, ROUNDING = "same", "last digit", "rounding"
# What float32 sums leave of a correlation or mean, on another processor or of scores stored in float32.
ACCURACY = 5e-6


@dataclass(slots=True)
class Tally:
    """Problems, a line each, and how many numbers agree to which digit."""

    problems: list[str] = field(default_factory=list)
    agreeing: Counter[str] = field(default_factory=Counter)

    def compare(self, where: str, stated: Json, computed: Mapping[str, float]) -> None:
        """Hold the numbers that a value states to those computed; each that differs is a problem."""
        for name, number in computed.items():
            printed = stated.get(name, 0)
            agreement = _agreement(printed, number, str(stated["metric"]))
            if agreement:
                self.agreeing[agreement] += 1
            else:
                self.problems.append(f"{where}: {name}: found {printed:g}, its scores come to {number:.6g}")


def _agreement(stated: float, computed: float, metric: str) -> str:
    """Return to which digit two numbers agree; nothing where they do not."""
    number = rounded(computed) if math.isfinite(computed) else computed
    off = abs(stated - number)
    if off == 0:
        return SAME
    unit = last_digit(max(abs(stated), abs(number)))
    if off <= 1.01 * unit:
        return LAST_DIGIT
    size = 1.0 if plugin(metric).UNIT == "fraction" else abs(number)
    return ROUNDING if off <= ACCURACY * size else ""


def last_digit(value: float) -> float:
    """Return one unit of the last digit that ``value`` is printed with."""
    return (
        10.0 ** (math.floor(math.log10(abs(value))) + 1 - DIGITS) if value and math.isfinite(value) else 0.0
    )
