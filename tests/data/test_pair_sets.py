"""Sets of pairs and training corpora: blank texts are left out, and pairs go row by row."""

from __future__ import annotations

import pytest

from harness.data.pair_sets import corpus, paired
from harness.errors import InputError


def test_a_corpus_leaves_out_blank_texts_and_needs_two() -> None:
    """Blank lines are no training rows."""
    assert ("a", "b") == corpus("mine", ["a", " ", "", "b"], {}, "here").texts
    with pytest.raises(InputError, match="here: found 1 texts, expected at least two"):
        corpus("mine", ["a", "\n"], {}, "here")


def test_pairs_are_the_first_half_with_the_second() -> None:
    """Row i with row m + i."""
    assert [[0, 3], [1, 4], [2, 5]] == paired(3).tolist()
