"""TurboQuant and EDEN as compressors: bytes, and what they share with faiss's searches."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from harness.codecs.frames import directions
from harness.compressors import eden, turboquant, turboquant_prod
from harness.indexes import turboquant as search
from harness.types import Floats, Training

D = 64


def _training() -> Training:
    x = np.random.default_rng(0).standard_normal((300, D)).astype(np.float32) + np.float32(0.3)
    return Training(directions(x), np.empty((0, 2), np.int64), None)


@pytest.mark.parametrize(("bits", "extra"), [(1, 0), (1, 8), (2, 20), (3, 20), (4, 20)])
def test_turboquant_has_no_side_bytes(bits: int, extra: int) -> None:
    """A code takes the bits of its dimensions and the extra bytes, all of them payload."""
    codec = turboquant.fit(_training(), turboquant.Params(bits=bits, extra_bytes=extra), 3)
    assert D * bits // 8 + extra == codec.encode(_training().vectors).shape[1]
    assert 0 == codec.side_bytes


@pytest.mark.parametrize("bits", [2, 3, 4, 5])
def test_turboquant_prod_counts_what_faiss_stores(bits: int) -> None:
    """Without extra bytes a code is faiss's ``SQtq``, two float32 included."""
    codec = turboquant_prod.fit(_training(), turboquant_prod.Params(bits=bits), 3)
    stored = faiss.index_factory(D, f"SQtq{bits}", faiss.METRIC_INNER_PRODUCT).sa_code_size()
    assert stored == codec.encode(_training().vectors).shape[1]
    assert stored - D * bits // 8 == codec.side_bytes


@pytest.mark.parametrize("bits", range(1, 9))
def test_eden_counts_what_faiss_stores(bits: int) -> None:
    """Without extra bytes a code is faiss's ``EDEN``, two float32 included."""
    codec = eden.fit(_training(), eden.Params(bits=bits), 3)
    stored = faiss.index_factory(D, f"EDEN{bits}", faiss.METRIC_INNER_PRODUCT).sa_code_size()
    assert stored == codec.encode(_training().vectors).shape[1]
    assert stored - D * bits // 8 == codec.side_bytes


def test_methods_are_compared_at_the_bytes_of_rabitq() -> None:
    """At two bits, 12 bytes more for EDEN and TurboQuant_prod and 20 for TurboQuant_mse make D / 4 + 20."""
    x = _training().vectors
    made = [
        eden.fit(_training(), eden.Params(bits=2, extra_bytes=12), 3),
        turboquant_prod.fit(_training(), turboquant_prod.Params(bits=2, extra_bytes=12), 3),
        turboquant.fit(_training(), turboquant.Params(bits=2, extra_bytes=20), 3),
    ]
    assert [D // 4 + 20] * 3 == [codec.encode(x).shape[1] for codec in made]


def test_extra_bytes_lower_the_error() -> None:
    """As many dimensions again, of noise that is independent of them, halve the squared error."""
    x = _training().vectors
    errors = [_error(turboquant.fit(_training(), turboquant.Params(bits=2, extra_bytes=extra), 3), x)
              for extra in (0, D // 4)]  # fmt: skip
    assert 0.5 == pytest.approx(errors[1] / errors[0], abs=0.1)


def test_a_search_compares_raw_queries_with_what_the_compressor_decodes() -> None:
    """The index and the compressor rotate alike by a seed, and the index ranks by inner products."""
    x, params = _training().vectors, {"bits": 2, "extra_bytes": 4}
    codec = turboquant.fit(_training(), turboquant.Params(**params), 3)  # type: ignore[arg-type]
    decoded = codec.decode(codec.encode(x))
    ranking = search.build(x, search.Params(**params), 3).search(x[:20], 10)  # type: ignore[arg-type]
    exact = np.sort(-(x[:20] @ decoded.T), axis=1)[:, :10]
    np.testing.assert_allclose(-exact, np.take_along_axis(x[:20] @ decoded.T, ranking, axis=1), atol=1e-5)


def _error(codec: turboquant.TurboQuant, x: Floats) -> float:
    return float(((codec.decode(codec.encode(x)) - x) ** 2).sum(axis=1).mean())
