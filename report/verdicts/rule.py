"""The two questions of a claim, and what decides them.

**Does it hold here?** A printed number stands for every number that prints the same. The bound of a claim is
therefore its published number minus half a unit of the last printed digit ('at least'), or plus that
('at most').

- HOLDS: the whole 95 % interval lies on the claimed side of the bound.
- INCONCLUSIVE: the interval contains the bound, whichever side the value lies on. A value past the bound by
  less than its own uncertainty shows nothing.
- FAILS: the whole interval lies on the other side.

'Equal' has no side: the published number is that of this very data set. The claim HOLDS where the value
prints as the published number does, FAILS where no number of the interval prints so, and is INCONCLUSIVE
otherwise. The interval never decides for equality: then a wider one, which says less, would hold more claims.

A difference of two methods on the same resamples follows the same rule, with 0 as its published number. A
bound on time or memory has no interval: the largest of the seeds decides. A check of a server HOLDS where it
passed, FAILS where it failed, and is BLOCKED where it was skipped. A digest whose file is unavailable is
BLOCKED. BLOCKED: an input is missing where the evidence was made; the row names it and the remedy. NOT_RUN:
nothing is missing, but nobody ran it.

**Is the published number reproduced?** Only on the published embedding space and data: REPRODUCED where the
interval, widened by half a unit of the last printed digit at both ends, contains the published number; else
ABOVE or BELOW, as printed. In other embedding spaces the answer is *another space*. There is no answer for
decontaminated pairs or another training split where the number was published for others, for own claims, for
differences, bounds and checks, and for ratios.

**Arithmetic.** A ratio of bytes follows from the setting that is asked for. Its rule is looked up and its row
is listed, but it counts neither among the claims that hold nor among the numbers that are reproduced.
"""

from __future__ import annotations

from harness.evidence.schema.verdict import PublishedNumber, Verdict
from report.verdicts.claim_rows import PublishedRow

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
