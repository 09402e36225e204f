"""The contamination audit against sets worked by hand, brute force, and what is known of the STS sets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.data import identity
from harness.data.contamination import contamination
from harness.data.exact_rows import exact_numbers
from harness.data.normalize import fold
from harness.protocols import as_published, decontaminated
from harness.types import Ints, PairSet

NO_PAIRS = np.empty((0, 2), np.int64)


def pairs_of(*pairs: tuple[str, str]) -> PairSet:
    """Return a set of text pairs."""
    left, right = zip(*pairs, strict=True)
    numbers = np.stack([np.arange(len(pairs)), np.arange(len(pairs)) + len(pairs)], axis=1)
    return PairSet("x", (*left, *right), None, numbers, None, {})


def corpus_of(*texts: str) -> PairSet:
    """Return a corpus without pairs."""
    return PairSet("x", texts, None, NO_PAIRS, None, {})


def vectors_of(rows: list[list[float]], pairs: list[tuple[int, int]]) -> PairSet:
    """Return vectors without text."""
    return PairSet("x", None, np.array(rows, np.float32), np.array(pairs, np.int64).reshape(-1, 2), None, {})


TRAIN = pairs_of(("a cat sits", "a dog runs"), ("one two three four five", "alone"))


@pytest.mark.parametrize(
    ("pair", "shared", "seen", "near"),
    [
        (("a cat sits", "a dog runs"), True, True, False),
        (("a dog runs", "a cat sits"), True, True, False),
        (("A  Cat sits ", "a dog\truns"), True, True, False),
        (("a cat sits", "alone"), False, True, False),
        (("a cat sits", "never seen"), False, True, False),
        (("never seen", "a dog runs"), False, True, False),
        (("never seen", "nor this"), False, False, False),
        (("one two three four", "nor this"), False, False, True),
        (("nor this", "Five, four: three two one!"), False, False, True),
        (("one two three", "nor this"), False, False, False),
        (("one two three four five six", "nor this"), False, False, True),
        (("one two three four five six seven", "nor this"), False, False, False),
        (("one two three four", "alone"), False, True, True),
        (("...", "?!"), False, False, False),
    ],
    ids=lambda value: " | ".join(value) if isinstance(value, tuple) else None,
)
def test_a_pair_is_marked_as_worked_by_hand(
    pair: tuple[str, str], *, shared: bool, seen: bool, near: bool
) -> None:
    """Shared in either order; seen by one sentence; near by 4 words of 5 or 5 of 6, not 3 of 5 or 5 of 7."""
    marks = contamination(pairs_of(pair), TRAIN)
    listed = [marks.shared_pair.tolist(), marks.seen_sentence.tolist(), marks.near_duplicate.tolist()]
    assert [[shared], [seen], [near]] == listed
    assert {
        "pairs": 1,
        "shared_pairs": int(shared),
        "pairs_with_a_seen_sentence": int(seen),
        "pairs_with_a_near_duplicate": int(near),
        "unseen_pairs_with_a_near_duplicate": int(near and not seen),
    } == marks.counts()


@pytest.mark.parametrize(
    ("common", "only_tested", "only_trained", "near"),
    [(4, 1, 0, True), (4, 0, 1, True), (8, 1, 1, True), (8, 2, 0, True), (7, 1, 1, False), (8, 2, 1, False)],
)
def test_near_duplicates_begin_at_a_jaccard_similarity_of_eight_tenths(
    *, common: int, only_tested: int, only_trained: int, near: bool
) -> None:
    """4/5 and 8/10 are near, on whichever side the other words stand; 7/9 and 8/11 are not."""
    words = [f"w{i}" for i in range(common)]
    tested = " ".join([*words, *(f"t{i}" for i in range(only_tested))])
    trained = " ".join([*words, *(f"u{i}" for i in range(only_trained))])
    actual = contamination(pairs_of((tested, "zzz")), corpus_of("yyy", trained))
    assert [near] == actual.near_duplicate.tolist()


def test_a_corpus_without_pairs_shares_sentences_but_no_pair() -> None:
    """Two sentences of a corpus are not a training pair."""
    actual = contamination(pairs_of(("a b c", "d e f")), corpus_of("a b c", "d e f"))
    assert ([False], [True]) == (actual.shared_pair.tolist(), actual.seen_sentence.tolist())


def test_a_set_overlaps_with_itself_entirely() -> None:
    """What is declared as seen is seen."""
    actual = contamination(TRAIN, TRAIN)
    assert [[True, True], [True, True], [False, False]] == [
        actual.shared_pair.tolist(),
        actual.seen_sentence.tolist(),
        actual.near_duplicate.tolist(),
    ]


def test_rows_without_text_are_the_same_when_they_are_copies() -> None:
    """By bytes, or by cosine: then they are near duplicates too, and seen; and never the same as texts."""
    train = vectors_of([[1, 2], [3, 4], [5, -6]], [(0, 1)])
    test = vectors_of([[3, 4], [1, 2], [1, 2.001], [7, 3]], [(0, 1), (0, 2), (1, 3), (2, 3), (3, 3)])
    actual = contamination(test, train)
    assert [True, True, False, False, False] == actual.shared_pair.tolist()
    assert [True, True, True, True, False] == actual.seen_sentence.tolist()
    assert [False, True, False, True, False] == actual.near_duplicate.tolist()
    assert [False, False, False, False, True] == decontaminated.keep(actual).tolist()
    assert {
        "pairs": 5,
        "shared_pairs": 2,
        "pairs_with_a_seen_sentence": 4,
        "pairs_with_a_near_duplicate": 2,
        "unseen_pairs_with_a_near_duplicate": 0,
    } == actual.counts()
    assert not contamination(test, TRAIN).seen_sentence.any()
    assert not contamination(TRAIN, train).near_duplicate.any()


@pytest.mark.parametrize("kind", ["float16", "embedded twice"])
def test_vectors_of_the_training_split_are_found_again_in_other_bytes(kind: str) -> None:
    """Half the pairs have a row of the split, as float16 or with differences of 1e-4; others have none."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((300, 32))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    copied = x[:50].astype(np.float16) if kind == "float16" else x[:50] + rng.uniform(-1e-4, 1e-4, (50, 32))
    test = np.concatenate([copied, x[100:250]])
    actual = contamination(
        vectors_of(test.tolist(), [(i, i + 100) for i in range(100)]), vectors_of(x[:100].tolist(), [])
    )
    expected = [i < 50 for i in range(100)]
    assert [expected, expected] == [actual.seen_sentence.tolist(), actual.near_duplicate.tolist()]


def test_a_test_set_in_another_unicode_form_is_seen() -> None:
    """Training pairs in NFC, test pairs in NFD: the same pairs, and near duplicates share their words."""
    sentences = [
        ("Größe über alles", "Die Tür öffnet früh"),
        ("Ärger im Büro heute früh", "Übung macht müde"),
    ]
    train = pairs_of(*[tuple(unicodedata.normalize("NFC", text) for text in pair) for pair in sentences])
    test = [tuple(unicodedata.normalize("NFD", text) for text in pair) for pair in sentences]
    near = (unicodedata.normalize("NFD", "heute früh Ärger im Büro!"), "etwas anderes")
    actual = contamination(pairs_of(*test, near), train)
    assert [True, True, False] == actual.shared_pair.tolist()
    assert [True, True, False] == actual.seen_sentence.tolist()
    assert [False, False, True] == actual.near_duplicate.tolist()


def test_protocols_keep_all_pairs_or_those_without_a_seen_sentence() -> None:
    """A near duplicate stays in; what shares a sentence goes."""
    test = pairs_of(("a cat sits", "new"), ("one two three four", "new"), ("other", "new"))
    actual = contamination(test, TRAIN)
    assert [True, True, True] == as_published.keep(actual).tolist()
    assert [False, True, True] == decontaminated.keep(actual).tolist()


SENTENCES = st.lists(st.sampled_from([*"abcdefgh", "B", ",", "a_b"]), max_size=12).map(" ".join)


def words(text: str) -> frozenset[str]:
    """Return the words of a text, case folded: runs of letters and digits."""
    return frozenset(re.split(r"[\W_]+", text.casefold())) - {""}


def near_by_brute_force(text: str, train: list[str]) -> bool:
    """Return what the definition says, in whole numbers: intersection / union >= 4/5."""
    if fold(text) in {fold(other) for other in train}:
        return False
    own = words(text)
    return any(5 * len(own & words(other)) >= 4 * len(own | words(other)) > 0 for other in train)


@given(
    st.lists(st.tuples(SENTENCES, SENTENCES), min_size=1, max_size=8),
    st.lists(SENTENCES, min_size=1, max_size=8),
)
def test_near_duplicates_are_those_of_brute_force(pairs: list[tuple[str, str]], train: list[str]) -> None:
    """The sparse product finds what comparing every sentence with every other finds."""
    expected = [any(near_by_brute_force(text, train) for text in pair) for pair in pairs]
    assert expected == contamination(pairs_of(*pairs), corpus_of(*train)).near_duplicate.tolist()


def test_more_sentences_than_are_compared_at_a_time_are_all_compared() -> None:
    """The 2000 sentences of 1000 pairs take two chunks; every third is near."""
    pairs = [
        (f"a b c d e{i}", f"x{i} y{i}") if i % 3 else (f"w{i} b c d e", f"x{i} y{i}") for i in range(1000)
    ]
    actual = contamination(pairs_of(*pairs), corpus_of("b c d e", "unrelated"))
    assert [i % 3 == 0 for i in range(1000)] == actual.near_duplicate.tolist()


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("train", "shared"),
    [
        ("stsb-train", {"sts12": 1002, "sts13": 597, "sts14": 1861, "sts15": 1102, "sts16": 197}),
        ("stsb-test", {"sts12": 256, "sts13": 72, "sts14": 205, "sts15": 199, "sts16": 285}),
    ],
)
def test_sts12_to_16_share_pairs_with_sts_b(
    sts: Callable[[str], PairSet], train: str, shared: dict[str, int]
) -> None:
    """STS-B was drawn from them: the counts that were found before this harness was written."""
    trained = sts(train)
    counts = {name: contamination(sts(name), trained).counts() for name in shared}
    assert shared == {name: count["shared_pairs"] for name, count in counts.items()}
    sizes = {"sts12": 3108, "sts13": 1500, "sts14": 3750, "sts15": 3000, "sts16": 1186}
    assert sizes == {name: count["pairs"] for name, count in counts.items()}
    seen = [count["pairs_with_a_seen_sentence"] - count["shared_pairs"] for count in counts.values()]
    assert min(seen) > 0  # sentences come back in other pairs: sharing no pair is not enough


@pytest.mark.parametrize(
    ("raw", "tokenised"),
    [("You'll see, the dog is playing.", "you 'll see , the dog is playing ."), ("A  b\tC", "a b c")],
)
def test_a_tokenised_copy_of_a_sentence_is_the_same_sentence(raw: str, tokenised: str) -> None:
    """The hub's test sets are tokenised, its training set is not: the audit has to see through that."""
    actual = contamination(pairs_of((tokenised, "x y z")), corpus_of(raw, "unrelated"))
    assert [True] == actual.seen_sentence.tolist()


def test_vectors_are_hashed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which rows are copies in other bytes follows from what identity has numbered."""
    calls: list[int] = []

    def counted(*sets: PairSet) -> tuple[Ints, ...]:
        calls.append(len(sets))
        return exact_numbers(*sets)

    monkeypatch.setattr(identity, "exact_numbers", counted)
    test = vectors_of([[1, 0], [0, 1], [1, 1e-4]], [(0, 1), (1, 2)])
    audit = contamination(test, vectors_of([[1, 0], [3, 2]], []))
    assert [2] == calls
    assert [True, True] == audit.seen_sentence.tolist()
    assert [False, True] == audit.near_duplicate.tolist()
