"""The types that metrics and estimates share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from harness.types import Doubles

Series: TypeAlias = Mapping[str, Doubles]  # values (n,) of n items, by the series' name
Request: TypeAlias = tuple[str, str] | tuple[str]  # the correlation of two series, or the mean of one
Estimates: TypeAlias = Doubles  # (1,): the point; or (1 + RESAMPLES,): and its resamples
