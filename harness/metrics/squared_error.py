"""Mean squared error a component of decoded vectors, for codecs that decode into the original space."""

from __future__ import annotations

from collections.abc import Callable

from harness.statistics.estimates import Estimates, Request

ITEMS = "pairs"
REFERENCES = ("original",)
UNIT = "squared units of the vectors"
HIGHER_IS_BETTER = False
RERUN_TOLERANCE = 1e-6


def needs(_reference: str) -> list[Request]:
    """Return the estimates that ``compute`` looks up."""
    return [("squared-error",)]


def compute(estimate: Callable[[Request], Estimates], _reference: str) -> Estimates:
    """Return the mean over pairs of their vectors' error, point and resamples."""
    return estimate(("squared-error",))
