"""Spearman and its cluster bootstrap against scipy, numpy and plain draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr

from harness.errors import InputError
from harness.statistics import bootstrap, clusters, estimates, spearman
from harness.statistics.clusters import Sample, independent
from harness.statistics.requests import Estimates
from harness.types import PairSet

Array = NDArray[np.float64]
XY = ("x", "y")
TAILS = (2.5, 97.5)


def _bivariate(rho: float, n: int, seed: int) -> tuple[Array, Array]:
    """Return a sample of a bivariate normal whose Spearman correlation is ``rho`` (Pearson 1907)."""
    r = 2 * np.sin(np.pi * rho / 6)
    rng = np.random.default_rng([n, round(100 * abs(rho)), seed])
    x = rng.standard_normal(n)
    return x, r * x + np.sqrt(1 - r * r) * rng.standard_normal(n)


def _estimate(sample: Sample, x: Array, y: Array, mask: NDArray[np.bool_] | None = None) -> Estimates:
    mask = np.ones(len(x), bool) if mask is None else mask
    return estimates.estimates(sample, {"x": x, "y": y}, {"p": mask}, [XY])["p", XY]


def _clusters(n: int, size: int) -> Sample:
    """Return ``n`` items in clusters of so many that follow one another."""
    members = np.arange(n)[:, None] // size
    return Sample("test", int(members.max()) + 1, members)


def _ranked_anew(sample: Sample, x: Array, y: Array, resamples: int) -> Array:
    """Return scipy's Spearman of the items that each of the first resamples draws."""
    drawn = bootstrap.weights(sample.group, sample.units)[sample.members[:, 0], :resamples].T
    return np.array([spearmanr(np.repeat(x, row), np.repeat(y, row)).statistic for row in drawn])


# -- Ranks --------------------------------------------------------------------------------------------------


def test_standard_ranks_are_mid_ranks_of_mean_0_and_variance_1() -> None:
    """Ties share their mean rank, and the ranks are standardised."""
    # ranks 1, 2.5, 2.5, 4: mean 2.5, variance (2.25 + 0 + 0 + 2.25) / 4 = 1.125; 1.5 / sqrt(1.125) = sqrt(2)
    found = spearman.standard_ranks(np.array([10.0, 20.0, 20.0, 40.0]), "here")
    np.testing.assert_allclose(found, [-np.sqrt(2), 0, 0, np.sqrt(2)], atol=1e-12)


def test_equal_values_cannot_be_ranked() -> None:
    """A constant series is an error that names the place."""
    with pytest.raises(InputError, match=r"^here: all 20 values are equal"):
        spearman.standard_ranks(np.full(20, 3.0), "here")


def test_the_spearman_of_a_constant_series_is_undefined() -> None:
    """Neither its point nor any of its resamples is a number, and nothing warns."""
    found = _estimate(independent("sts", 20), np.arange(20.0), np.full(20, 3.0))
    assert np.isnan(found).all()
    assert bootstrap.RESAMPLES == estimates.summary(found)[3]


# -- Influence -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ties", [False, True], ids=["distinct", "ties"])
def test_an_influence_is_the_derivative_of_scipys_spearman(ties: bool) -> None:
    """Of the sample a thousand times, one item 30 times more moves scipy's value by influence / 1000."""
    x, y = _bivariate(0.8, 30, seed=3)
    y = np.round(2 * y) if ties else y
    copies = 1000
    before = spearmanr(np.repeat(x, copies), np.repeat(y, copies)).statistic
    found = spearman.influence(np.repeat(x, copies), np.repeat(y, copies))[::copies]
    for i in (0, 7, 29):
        counts = np.full(30, copies) + 30 * (np.arange(30) == i)
        after = spearmanr(np.repeat(x, counts), np.repeat(y, counts)).statistic
        assert (after - before) * copies == pytest.approx(found[i], abs=0.005)


def test_influences_have_the_mean_0() -> None:
    """What the sample itself adds to its own correlation is nothing."""
    x, y = _bivariate(0.9, 200, seed=1)
    assert spearman.influence(x, np.round(y)).mean() == pytest.approx(0, abs=1e-12)


# -- Point estimates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rho", [-0.6, 0.0, 0.5, 0.95])
@pytest.mark.parametrize("ties", [False, True], ids=["distinct", "ties"])
def test_the_point_estimate_is_scipys(rho: float, ties: bool) -> None:
    """The Spearman of the sample is scipy's, with ties and without, alone and with resamples."""
    x, y = _bivariate(rho, 500, seed=1)
    y = np.round(2 * y) if ties else y
    alone = estimates.points({"x": x, "y": y}, {"p": np.ones(500, bool)}, [XY])["p", XY]
    assert spearmanr(x, y).statistic == pytest.approx(alone[0], abs=1e-12)
    assert alone[0] == _estimate(independent("sts", 500), x, y)[0]


def test_the_point_estimate_under_a_mask_is_scipys_on_what_is_left() -> None:
    """Pairs outside the mask do not count, and each protocol ranks anew."""
    x, y = _bivariate(0.5, 400, seed=2)
    mask = np.random.default_rng(3).random(400) < 0.6
    x[~mask] *= -100  # whatever stands outside
    masks = {"all": np.ones(400, bool), "some": mask}
    found = estimates.estimates(independent("sts", 400), {"x": x, "y": y}, masks, [XY])
    assert spearmanr(x[mask], y[mask]).statistic == pytest.approx(found["some", XY][0], abs=1e-9)
    assert spearmanr(x, y).statistic == pytest.approx(found["all", XY][0], abs=1e-9)


def test_the_mean_of_one_series_is_its_weighted_mean() -> None:
    """A request of one name is a mean: plain for the point, with each resample's weights after it."""
    x = np.random.default_rng(4).random(60)
    mask = np.arange(60) % 3 > 0
    found = estimates.estimates(_clusters(60, 3), {"x": x}, {"p": mask}, [("x",)])["p", ("x",)]
    drawn = np.repeat(bootstrap.weights("test", 20), 3, axis=0)[mask].T
    assert x[mask].mean() == pytest.approx(found[0], abs=1e-12)
    expected = [np.average(x[mask], weights=row) for row in drawn[:50]]
    np.testing.assert_allclose(found[1:51], expected, rtol=1e-5)


# -- Resamples -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "rho", "size"), [(60, 0.5, 1), (200, 0.9, 4), (1500, 0.8, 3), (3750, 0.99, 25)]
)
def test_every_resample_is_ranked_anew(n: int, rho: float, size: int) -> None:
    """A correlation in a resample is scipy's of its items, with ties on no side, on one and on both."""
    x, y = _bivariate(rho, n, seed=5)
    series, sample = {"x": x, "y": y, "a": np.round(x), "b": np.round(2 * y)}, _clusters(n, size)
    requests = [("x", "y"), ("x", "b"), ("a", "b")]
    found = estimates.estimates(sample, series, {"p": np.ones(n, bool)}, requests)
    for request in requests:
        one, other = (series[key] for key in request)
        expected = _ranked_anew(sample, one, other, 100)
        assert (1 + bootstrap.RESAMPLES,) == found["p", request].shape
        np.testing.assert_allclose(found["p", request][1:101], expected, atol=2e-5)


def test_items_that_a_protocol_leaves_out_are_in_no_resample() -> None:
    """Under a mask a resample is scipy's of the items that are drawn and count."""
    x, y = _bivariate(0.7, 240, seed=6)
    sample, mask = _clusters(240, 3), np.arange(240) % 4 > 0
    found = _estimate(sample, np.where(mask, x, 99), y, mask)
    kept = Sample(sample.group, sample.units, sample.members[mask])
    np.testing.assert_allclose(found[1:101], _ranked_anew(kept, x[mask], y[mask], 100), atol=1e-5)


def test_what_else_is_requested_does_not_change_an_estimate() -> None:
    """An estimate is the same alone and among others, to float32 sums."""
    x, y = _bivariate(0.5, 300, seed=7)
    series, mask, sample = {"x": x, "y": y, "z": x - y}, {"p": np.ones(300, bool)}, independent("sts", 300)
    alone = estimates.estimates(sample, series, mask, [XY])
    together = estimates.estimates(sample, series, mask, [("x", "z"), XY, ("z",)])
    np.testing.assert_allclose(together["p", XY], alone["p", XY], atol=1e-5)


def test_a_series_with_itself_is_1_in_every_resample() -> None:
    """A correlation of 1 has no width."""
    x, _ = _bivariate(0.5, 50, seed=1)
    point, low, high, _ = estimates.summary(_estimate(_clusters(50, 2), x, x))
    assert pytest.approx([1.0, 1.0, 1.0], abs=1e-6) == [point, low, high]


@pytest.mark.parametrize(("n", "size"), [(90, 1), (240, 6)])
def test_the_interval_is_that_of_a_plain_cluster_bootstrap(n: int, size: int) -> None:
    """Own draws of whole clusters, each ranked by scipy: ends within 5 % of the width.

    The ends of two sets of 5,000 draws differ by 1.4 % of it, one standard deviation.
    """
    x, y = _bivariate(0.8, n, seed=0)
    y, rng = np.round(2 * y) / 2, np.random.default_rng(12)
    items = np.arange(n).reshape(-1, size)
    resampled = []
    for _ in range(5000):
        drawn = items[rng.integers(len(items), size=len(items))].ravel()
        resampled.append(spearmanr(x[drawn], y[drawn]).statistic)
    expected = np.percentile(resampled, TAILS)
    _, *ends, _ = estimates.summary(_estimate(_clusters(n, size), x, y))
    assert np.abs(ends - expected).max() < 0.05 * np.ptp(expected)


@pytest.mark.mirror
@pytest.mark.parametrize("share", [1.0, 0.6])
def test_combined_sets_of_the_field_are_resampled_as_scipy_ranks_them(
    sts: Callable[[str], PairSet], share: float
) -> None:
    """STS13 and STS14 share clusters: the loss of each, whole and in part, and their mean are scipy's."""
    tests = {name: sts(name) for name in ("sts13", "sts14")}
    sampled = clusters.samples(tests, {"both": {"sts13": 0.5, "sts14": 0.5}})
    groups = {sample.group for sample in sampled.values()}
    assert 1 == len(groups)
    combined, expected = np.zeros(100), np.zeros(100)
    for name, data in tests.items():
        rng = np.random.default_rng(len(data.pairs))
        gold, sample = data.gold, sampled[name]
        assert gold is not None
        mask = rng.random(len(gold)) < share
        before, after = gold + rng.standard_normal(len(gold)), gold + 1.2 * rng.standard_normal(len(gold))
        series = {"human": gold, "before": before, "after": after}
        asked = [("before", "human"), ("after", "human")]
        found = estimates.estimates(sample, series, {"p": mask}, asked)
        loss = (found["p", asked[0]] - found["p", asked[1]])[1:101]
        kept = Sample(sample.group, sample.units, sample.members[mask])
        one, other = (_ranked_anew(kept, x[mask], gold[mask], 100) for x in (before, after))
        np.testing.assert_allclose(loss, one - other, atol=2e-5)
        combined, expected = combined + loss / 2, expected + (one - other) / 2
    assert np.ptp(np.percentile(expected, TAILS)) == pytest.approx(
        np.ptp(np.percentile(combined, TAILS)), rel=0.02
    )


def test_intervals_cover_a_known_spearman() -> None:
    """Of 200 samples from a bivariate normal, 90 to 99 % have its Spearman inside their interval."""
    rho, inside = 0.5, 0
    for start in (0, 100):  # one matrix product for a hundred samples
        series, requests = {}, []
        for seed in range(start, start + 100):
            series[f"x{seed}"], series[f"y{seed}"] = _bivariate(rho, 200, seed)
            requests.append((f"x{seed}", f"y{seed}"))
        sample = independent("coverage", 200)
        found = estimates.estimates(sample, series, {"p": np.ones(200, bool)}, requests)
        inside += sum(low <= rho <= high for _, low, high, _ in map(estimates.summary, found.values()))
    assert 180 <= inside <= 198


def test_where_rows_are_resampled_a_pair_counts_as_often_as_both_are_drawn_less_one() -> None:
    """Each resample of a mean moves by its pairs' deviations, times a + b - 1 over the number of pairs."""
    pairs = np.array([[i, j] for i in range(9) for j in range(i + 1, 9)])
    x = np.random.default_rng(1).random(36)
    found = estimates.estimates(Sample("rows", 9, pairs), {"x": x}, {"p": np.ones(36, bool)}, [("x",)])
    drawn = bootstrap.weights("rows", 9).T.astype(float)
    weights = drawn[:, pairs].sum(axis=2) - 1
    expected = x.mean() + weights @ (x - x.mean()) / 36
    np.testing.assert_allclose(found["p", ("x",)][1 : 1 + bootstrap.RESAMPLES], expected, atol=1e-6)


# -- What is undefined ---------------------------------------------------------------------------------------


def test_resamples_without_the_only_positive_are_left_out_and_counted() -> None:
    """One item of 40 is not drawn in (39/40)^40 = 36.3 % of resamples: those have no correlation."""
    x, y = np.random.default_rng(2).random(40), (np.arange(40) == 11).astype(float)
    point, low, high, undefined = estimates.summary(_estimate(independent("rare", 40), x, y))
    missed = bootstrap.weights("rare", 40)[11] == 0
    assert int(missed.sum()) == undefined
    assert 0.35 < undefined / bootstrap.RESAMPLES < 0.38
    assert low < point < high


def test_a_resample_that_draws_nothing_that_counts_is_undefined() -> None:
    """Two of 40 items count: neither is drawn in about e^-2 of resamples, which have no mean."""
    mask = np.arange(40) < 2
    found = estimates.estimates(independent("few", 40), {"x": np.arange(40.0)}, {"p": mask}, [("x",)])
    missed = ~bootstrap.weights("few", 40)[:2].any(axis=0)
    assert int(missed.sum()) == estimates.summary(found["p", ("x",)])[3]


# -- Summary -------------------------------------------------------------------------------------------------


def test_the_summary_is_the_point_and_the_percentiles_of_the_rest() -> None:
    """The point estimate is no resample; the interval holds the middle 95 % of those that are defined."""
    # 0 … 1000 five times over: the 2.5 % point lies at 25, the 97.5 % point at 975
    resamples = np.random.default_rng(0).permutation(np.tile(np.arange(1000.0), 5))
    point, low, high, undefined = estimates.summary(np.concatenate([[700.0], resamples]))
    assert (700.0, 0) == (point, undefined)
    assert pytest.approx([24.5, 974.5], abs=1) == [low, high]


def test_an_interval_never_lies_beside_its_value() -> None:
    """Thirty pairs, labels 0 and 1, a correlation near its bound: resamples are biased downwards."""
    rng = np.random.default_rng(5)
    gold = np.repeat([0.0, 1.0], 15)
    series = {"a": gold, "b": gold + 0.001 * rng.standard_normal(30)}
    values = estimates.estimates(independent("thirty", 30), series, {"all": np.ones(30, bool)}, [("a", "b")])[
        "all", ("a", "b")
    ]
    value, low, high, _ = estimates.summary(values)
    assert low <= value <= high
    assert low < high
