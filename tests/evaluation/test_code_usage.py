"""What codes are like: counts and entropies by hand, associations against scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from harness.codecs import bitpacking
from harness.evaluation import code_usage as symbols
from harness.evidence.stamp import canonical
from harness.types import Bytes, Ints


class Plain:
    """Codes that are packed symbols and nothing else."""

    def __init__(self, levels: tuple[int, ...], *, ordered: bool) -> None:
        self.levels = levels
        self.ordered = ordered

    def symbols(self, codes: Bytes) -> Ints:
        """Return the symbols behind ``codes``."""
        return bitpacking.unpack(codes, self.levels)


def described(
    rows: Any, levels: tuple[int, ...], texts: tuple[str, ...] | None = None, *, ordered: bool = True
) -> dict[str, Any]:
    """Return the description of the symbols ``rows``."""
    codes = bitpacking.pack(np.array(rows), levels)
    return symbols.described(Plain(levels, ordered=ordered), np.array_split(codes, 3), len(codes), texts)


def test_codes_are_counted_by_hand() -> None:
    """Four rows on three of six codes: one code twice, two once."""
    usage = described([[0, 0], [0, 0], [1, 2], [0, 1]], (2, 3))
    assert 4 == usage["rows"]
    assert (6, 3, 3, 0.5) == tuple(usage[key] for key in ("possible", "used", "dead", "dead_share"))
    # entropy: 1/2 log 2 + 2 × 1/4 log 4 = 1.5 log 2, hence 2^1.5
    assert pytest.approx(2**1.5, rel=1e-5) == usage["perplexity"]
    assert 0.5 == usage["collision_rate"]  # the two rows that share a code
    assert pytest.approx(np.log2(6), rel=1e-5) == usage["bits"]
    first, second = usage["positions"]
    assert {"levels": 2, "used": 2} == {key: first[key] for key in ("levels", "used")}
    assert {"levels": 3, "used": 3} == {key: second[key] for key in ("levels", "used")}
    # first position: 3 of 4 and 1 of 4
    assert pytest.approx(np.exp(stats.entropy([3, 1])), rel=1e-5) == first["perplexity"]
    assert "axes" not in usage


def test_even_codes_have_as_much_perplexity_as_there_are() -> None:
    """Each of 2,560 codes once: no dead code, no collision, all positions full."""
    grids = np.meshgrid(*[np.arange(size) for size in (8, 8, 8, 5)])
    usage = described(np.stack([grid.ravel() for grid in grids], axis=1), (8, 8, 8, 5))
    assert (0, 0.0, 2560.0) == tuple(usage[key] for key in ("dead", "collision_rate", "perplexity"))
    assert [8.0, 8.0, 8.0, 5.0] == [position["perplexity"] for position in usage["positions"]]


@pytest.mark.parametrize("levels", [(3, 5, 2), (300, 7), (4,) * 40, (256, 256, 256)])
def test_codes_are_counted_in_the_order_of_their_symbols(levels: tuple[int, ...]) -> None:
    """As NumPy's unique rows are, so that sums over counts have the same order; NUL bytes count as others."""
    rng = np.random.default_rng(0)
    rows = rng.integers(0, np.minimum(levels, 3), (500, len(levels))) * (rng.random((500, 1)) < 0.9)
    _, expected = np.unique(rows, axis=0, return_counts=True)
    assert expected.tolist() == symbols._counts(bitpacking.pack(rows, levels)).tolist()


def test_more_codes_than_json_can_count() -> None:
    """A thousand bits are described, in numbers that a canonical JSON takes."""
    usage = described(np.zeros((3, 500), np.int64), (4,) * 500)
    assert (None, None, 1.0, 1.0) == tuple(
        usage[key] for key in ("possible", "dead", "dead_share", "collision_rate")
    )
    assert 1000.0 == usage["bits"]
    assert canonical(usage)


def test_properties_are_counted_by_hand() -> None:
    """One text with everything, and one without a word."""
    values = {
        name: values.tolist() for name, values in symbols.properties(("The cat, the CAT 42!", "?!")).items()
    }
    assert [20.0, 2.0] == values["characters"]
    assert [5.0, 0.0] == values["words"]
    assert [14 / 5, 0.0] == values["mean_word_length"]  # 3 + 3 + 3 + 3 + 2
    assert [2 / 20, 0.0] == values["digits"]
    assert [4 / 20, 0.0] == values["capitals"]
    assert [3 / 5, 0.0] == values["type_token_ratio"]
    assert [2.0, 2.0] == values["punctuation"]
    # 'the' and 'cat' are two of five words each, '42' one
    assert pytest.approx((4 * np.log(2 / 5) + np.log(1 / 5)) / 5) == values["log_frequency"][0]
    assert 0.0 == values["log_frequency"][1]


def test_eta_squared_is_that_of_an_analysis_of_variance() -> None:
    """It follows from scipy's F: eta² = F (k - 1) / (F (k - 1) + n - k)."""
    rng = np.random.default_rng(0)
    groups = rng.integers(4, size=200)
    values = rng.standard_normal(200) + groups % 2
    f = stats.f_oneway(*[values[groups == i] for i in range(4)]).statistic
    assert pytest.approx(3 * f / (3 * f + 196)) == symbols.eta_squared(groups, values)


def test_ordered_positions_are_correlated_by_rank() -> None:
    """The first position follows the length, the second nothing; each value is scipy's."""
    texts = tuple("a " * count for count in range(1, 41))
    rng = np.random.default_rng(0)
    rows = np.stack([np.arange(40) // 10, rng.integers(4, size=40)], axis=1)
    axes = described(rows, (4, 4), texts)["axes"]
    assert ("spearman", 40) == (axes["measure"], axes["n"])
    lengths = np.arange(1, 41)
    expected = [stats.spearmanr(column, lengths).statistic for column in rows.T]
    assert pytest.approx(expected, rel=1e-5) == axes["properties"]["words"]
    assert axes["properties"]["words"][0] > 0.9
    assert "digits" not in axes["properties"]  # no text has one: nothing varies
    assert "chance" not in axes


def test_a_position_that_never_varies_goes_with_nothing() -> None:
    """Its correlation is 0, not undefined."""
    axes = described([[1], [1], [1]], (4,), ("a", "b b", "c c c"))["axes"]
    assert [0.0] == axes["properties"]["words"]


def test_unordered_positions_have_eta_squared_and_what_chance_makes_of_it() -> None:
    """Symbols that name the length, in no order, explain it all; four of them explain 3/39 by chance."""
    texts = tuple("a " * (1 + count % 4) for count in range(40))
    axes = described([[(3, 0, 2, 1)[count % 4]] for count in range(40)], (4,), texts, ordered=False)["axes"]
    assert "eta_squared" == axes["measure"]
    assert [1.0] == axes["properties"]["words"]
    assert [pytest.approx(3 / 39, rel=1e-5)] == axes["chance"]


def test_chance_is_what_unrelated_symbols_come_to_on_average() -> None:
    """Over 300 draws the mean eta² of symbols that have nothing to do with a value is (k - 1) / (n - 1)."""
    rng = np.random.default_rng(1)
    values = rng.standard_normal(60)
    groups = np.repeat(np.arange(6), 10)
    shuffled = [symbols.eta_squared(rng.permutation(groups), values) for _ in range(300)]
    assert abs(np.mean(shuffled) - 5 / 59) < 4 * np.std(shuffled) / np.sqrt(300)
