"""Pairs that sentences connect are resampled as one, across the sets of a combination."""

from __future__ import annotations

import numpy as np
import pytest

from harness.statistics import clusters
from harness.types import PairSet


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two clusters be enough, so that sets can be worked out by hand."""
    monkeypatch.setattr(clusters, "FEWEST", 2)


def _set(name: str, *pairs: tuple[str, str]) -> PairSet:
    """Return a set of the pairs of texts."""
    texts = tuple(text for pair in pairs for text in pair)
    places = np.arange(len(texts), dtype=np.int64).reshape(-1, 2)
    return PairSet(name, texts, None, places, None, {"use": "files"})


def test_pairs_with_a_sentence_in_common_are_one_cluster() -> None:
    """a-b and c-B share b, whatever its case; d-e and f-g stand alone."""
    sample = clusters.samples({"s": _set("s", ("a", "b"), ("c", "B"), ("d", "e"), ("f", "g"))}, {})["s"]
    assert ("s", 3) == (sample.group, sample.units)
    assert [[0], [0], [1], [2]] == sample.members.tolist()


def test_sets_of_a_combination_share_clusters() -> None:
    """A sentence of both sets connects a pair of one with a pair of the other; a third set is apart."""
    tests = {
        "one": _set("one", ("a", "b"), ("c", "d"), ("x", "y")),
        "two": _set("two", ("b", "z"), ("e", "f"), ("g", "h")),
        "three": _set("three", ("a", "b"), ("m", "n")),
    }
    samples = clusters.samples(tests, {"mean": {"one": 0.5, "two": 0.5}})
    assert ("one two", 5) == (samples["one"].group, samples["one"].units)
    assert ("one two", 5) == (samples["two"].group, samples["two"].units)
    assert samples["one"].members[0] == samples["two"].members[0]
    assert 5 == len({*samples["one"].members.ravel().tolist(), *samples["two"].members.ravel().tolist()})
    assert "three" == samples["three"].group


def test_combinations_that_share_a_set_are_one_group() -> None:
    """one-two and two-three link all three; four is in none."""
    combine = {"a": {"one": 1.0, "two": 1.0}, "b": {"two": 1.0, "three": -1.0}}
    assert [("one", "two", "three"), ("four",)] == clusters.groups(["one", "two", "three", "four"], combine)


def test_a_combination_of_sets_that_are_not_here_links_nothing() -> None:
    """Names that nothing was measured of are left out."""
    assert [("one",), ("two",)] == clusters.groups(["one", "two"], {"a": {"one": 1.0, "other": 1.0}})


def test_rows_are_resampled_where_one_cluster_has_most_pairs() -> None:
    """All pairs of three rows, and one pair apart: three of four are one cluster, and five rows are units."""
    sample = clusters.samples({"s": _set("s", ("a", "b"), ("b", "c"), ("a", "c"), ("d", "e"))}, {})["s"]
    assert sample.by_rows
    assert 5 == sample.units
    assert [[0, 1], [1, 2], [0, 2], [3, 4]] == sample.members.tolist()


def test_half_of_the_pairs_in_one_cluster_are_not_most() -> None:
    """Two of four pairs in one cluster leave clusters as units."""
    sample = clusters.samples({"s": _set("s", ("a", "b"), ("b", "c"), ("d", "e"), ("f", "g"))}, {})["s"]
    assert not sample.by_rows


def test_a_set_that_is_one_cluster_of_many_is_resampled_by_its_rows() -> None:
    """All pairs of three documents are one cluster of six for the mean, and all that the set has."""
    tests = {
        "one": _set("one", ("a", "b"), ("c", "d"), ("e", "f"), ("g", "h"), ("i", "j")),
        "all": _set("all", ("x", "y"), ("y", "z"), ("x", "z")),
        "two": _set("two", ("b", "k"), ("l", "m")),
    }
    samples = clusters.samples(tests, {"mean": dict.fromkeys(tests, 1.0)})
    assert ("all", 3, True) == (samples["all"].group, samples["all"].units, samples["all"].by_rows)
    assert {("one two", 6, False)} == {
        (x.group, x.units, x.by_rows) for x in (samples["one"], samples["two"])
    }
    assert samples["one"].members[0] == samples["two"].members[0]


def test_sets_that_are_resampled_by_rows_share_their_rows() -> None:
    """A row of two such sets is drawn as often in one as in the other."""
    tests = {"all": _set("all", ("x", "y"), ("y", "z")), "more": _set("more", ("x", "v"), ("v", "w"))}
    samples = clusters.samples(tests, {"mean": dict.fromkeys(tests, 1.0)})
    assert {("all more", 5, True)} == {(x.group, x.units, x.by_rows) for x in samples.values()}
    assert samples["all"].members[0, 0] == samples["more"].members[0, 0]


def test_queries_are_units_of_their_own() -> None:
    """Each has an answer of its own."""
    sample = clusters.independent("s queries", 3)
    assert [[0], [1], [2]] == sample.members.tolist()


def test_few_clusters_are_not_resampled_but_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two clusters leave three different resamples; their six rows leave more."""
    monkeypatch.setattr(clusters, "FEWEST", 3)
    sample = clusters.samples({"s": _set("s", ("a", "b"), ("b", "c"), ("d", "e"), ("e", "f"))}, {})["s"]
    assert sample.by_rows
    assert 6 == sample.units
