"""What is measured with: vectors of a stated spectrum, and parameters of every compressor."""

from __future__ import annotations

import numpy as np
import pytest

from harness.bench.planted import params, planted
from harness.planning import registry


def test_the_planted_rows_have_the_spectrum_that_is_stated() -> None:
    """Variances fall as 1 / k: the first is 32 times the last, up to chance."""
    values = np.linalg.eigvalsh(np.cov(planted(20_000, 32), rowvar=False))[::-1]
    np.testing.assert_allclose(1 / np.arange(1, 33), values, rtol=0.06)


@pytest.mark.parametrize("name", registry.names("compressors"))
def test_every_compressor_has_parameters(name: str) -> None:
    """Dimensions are half of the vectors' own where that is less; what has a default keeps it."""
    module = registry.load("compressors", name, "test")
    chosen = params(module, 32)
    assert 16 == getattr(chosen, "dims", 16)
    assert isinstance(chosen, module.Params)
