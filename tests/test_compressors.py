"""What every compressor has to keep to, and what each one does, against sums by hand, numpy and faiss."""

from __future__ import annotations

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

from harness import plugins
from harness.codecs import load_codec, save_codec
from harness.core import Codec, Doubles, Floats, InputError, Training

ROWS, D = 300, 24


@dataclass(frozen=True)
class Case:
    """A compressor's parameters here, the bytes a vector of 24 dimensions has to take, and whether it sums.

    A matrix product may sum in another order for one row than for many: such a row decodes to the same
    vector up to float32 rounding, any other to the same bytes.
    """

    params: dict[str, Any]
    size: int
    sums: bool = False


CASES = {
    "identity": Case({}, 4 * 24),
    "lens": Case({"dims": 6, "steps": 5, "batch": 32}, 4 * 6, sums=True),
    "opq-rotation": Case({"subvectors": 4, "iterations": 1}, 4 * 24, sums=True),
    "pca": Case({"dims": 6}, 4 * 6, sums=True),
    "pq": Case({"subvectors": 4, "iterations": 3}, 4),
    "random-projection": Case({"dims": 6}, 4 * 6, sums=True),
    "scalar": Case({"bits": 4}, 24 // 2),
    "sign": Case({}, 24 // 8),
    "truncation": Case({"dims": 6}, 4 * 6),
}
COMPRESSORS = plugins.names("compressors")
KNOWN = [name for name in COMPRESSORS if name in CASES]
every = pytest.mark.parametrize("name", KNOWN)


def _vectors(rows: int = ROWS, dimension: int = D, seed: int = 0) -> Floats:
    """Return correlated rows: normal ones whose spread falls from dimension to dimension, then rotated."""
    rng = np.random.default_rng(seed)
    mix = np.linalg.qr(np.random.default_rng(99).standard_normal((dimension, dimension)))[0]
    spread = 0.9 ** np.arange(dimension)
    return np.ascontiguousarray((rng.standard_normal((rows, dimension)) * spread) @ mix.T, dtype=np.float32)


def _training(vectors: Floats | None = None, pairs: int = 100, gold: Doubles | None = None) -> Training:
    vectors = _vectors() if vectors is None else vectors
    drawn = np.random.default_rng(1).integers(len(vectors), size=(pairs, 2))
    return Training(vectors, drawn, gold)


def _module(name: str) -> ModuleType:
    return plugins.load("compressors", name, "here")


def _fit(name: str, train: Training | None = None, seed: int = 5, **params: Any) -> Codec:
    module = _module(name)
    fitted: Codec = module.fit(train or _training(), module.Params(**(params or CASES[name].params)), seed)
    return fitted


def _decoded(codec: Codec, x: Floats) -> Floats:
    return codec.decode(codec.encode(x))


# -- Every compressor ----------------------------------------------------------------------------------------


def test_every_compressor_is_tested_here() -> None:
    """A new file in harness/compressors needs an entry in CASES."""
    assert COMPRESSORS == sorted(CASES)


@every
def test_the_module_says_whether_it_draws_and_what_it_takes(name: str) -> None:
    """RANDOM is a bool, and Params refuses a key it does not know and a change after the fact."""
    module = _module(name)
    assert type(module.RANDOM) is bool
    with pytest.raises(ValidationError, match="surplus"):
        module.Params(**CASES[name].params, surplus=1)
    params = module.Params(**CASES[name].params)
    assert hash(params) == hash(module.Params(**CASES[name].params))


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
    assert (ROWS, CASES[name].size) == codes.shape
    assert 0 <= codec.side_bytes < codes.shape[1]


@every
def test_the_size_does_not_depend_on_what_is_encoded(name: str) -> None:
    """A row far outside the training range, or one that repeats, takes as many bytes as any other."""
    far = np.concatenate([_vectors(5, seed=2) * 1e3, np.ones((5, D), np.float32), -_vectors(5, seed=3) / 1e3])
    assert (15, CASES[name].size) == _fit(name).encode(far).shape


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
    kept = codes.copy()
    codes.flags.writeable = False
    codec.decode(codes)
    for array, copy in zip([*arrays, codes], [*copies, kept], strict=True):
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
    params = module.Params(**CASES[name].params)
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
    if CASES[name].sums:
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


@pytest.mark.parametrize("name", ["lens", "pca"])
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
    found = _decoded(codec, np.stack([np.full(8, -9.0), np.full(8, 9.0)]).astype(np.float32))
    # 15 cells on [0, 1]: the middles of the first and the last stand within one cell of the ends
    np.testing.assert_allclose(found[0], 0, atol=1 / 15)
    np.testing.assert_allclose(found[1], 1, atol=1 / 15)


def test_scalar_state_is_the_range_of_the_training_rows() -> None:
    """The minima come first, then the widths."""
    x = _vectors()
    expected = np.concatenate([x.min(axis=0), x.max(axis=0) - x.min(axis=0)])
    np.testing.assert_allclose(_fit("scalar").state()["ranges"], expected, rtol=1e-5)


def test_scalar_has_4_and_8_bits_and_no_others() -> None:
    """Two bits are refused by name."""
    with pytest.raises(ValidationError, match="bits"):
        _module("scalar").Params(bits=2)


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


@pytest.mark.parametrize("name", ["opq-rotation", "pq"])
def test_fewer_rows_than_centroids_are_refused(name: str) -> None:
    """255 rows cannot fill 256 centroids; 256 can."""
    with pytest.raises(InputError, match=rf"^{name}: found 255 training vectors, expected at least 256"):
        _fit(name, _training(_vectors(rows=255)))
    assert (256, CASES[name].size) == _fit(name, _training(_vectors(rows=256))).encode(_vectors(256)).shape


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
        "from harness.core import InputError, Training\n"
        "x = np.random.default_rng(0).standard_normal((300, 384)).astype(np.float32)\n"
        "try:\n"
        "    train = Training(x, np.empty((0, 2), np.int64), None)\n"
        "    opq.fit(train, opq.Params(subvectors=12, iterations=1), 0)\n"
        "except InputError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert 0 == done.returncode, done.stderr


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
        _fit("lens", dims=6, steps=1, human_weight=1.0)


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
