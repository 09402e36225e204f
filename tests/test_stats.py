"""Spearman and its bootstrap intervals against scipy, numpy and full re-ranking."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr

from harness import stats
from harness.core import InputError

Array = NDArray[np.float64]
XY = ("x", "y")


def _bivariate(rho: float, n: int, seed: int) -> tuple[Array, Array]:
    """Return a sample of a bivariate normal whose Spearman correlation is ``rho`` (Pearson 1907)."""
    r = 2 * np.sin(np.pi * rho / 6)
    rng = np.random.default_rng([n, round(100 * abs(rho)), seed])
    x = rng.standard_normal(n)
    return x, r * x + np.sqrt(1 - r * r) * rng.standard_normal(n)


def _estimate(name: str, x: Array, y: Array, mask: NDArray[np.bool_] | None = None) -> stats.Estimates:
    mask = np.ones(len(x), bool) if mask is None else mask
    return stats.estimates(name, {"x": x, "y": y}, {"p": mask}, [XY])["p", XY]


def _weighted_pearson(x: Array, y: Array, weights: NDArray[np.uint8]) -> float:
    """Return Pearson's correlation of ``x`` and ``y`` counted as often as ``weights`` say, by numpy."""
    (a, b), (_, c) = np.cov(x, y, fweights=weights.astype(int))
    return float(b / np.sqrt(a * c))


# -- Cosines and ranks ---------------------------------------------------------------------------------------


def test_cosines_are_those_worked_by_hand() -> None:
    """A cosine is the scalar product over the norms."""
    left = np.array([[3, 4], [1, 0], [2, 0]], np.float32)
    right = np.array([[4, 3], [0, 5], [-7, 0]], np.float32)
    # (3 4 + 4 3) / (5 5) = 0.96; right angle: 0; opposite: -1
    np.testing.assert_allclose(stats.cosines(left, right, "here"), [0.96, 0, -1], rtol=1e-7)


def test_cosines_do_not_change_with_length() -> None:
    """Vectors of norm 1e-5 and 1e5 have the cosine of their directions."""
    left = np.array([[3e-5, 4e-5]], np.float32)
    right = np.array([[4e5, 3e5]], np.float32)
    np.testing.assert_allclose(stats.cosines(left, right, "here"), [0.96], rtol=1e-6)


def test_a_vector_without_direction_has_no_cosine() -> None:
    """A zero vector is an error that names the data and the pair."""
    left = np.array([[1, 0], [0, 0]], np.float32)
    with pytest.raises(InputError, match=r"^cell: sts: pair 1 has a vector of norm 0"):
        stats.cosines(left, np.ones((2, 2), np.float32), "cell: sts")


def test_standard_ranks_are_mid_ranks_of_mean_0_and_variance_1() -> None:
    """Ties share their mean rank, and the ranks are standardised."""
    # ranks 1, 2.5, 2.5, 4: mean 2.5, variance (2.25 + 0 + 0 + 2.25) / 4 = 1.125; 1.5 / sqrt(1.125) = sqrt(2)
    found = stats.standard_ranks(np.array([10.0, 20.0, 20.0, 40.0]), "here")
    np.testing.assert_allclose(found, [-np.sqrt(2), 0, 0, np.sqrt(2)], atol=1e-12)


def test_equal_values_cannot_be_ranked() -> None:
    """A constant series is an error that names data set, protocol and series."""
    with pytest.raises(InputError, match=r"^sts \(p\): y: all 20 values are equal"):
        _estimate("sts", np.arange(20.0), np.full(20, 3.0))


def test_a_series_constant_where_the_mask_is_cannot_be_ranked() -> None:
    """What counts is the masked pairs, not the values outside."""
    y = np.concatenate([np.full(15, 3.0), np.arange(5.0)])
    with pytest.raises(InputError, match="all 15 values are equal"):
        _estimate("sts", np.arange(20.0), y, np.arange(20) < 15)


# -- Weights -------------------------------------------------------------------------------------------------


def test_every_resample_draws_as_many_items_as_there_are() -> None:
    """Weights are counts of n draws, one row a resample."""
    drawn = stats.weights("sts", 137)
    assert (stats.RESAMPLES, 137) == drawn.shape
    assert np.uint8 == drawn.dtype
    assert {137} == set(drawn.sum(axis=1, dtype=int).tolist())


def test_weights_are_those_of_draws_with_replacement() -> None:
    """Each count has the mean 1 and the variance (n - 1)/n of a multinomial draw."""
    drawn = stats.weights("sts", 50).astype(float)
    # 10,000 x 50 counts: the standard error of the mean square is about sqrt(Var((w-1)^2)/5e5) = 0.003
    assert abs(drawn.var() - 49 / 50) < 0.01
    # and every item is drawn alike: the mean over resamples has the standard error sqrt(0.98/1e4) = 0.0099
    assert np.abs(drawn.mean(axis=0) - 1).max() < 0.05


def test_weights_come_from_name_and_size_alone() -> None:
    """The same data set gives the same weights in any process, another gives others."""
    first = stats.weights("sts", 40).copy()
    stats.weights.cache_clear()
    np.testing.assert_array_equal(stats.weights("sts", 40), first)
    assert not np.array_equal(stats.weights("other", 40), first)


# -- Point estimates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rho", [-0.6, 0.0, 0.5, 0.95])
@pytest.mark.parametrize("ties", [False, True], ids=["distinct", "ties"])
def test_the_point_estimate_is_scipys(rho: float, ties: bool) -> None:
    """The Spearman of the sample is scipy's, with ties and without."""
    x, y = _bivariate(rho, 500, seed=1)
    y = np.round(2 * y) if ties else y
    assert spearmanr(x, y).statistic == pytest.approx(_estimate("sts", x, y)[0], abs=1e-9)


def test_the_point_estimate_under_a_mask_is_scipys_on_what_is_left() -> None:
    """Pairs outside the mask do not count, and each protocol ranks anew."""
    x, y = _bivariate(0.5, 400, seed=2)
    mask = np.random.default_rng(3).random(400) < 0.6
    x[~mask] *= -100  # whatever stands outside
    masks = {"all": np.ones(400, bool), "some": mask}
    found = stats.estimates("sts", {"x": x, "y": y}, masks, [XY])
    assert spearmanr(x[mask], y[mask]).statistic == pytest.approx(found["some", XY][0], abs=1e-9)
    assert spearmanr(x, y).statistic == pytest.approx(found["all", XY][0], abs=1e-9)


def test_the_mean_of_one_series_is_its_weighted_mean() -> None:
    """A request of one name is a mean: plain for the point, with each resample's weights after it."""
    x = np.random.default_rng(4).random(60)
    mask = np.arange(60) % 3 > 0
    found = stats.estimates("sts", {"x": x}, {"p": mask}, [("x",)])["p", ("x",)]
    drawn = stats.weights("sts", 60)[:, mask]
    assert x[mask].mean() == pytest.approx(found[0], abs=1e-12)
    expected = [np.average(x[mask], weights=row) for row in drawn[:50]]
    np.testing.assert_allclose(found[1:51], expected, rtol=1e-5)


# -- Replicates ----------------------------------------------------------------------------------------------


def test_replicates_are_weighted_pearson_correlations_of_fixed_ranks() -> None:
    """Each replicate is what numpy's weighted covariance makes of the ranks and the resample's counts."""
    x, y = _bivariate(0.8, 250, seed=5)
    y = np.round(y, 1)
    found = _estimate("sts", x, y)
    assert (1 + stats.RESAMPLES,) == found.shape
    ranks = stats.standard_ranks(x, ""), stats.standard_ranks(y, "")
    rows = [0, 1, 999, 1000, 1001, 5000, stats.RESAMPLES - 1]  # on both sides of a chunk's end
    expected = [_weighted_pearson(*ranks, stats.weights("sts", 250)[row]) for row in rows]
    np.testing.assert_allclose(found[1:][rows], expected, atol=1e-5)


def test_replicates_under_a_mask_use_the_data_sets_weights() -> None:
    """Protocols share resamples: the masked replicate uses the same counts, restricted to the mask."""
    x, y = _bivariate(0.8, 250, seed=6)
    mask = np.arange(250) >= 100
    found = _estimate("sts", x, y, mask)
    ranks = stats.standard_ranks(x[mask], ""), stats.standard_ranks(y[mask], "")
    expected = [_weighted_pearson(*ranks, row[mask]) for row in stats.weights("sts", 250)[:50]]
    np.testing.assert_allclose(found[1:51], expected, atol=1e-5)


def test_what_else_is_requested_does_not_change_an_estimate() -> None:
    """An estimate is the same alone and among others, to float32 sums."""
    x, y = _bivariate(0.5, 300, seed=7)
    series, mask = {"x": x, "y": y, "z": x - y}, {"p": np.ones(300, bool)}
    alone = stats.estimates("sts", series, mask, [XY])
    together = stats.estimates("sts", series, mask, [("x", "z"), XY, ("z",)])
    np.testing.assert_allclose(together["p", XY], alone["p", XY], atol=1e-5)


# The check of the approximation against full re-ranking (scipy's spearmanr of the resampled pairs), once for
# all 10,000 resamples of one sample each, bivariate normal:
#
#   n     rho   approximated          full                  width ratio  correlation of replicates
#   1000  0.5   [0.4572, 0.5514]      [0.4561, 0.5515]      0.986        0.997
#   1000  0.8   [0.7961, 0.8396]      [0.7941, 0.8401]      0.943        0.990
#   1000  0.95  [0.9464, 0.9588]      [0.9457, 0.9587]      0.949        0.985
#   300   0.5   [0.4205, 0.5900]      [0.4161, 0.5906]      0.972        0.992
#   300   0.8   [0.7432, 0.8315]      [0.7365, 0.8336]      0.910        0.983
#   300   0.95  [0.9443, 0.9665]      [0.9406, 0.9666]      0.855        0.961
#
# At n = 10,000 (1,500 resamples) the standard deviations are still in the ratio 0.985, 0.960, 0.925: the ends
# of a single Spearman lie a little close. For what the claims are about, differences and quotients of two
# correlations with the same scores (n = 1000), the width ratio is 0.993 to 1.016. Below: 400 resamples.
@pytest.mark.parametrize(
    ("n", "rho", "off"), [(300, 0.5, 0.010), (300, 0.8, 0.012), (1000, 0.5, 0.004), (1000, 0.8, 0.004)]
)
def test_fixed_ranks_approximate_a_bootstrap_that_ranks_every_resample(
    n: int, rho: float, off: float
) -> None:
    """Replicates go with those of scipy on the resampled pairs, and the intervals end close to each other."""
    x, y = _bivariate(rho, n, seed=0)
    drawn = stats.weights("sts", n)[:400]
    full = [spearmanr(np.repeat(x, row), np.repeat(y, row)).statistic for row in drawn]
    found = _estimate("sts", x, y)[1:401]
    assert np.corrcoef(found, full)[0, 1] > 0.97
    assert np.percentile(full, [2.5, 97.5]) == pytest.approx(np.percentile(found, [2.5, 97.5]), abs=off)


def test_the_interval_of_a_loss_is_that_of_full_re_ranking() -> None:
    """The difference of two correlations with the same scores has an interval within 5 % of scipy's width."""
    x, y = _bivariate(0.8, 500, seed=8)
    z = x + 0.3 * np.random.default_rng(9).standard_normal(500)
    requests = [("x", "y"), ("z", "y")]
    found = stats.estimates("sts", {"x": x, "y": y, "z": z}, {"p": np.ones(500, bool)}, requests)
    loss = (found["p", ("x", "y")] - found["p", ("z", "y")])[1:601]
    full = [
        spearmanr(np.repeat(x, row), np.repeat(y, row)).statistic
        - spearmanr(np.repeat(z, row), np.repeat(y, row)).statistic
        for row in stats.weights("sts", 500)[:600]
    ]
    width, expected = np.ptp(np.percentile(loss, [2.5, 97.5])), np.ptp(np.percentile(full, [2.5, 97.5]))
    assert expected == pytest.approx(width, rel=0.05)


def test_intervals_cover_a_known_spearman() -> None:
    """Of 200 samples from a bivariate normal, 90 to 99 % have its Spearman inside their interval."""
    rho, samples, inside = 0.5, 100, 0
    for start in (0, samples):  # one matrix product for a hundred samples
        series, requests = {}, []
        for seed in range(start, start + samples):
            series[f"x{seed}"], series[f"y{seed}"] = _bivariate(rho, 200, seed)
            requests.append((f"x{seed}", f"y{seed}"))
        found = stats.estimates("coverage", series, {"p": np.ones(200, bool)}, requests)
        intervals = [stats.summary(values) for values in found.values()]
        inside += sum(low <= rho <= high for _, low, high in intervals)
    assert 180 <= inside <= 198


# -- Summary -------------------------------------------------------------------------------------------------


def test_the_summary_is_the_point_and_the_percentiles_of_the_rest() -> None:
    """The point estimate is no resample; the interval holds the middle 95 % of those."""
    # 0 … 1000: the 2.5 % point lies at 25, the 97.5 % point at 975
    values = np.concatenate([[-7.0], np.random.default_rng(0).permutation(1001).astype(float)])
    assert (-7.0, 25.0, 975.0) == stats.summary(values)
