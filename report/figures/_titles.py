"""What titles of figures are made of: they say what a figure shows, in numbers that it draws."""

from __future__ import annotations

from collections.abc import Iterable

from report.figures._style import Point
from report.verdicts.claims import percent


def selected(points: Iterable[Point], **wanted: object) -> list[Point]:
    """Return the points whose keys have the values wanted."""
    return [point for point in points if wanted.items() <= point.items()]


def share(points: Iterable[Point]) -> str:
    """Return the values of points in per cent: one, or the least and the most of several."""
    ends = sorted(point["value"] for point in points)
    least, most = percent(ends[0]), percent(ends[-1])
    return f"{most} %" if least == most else f"{least} to {most} %"


def against(one: Point, other: Point) -> str:
    """Return how one point stands to another: more or less where their intervals do not meet."""
    if one["low"] > other["high"]:
        return "more than"
    return "less than" if one["high"] < other["low"] else "about as much as"


def beside_axes(points: Iterable[Point], dimensions: int, method: str, subject: str, metric: str) -> str:
    """Return what a trained map finds of the ten nearest neighbours, and uncentred principal axes beside it.

    ``method`` is the map's name among the points, ``subject`` its name in the sentence.
    """
    own = selected(points, metric=metric, bytes_per_vector=4 * dimensions)
    trained, axes = (selected(own, method=name) for name in (method, "principal axes, not centred"))
    if not (trained and axes):
        return "Nearest neighbours found again, by dimensions"
    return (
        f"In {dimensions} dimensions {subject} finds {share(trained)} of the ten "
        f"nearest neighbours, uncentred principal axes {share(axes)}"
    )
