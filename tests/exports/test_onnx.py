"""The ONNX models of a codec: onnxruntime runs them, and codes and vectors are the codec's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from support.codecs import fitted, fitted_with_constant

from harness.errors import InputError
from harness.exports.onnx import export, models_of

MAPS = (
    "identity",
    "pca dims=10",
    "normalize | truncation dims=9",
    "autoencoder dims=8 hidden=6 epochs=1",
    'crossmap source={"start":3,"stop":9} target={"start":9,"stop":22} dims=4 hidden=5 epochs=1',
)
ENCODED = (
    "normalize | pca dims=11 | sign",
    *(f"pca dims=11 | scalar bits={bits}" for bits in range(1, 9)),
    "scalar-per-vector",
    "pq subvectors=5 iterations=2",
    "opq-rotation subvectors=4 iterations=1 | pq subvectors=4 iterations=2",
)
DECODED = (
    "residual-quantizer subvectors=3 iterations=1",
    "lsq subvectors=2 iterations=1 searches=1",
    "product-residual-quantizer subvectors=6 splits=3 iterations=1",
    *(f"rabitq bits={bits}" for bits in (1, 2, 5, 8)),
    "rabitq bits=1 rotate=false",
)


def run(pipeline: str, name: str, **inputs: np.ndarray) -> np.ndarray:
    """Return what onnxruntime gives for a model of the pipeline."""
    model = models_of(fitted(pipeline)[0])[name]
    session = onnxruntime.InferenceSession(model.SerializeToString())
    [output] = session.run(None, inputs)
    return np.asarray(output)


@pytest.mark.parametrize("pipeline", MAPS)
def test_maps_give_the_decoded_vectors(pipeline: str) -> None:
    """Up to the order of additions."""
    codec, vectors = fitted(pipeline)
    expected = codec.decode(codec.encode(vectors))
    np.testing.assert_allclose(run(pipeline, "encode.onnx", vectors=vectors), expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("pipeline", ENCODED)
def test_quantizers_give_the_codes(pipeline: str) -> None:
    """Equal bytes, but for a value at the edge of a cell that a map brought to its other side."""
    codec, vectors = fitted(pipeline)
    expected, actual = codec.encode(vectors), run(pipeline, "encode.onnx", vectors=vectors)
    assert (expected.dtype, expected.shape) == (actual.dtype, actual.shape)
    assert (expected != actual).mean() < 1e-3


@pytest.mark.parametrize("pipeline", ENCODED + DECODED)
def test_codes_give_the_decoded_vectors(pipeline: str) -> None:
    """Up to rounding, every one of them."""
    codec, vectors = fitted(pipeline)
    codes = codec.encode(vectors)
    actual = run(pipeline, "decode.onnx", codes=codes)
    np.testing.assert_allclose(actual, codec.decode(codes), rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("bits", [3, 8])
def test_a_component_that_never_varied_is_encoded_as_the_codec_does(bits: int) -> None:
    """Its cell has no width; equal codes, also for vectors in which it varies."""
    codec, vectors = fitted_with_constant(f"scalar bits={bits}")
    session = onnxruntime.InferenceSession(models_of(codec)["encode.onnx"].SerializeToString())
    np.testing.assert_array_equal(codec.encode(vectors), session.run(None, {"vectors": vectors})[0])


@pytest.mark.parametrize("rows", [0, 1])
def test_any_number_of_rows_is_encoded_and_decoded(rows: int) -> None:
    """None and one as well."""
    codec, vectors = fitted("pca dims=11 | scalar bits=3")
    codes = run("pca dims=11 | scalar bits=3", "encode.onnx", vectors=vectors[:rows])
    assert (rows, codec.bytes_per_vector) == codes.shape
    assert (rows, 11) == run("pca dims=11 | scalar bits=3", "decode.onnx", codes=codes).shape


@pytest.mark.parametrize("pipeline", ["pca dims=10", "normalize | pca dims=11 | sign", "rabitq bits=1"])
def test_the_lines_of_the_readme_run_without_this_project(pipeline: str, tmp_path: Path) -> None:
    """They are run as they stand, and decode what the codec decodes."""
    codec, vectors = fitted(pipeline)
    export(codec, tmp_path / "models")
    lines = (tmp_path / "models" / "README.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
    np.save(tmp_path / "models" / "vectors.npy", vectors)
    np.save(tmp_path / "models" / "codes.npy", codec.encode(vectors))
    hidden = 'import sys\nsys.modules["harness"] = None\n'
    script = hidden + lines + '\nnp.save("decoded.npy", decoded)\n'
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path / "models", check=True)
    expected = codec.decode(codec.encode(vectors))
    np.testing.assert_allclose(np.load(tmp_path / "models" / "decoded.npy"), expected, rtol=1e-5, atol=2e-6)


def test_a_quantizer_that_onnx_lacks_is_refused_in_one_line(tmp_path: Path) -> None:
    """It names the step, and the export that carries it; nothing is written."""
    with pytest.raises(InputError) as error:
        export(fitted("hierarchical-vq levels=[6,5,4]")[0], tmp_path / "models")
    expected = "a quantizer that operators of ONNX compute (--to numpy carries it)"
    assert f"onnx: found the step 'hierarchical-vq', expected {expected}" == str(error.value)
    assert [] == list(tmp_path.iterdir())
