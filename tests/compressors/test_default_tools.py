"""Codes of mteb's CompressionWrapper and of sentence-transformers, against the tools' own, bit by bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.codecs.calls import DOCUMENTS, QUERIES, FittedOnCalls
from harness.compressors import compression_wrapper, quantize_embeddings
from harness.types import Floats, Training

D = 24
DTYPES = ("int8", "uint8", "int4", "uint4", "binary")


def rows(count: int, seed: int) -> Floats:
    """Return unit rows, as encoders have them."""
    x = np.random.default_rng(seed).standard_normal((count, D)).astype(np.float32)
    unit: Floats = x / np.linalg.norm(x, axis=1, keepdims=True)
    return unit


def training(x: Floats) -> Training:
    """Return a training split of rows alone."""
    return Training(x, np.empty((0, 2), np.int64), None)


def _wrapper(dtype: str, compare: str = "codes") -> Any:
    params = compression_wrapper.Params.model_validate({"dtype": dtype, "compare": compare})
    return compression_wrapper.fit(training(rows(300, 0)), params, 0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count", [2, 7, 500])
def test_codes_are_those_of_mteb(dtype: str, count: int) -> None:
    """What mteb returns from a call of ``encode``, and what is compared here, are the same numbers."""
    pytest.importorskip("mteb")
    import torch
    from mteb.models import CompressionWrapper
    from mteb.types import OutputDType

    theirs = CompressionWrapper.__new__(CompressionWrapper)  # no model: only its quantization is run
    theirs._quantization_level = OutputDType(dtype)
    theirs.clipping_margin, theirs.min_embeds = None, 0
    x = rows(count, 1)
    expected = theirs._quantize_embeddings(torch.from_numpy(x))
    codec = _wrapper(dtype)
    called = codec.for_call(x, QUERIES) if dtype != "binary" else codec
    np.testing.assert_array_equal(np.asarray(expected), called.decode(called.encode(x)))


@pytest.mark.parametrize("count", [1, 500])
def test_codes_are_those_of_sentence_transformers(count: int) -> None:
    """int8 codes with calibration embeddings, also of rows beyond their ranges."""
    quantize = pytest.importorskip("sentence_transformers.util.quantization").quantize_embeddings
    calibration, x = rows(50, 2), 2 * rows(count, 3)
    params = quantize_embeddings.Params(compare="cosine")
    codec = quantize_embeddings.fit(training(calibration), params, 0)
    expected = quantize(x, precision="int8", calibration_embeddings=calibration)
    np.testing.assert_array_equal(expected.astype(np.float32), codec.decode(codec.encode(x)))


def test_signed_and_unsigned_codes_are_the_same_bytes() -> None:
    """They differ by a constant when they are compared, and by nothing when they are decoded."""
    x = rows(40, 4)
    signed, unsigned = (_wrapper(dtype) for dtype in ("int8", "uint8"))
    codes = signed.encode(x)
    np.testing.assert_array_equal(codes, unsigned.encode(x))
    np.testing.assert_array_equal(np.float32(128), np.unique(unsigned.decode(codes) - signed.decode(codes)))
    one, other = (_wrapper(dtype, "decoded").decode(codes) for dtype in ("int8", "uint8"))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("dtype", "size"), [("int8", 24), ("uint4", 12), ("binary", 3)])
def test_codes_have_the_bytes_of_their_type(dtype: str, size: int) -> None:
    """A byte, half a byte or a bit a dimension; no side information."""
    codec = _wrapper(dtype)
    assert (5, size) == codec.encode(rows(5, 5)).shape
    assert 0 == codec.side_bytes


def test_decoded_codes_are_the_middles_of_their_steps() -> None:
    """By hand: 15 steps from 0 to 15 are one wide; 2.25 is in the third, 15 is the start of a sixteenth."""
    params = compression_wrapper.Params(dtype="int4", compare="decoded")
    codec = compression_wrapper.fit(training(np.array([[0.0], [15.0]], np.float32)), params, 0)
    assert [[2.5], [15.5]] == codec.decode(codec.encode(np.array([[2.25], [15.0]], np.float32))).tolist()
    binary = _wrapper("binary", "decoded")
    x = np.where(np.arange(D) % 2, 0.5, 0.0).astype(np.float32)[None]
    assert [-1.0, 1.0] == binary.decode(binary.encode(x))[0, :2].tolist()


def test_a_dimension_that_never_varies_has_code_0() -> None:
    """There mteb divides by zero."""
    params = compression_wrapper.Params(dtype="uint8")
    codec = compression_wrapper.fit(training(np.array([[1.0, 0.0], [1.0, 2.0]], np.float32)), params, 0)
    assert [[0.0, 127.0]] == codec.decode(codec.encode(np.array([[1.0, 1.0]], np.float32))).tolist()


def test_a_cosine_of_two_sides_is_the_inner_product_of_their_codes() -> None:
    """Divided by the same constant for all, 128 squared a dimension: integers from integers."""
    params = quantize_embeddings.Params(compare="inner-product")
    codec = quantize_embeddings.fit(training(rows(50, 6)), params, 0)
    x, y = rows(20, 7), rows(30, 8)
    left, right = (codec.for_call(z, side) for z, side in ((x, QUERIES), (y, DOCUMENTS)))
    a, b = (codec.encode(z).astype(np.int64) - 128 for z in (x, y))
    u, v = (one.decode(one.encode(z)).astype(np.float64) for one, z in ((left, x), (right, y)))
    cosines = (u @ v.T) / np.linalg.norm(u, axis=1)[:, None] / np.linalg.norm(v, axis=1)
    np.testing.assert_allclose(a @ b.T, cosines * D * 128**2, atol=0.05)


def test_which_codecs_are_fitted_on_calls() -> None:
    """All but the binary one, which fits nothing."""
    params = quantize_embeddings.Params(compare="decoded")
    codecs = [_wrapper("int8"), quantize_embeddings.fit(training(rows(9, 9)), params, 0), _wrapper("binary")]
    assert [True, True, False] == [isinstance(codec, FittedOnCalls) for codec in codecs]
