"""Figures of an audit: what they draw is what the audit has, and they are read in grey as well."""

from __future__ import annotations

import math

import pytest

from harness.evidence.schema.audit import Audit
from report.audits import frontier_figure, marks, prediction_figure
from report.audits.selection import excerpt, focus, staircase


def drawn(axis: object) -> list[tuple[float, float]]:
    """Return the places of every mark and corner that an axis has."""
    lines = axis.get_lines()  # type: ignore[attr-defined]
    return [(float(x), float(y)) for line in lines for x, y in zip(*line.get_data(), strict=True)]


def test_the_frontier_draws_every_deciding_value(audited: Audit) -> None:
    """Within the few per cent by which marks of one size stand aside."""
    places = drawn(frontier_figure.draw(audited).axes[0])
    for each in audited.frontier:
        x, y = each.sizes.amortised_bytes, each.decided_by.value
        assert [] != [place for place in places if place[1] == y and math.isclose(place[0], x, rel_tol=0.04)]


def test_the_recommended_point_and_the_target_are_labelled(audited: Audit) -> None:
    """Directly, in the figure and in its title."""
    axis = frontier_figure.draw(audited).axes[0]
    labels = [text.get_text() for text in axis.texts]
    assert {"recommended", "target 0.60", "best trained", "best untrained"} == set(labels)
    best = audited.recommended
    assert best is not None
    assert f"{best.decided_by.value:.3f}" in frontier_figure.title(audited)
    without = audited.advice.model_copy(update={"recommended": None, "nearest": best.id})
    nearest = audited.model_copy(update={"advice": without})
    assert "nearest" in [text.get_text() for text in frontier_figure.draw(nearest).axes[0].texts]
    assert frontier_figure.title(nearest).startswith("Nothing qualifies; the nearest: ")


def test_trained_and_untrained_differ_by_marker_line_and_grey() -> None:
    """Their luminances are apart by a tenth at least."""
    trained, untrained = marks.KINDS
    assert trained.marker != untrained.marker
    assert trained.line != untrained.line
    grey = [
        sum(w * int(each.colour[i : i + 2], 16) / 255 for w, i in ((0.2126, 1), (0.7152, 3), (0.0722, 5)))
        for each in marks.KINDS
    ]
    assert 0.1 < abs(grey[0] - grey[1])


def test_the_lines_are_the_highest_values_within_as_many_bytes(audited: Audit) -> None:
    """By comparing every pair."""
    own = [each for each in audited.frontier if each.trained]
    expected = [
        each.id
        for each in own
        if not any(
            other is not each
            and other.sizes.amortised_bytes <= each.sizes.amortised_bytes
            and other.decided_by.value >= each.decided_by.value
            for other in own
        )
    ]
    assert sorted(expected) == sorted(each.id for each in staircase(own))


def test_the_prediction_draws_measured_and_predicted_values(audited: Audit) -> None:
    """Of the configuration in focus: each size, the value at full size, and the check."""
    figure = prediction_figure.draw(audited)
    best = focus(audited)
    assert figure is not None
    assert best is not None
    assert best.prediction is not None
    left, right = (drawn(axis) for axis in figure.axes)
    for point in best.prediction.points:
        assert (point.rows, point.value) in left
    assert (best.prediction.rows, best.prediction.value) in left
    for each in audited.frontier:
        assert each.prediction is not None
        check = each.prediction.hold_out
        assert (check.predicted, check.measured - check.predicted) in right


def test_the_curves_end_in_the_values_that_the_audit_states(audited: Audit) -> None:
    """The formulas of the schema, from intercept and slope of six digits."""
    best = focus(audited)
    assert best is not None
    assert best.prediction is not None
    for form in best.prediction.forms:
        drawn_value = prediction_figure.value_at(form, best.prediction.rows, audited.task.k)
        assert form.value == pytest.approx(drawn_value, abs=2e-5)


def test_without_a_prediction_there_is_no_figure(audited: Audit) -> None:
    """Nothing is drawn of nothing."""
    bare = [each.model_copy(update={"prediction": None}) for each in audited.frontier]
    assert prediction_figure.draw(audited.model_copy(update={"frontier": bare})) is None


@pytest.mark.parametrize("most", [1, 3, 12])
def test_an_excerpt_has_the_focus_and_goes_up(audited: Audit, most: int) -> None:
    """At most so many rows, from fewest bytes, one a size."""
    rows = excerpt(audited, most)
    sizes = [each.sizes.amortised_bytes for each in rows]
    assert 1 <= len(rows) <= most
    assert focus(audited) in rows
    assert sorted(sizes) == sizes
    assert len({each.sizes.bytes_per_vector for each in rows}) == len(rows)
