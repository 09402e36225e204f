"""Numbers as results state them: with as many digits as mean something."""

from __future__ import annotations

import math

from harness.errors import InputError


def rounded(value: float) -> float:
    """Return ``value`` to six significant digits, as results state it; InputError where it is not finite.

    >>> rounded(0.123456789)
    0.123457
    """
    if not math.isfinite(value):
        raise InputError(f"found {value}, expected a finite number")
    return float(f"{value:.6g}") + 0.0  # + 0.0: no negative zero
