"""The two questions of a claim: does it hold here, and is the published number reproduced?

**Does it hold?** A printed number stands for every number that prints so. The bound of a claim is therefore
its published number less half a unit of the last printed digit (at least), or plus that (at most).

- HOLDS: the whole 95 % interval lies on the claimed side of the bound.
- INCONCLUSIVE: the interval contains the bound, on whichever side of it the value lies. A value that is past
  the bound by less than its own uncertainty shows nothing.
- FAILS: the whole interval lies on the other side.

A number that is stated as equal has no side: it is that of this very data set. It HOLDS where the value prints
as the published number does, FAILS where the interval reaches no number that prints so, and is INCONCLUSIVE
otherwise. The interval decides nothing in favour of equality: it would, the more, the less was measured.

A difference of two methods on the same resamples is judged by the same rule, with 0 as its bound. A bound on
time or memory has no interval: the largest of the seeds decides. A check of a server HOLDS where it passed,
FAILS where it failed and is BLOCKED where it was skipped. A digest whose file is unavailable is BLOCKED.

BLOCKED: an input is missing where the evidence was made; the row names it and the remedy. NOT_RUN: nothing is
missing, but nobody ran it.

**Is the number reproduced?** Only where embedding space and data are the published ones: REPRODUCED where the
interval, widened by half a unit of the last printed digit at both ends, contains the published number; else
ABOVE or BELOW, as printed. A value far above a published one says as little of how that came about as one far
below. In other embedding spaces the answer is *another space*. There is none for decontaminated pairs where
the number was published for all of them, nor for own claims, bounds, checks and ratios.

A ratio of bytes follows from the setting that is asked for. It is *arithmetic*: its rule is looked up, its row
is listed, and it counts neither as a claim that holds nor as a number that is reproduced.
"""

from __future__ import annotations

from harness.evidence.schema.verdict import PublishedNumber, Verdict
from report.verdicts.claims import PublishedRow

ARITHMETIC = "ratio@bytes"  # the metric that follows from the setting
_DIGITS = 9  # of values and bounds: 0.939 - 0.0005 is no 0.93849999999999999


def verdict(row: PublishedRow, value: float, low: float, high: float) -> Verdict:
    """Return whether a row's claim holds, by a value and its interval."""
    least, most = _printed_alike(row)
    if row.rule == "at least":
        return "HOLDS" if low >= least else "FAILS" if high < least else "INCONCLUSIVE"
    if row.rule == "at most":
        return "HOLDS" if high <= most else "FAILS" if low > most else "INCONCLUSIVE"
    if least <= value <= most:
        return "HOLDS"
    return "FAILS" if high < least or low > most else "INCONCLUSIVE"


def number(row: PublishedRow, low: float, high: float) -> PublishedNumber:
    """Return whether an interval reproduces a row's number, which was published for this space and data."""
    least, most = _printed_alike(row)
    if low <= most and high >= least:
        return "REPRODUCED"
    return "ABOVE" if (low > most) == (row.scale > 0) else "BELOW"


def _printed_alike(row: PublishedRow) -> tuple[float, float]:
    """Return the ends of what prints as the published number."""
    return round(row.published - row.precision, _DIGITS), round(row.published + row.precision, _DIGITS)
