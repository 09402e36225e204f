"""Operating points: recommended where every bound holds, and otherwise the rule that fired."""

from __future__ import annotations

from typing import Any

from support.evidence import a_result, measured

from report.verdicts.guardrails import guardrails

BOUND = {"dataset": "sts12-16", "metric": "retention@human", "at_least": 0.95}


def value(protocol: str, number: float, metric: str = "retention@human") -> dict[str, Any]:
    """Return one value of a result, with an interval of two points to each side."""
    place = {"protocol": protocol, "dataset": "sts12-16", "metric": metric}
    return {**place, "value": number, "low": number - 0.02, "high": number + 0.02, "n": 100}


def result(
    values: list[dict[str, Any]],
    bounds: list[dict[str, Any]],
    *,
    size: int = 13,
    smallest: int = 0,
    seed: int = 0,
) -> dict[str, Any]:
    """Return a result of the suite, at a point that promises ``bounds``."""
    promised = {"bounds": bounds, **({"smallest_bytes": smallest} if smallest else {})}
    cell = {
        "encoder": "minilm", "train": "stsb-train", "pipeline": "lens-pq", "point": "balanced", "seed": seed,
        "grid": {}, "guardrails": {key: value for key, value in promised.items() if value},
    }  # fmt: skip
    sizes = {"bytes_per_vector": size, "ratio": 1536 / size}
    content = a_result(cell, suite="operating-points", values=values, sizes=sizes)
    return {**content, "cell": f"minilm.stsb-train.lens-pq.balanced.s{seed}"}


def judged(*results: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the verdict on a single point and its reasons."""
    (line,) = guardrails(measured(*results))
    return line.verdict, line.reasons


def test_a_point_whose_bounds_hold_is_recommended() -> None:
    """0.96 on pairs that training has not seen is not under 0.95, and a bound that is met exactly holds."""
    assert ("recommended", []) == judged(result([value("decontaminated", 0.96)], [BOUND]))
    assert ("recommended", []) == judged(result([value("decontaminated", 0.95)], [BOUND]))


def test_a_missed_bound_is_named_with_its_protocol_and_value() -> None:
    """It is the decontaminated value that counts, whatever the published protocol would say."""
    values = [value("as-published", 0.97), value("decontaminated", 0.94)]
    reason = "retention@human on sts12-16 (decontaminated): 94.0, under 95.0"
    assert ("NOT RECOMMENDED", [reason]) == judged(result(values, [BOUND]))


def test_the_published_protocol_counts_where_there_is_no_other() -> None:
    """A set that is tested as published alone is held to its bound by that value."""
    reason = "retention@human on sts12-16 (as-published): 94.0, under 95.0"
    assert ("NOT RECOMMENDED", [reason]) == judged(result([value("as-published", 0.94)], [BOUND]))


def test_seeds_are_judged_by_their_mean() -> None:
    """0.94 and 0.97 average to 0.955, with the interval of their mean; both cells are evidence."""
    seeds = [result([value("decontaminated", x)], [BOUND], seed=i) for i, x in enumerate((0.94, 0.97))]
    (line,) = guardrails(measured(*seeds))
    (bound,) = line.bounds
    assert ("recommended", 2) == (line.verdict, line.seeds)
    assert (0.955, 0.935, 0.975) == (bound.value, bound.low, bound.high)
    assert [f"{seed:064x}" for seed in (0, 1)] == [entry.sha256 for entry in line.evidence]


def test_vectors_smaller_than_the_point_allows_are_not_recommended() -> None:
    """Seven bytes are under the smallest of eight, however good the value is; eight are not."""
    good = [value("decontaminated", 0.99)]
    reason = "7 bytes per vector, under the point's smallest of 8"
    assert ("NOT RECOMMENDED", [reason]) == judged(result(good, [BOUND], size=7, smallest=8))
    assert ("recommended", []) == judged(result(good, [BOUND], size=8, smallest=8))


def test_what_was_not_measured_is_no_recommendation() -> None:
    """Where no bound's data set was measured, nothing is known: neither recommended nor advised against."""
    other = {**BOUND, "metric": "spearman@original"}
    assert ("not judged", []) == judged(result([value("decontaminated", 0.99)], [other]))


def test_a_bound_that_was_not_measured_hides_no_other() -> None:
    """One bound of two was measured, and is missed."""
    other = {**BOUND, "dataset": "sts17"}
    verdict, reasons = judged(result([value("decontaminated", 0.90)], [other, BOUND]))
    assert ("NOT RECOMMENDED", 1) == (verdict, len(reasons))


def test_other_suites_and_pipelines_without_a_point_are_left_out() -> None:
    """Only what promises something is held to it."""
    promising = result([value("decontaminated", 0.99)], [BOUND])
    assert [] == guardrails(
        measured({**promising, "suite": "sample"}, result([value("decontaminated", 0.99)], []))
    )
