"""Operating points: the bytes that a ratio comes to for an encoder."""

from __future__ import annotations

from typing import Any

from harness.errors import InputError
from harness.planning.models import Suite

RATIO_TOLERANCE = 0.025  # how far, relatively, a whole number of units may lie from the ratio asked for


def budget(suite: Suite, name: str, encoder: str, where: str) -> int:
    """Return the payload bytes of a point for the float32 vectors of an encoder.

    Raises InputError where no whole number of units lies within RATIO_TOLERANCE of the ratio, or where the
    point has no ratio for the encoder.
    """
    point, original = suite.points[name], 4 * suite.encoders[encoder].dimension
    ratio = point.ratio.get(encoder) if isinstance(point.ratio, dict) else point.ratio
    if ratio is None:
        raise InputError(f"{where}: [points.{name}] ratio: found none for {encoder}, expected one")
    units = max(1, round(original / (ratio * point.unit_bytes)))
    bytes_per_vector = units * point.unit_bytes
    if abs(original / bytes_per_vector / ratio - 1) > RATIO_TOLERANCE:
        raise InputError(
            f"{where}: [points.{name}] ratio: found {ratio:g}, expected one that a whole number of "
            f"{point.unit_bytes}-byte units meets: {original} bytes / {bytes_per_vector} = "
            f"{original / bytes_per_vector:.2f}"
        )
    return bytes_per_vector


def guardrails(suite: Suite, point: str | None) -> tuple[tuple[str, Any], ...]:
    """Return what the point promises: it goes into the result, so that a report can hold it to that."""
    promised = suite.points[point].model_dump(include={"bounds", "smallest_bytes"}) if point else {}
    return tuple((key, value) for key, value in promised.items() if value)
