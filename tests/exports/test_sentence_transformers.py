"""The exported model: plain SentenceTransformer loads it, and its vectors and codes are the codec's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import tiny_model

from harness.deploy import Codec, fit, parse_pipeline
from harness.errors import InputError
from harness.exports.sentence_transformers import export
from harness.types import Floats

WORDS = ["river", "stone", "cloud", "lamp", "violin", "bread", "harbour", "moss", "winter", "copper"]
TEXTS = [f"{a} {b} {c}" for a in WORDS for b in WORDS[:6] for c in WORDS[4:]]
MAPS = (
    "identity",
    "pca dims=7",
    "normalize | truncation dims=9",
    "random-projection dims=12 | normalize centre=false",
    "autoencoder dims=5 hidden=6 epochs=1",
    'crossmap source={"start":3,"stop":9} target={"start":9,"stop":16} dims=4 hidden=5 epochs=1',
)
CODES = ("normalize | pca dims=11 | sign", "pca dims=10 | scalar bits=8", "scalar bits=8 clip=0.05")
# The lines of each README run as they stand, in a process where this project cannot be imported.
SCRIPT = """
import os, sys
sys.modules["harness"] = None
from pathlib import Path
import numpy as np
texts = Path("texts.txt").read_text().splitlines()
for folder in sorted(path.resolve() for path in Path().iterdir() if path.is_dir()):
    os.chdir(folder)
    lines = Path("README.md").read_text().split("```python\\n")[1].split("```")[0]
    names = {}
    exec(lines.replace('["a text"]', "texts"), {"texts": texts}, names)
    np.save("result.npy", names.get("codes", names.get("vectors")))
    assert "cosine" == names["model"].similarity_fn_name
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small model."""
    folder, made = tmp_path_factory.mktemp("model"), tmp_path_factory.mktemp("made")
    for name, content in tiny_model.files(made, WORDS).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def vectors(model: Path) -> Floats:
    """Return the model's vectors of the texts."""
    from sentence_transformers import SentenceTransformer

    return np.asarray(SentenceTransformer(str(model), device="cpu").encode(TEXTS))


@pytest.fixture(scope="module")
def results(model: Path, vectors: Floats, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return, for each pipeline, its codec and what the library alone gives for the texts."""
    root = tmp_path_factory.mktemp("exported")
    codecs: dict[str, Codec] = {}
    for i, pipeline in enumerate(MAPS + CODES):
        codecs[pipeline] = fit(vectors, parse_pipeline(pipeline))
        export(codecs[pipeline], root / str(i), str(model))
    (root / "texts.txt").write_text("\n".join(TEXTS))
    subprocess.run([sys.executable, "-c", SCRIPT], cwd=root, check=True)
    arrays = [np.load(root / str(i) / "result.npy") for i in range(len(codecs))]
    return dict(zip(codecs, zip(codecs.values(), arrays, strict=True), strict=True))


@pytest.mark.parametrize("pipeline", MAPS)
def test_a_model_with_maps_gives_the_decoded_vectors(
    pipeline: str, results: dict[str, Any], vectors: Floats
) -> None:
    """Up to the order of additions."""
    codec, actual = results[pipeline]
    expected = codec.decode(codec.encode(vectors))
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("pipeline", CODES)
def test_a_model_before_signs_or_bytes_gives_the_codes(
    pipeline: str, results: dict[str, Any], vectors: Floats
) -> None:
    """Equal bytes, but for a value at the edge of a cell; there by one level."""
    codec, actual = results[pipeline]
    expected = codec.encode(vectors)
    assert (expected.dtype, expected.shape) == (actual.dtype, actual.shape)
    assert (expected != actual).mean() < 0.005
    if "scalar" in pipeline:
        assert np.abs(expected.astype(int) - actual).max() <= 1


def test_a_quantizer_that_the_library_lacks_is_refused_in_one_line(
    model: Path, vectors: Floats, tmp_path: Path
) -> None:
    """It names the step, what is expected, and the exports that carry it; nothing is written."""
    codec = fit(vectors, parse_pipeline("pca dims=8 | scalar bits=4"))
    with pytest.raises(InputError) as error:
        export(codec, tmp_path / "model", str(model))
    expected = "sign or scalar bits=8 as the only quantizer (--to faiss, onnx or numpy carries it)"
    assert f"sentence-transformers: found the step 'scalar', expected {expected}" == str(error.value)
    assert [] == list(tmp_path.iterdir())


def test_a_model_of_other_dimensions_is_refused(model: Path, tmp_path: Path) -> None:
    """The codec was fitted on vectors of another model."""
    codec = fit(np.eye(5, dtype=np.float32), parse_pipeline("sign"))
    with pytest.raises(InputError, match=r"found 16 dimensions, expected the codec's 5$"):
        export(codec, tmp_path / "model", str(model))


def test_what_is_no_model_is_refused_in_one_line(vectors: Floats, tmp_path: Path) -> None:
    """An empty folder; no request is made."""
    with pytest.raises(InputError, match=r"expected a sentence-transformers model$") as error:
        export(fit(vectors, parse_pipeline("sign")), tmp_path / "to", str(tmp_path))
    assert 1 == len(str(error.value).splitlines())
    assert [] == list(tmp_path.iterdir())
