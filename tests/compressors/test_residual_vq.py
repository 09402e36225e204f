"""Learned residual vector quantization: nearest codewords by hand and by the library, gradients, refusals."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
import torch
import vector_quantize_pytorch
from pydantic import ValidationError

from harness.codecs.bottleneck_map import Map
from harness.compressors.residual_vq import Params, ResidualVQ, fit, restore
from harness.errors import InputError
from harness.types import Floats, Training

QUICK = {"stages": 3, "codewords": 8, "dims": 6, "steps": 40, "batch": 64}


def vectors(rows: int = 400, seed: int = 0) -> Floats:
    """Return rows of 24 dimensions whose spread falls from dimension to dimension."""
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((rows, 24)) * 0.8 ** np.arange(24)).astype(np.float32)


def training(rows: int = 400) -> Training:
    """Return rows without pairs."""
    return Training(vectors(rows), np.empty((0, 2), np.int64), None)


def plain(codebooks: Floats) -> ResidualVQ:
    """Return a codec whose maps leave vectors as they are."""
    dims = codebooks.shape[2]
    same = Map((np.eye(dims, dtype=np.float32), np.zeros(dims, np.float32)))
    return ResidualVQ(same, same, codebooks)


def test_each_stage_takes_the_codeword_nearest_to_what_is_left() -> None:
    """By hand: (3, 1) is nearest to (4, 0), what is left, (-1, 1), to (-1, 0)."""
    books = np.array([[[0, 0], [4, 0], [0, 4]], [[0, 0], [-1, 0], [0, -1]]], np.float32)
    codec = plain(books)
    codes = codec.encode(np.array([[3, 1]], np.float32))
    assert (3, 3) == codec.levels
    assert [[1, 1]] == codec.symbols(codes).tolist()
    assert [[3, 0]] == codec.decode(codes).tolist()


def test_codes_are_those_of_the_library() -> None:
    """With its codebooks, symbols are its indices and decoded vectors its outputs."""
    torch.manual_seed(0)
    library = vector_quantize_pytorch.ResidualVQ(dim=6, num_quantizers=3, codebook_size=16, kmeans_init=True)
    library(torch.tensor(vectors()[None, :, :6]))
    library.eval()
    x = vectors(seed=2)[:, :6].copy()
    expected, indices, _ = library(torch.tensor(x)[None])
    codec = plain(library.codebooks.detach().numpy())
    codes = codec.encode(x)
    np.testing.assert_array_equal(codec.symbols(codes), indices[0].numpy())
    np.testing.assert_allclose(codec.decode(codes), expected[0].detach().numpy(), atol=1e-5)


def test_three_stages_of_eight_codewords_take_nine_bits() -> None:
    """Nine bits are two bytes, and each symbol is below 8."""
    codec = fit(training(), Params(**QUICK), 0)
    codes = codec.encode(vectors(seed=2))
    assert (400, 2) == codes.shape
    assert codec.symbols(codes).max() < 8


@pytest.mark.parametrize("gradient", ["straight-through", "rotation"])
def test_training_passes_the_stages(gradient: Literal["straight-through", "rotation"]) -> None:
    """Rows on a curve that two principal components do not show: hidden units learn it, the loss falls."""
    turns = np.random.default_rng(0).random(1000) * 2 * np.pi
    x = np.concatenate([[np.cos(k * turns), np.sin(k * turns)] for k in (1, 2, 3)]).T.astype(np.float32)
    train = Training(x, np.empty((0, 2), np.int64), None)
    params = Params(
        stages=2, codewords=16, dims=2, hidden=16, steps=150, batch=64, rate=1e-2, gradient=gradient
    )
    losses = fit(train, params, 0).history["loss"]
    assert losses[-1] < 0.6 * losses[0]


def test_the_gradient_is_a_choice() -> None:
    """The rotation trick ends in other maps than the identity does, and there is no third way."""
    ones, others = (
        fit(training(), Params(**QUICK, gradient=gradient), 0).state()
        for gradient in ("straight-through", "rotation")
    )
    assert not np.array_equal(ones["encoder0"], others["encoder0"])
    with pytest.raises(ValidationError, match="straight-through"):
        Params(gradient="gumbel")


def test_a_further_stage_errs_less() -> None:
    """On held-out rows, every stage takes a further part of the squared error."""
    x = vectors(seed=2)
    errors = []
    for stages in (1, 2, 4):
        codec = fit(training(2000), Params(**{**QUICK, "stages": stages, "steps": 60}), 0)
        errors.append(float(((codec.decode(codec.encode(x)) - x) ** 2).mean()))
    assert errors[0] > 1.1 * errors[1] > 1.1**2 * errors[2]


def test_hardly_a_codeword_is_dead() -> None:
    """What hardly any row is near is put elsewhere: nine in ten codewords of each stage are in use."""
    codec = fit(training(2000), Params(stages=3, codewords=32, dims=6, steps=100, batch=64), 0)
    symbols = codec.symbols(codec.encode(vectors(2000)))
    assert min(len(np.unique(column)) for column in symbols.T) >= 29


def test_torchs_own_generator_is_left_alone() -> None:
    """Fitting draws from a fork of it: what comes after is what would have come."""
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    fit(training(), Params(**QUICK), 0)
    assert torch.equal(expected, torch.rand(3))


def test_a_restored_codec_is_the_same() -> None:
    """With hidden units too, codes and vectors are the same to the last bit."""
    params = Params(**QUICK, hidden=8)
    codec, x = fit(training(), params, 0), vectors(seed=2)
    again = restore(codec.state(), params)
    codes = codec.encode(x)
    assert codes.tobytes() == again.encode(x).tobytes()
    assert codec.decode(codes).tobytes() == again.decode(codes).tobytes()


def test_more_codewords_than_rows_are_refused() -> None:
    """Four rows are no eight codewords."""
    with pytest.raises(InputError, match="residual-vq: found 4 training vectors, expected at least 8"):
        fit(training(4), Params(**QUICK), 0)
