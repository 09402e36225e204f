"""The NumPy decoder of a codec: its source is run in a process that has NumPy alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.codecs import fitted

from harness.deploy import Codec
from harness.exports.numpy import export
from harness.types import Floats

PIPELINES = (
    "identity",
    "pca dims=10",
    "normalize | truncation dims=9",
    "autoencoder dims=8 hidden=6 epochs=1",
    "pca dims=11 | sign",
    *(f"pca dims=11 | scalar bits={bits}" for bits in range(1, 9)),
    "scalar-per-vector",
    "pq subvectors=5 iterations=2",
    "opq-rotation subvectors=4 iterations=1 | pq subvectors=4 iterations=2",
    "residual-quantizer subvectors=3 iterations=1",
    "lsq subvectors=2 iterations=1 searches=1",
    "product-residual-quantizer subvectors=6 splits=3 iterations=1",
    *(f"rabitq bits={bits}" for bits in (1, 2, 5, 8)),
    "rabitq bits=1 rotate=false",
    "hierarchical-vq levels=[6,5,4]",
    "residual-vq dims=6 steps=3 hidden=0",
    "residual-vq dims=6 steps=3 hidden=5 stages=20",
    "fsq steps=3 residuals=2",
    "fsq levels=[9,9,9,9,9,9,9,9,9,9] residuals=3 steps=3 hidden=4",
)
EXACT = tuple(p for p in PIPELINES if not p.startswith(("rabitq", "fsq", "residual-vq")))
SCRIPT = """
import runpy, sys
sys.modules["harness"] = None  # cannot be imported
from pathlib import Path
import numpy as np
for folder in Path().iterdir():
    decoder = runpy.run_path(str(folder / "decoder.py"))
    arrays = decoder["load"](folder / "codec.safetensors")
    np.save(folder / "decoded.npy", decoder["decode"](np.load(folder / "codes.npy"), arrays))
assert not {"torch", "faiss", "safetensors"} & set(sys.modules)
"""


@pytest.fixture(scope="module")
def decoded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Floats]:
    """Return what the decoders of all pipelines make of codes, in a process that has NumPy alone."""
    root = tmp_path_factory.mktemp("codecs")
    for i, pipeline in enumerate(PIPELINES):
        codec, vectors = fitted(pipeline)
        export(codec, root / str(i))
        np.save(root / str(i) / "codes.npy", codec.encode(vectors))
    subprocess.run([sys.executable, "-c", SCRIPT], cwd=root, check=True)
    return {pipeline: np.load(root / str(i) / "decoded.npy") for i, pipeline in enumerate(PIPELINES)}


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_the_decoder_gives_what_decode_gives(pipeline: str, decoded: dict[str, Floats]) -> None:
    """Of equal bytes where it looks up, shifts and scales; to rounding where it multiplies matrices."""
    codec, vectors = fitted(pipeline)
    expected, actual = codec.decode(codec.encode(vectors)), decoded[pipeline]
    assert (expected.dtype, expected.shape) == (actual.dtype, actual.shape)
    np.testing.assert_allclose(actual, expected, rtol=2e-6, atol=2e-6)
    if pipeline in EXACT:
        np.testing.assert_array_equal(actual, expected)


def test_the_decoder_is_printed_in_the_card_and_in_the_readme(tmp_path: Path) -> None:
    """A reader of the folder finds it without any command."""
    codec, _ = fitted("pca dims=11 | scalar bits=4")
    codec.save(tmp_path / "codec")
    decoder = Codec.load(tmp_path / "codec").card.decoder
    assert decoder is not None
    assert decoder.strip() in (tmp_path / "codec" / "README.md").read_text("utf-8")
