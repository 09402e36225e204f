"""The normal form of texts: what is the same to a reader is the same to the audit, and nothing else is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.data.normalize import fold, words

TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("aAéÅß ΐᾳİ\u0301\u0345ﬁ"))
)
INVISIBLE = [
    "\u00ad",
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\ufe0f",
    "\u034f",
    "\x00",
    "\U000e0100",
]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        (" a\u00a0b\n", "A B"),
        ("\u0130stanbul", "i\u0307stanbul"),
        ("Größe über alles", unicodedata.normalize("NFD", "GRÖSSE ÜBER ALLES")),
        ("ﬁnal ½", "final 1\u20442"),
        ("Ｆｕｌｌ ｗｉｄｔｈ", "full width"),
        ("\ufeffco\u00adoperate", "cooperate"),
        ("\u2764\ufe0f", "\u2764"),
        ("e \u0301", "\u00e9"),
    ],
)
def test_what_a_reader_takes_for_the_same_text_is_the_same(one: str, other: str) -> None:
    """Case, white space, composed and decomposed letters, compatibility forms, invisible characters."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("Müller", "Muller"), ("a.b", "ab"), ("x", "х"), ("1", "l")])
def test_what_a_reader_can_tell_apart_stays_apart(one: str, other: str) -> None:
    """An umlaut is no vowel without one, punctuation counts, and letters of other scripts are others."""
    assert fold(one) != fold(other)


@given(TEXTS)
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    """Whatever composes once more after case or white space has gone."""
    assert fold(text) == fold(fold(text))


@given(TEXTS, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_every_normal_form_of_unicode_folds_to_one_text(text: str, form: str) -> None:
    """A file's form says nothing of what is in it."""
    assert fold(text) == fold(unicodedata.normalize(form, text))
    assert words(text) == words(unicodedata.normalize(form, text))


@given(TEXTS, st.sampled_from(INVISIBLE), st.integers(0, 100))
def test_an_invisible_character_changes_neither_text_nor_words(text: str, char: str, at: int) -> None:
    """Wherever it stands, between a letter and its accent too."""
    changed = text[:at] + char + text[at:]
    assert (fold(text), words(text)) == (fold(changed), words(changed))


def test_words_are_runs_of_letters_and_digits_of_the_normal_form() -> None:
    """White space and punctuation part them, a line's end too; what is invisible does not."""
    decomposed = unicodedata.normalize("NFD", "Schöne Größe")
    assert ["schöne", "grösse", "no", "3", "x"] == words(decomposed + "\nno_3,\u200b X\ufeff!")
