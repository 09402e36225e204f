"""What every compressor has to keep to, and what each one does, against sums by hand, numpy and faiss."""

from __future__ import annotations

import itertools
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import faiss
import numpy as np
import pytest
from pydantic import ValidationError

from harness.codecs.storage import load_codec, save_codec
from harness.errors import InputError
from harness.evaluation.knn import nearest
from harness.planning import registry
from harness.portability.steps import small
from harness.types import Codec, Doubles, Floats, Training

ROWS, D = 300, 24


@dataclass(frozen=True)
class Case:
    """A compressor's parameters here, the bytes a vector of 24 dimensions has to take, and whether it sums.

    A compressor that is not listed below has the least parameters that fit, and any size.

    A matrix product may sum in another order for one row than for many: such a row decodes to the same
    vector up to float32 rounding, any other to the same bytes.
    """

    params: dict[str, Any]
    size: int | None
    sums: bool = False


CASES = {
    "aqea": Case({"dims": 3, "budget": 60}, 4 * 3, sums=True),
    "autoencoder": Case({"dims": 6, "hidden": 8, "epochs": 2}, 4 * 6, sums=True),
    "columns": Case({"start": 4, "stop": 10}, 4 * 6),
    "crossmap": Case(
        {"source": {"start": 8, "stop": 24}, "target": {"stop": 16}, "dims": 6, "hidden": 8, "epochs": 4},
        4 * 6,
        sums=True,
    ),
    "eden": Case({"bits": 2, "extra_bytes": 4}, 24 // 4 + 4 + 8, sums=True),
    "fsq": Case({"levels": [8, 8, 8, 5], "steps": 40, "batch": 64}, 2, sums=True),
    "hierarchical-vq": Case({"levels": [4, 4, 4]}, 1),
    "identity": Case({}, 4 * 24),
    "itq": Case({"dims": 6, "iterations": 5}, 4 * 6, sums=True),
    "lens": Case({"dims": 6, "steps": 5, "batch": 32}, 4 * 6, sums=True),
    "listwise": Case({"dims": 6, "epochs": 2, "batch": 64, "hard_pool": 50, "queue": 20}, 4 * 6, sums=True),
    "lsq": Case({"subvectors": 4, "iterations": 1, "searches": 2}, 4),
    "normalize": Case({}, 4 * 24),
    "opq-rotation": Case({"subvectors": 4, "iterations": 1}, 4 * 24, sums=True),
    "pca": Case({"dims": 6}, 4 * 6, sums=True),
    "pq": Case({"subvectors": 4, "iterations": 3}, 4),
    "principal-projection": Case({"dims": 6}, 4 * 6, sums=True),
    "product-residual-quantizer": Case({"subvectors": 4, "splits": 2, "iterations": 3, "beam": 4}, 4),
    "residual-vq": Case({"stages": 3, "codewords": 16, "dims": 6, "steps": 5, "batch": 64}, 2, sums=True),
    "rabitq": Case({"bits": 1}, 24 // 8 + 8, sums=True),
    "random-projection": Case({"dims": 6}, 4 * 6, sums=True),
    "residual-quantizer": Case({"subvectors": 4, "iterations": 3, "beam": 4}, 4),
    "scalar": Case({"bits": 4}, 24 // 2),
    "scalar-per-vector": Case({}, 24 + 8),
    "sign": Case({}, 24 // 8),
    "student": Case({"dims": 6, "steps": 5, "batch": 32}, 4 * 6, sums=True),
    "truncation": Case({"dims": 6}, 4 * 6),
    "turboquant": Case({"bits": 2, "extra_bytes": 4}, 24 // 4 + 4, sums=True),
    "turboquant-prod": Case({"bits": 3, "extra_bytes": 3}, 3 * 24 // 8 + 3 + 8, sums=True),
}
COMPRESSORS = registry.names("compressors")
every = pytest.mark.parametrize("name", COMPRESSORS)


def case_of(name: str) -> Case:
    """Return the case of a compressor: as listed, else with the least parameters that fit."""
    return CASES.get(name) or Case(small(_module(name).Params).model_dump(), None, sums=True)


def _vectors(rows: int = ROWS, dimension: int = D, seed: int = 0) -> Floats:
    """Return correlated rows: normal ones whose spread falls from dimension to dimension, then rotated."""
    rng = np.random.default_rng(seed)
    mix = np.linalg.qr(np.random.default_rng(99).standard_normal((dimension, dimension)))[0]
    spread = 0.9 ** np.arange(dimension)
    return np.ascontiguousarray((rng.standard_normal((rows, dimension)) * spread) @ mix.T, dtype=np.float32)


def _training(vectors: Floats | None = None, pairs: int = 100, gold: Doubles | None = None) -> Training:
    vectors = _vectors() if vectors is None else vectors
    random_pairs = np.random.default_rng(1).integers(len(vectors), size=(pairs, 2))
    return Training(vectors, random_pairs, gold)


def _rated_training() -> Training:
    """Return a training set for every compressor, those that learn from human scores too."""
    return _training(gold=np.random.default_rng(2).uniform(0, 5, size=100))


def _module(name: str) -> ModuleType:
    return registry.load("compressors", name, "here")


def _fit(name: str, train: Training | None = None, seed: int = 5, **params: Any) -> Codec:
    module = _module(name)
    params = params or dict(case_of(name).params)
    fitted: Codec = module.fit(train or _rated_training(), module.Params(**params), seed)
    return fitted


def _decoded(codec: Codec, x: Floats) -> Floats:
    return codec.decode(codec.encode(x))


# -- Every compressor ----------------------------------------------------------------------------------------


def test_a_compressor_without_a_case_is_tested_with_the_least_parameters_that_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A new file in harness/compressors needs no line here to be held to what all are."""
    monkeypatch.delitem(CASES, "pca")
    assert 4 * small(_module("pca").Params).dims == _fit("pca").encode(_vectors()).shape[1]


@every
def test_the_module_says_whether_it_draws_and_what_it_takes(name: str) -> None:
    """RANDOM is a bool, and Params refuses a key it does not know and a change after the fact."""
    module = _module(name)
    assert type(module.RANDOM) is bool
    with pytest.raises(ValidationError, match="surplus"):
        module.Params(**case_of(name).params, surplus=1)
    params = module.Params(**case_of(name).params)
    for key in module.Params.model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(params, key, None)


@every
def test_the_same_seed_fits_the_same_codec(name: str) -> None:
    """Two fits from the same rows, parameters and seed have the same state and codes, bit for bit."""
    first, second = _fit(name), _fit(name)
    ours, others = first.state(), second.state()
    assert set(ours) == set(others)
    for key, array in ours.items():
        assert array.tobytes() == others[key].tobytes()
    assert first.encode(_vectors(seed=2)).tobytes() == second.encode(_vectors(seed=2)).tobytes()


@every
def test_another_seed_matters_where_something_is_drawn_and_nowhere_else(name: str) -> None:
    """Codes under two seeds differ if, and only if, the module says that it is random."""
    x = _vectors(seed=2)
    first, second = _fit(name, seed=5).encode(x), _fit(name, seed=6).encode(x)
    assert _module(name).RANDOM == (not np.array_equal(first, second))


@every
def test_codes_are_bytes_of_the_stated_size(name: str) -> None:
    """Codes are uint8, a row a vector, in as many bytes as worked out by hand, side_bytes included."""
    codec = _fit(name)
    codes = codec.encode(_vectors(seed=2))
    assert np.uint8 == codes.dtype
    assert (ROWS, case_of(name).size or codes.shape[1]) == codes.shape
    assert 0 <= codec.side_bytes < codes.shape[1]


@every
def test_the_size_does_not_depend_on_what_is_encoded(name: str) -> None:
    """A row far outside the training range, or one that repeats, takes as many bytes as any other."""
    far = np.concatenate([_vectors(5, seed=2) * 1e3, np.ones((5, D), np.float32), -_vectors(5, seed=3) / 1e3])
    codes = _fit(name).encode(far)
    assert (15, case_of(name).size or codes.shape[1]) == codes.shape


@every
def test_decoded_vectors_are_finite_floats(name: str) -> None:
    """Decoding gives float32 rows without NaN or infinity, even far outside the training range."""
    codec = _fit(name)
    far = np.concatenate([_vectors(seed=2), _vectors(5, seed=3) * 1e3])
    decoded = _decoded(codec, far)
    assert np.float32 == decoded.dtype
    assert len(far) == len(decoded)
    assert np.isfinite(decoded).all()


@every
def test_a_codec_keeps_some_of_the_cosines(name: str) -> None:
    """Cosines after decoding go with those before: a codec that mixed up rows would not show it."""
    x = _vectors(200, seed=2)
    before, after = (
        rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (x, _decoded(_fit(name), x))
    )
    upper = np.triu_indices(200, 1)
    assert np.corrcoef((before @ before.T)[upper], (after @ after.T)[upper])[0, 1] > 0.3


@every
def test_what_goes_in_is_left_alone(name: str) -> None:
    """Training arrays, encoded rows and codes are not written to, and need not be writeable."""
    gold = np.linspace(0, 5, 100)
    train, x = _training(gold=gold), _vectors(seed=2)
    arrays = [train.vectors, train.pairs, gold, x]
    copies = [array.copy() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    codec = _fit(name, train)
    codes = codec.encode(x)
    codes_before = codes.copy()
    codes.flags.writeable = False
    codec.decode(codes)
    for array, copy in zip([*arrays, codes], [*copies, codes_before], strict=True):
        assert copy.tobytes() == array.tobytes()


@every
def test_encoding_does_not_change_the_codec(name: str) -> None:
    """A codec that has encoded other rows gives the same codes as before."""
    codec, x = _fit(name), _vectors(seed=2)
    first = codec.encode(x).copy()
    codec.encode(_vectors(seed=3) * 7)
    np.testing.assert_array_equal(codec.encode(x), first)


@every
def test_a_restored_codec_is_the_same_codec(name: str, tmp_path: Path) -> None:
    """Codes and decoded bytes are the same from the codec's state, in memory and by way of a file."""
    codec, module, x = _fit(name), _module(name), _vectors(seed=2)
    path = tmp_path / "codec.safetensors"
    params = module.Params(**case_of(name).params)
    save_codec(path, [(name, params.model_dump(), codec.state())])
    [(use, saved, state)] = load_codec(path)
    assert name == use
    codes = codec.encode(x)
    for restored in (
        module.restore(codec.state(), params),
        module.restore(state, module.Params(**saved)),
    ):
        assert codes.tobytes() == restored.encode(x).tobytes()
        assert codec.decode(codes).tobytes() == restored.decode(codes).tobytes()
        assert codec.side_bytes == restored.side_bytes


@every
def test_one_row_alone_is_encoded_as_in_a_batch(name: str) -> None:
    """A row's codes do not depend on its neighbours (up to the last bits, where a matrix product sums)."""
    codec, x = _fit(name), _vectors(50, seed=2)
    together = codec.encode(x)
    alone = np.concatenate([codec.encode(x[i : i + 1]) for i in range(len(x))])
    if case_of(name).sums:
        np.testing.assert_allclose(codec.decode(alone), codec.decode(together), atol=1e-5)
    else:
        np.testing.assert_array_equal(alone, together)


@every
def test_a_view_is_encoded_like_its_copy(name: str) -> None:
    """Rows that are not contiguous in memory have the codes of the same rows laid out one after the other."""
    codec, x = _fit(name), _vectors(seed=2)
    np.testing.assert_allclose(
        codec.decode(codec.encode(x[::2])), codec.decode(codec.encode(x[::2].copy())), atol=1e-5
    )


# -- Nothing fitted: truncation, sign, random projection -----------------------------------------------------


def test_truncation_keeps_the_first_dimensions() -> None:
    """The first 6 of 24 components come back exactly, and no other."""
    x = _vectors(seed=2)
    np.testing.assert_array_equal(_decoded(_fit("truncation"), x), x[:, :6])


def test_sign_packs_384_bits_into_48_bytes() -> None:
    """Eight components share a byte, the first one in its highest bit, and zero counts as positive."""
    codec = _fit("sign", _training(np.ones((2, 384), np.float32)))
    x = -np.ones((1, 384), np.float32)
    x[0, [0, 9, 383]] = 1, 0, 2  # bits 10000000 01000000 … 00000001
    codes = codec.encode(x)
    assert (1, 48) == codes.shape
    assert [0b10000000, 0b01000000, 0b00000001] == codes[0, [0, 1, 47]].tolist()
    assert 0 == codes[0, 2:47].sum()


def test_the_cosine_after_sign_is_that_of_the_hamming_distance() -> None:
    """Two vectors whose signs differ in h of D components have the cosine 1 - 2 h / D."""
    codec = _fit("sign")
    x = np.abs(_vectors(2, seed=2)) + 0.1
    x[1, :9] *= -1  # h = 9 of 24: 1 - 18/24 = 0.25
    a, b = _decoded(codec, x)
    assert pytest.approx(0.25) == float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    codes = codec.encode(x)
    assert 9 == int(np.unpackbits(codes[0] ^ codes[1]).sum())


def test_sign_of_a_dimension_that_fills_no_byte() -> None:
    """Ten components take two bytes, and ten components come back."""
    codec = _fit("sign", _training(_vectors(dimension=10)))
    x = _vectors(20, 10, seed=2)
    assert 2 == codec.encode(x).shape[1]
    np.testing.assert_array_equal(_decoded(codec, x), np.where(x >= 0, 1, -1))


def test_random_projection_keeps_squared_lengths_on_average() -> None:
    """Its entries have the variance 1/dims, so that the length of a projected unit vector has the mean 1."""
    train = _training(np.eye(400, dtype=np.float32))
    weights = _fit("random-projection", train, dims=50).state()["weights"]
    assert (400, 50) == weights.shape
    # 20,000 entries of variance 1/50: the sample variance has the relative standard error sqrt(2/2e4) = 0.01
    assert pytest.approx(1 / 50, rel=0.04) == weights.var()
    assert abs(weights.mean()) < 4 * np.sqrt(1 / 50 / 20_000)
    # 400 squared lengths, each chi-squared with 50 degrees over 50: standard error sqrt(2/50/400) = 0.01
    assert pytest.approx(1, abs=0.04) == (weights**2).sum(axis=1).mean()


def test_random_projection_may_widen() -> None:
    """More dimensions than the vectors have are allowed, for signs that come after it."""
    assert 4 * 100 == _fit("random-projection", dims=100).encode(_vectors(3)).shape[1]


@pytest.mark.parametrize("name", ["identity", "random-projection", "sign", "truncation"])
def test_what_is_not_fitted_does_not_look_at_the_rows(name: str) -> None:
    """Other training rows of the same dimension give the same codec."""
    x = _vectors(seed=2)
    first = _fit(name, _training(_vectors(seed=7)))
    np.testing.assert_array_equal(_fit(name).encode(x), first.encode(x))


# -- Normalization -------------------------------------------------------------------------------------------


def test_normalize_centres_on_the_training_mean_and_scales_to_unit_length() -> None:
    """By hand: about the mean (3, 4), (6, 8) becomes (3, 4) / 5 and (3, 9) becomes (0, 1)."""
    train = _training(np.array([[1, 2], [5, 6]], np.float32), pairs=1)
    actual = _decoded(_fit("normalize", train, centre=True), np.array([[6, 8], [3, 9]], np.float32))
    np.testing.assert_allclose(actual, [[0.6, 0.8], [0, 1]], rtol=1e-6)


def test_normalize_need_not_centre() -> None:
    """Without centring only the length changes: three times a unit vector becomes that unit vector."""
    actual = _decoded(_fit("normalize", centre=False), np.eye(1, D, dtype=np.float32) * 3)
    np.testing.assert_array_equal(actual, np.eye(1, D))


def test_what_equals_the_mean_has_no_direction_and_becomes_zero() -> None:
    """It is not divided by its length, which is nothing."""
    train = _training(np.array([[1, 2], [5, 6]], np.float32), pairs=1)
    np.testing.assert_array_equal(
        _decoded(_fit("normalize", train, centre=True), np.array([[3, 4]], np.float32)), [[0, 0]]
    )


# -- PCA -----------------------------------------------------------------------------------------------------


def test_pca_is_numpys_singular_value_decomposition() -> None:
    """The components are the leading right singular vectors of the centred rows, and the variances theirs."""
    x = _vectors()
    centred = x.astype(np.float64) - x.mean(axis=0, dtype=np.float64)
    _, singular, right = np.linalg.svd(centred, full_matrices=False)
    components = _decoded(_fit("pca"), x)
    # up to the sign of each component
    expected = centred @ right[:6].T
    expected *= np.sign((expected * components).sum(axis=0))
    np.testing.assert_allclose(components, expected, atol=1e-5)
    # the variance along a component is s^2 / n, and nothing correlates
    variances = np.diag(singular[:6] ** 2) / ROWS
    np.testing.assert_allclose(np.cov(components.T, bias=True), variances, atol=1e-5)


def test_pca_signs_are_no_accident() -> None:
    """Of every axis the largest component is positive, so that a rerun elsewhere turns nothing round."""
    weights = _fit("pca").state()["weights"]
    assert (weights[np.abs(weights).argmax(axis=0), np.arange(6)] > 0).all()


def test_pca_of_the_planted_rank_keeps_every_distance() -> None:
    """Rows in a subspace of 5 dimensions have the same distances after five components."""
    rng = np.random.default_rng(3)
    x = (rng.standard_normal((100, 5)) @ rng.standard_normal((5, D))).astype(np.float32)
    y = _decoded(_fit("pca", _training(x), dims=5), x)
    ours = np.linalg.norm(y[:, None] - y[None], axis=2)
    np.testing.assert_allclose(ours, np.linalg.norm(x[:, None] - x[None], axis=2), atol=1e-4)


@pytest.mark.parametrize("whiten", [0.5, 1.0])
def test_whitening_is_that_of_faiss(whiten: float) -> None:
    """Components, up to their signs, are those of faiss.PCAMatrix with the eigenvalues' power -whiten / 2."""
    x = _vectors()
    matrix = faiss.PCAMatrix(D, 6, -whiten / 2)
    matrix.train(x)
    expected, actual = matrix.apply(x), _decoded(_fit("pca", dims=6, whiten=whiten), x)
    expected *= ROWS ** (whiten / 2)  # faiss takes sums of squares for variances
    expected *= np.sign((expected * actual).sum(axis=0))
    np.testing.assert_allclose(actual, expected, atol=1e-4)


def test_whitening_equalizes_variances() -> None:
    """Variances become 1 when fully whitened, and the unwhitened standard deviations when half whitened."""
    x = _vectors()
    plain, half, full = (_decoded(_fit("pca", dims=6, whiten=w), x) for w in (0.0, 0.5, 1.0))
    np.testing.assert_allclose(full.var(axis=0), np.ones(6), rtol=1e-4)
    np.testing.assert_allclose(half.var(axis=0), plain.std(axis=0), rtol=1e-4)


def test_what_does_not_vary_is_not_whitened() -> None:
    """Rows in a subspace of 5 dimensions have no sixth component to divide by its spread."""
    x = np.zeros((100, D), np.float32)
    x[:, :5] = _vectors(100, 5)
    with pytest.raises(InputError, match=r"^pca: found 5 components that vary, expected 6 to whiten"):
        _fit("pca", _training(x), dims=6, whiten=1.0)
    assert (100, 6) == _decoded(_fit("pca", _training(x), dims=6), x).shape


def test_a_principal_projection_is_a_pca_with_its_mean_left_in() -> None:
    """Codes differ from those of PCA by one vector, the mean's own code."""
    x = _vectors() + 3
    mean = x.mean(axis=0, dtype=np.float64).astype(np.float32)
    projected, centred = (_fit(name, _training(x)) for name in ("principal-projection", "pca"))
    expected = _decoded(centred, x) + _decoded(projected, mean[None])
    np.testing.assert_allclose(_decoded(projected, x), expected, atol=1e-4)


def test_where_all_vectors_point_to_one_side_the_mean_keeps_neighbours() -> None:
    """Rows around a far point, of a spread that half of the axes do not hold: their cosines are about it."""
    rng = np.random.default_rng(5)
    x = (rng.standard_normal((300, D)) * 0.9 ** np.arange(D) + 2.0).astype(np.float32)
    own = np.arange(len(x))
    exact = nearest(x, x, own, 10)
    overlaps = []
    for name in ("pca", "principal-projection"):
        mapped = _decoded(_fit(name, _training(x), dims=12), x)
        again = nearest(mapped, mapped, own, 10)
        overlaps.append((exact[:, :, None] == again[:, None, :]).any(axis=2).mean())
    assert overlaps[0] + 0.1 < overlaps[1]


@pytest.mark.parametrize("name", ["itq", "lens", "pca", "principal-projection"])
def test_more_axes_than_rows_are_refused(name: str) -> None:
    """Five rows have no six principal axes."""
    with pytest.raises(InputError, match="found dims = 6, expected at most 5"):
        _fit(name, _training(_vectors(rows=5)))


# -- Scalar quantization -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("bits", "size"), [(8, 24), (4, 12)])
def test_scalar_errs_by_half_a_step_at_most(bits: int, size: int) -> None:
    """Inside the training range the error of each dimension is at most half of its width / 2^bits cells."""
    x = _vectors()
    codec = _fit("scalar", bits=bits)
    assert size == codec.encode(x).shape[1]
    widths = x.max(axis=0) - x.min(axis=0)
    errors = np.abs(_decoded(codec, x) - x)
    # faiss divides the range into 2^bits - 1 cells and decodes to their middles
    assert (errors <= widths / (2**bits - 1) / 2 * (1 + 1e-3) + 1e-6).all()
    assert (errors.max(axis=0) > widths / 2**bits / 4).all()  # and it is really as coarse as that


def test_scalar_clips_what_lies_outside_the_range() -> None:
    """Values beyond the training minimum and maximum decode to the outermost cells."""
    train = _training(np.stack([np.zeros(8), np.ones(8)]).astype(np.float32), pairs=1)
    codec = _fit("scalar", train, bits=4)
    actual = _decoded(codec, np.stack([np.full(8, -9.0), np.full(8, 9.0)]).astype(np.float32))
    # 15 cells on [0, 1]: the middles of the first and the last stand within one cell of the ends
    np.testing.assert_allclose(actual[0], 0, atol=1 / 15)
    np.testing.assert_allclose(actual[1], 1, atol=1 / 15)


def test_scalar_state_is_the_range_of_the_training_rows() -> None:
    """The minima come first, then the widths."""
    x = _vectors()
    expected = np.concatenate([x.min(axis=0), x.max(axis=0) - x.min(axis=0)])
    np.testing.assert_allclose(_fit("scalar").state()["ranges"], expected, rtol=1e-5)


@pytest.mark.parametrize("bits", [0, 9])
def test_scalar_has_1_to_8_bits_and_no_others(bits: int) -> None:
    """Other widths are refused by name."""
    with pytest.raises(ValidationError, match="bits"):
        _module("scalar").Params(bits=bits)


@pytest.mark.parametrize("bits", [4, 6, 8])
def test_scalar_codes_are_those_of_faiss(bits: int) -> None:
    """Bytes and ranges are faiss.ScalarQuantizer's, and so are decoded vectors but for the last bit."""
    kinds = {
        4: faiss.ScalarQuantizer.QT_4bit,
        6: faiss.ScalarQuantizer.QT_6bit,
        8: faiss.ScalarQuantizer.QT_8bit,
    }
    quantizer = faiss.ScalarQuantizer(D, kinds[bits])
    quantizer.train(_vectors())
    codec, x = _fit("scalar", bits=bits), np.concatenate([_vectors(2000, seed=2) * 1.5, _vectors()])
    codes = quantizer.compute_codes(x)
    np.testing.assert_array_equal(codec.state()["ranges"], faiss.vector_to_array(quantizer.trained))
    np.testing.assert_array_equal(codec.encode(x), codes)
    np.testing.assert_allclose(codec.decode(codes), quantizer.decode(codes), atol=1e-6)


@pytest.mark.parametrize("bits", range(1, 9))
@pytest.mark.parametrize("dimension", [24, 5])
def test_scalar_errs_by_a_uniform_cell(bits: int, dimension: int) -> None:
    """On uniform values in [0, 1] the mean squared error is h^2 / 12, h being the width of a cell."""
    x = np.random.default_rng(0).random((20_000, dimension), np.float32)
    codec = _fit("scalar", _training(x), bits=bits)
    assert -(-dimension * bits // 8) == codec.encode(x[:1]).shape[1]
    width = 1 / (2**bits if bits < 4 else 2**bits - 1)
    # a cell's squared error spreads by sqrt(4/5) of its mean: over 100,000 values or more by 0.3 percent
    assert pytest.approx(width**2 / 12, rel=0.02) == ((_decoded(codec, x) - x) ** 2).mean()


def test_one_bit_has_two_levels_a_dimension() -> None:
    """On [0, 1] they are a quarter and three quarters; the first of five dimensions is the lowest bit."""
    train = _training(np.stack([np.zeros(5), np.ones(5)]).astype(np.float32), pairs=1)
    codec = _fit("scalar", train, bits=1)
    codes = codec.encode(np.array([[0.9, 0.1, 0.4, 0.6, 2.0]], np.float32))
    assert [[0b11001]] == codes.tolist()
    np.testing.assert_allclose(codec.decode(codes), [[0.75, 0.25, 0.25, 0.75, 0.75]])


def test_scalar_clips_the_share_asked_for() -> None:
    """Of 0 to 100 with a tenth cut off at each end the range is 10 to 90."""
    rows = np.arange(101, dtype=np.float32)[:, None]
    ranges = _fit("scalar", _training(rows), bits=2, clip=0.1).state()["ranges"]
    np.testing.assert_allclose(ranges, [10, 80], rtol=1e-6)


def test_a_dimension_that_never_varies_comes_back_as_it_is() -> None:
    """Its range has no width, and its one value is kept."""
    x = np.full((3, 2), 7, np.float32)
    np.testing.assert_array_equal(_decoded(_fit("scalar", _training(x), bits=3), x), x)


# -- Product quantization ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dimension", "parts"), [(24, 4), (26, 4), (5, 3)])
def test_pq_takes_the_nearest_centroid_of_each_part(dimension: int, parts: int) -> None:
    """Each byte is the number of the centroid nearest to its part, by brute force; padding is zero."""
    codec = _fit("pq", _training(_vectors(dimension=dimension)), subvectors=parts, iterations=2)
    x = _vectors(100, dimension, seed=2)
    centroids = codec.state()["centroids"]
    width = -(-dimension // parts)
    assert (parts, 256, width) == centroids.shape
    padded = np.zeros((100, parts * width))
    padded[:, :dimension] = x
    cut = padded.reshape(100, parts, 1, width)
    distances = ((cut - centroids[None].astype(float)) ** 2).sum(axis=3)
    codes = codec.encode(x)
    taken = np.take_along_axis(distances, codes[:, :, None].astype(int), axis=2)[:, :, 0]
    np.testing.assert_allclose(taken, distances.min(axis=2), atol=1e-5)
    decoded = np.concatenate([centroids[part, codes[:, part]] for part in range(parts)], axis=1)
    np.testing.assert_array_equal(codec.decode(codes), decoded[:, :dimension])


def test_pq_is_faiss_trained_with_the_same_seed() -> None:
    """Codebooks and codes are those of faiss.ProductQuantizer on the same rows."""
    quantizer = faiss.ProductQuantizer(D, 4, 8)
    quantizer.cp.niter, quantizer.cp.seed, quantizer.cp.min_points_per_centroid = 3, 5, 1
    quantizer.train(_vectors())
    codec = _fit("pq", seed=5)
    expected = faiss.vector_to_array(quantizer.centroids)
    np.testing.assert_array_equal(codec.state()["centroids"].ravel(), expected)
    np.testing.assert_array_equal(codec.encode(_vectors(seed=2)), quantizer.compute_codes(_vectors(seed=2)))


def test_pq_takes_any_seed_a_hash_gives() -> None:
    """Seeds are 60 bits wide, wider than faiss takes."""
    assert (ROWS, 4) == _fit("pq", seed=2**60 - 1).encode(_vectors()).shape


@pytest.mark.parametrize(
    "name", ["lsq", "opq-rotation", "pq", "product-residual-quantizer", "residual-quantizer"]
)
def test_fewer_rows_than_centroids_are_refused(name: str) -> None:
    """255 rows cannot fill 256 centroids; 256 can."""
    with pytest.raises(InputError, match=rf"^{name}: found 255 training vectors, expected at least 256"):
        _fit(name, _training(_vectors(rows=255)))
    assert (256, case_of(name).size) == _fit(name, _training(_vectors(rows=256))).encode(_vectors(256)).shape


# -- Additive quantization: residual, product residual, local search -----------------------------------------

ADDITIVE = {
    "lsq": {"subvectors": 4, "iterations": 4},
    "product-residual-quantizer": {"subvectors": 4, "splits": 2},
    "residual-quantizer": {"subvectors": 4},
}
additive = pytest.mark.parametrize("name", sorted(ADDITIVE))


@additive
def test_a_sum_of_codewords_errs_less_than_parts_do(name: str) -> None:
    """On held-out correlated rows the squared error is below that of PQ with as many bytes."""
    train, test = _vectors(3000), _vectors(1000, seed=2)
    codec = _fit(name, _training(train), **ADDITIVE[name])
    assert 4 == codec.encode(test).shape[1]
    assert float(((_decoded(codec, test) - test) ** 2).mean()) < _pq_error(train, test)


@additive
def test_rows_of_another_dimension_are_not_encoded(name: str) -> None:
    """23 dimensions are refused where 24 were trained on, with the errors that loading a codec looks for."""
    with pytest.raises((ValueError, AssertionError)):
        _fit(name).encode(_vectors(5, 23))


@pytest.mark.parametrize("name", ["lsq", "residual-quantizer"])
def test_what_is_decoded_is_the_sum_of_the_codewords(name: str) -> None:
    """Recomputed with numpy in double precision from the state, and with faiss's decoder."""
    codec, x = _fit(name), _vectors(50, seed=2)
    codes, books = codec.encode(x), codec.state()["codebooks"]
    assert (4, 256, D) == books.shape
    expected = books.astype(float)[np.arange(4), codes].sum(axis=1)
    np.testing.assert_allclose(codec.decode(codes), expected, atol=1e-5)
    quantizer = faiss.ResidualQuantizer(D, 4, 8)
    faiss.copy_array_to_vector(books.ravel(), quantizer.codebooks)
    quantizer.is_trained = True
    np.testing.assert_allclose(codec.decode(codes), quantizer.decode(codes), atol=1e-5)


@pytest.mark.parametrize("dimension", [24, 25])
def test_the_parts_of_a_product_are_sums_of_their_own(dimension: int) -> None:
    """Two bytes for each half, recomputed with numpy; what does not divide is padded, and cut off again."""
    train = _training(_vectors(dimension=dimension))
    codec = _fit("product-residual-quantizer", train, subvectors=4, splits=2, iterations=2)
    codes, books = codec.encode(train.vectors), codec.state()["codebooks"]
    assert (2, 2, 256, 12 + dimension % 2) == books.shape
    halves = [sum(books[part, i][codes[:, 2 * part + i]] for i in range(2)) for part in range(2)]
    expected = np.concatenate(halves, axis=1)[:, :dimension]
    np.testing.assert_allclose(codec.decode(codes), expected, atol=1e-6)


def test_splits_have_to_divide_the_bytes() -> None:
    """Five bytes in two parts are refused."""
    with pytest.raises(ValidationError, match="subvectors that are a multiple of splits = 2"):
        _module("product-residual-quantizer").Params(subvectors=5, splits=2)


@pytest.mark.parametrize(("name", "key"), [("pq", "subvectors"), ("product-residual-quantizer", "splits")])
def test_more_parts_than_dimensions_are_refused(name: str, key: str) -> None:
    """24 dimensions cannot be cut into 25 disjoint parts."""
    with pytest.raises(InputError, match=rf"^{name}: found 25 \S+ for 24 dimensions, expected at most one"):
        _fit(name, **{"subvectors": 25, key: 25})


def test_a_greedy_beam_takes_the_nearest_codeword_of_each_stage() -> None:
    """With a beam of one, each byte is the nearest row to what the stages before left, by brute force."""
    codec, rest = _fit("residual-quantizer", subvectors=4, beam=1), _vectors(100, seed=2).astype(float)
    codes = codec.encode(_vectors(100, seed=2))
    for book, code in zip(codec.state()["codebooks"].astype(float), codes.T, strict=True):
        distances = ((rest[:, None] - book) ** 2).sum(axis=2)
        np.testing.assert_allclose(distances[np.arange(100), code], distances.min(axis=1), atol=1e-5)
        rest -= book[code]


def test_a_wider_beam_errs_less() -> None:
    """The same codebooks, restored with a beam of 16 instead of 1, give codes closer to the vectors."""
    module, x = _module("residual-quantizer"), _vectors(seed=2)
    state = _fit("residual-quantizer").state()
    greedy, wide = (module.restore(state, module.Params(subvectors=4, beam=beam)) for beam in (1, 16))
    errors = [float(((_decoded(codec, x) - x) ** 2).mean()) for codec in (greedy, wide)]
    assert errors[1] < errors[0]


def test_residual_codes_are_those_of_faiss_trained_with_the_same_seed() -> None:
    """Codebooks and codes are faiss.ResidualQuantizer's on the same rows."""
    quantizer = faiss.ResidualQuantizer(D, 4, 8)
    quantizer.train_type, quantizer.max_beam_size = faiss.ResidualQuantizer.Train_default, 4
    quantizer.cp.niter, quantizer.cp.seed, quantizer.cp.min_points_per_centroid = 3, 5, 1
    quantizer.train(_vectors())
    codec, x = _fit("residual-quantizer"), _vectors(seed=2)
    expected = faiss.vector_to_array(quantizer.codebooks)
    np.testing.assert_array_equal(codec.state()["codebooks"].ravel(), expected)
    np.testing.assert_array_equal(codec.encode(x), quantizer.compute_codes(x))


def test_local_search_errs_no_more_than_that_of_faiss() -> None:
    """With as many searches, from shared draws instead of a row's own, the error is within 5 % of faiss's."""
    train, x = _training(_vectors(1000)), _vectors(1000, seed=2)
    codec = _fit("lsq", train, subvectors=4, iterations=2, searches=16)
    quantizer = faiss.LocalSearchQuantizer(D, 4, 8)
    quantizer.train_iters, quantizer.train_ils_iters, quantizer.random_seed = 2, 4, 5
    quantizer.train(train.vectors)
    expected = faiss.vector_to_array(quantizer.codebooks)
    np.testing.assert_array_equal(codec.state()["codebooks"].ravel(), expected)
    ours, theirs = _decoded(codec, x), quantizer.decode(quantizer.compute_codes(x))
    assert float(((ours - x) ** 2).mean()) < 1.05 * float(((theirs - x) ** 2).mean())


def test_local_search_ends_where_no_single_byte_helps() -> None:
    """Of 20 rows no code gets closer by changing one of its four bytes, tried for all 255 others."""
    codec, x = _fit("lsq", subvectors=4, iterations=1, searches=4), _vectors(20, seed=2)
    codes, books = codec.encode(x), codec.state()["codebooks"].astype(float)
    rest = x - books[np.arange(4), codes].sum(axis=1)
    for i, book in enumerate(books):
        changed = ((rest + book[codes[:, i]])[:, None] - book) ** 2
        assert (changed.sum(axis=2).min(axis=1) > (rest**2).sum(axis=1) - 1e-4).all()


def test_local_search_does_not_depend_on_how_many_rows_there_are() -> None:
    """More rows than are searched at a time have the codes they have alone."""
    codec, x = _fit("lsq"), _vectors(1500, seed=2)
    np.testing.assert_array_equal(codec.encode(x)[1400:], codec.encode(x[1400:]))


# -- The rotation of optimized product quantization ----------------------------------------------------------


def _pq_error(train: Floats, test: Floats) -> float:
    codec = _fit("pq", _training(train), subvectors=4, iterations=10)
    return float(((_decoded(codec, test) - test) ** 2).mean())


def _unbalanced(seed: int) -> Floats:
    """Return rows with almost all their variance in the first part, where PQ has one byte for it alone."""
    spread = np.repeat([1.0, 0.05, 0.05, 0.05], D // 4)
    return (np.random.default_rng(seed).standard_normal((600, D)) * spread).astype(np.float32)


def test_the_rotation_is_orthogonal() -> None:
    """Lengths and scalar products stay what they were."""
    codec, x = _fit("opq-rotation"), _vectors(seed=2)
    weights = codec.state()["weights"].astype(float)
    np.testing.assert_allclose(weights @ weights.T, np.eye(D), atol=1e-5)
    np.testing.assert_allclose(_decoded(codec, x) @ _decoded(codec, x).T, x @ x.T, atol=1e-4)


def test_the_rotation_pads_what_does_not_divide() -> None:
    """26 dimensions in 4 parts become 28, and scalar products stay what they were."""
    codec = _fit("opq-rotation", _training(_vectors(dimension=26)), subvectors=4, iterations=1)
    x = _vectors(50, 26, seed=2)
    rotated = _decoded(codec, x)
    assert (50, 28) == rotated.shape
    np.testing.assert_allclose(rotated @ rotated.T, x @ x.T, atol=1e-4)


def test_pq_errs_less_after_the_rotation() -> None:
    """On held-out rows whose variance lies in one part, rotating first more than halves PQ's error."""
    train, test = _unbalanced(0), _unbalanced(1)
    codec = _fit("opq-rotation", _training(train), subvectors=4, iterations=3)
    assert _pq_error(_decoded(codec, train), _decoded(codec, test)) < 0.5 * _pq_error(train, test)


def test_fewer_rows_than_dimensions_do_not_crash_the_rotation() -> None:
    """300 rows of 384 dimensions are fitted, or refused (in a process of its own, for it may crash)."""
    script = (
        "import numpy as np\n"
        "from harness.compressors import opq_rotation as opq\n"
        "from harness.errors import InputError\n"
        "from harness.types import Training\n"
        "x = np.random.default_rng(0).standard_normal((300, 384)).astype(np.float32)\n"
        "try:\n"
        "    train = Training(x, np.empty((0, 2), np.int64), None)\n"
        "    opq.fit(train, opq.Params(subvectors=12, iterations=1), 0)\n"
        "except InputError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert 0 == done.returncode, done.stderr


# -- Iterative quantization ----------------------------------------------------------------------------------


def _sign_loss(components: Floats) -> float:
    """Return the quantization loss that ITQ minimises: the squared distance to the signs, times one scale."""
    scale = np.abs(components).mean()
    return float(((components - scale * np.sign(components)) ** 2).mean() / (components**2).mean())


def test_itq_is_a_rotation_of_the_principal_components() -> None:
    """Centred scalar products in the leading subspace stay what PCA makes them."""
    x = _vectors(seed=2)
    ours, components = _decoded(_fit("itq"), x), _decoded(_fit("pca", dims=6), x)
    np.testing.assert_allclose(ours @ ours.T, components @ components.T, atol=1e-4)
    weights = _fit("itq").state()["weights"].astype(float)
    np.testing.assert_allclose(weights.T @ weights, np.eye(6), atol=1e-5)


def test_itq_brings_components_closer_to_their_signs() -> None:
    """On held-out rows the loss to signs is lower than that of the principal components."""
    train, test = _training(_vectors(2000)), _vectors(1000, seed=2)
    rotated = _decoded(_fit("itq", train, dims=12), test)
    assert _sign_loss(rotated) < _sign_loss(_decoded(_fit("pca", train, dims=12), test))


def test_each_round_of_itq_lowers_its_loss() -> None:
    """Signs and the Procrustes solution each minimise the same loss: on training rows it can only fall."""
    train = _training(_vectors(2000))
    rounds = [_fit("itq", train, dims=12, iterations=n) for n in (1, 2, 3, 5, 10, 20, 50)]
    # Rotated components keep their length: the squared distance to signs is least where their sum is most.
    sums = [float(np.abs(_decoded(codec, train.vectors)).mean()) for codec in rounds]
    assert sorted(sums) == sums
    random = np.linalg.qr(np.random.default_rng(0).standard_normal((12, 12)))[0]
    components = _decoded(_fit("pca", train, dims=12), train.vectors)
    assert sums[-1] > 1.01 * float(np.abs(components @ random).mean())


def test_itq_finds_the_corners_of_a_turned_cube() -> None:
    """Rows that are turned corners of a cube become its corners again: the loss is near zero."""
    rng = np.random.default_rng(4)
    corners = rng.choice([-1.0, 1.0], size=(2000, 4)) + 0.01 * rng.standard_normal((2000, 4))
    x = (corners @ np.linalg.qr(rng.standard_normal((4, 4)))[0]).astype(np.float32)
    assert _sign_loss(_decoded(_fit("itq", _training(x), dims=4), x)) < 0.01


# -- RaBitQ --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", range(1, 9))
@pytest.mark.parametrize("dimension", [24, 10])
def test_rabitq_counts_every_byte_of_its_codes(bits: int, dimension: int) -> None:
    """Beside the bits of the dimensions, 8 bytes with one bit and 20 with more: what faiss says it takes."""
    codec = _fit("rabitq", _training(_vectors(dimension=dimension)), bits=bits)
    codes = codec.encode(_vectors(5, dimension))
    assert faiss.RaBitQuantizer(dimension, faiss.METRIC_L2, bits).code_size == codes.shape[1]
    assert (8 if bits == 1 else 20) == codec.side_bytes
    payload = -(-dimension // 8) + -(-dimension * (bits - 1) // 8)
    assert payload + codec.side_bytes == codes.shape[1]


def test_one_bit_rabitq_is_that_of_faiss() -> None:
    """Without a rotation, codes and decoded vectors are faiss's of the centred rows."""
    codec, x = _fit("rabitq", bits=1, rotate=False), _vectors(seed=2)
    mean = _vectors().mean(axis=0, dtype=float).astype(np.float32)
    quantizer = faiss.RaBitQuantizer(D, faiss.METRIC_INNER_PRODUCT)
    codes = quantizer.compute_codes(x - mean)
    np.testing.assert_array_equal(codec.encode(x), codes)
    np.testing.assert_allclose(codec.decode(codes), quantizer.decode(codes) + mean, atol=1e-6)


@pytest.mark.parametrize("bits", range(1, 9))
def test_rabitq_decodes_to_what_faiss_searches_by(bits: int) -> None:
    """Inner products of decoded vectors with exact queries are the distances of faiss.IndexRaBitQ."""
    x, queries = _vectors(seed=2), _vectors(20, seed=3)
    mean = _vectors().mean(axis=0, dtype=float).astype(np.float32)
    index = faiss.IndexRaBitQ(D, faiss.METRIC_INNER_PRODUCT, bits)
    index.train(_vectors() - mean)
    faiss.copy_array_to_vector(np.zeros(D, np.float32), index.center)
    index.qb = 0  # queries as they are
    index.add(x - mean)
    distances, labels = index.search(queries, len(x))
    decoded = _decoded(_fit("rabitq", bits=bits, rotate=False), x) - mean
    expected = np.take_along_axis(queries @ decoded.T, labels, axis=1)
    np.testing.assert_allclose(distances, expected, atol=1e-3)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_rabitqs_inner_products_are_unbiased(bits: int) -> None:
    """Over 400 random rotations the mean estimate of an inner product is within 4 standard errors of it."""
    train, (x, query) = _training(), _vectors(2, seed=2)
    mean = train.vectors.mean(axis=0)
    estimates = [
        float((_decoded(_fit("rabitq", train, seed=seed, bits=bits), x[None])[0] - mean) @ query)
        for seed in range(400)
    ]
    error = np.std(estimates) / np.sqrt(400)
    assert 0 < error < 0.1
    assert abs(np.mean(estimates) - (x - mean) @ query) < 4 * error


def test_more_bits_bring_rabitq_closer() -> None:
    """Every further bit cuts the held-out squared error by more than half; eight leave under a thousandth."""
    x = _vectors(seed=2)
    errors = [float(((_decoded(_fit("rabitq", bits=b), x) - x) ** 2).mean() / x.var()) for b in range(1, 9)]
    assert all(after < before / 2 for before, after in itertools.pairwise(errors))
    assert errors[-1] < 1e-3


# -- Lens ----------------------------------------------------------------------------------------------------


def _planted(rows: int, seed: int) -> Floats:
    """Return rows whose direction lies in 4 of 32 dimensions, under noise in all of them."""
    basis = np.linalg.qr(np.random.default_rng(11).standard_normal((32, 4)))[0]
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((rows, 4)) @ basis.T + 0.1 * rng.standard_normal((rows, 32))).astype(
        np.float32
    )


def _cosine_agreement(codec: Codec, x: Floats) -> float:
    half = len(x) // 2
    cosines = []
    for rows in (x, _decoded(codec, x)):
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        cosines.append((unit[:half] * unit[half:]).sum(axis=1))
    return float(np.corrcoef(*cosines)[0, 1])


def test_the_lens_keeps_a_planted_subspace_of_held_out_rows() -> None:
    """A map to the planted rank keeps the cosines of rows it has not seen, and does so better than chance."""
    train = _training(_planted(500, 0), pairs=0)
    lens = _fit("lens", train, dims=4, steps=60, batch=128, dropout=0.0)
    projection = _fit("random-projection", train, dims=4)
    held_out = _planted(1000, 1)
    assert _cosine_agreement(lens, held_out) > 0.97
    assert _cosine_agreement(lens, held_out) > _cosine_agreement(projection, held_out) + 0.1


def test_the_lens_learns_what_people_say() -> None:
    """Scores that follow two dimensions of small variance are met by training on them, not by PCA."""
    rng = np.random.default_rng(12)

    def rated(seed: int) -> Training:
        x = np.random.default_rng(seed).standard_normal((2000, 16)).astype(np.float32)
        x[:, 2:] *= 3
        pairs = np.arange(2000).reshape(2, 1000).T.copy()
        left, right = x[pairs[:, 0], :2].astype(float), x[pairs[:, 1], :2].astype(float)
        norms = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
        return Training(x, pairs, (left * right).sum(axis=1) / norms + 0.01 * rng.standard_normal(1000))

    def agreement(codec: Codec, test: Training) -> float:
        y = _decoded(codec, test.vectors)
        left, right = y[test.pairs[:, 0]], y[test.pairs[:, 1]]
        cosines = (left * right).sum(axis=1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)
        return float(np.corrcoef(cosines, test.gold)[0, 1])

    train, test = rated(0), rated(1)
    lens = _fit("lens", train, dims=8, human_weight=1.0, steps=300, batch=256, rate=2e-2, dropout=0.0)
    pca = _fit("pca", train, dims=8)
    assert agreement(lens, test) > agreement(pca, test) + 0.3


def test_the_human_objective_needs_human_scores() -> None:
    """Without scores it is refused, in words that say what is missing."""
    with pytest.raises(InputError, match="human_weight needs human scores, and the training split has none"):
        _fit("lens", _training(), dims=6, steps=1, human_weight=1.0)


def test_the_intrinsic_objective_does_not_look_at_scores() -> None:
    """Training on cosines gives the same map whatever people said."""
    x = _vectors(seed=2)
    rated = _fit("lens", _training(gold=np.linspace(0, 5, 100)))
    np.testing.assert_array_equal(_fit("lens").encode(x), rated.encode(x))


def test_dropout_is_drawn_anew_each_step() -> None:
    """With dropout the trained map differs from the one without, and each is finite."""
    with_dropout = _fit("lens", dims=6, steps=5, batch=32, dropout=0.5).state()["weights"]
    without = _fit("lens", dims=6, steps=5, batch=32, dropout=0.0).state()["weights"]
    assert np.isfinite(with_dropout).all()
    assert not np.array_equal(with_dropout, without)
