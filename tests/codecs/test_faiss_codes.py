"""TurboQuant and EDEN of faiss against the formulas of their papers, by hand."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from harness.codecs.faiss_codes import (
    Scale,
    eden_index,
    hadamard_width,
    metric_type,
    mse_quantizer,
    prod_codes,
    prod_quantizer,
)
from harness.codecs.frames import directions, frame
from harness.codecs.rotation import rotated
from harness.types import Floats

D = 32


def _units(rows: int = 400, seed: int = 0) -> Floats:
    return directions(np.random.default_rng(seed).standard_normal((rows, D)).astype(np.float32))


def test_one_bit_of_turboquant_is_the_mean_of_half_a_normal_distribution() -> None:
    """Each number becomes its sign times sqrt(2 / pi) / sqrt(D) (arXiv 2504.19874, section 3.1)."""
    x, quantizer = _units(), mse_quantizer(D, 1)
    decoded = quantizer.decode(quantizer.compute_codes(x))
    np.testing.assert_allclose(np.where(x >= 0, 1, -1) * np.sqrt(2 / np.pi / D), decoded, atol=1e-6)


@pytest.mark.parametrize(("bits", "error"), [(1, 0.363), (2, 0.1175), (3, 0.03454), (4, 0.009497)])
def test_the_error_of_turboquant_is_lloyds_and_maxs(bits: int, error: float) -> None:
    """The squared error of a unit vector is that of the best values for a normal distribution (Max 1960)."""
    x = directions(np.random.default_rng(0).standard_normal((400, 512)).astype(np.float32))
    quantizer = mse_quantizer(512, bits)
    decoded = quantizer.decode(quantizer.compute_codes(x))
    assert error == pytest.approx(((decoded - x) ** 2).sum(axis=1).mean(), rel=0.03)


def test_turboquant_prod_is_the_papers_sum() -> None:
    """A vector decodes to the first stage plus sqrt(pi / 2) / D |r| S^T sign(S r), S of entries N(0, 1).

    faiss's S is a Hadamard matrix with random signs, of entries 1 and -1, which has the variance of N(0, 1).
    Its rows come from the codes: the signs of S r are the last plane, and r is the first stage's residual.
    """
    x, quantizer = _units(50), prod_quantizer(D, 3)
    codes = prod_codes(quantizer, x, "paper")
    first = mse_quantizer(D, 2)
    stage = first.decode(first.compute_codes(x))
    residual = x - stage
    signs = np.unpackbits(codes[:, 8:12], axis=1, bitorder="little").astype(float) * 2 - 1
    drawn = faiss.RandomGenerator(42)  # faiss's seed
    transform = _hadamard(D) * np.array([1 if drawn.rand_int(2) == 0 else -1 for _ in range(D)])
    np.testing.assert_array_equal(np.where(residual @ transform.T > 0, 1, -1), signs)
    length = np.linalg.norm(residual, axis=1, keepdims=True)
    expected = stage + np.sqrt(np.pi / 2) / D * length * (signs @ transform)
    np.testing.assert_allclose(quantizer.decode(codes), expected, atol=1e-5)


def test_faiss_has_the_second_stage_too_small() -> None:
    """Its correction is that of the paper divided by sqrt(D)."""
    x, quantizer, first = _units(50), prod_quantizer(D, 3), mse_quantizer(D, 2)
    stage = first.decode(first.compute_codes(x))
    paper, own = (quantizer.decode(prod_codes(quantizer, x, scale)) - stage for scale in ("paper", "faiss"))
    np.testing.assert_allclose(paper, own * np.sqrt(D), atol=1e-5)


@pytest.mark.parametrize(("scale", "slope"), [("paper", 1.0), ("faiss", 0.95)])
def test_inner_products_are_unbiased_at_the_papers_scale_alone(scale: Scale, slope: float) -> None:
    """Over 300 rotations an estimate of <x, x> is 1 at the paper's scale; at faiss's it stays below 0.95."""
    x, quantizer, found = _units(1), prod_quantizer(D, 3), []
    for seed in range(300):
        turned = rotated(x, frame(D, D, seed))
        decoded = quantizer.decode(prod_codes(quantizer, turned, scale))
        found.append(float(decoded[0] @ turned[0]))
    if scale == "paper":
        assert abs(np.mean(found) - slope) < 4 * np.std(found) / np.sqrt(len(found)) + 1e-3
    else:
        assert np.mean(found) < slope


@pytest.mark.parametrize(("width", "padded"), [(384, 512), (512, 512), (1, 1), (513, 1024)])
def test_the_transform_has_a_power_of_two(width: int, padded: int) -> None:
    """The least power of two that is no less than the dimensions."""
    assert padded == hadamard_width(width)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_the_scales_of_eden_are_those_of_its_papers(bits: int) -> None:
    """Unbiased: |r|^2 / <r, q>; biased: <r, q> / |q|^2, for the values q that r is rounded to."""
    x = _units(100)
    centre = x.mean(axis=0, keepdims=True)
    for biased in (False, True):
        index = eden_index(x, bits, biased=biased)
        r = (index.sa_decode(index.sa_encode(x)) - centre).astype(float)
        moved = (x - centre).astype(float)
        unit = moved / np.linalg.norm(moved, axis=1, keepdims=True) * np.sqrt(D)
        rounding = mse_quantizer(D, bits)
        scaled = (unit / np.sqrt(D)).astype(np.float32)
        values = rounding.decode(rounding.compute_codes(scaled)).astype(float)
        dot = (moved * values).sum(axis=1, keepdims=True)
        scale = dot / (values**2).sum(1, keepdims=True) if biased else (moved**2).sum(1, keepdims=True) / dot
        np.testing.assert_allclose(r, scale * values, atol=1e-4)


def test_metrics_are_those_of_faiss() -> None:
    """Inner products and squared distances by their numbers."""
    assert (faiss.METRIC_INNER_PRODUCT, faiss.METRIC_L2) == (metric_type("inner-product"), metric_type("l2"))


def _hadamard(size: int) -> Floats:
    matrix = np.ones((1, 1), np.float32)
    while len(matrix) < size:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix
