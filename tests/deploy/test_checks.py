"""Codecs that cannot stand for a user's vectors are refused: those of NaN, and those of two sides."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from support.tampering import restamp
from support.vectors import random_floats

from harness.codecs.storage import save_codec
from harness.deploy import Codec, fit, parse_pipeline
from harness.errors import InputError
from harness.evidence.files import sha256_file
from harness.types import Doubles, Ints

X = random_floats(60, 12)
SHORT = "steps=12 batch=4"


def _pairs(different: int) -> tuple[Ints, Doubles]:
    """Return 30 pairs, of which so many have a score of their own; all others have 0."""
    gold = np.zeros(30)
    gold[:different] = np.arange(1, different + 1)
    return np.stack([np.arange(30), np.arange(30, 60)], axis=1), gold


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"lens-ensemble dims=4 members=2 {SHORT}", "step 0, lens-ensemble"),
        (f"lens dims=4 human_weight=1.0 {SHORT}", "step 0, lens"),
        (f"truncation dims=9 | lens dims=4 human_weight=0.5 {SHORT}", "step 1, lens"),
    ],
)
def test_a_map_that_training_made_nan_is_refused_with_its_step(text: str, name: str) -> None:
    """29 of 30 scores are 0: a batch of them has no correlation. Other scores give a codec."""
    pairs, gold = _pairs(1)
    message = (
        f"pipeline: {name}: found NaN or infinity in 'weights', expected finite numbers: fit on more pairs"
    )
    with pytest.raises(InputError, match=re.escape(message)) as raised:
        fit(X, parse_pipeline(text), pairs=pairs, gold=gold)
    assert 1 == len(str(raised.value).splitlines())
    pairs, gold = _pairs(30)
    codec = fit(X, parse_pipeline(text), pairs=pairs, gold=gold)
    assert np.isfinite(codec.decode(codec.encode(X))).all()


def test_a_map_of_nan_before_another_step_is_refused() -> None:
    """The step behind it meets no vector."""
    pairs, gold = _pairs(1)
    steps = parse_pipeline(f"lens-ensemble dims=4 members=2 {SHORT} | scalar bits=4")
    with pytest.raises(InputError, match="training vectors after lens-ensemble: row 0 has NaN"):
        fit(X, steps, pairs=pairs, gold=gold)


def test_rows_that_are_all_equal_give_no_map() -> None:
    """Without pairs the target is the cosine, which is then 1 for all."""
    equal = np.ones((60, 12), np.float32)
    with pytest.raises(InputError, match="step 0, lens: found NaN or infinity"):
        fit(equal, parse_pipeline(f"lens dims=4 {SHORT}"))


@pytest.mark.parametrize(
    "text",
    [
        "quantize-embeddings",
        "quantize-embeddings compare=inner-product",
        "truncation dims=6 | quantize-embeddings",
        "quantize-embeddings | truncation dims=6",
    ],
)
def test_a_codec_with_two_sides_is_refused(text: str) -> None:
    """A file of codes has one: the components that are added for an inner product would multiply."""
    place = 1 if text.startswith("truncation") else 0
    message = f"pipeline: step {place}, quantize-embeddings: found codes that decode differently for queries"
    with pytest.raises(InputError, match=message) as raised:
        fit(X, parse_pipeline(text))
    assert 1 == len(str(raised.value).splitlines())


@pytest.mark.parametrize(
    "text",
    [
        "quantize-embeddings compare=decoded",
        "quantize-embeddings compare=cosine",
        "compression-wrapper",
        "compression-wrapper compare=decoded dtype=uint4",
        "compression-wrapper dtype=binary",
    ],
)
def test_similarity_of_tools_codes_is_the_cosine_of_what_is_decoded(text: str) -> None:
    """Against the sums written out in float64; decoded vectors have the dimensions of the encoded ones."""
    codec = fit(X, parse_pipeline(text))
    codes = codec.encode(X)
    a, b = np.split(codec.decode(codes).astype(float), 2)
    assert (30, 12) == a.shape
    norms = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    np.testing.assert_allclose(
        (a * b).sum(axis=1) / norms, codec.similarity(codes[:30], codes[30:]), rtol=1e-5
    )


@pytest.mark.parametrize(
    "text", ["quantize-embeddings compare=decoded", "compression-wrapper compare=decoded"]
)
def test_cosines_of_8_decoded_bits_are_close_to_the_original_ones(text: str) -> None:
    """Within what 255 steps of each dimension can move them."""
    codec = fit(X, parse_pipeline(text))
    codes, (a, b) = codec.encode(X), np.split(X.astype(float), 2)
    original = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    np.testing.assert_allclose(original, codec.similarity(codes[:30], codes[30:]), atol=0.02)


def test_a_folder_with_two_sides_is_refused(tmp_path: Path) -> None:
    """Such as an earlier version wrote."""
    fit(X, parse_pipeline("quantize-embeddings compare=cosine")).save(tmp_path / "codec")
    path = tmp_path / "codec" / "codec.safetensors"
    ranges = np.stack([X.min(axis=0), X.max(axis=0)])
    save_codec(path, [("quantize-embeddings", {"compare": "inner-product"}, {"ranges": ranges})])
    changes = {"arrays_sha256": sha256_file(path), "pipeline": "quantize-embeddings", "decoded_dimension": 14}
    restamp(tmp_path / "codec" / "card.json", lambda card: card.update(changes))
    with pytest.raises(InputError, match=r"codec\.safetensors: quantize-embeddings: found codes that decode"):
        Codec.load(tmp_path / "codec")
