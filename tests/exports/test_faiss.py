"""The faiss index of a codec: faiss alone reads it, and its neighbours are those of exact search."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.codecs import fitted, fitted_with_constant
from support.neighbours import assert_nearest

from harness.errors import InputError
from harness.exports.faiss import export, index_of
from harness.types import Bytes, Doubles, Floats, Ints

COSINES = (
    "identity",
    "pca dims=10",
    "normalize | truncation dims=9",
    "principal-projection dims=7 | normalize centre=false",
    "autoencoder dims=8 epochs=1",
    'crossmap source={"start":3,"stop":9} target={"start":9,"stop":22} dims=4 hidden=null epochs=1',
    "normalize | pca dims=11 | sign",
    "itq dims=12 iterations=3 | sign",
)
PRODUCTS = (
    *(f"normalize | pca dims=11 | scalar bits={bits}" for bits in (4, 6, 8)),
    "scalar bits=8 clip=0.05",
    "pq subvectors=5 iterations=2",
    "opq-rotation subvectors=4 iterations=1 | pq subvectors=4 iterations=2",
    "random-projection dims=12 | residual-quantizer subvectors=3 iterations=1",
    "product-residual-quantizer subvectors=6 splits=3 iterations=1",
    "rabitq bits=1",
    "pca dims=9 | rabitq bits=1 rotate=false",
)
READER = """
import sys
sys.modules["harness"] = None  # cannot be imported
import faiss, numpy as np
index = faiss.read_index("index.faiss")
scores, rows = index.search(np.load("queries.npy"), 5)
np.save("rows.npy", rows)
"""


def products(pipeline: str, queries: int = 20) -> tuple[Bytes, Floats, Doubles]:
    """Return codes, queries, and the inner products of mapped queries with all decoded vectors (q, n)."""
    codec, vectors = fitted(pipeline)
    codes = codec.encode(vectors)
    scaled = vectors[:queries] * np.float32(1.1)
    mapped = codec.pipeline.through(scaled, len(codec.pipeline.codecs) - 1)
    if pipeline in COSINES:
        mapped = codec.pipeline.through(scaled, len(codec.pipeline.codecs))  # signs on both sides
    return codes, scaled, mapped.astype(np.float64) @ codec.decode(codes).astype(np.float64).T


@pytest.mark.parametrize("pipeline", COSINES)
def test_an_index_of_floats_or_signs_has_the_neighbours_of_exact_search_by_cosine(pipeline: str) -> None:
    """Filled with codes and with vectors alike."""
    codec, vectors = fitted(pipeline)
    codes, queries, scores = products(pipeline)
    cosines = scores / np.linalg.norm(codec.decode(codes).astype(np.float64), axis=1)
    filled, added = index_of(codec, [codes]), index_of(codec)
    added.add(vectors)
    for index in (filled, added):
        assert len(vectors) == index.ntotal
        assert_nearest(index.search(queries, 10)[1], cosines)


@pytest.mark.parametrize("pipeline", PRODUCTS)
def test_an_index_of_codes_has_the_neighbours_of_exact_search_by_inner_product(pipeline: str) -> None:
    """Of decoded vectors, with the mapped query; filled with the codec's codes."""
    codec, _ = fitted(pipeline)
    codes, queries, scores = products(pipeline)
    assert_nearest(index_of(codec, [codes]).search(queries, 10)[1], scores)


@pytest.mark.parametrize("pipeline", PRODUCTS[:-2])
def test_an_index_encodes_added_vectors_as_the_codec_does(pipeline: str) -> None:
    """The codes are equal bytes, whether faiss or the codec made them."""
    codec, vectors = fitted(pipeline)
    index = index_of(codec)
    index.add(vectors)
    actual = np.asarray(index.sa_encode(vectors))
    differing = (codec.encode(vectors) != actual).any(axis=1).mean()
    assert differing < 0.01  # a vector at the edge of a cell, mapped in another order of additions


@pytest.mark.parametrize("bits", [4, 8])
def test_a_component_that_never_varied_is_encoded_as_the_codec_does(bits: int) -> None:
    """Its cell has no width; equal codes, also for vectors in which it varies."""
    codec, vectors = fitted_with_constant(f"scalar bits={bits}")
    np.testing.assert_array_equal(codec.encode(vectors), index_of(codec).sa_encode(vectors))


@pytest.mark.parametrize("bits", [1, 4, 8])
def test_added_to_a_rabitq_index_vectors_are_estimated_as_faiss_documents_it(bits: int) -> None:
    """As <q - c, d - c> + <o, c>: of the original vector o, not the decoded d, with the centre c."""
    codec, vectors = fitted(f"rabitq bits={bits}")
    _, queries, _ = products(f"rabitq bits={bits}")
    mean = codec.pipeline.codecs[0].state()["mean"].astype(np.float64)
    decoded = codec.decode(codec.encode(vectors))
    index = index_of(codec)
    index.add(vectors)
    scores = (queries - mean) @ (decoded - mean).T + vectors @ mean
    assert_nearest(index.search(queries, 10)[1], scores, share=1.0 if bits == 1 else 0.97)


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_a_filled_rabitq_index_of_more_bits_has_nearly_the_neighbours_of_exact_search(bits: int) -> None:
    """The library looks at the signs first, and misses a neighbour now and then."""
    codes, queries, scores = products(f"rabitq bits={bits}")
    index = index_of(fitted(f"rabitq bits={bits}")[0], [codes[:100], codes[100:]])
    assert_nearest(index.search(queries, 10)[1], scores, share=0.97)


@pytest.mark.parametrize(
    "pipeline", ["pca dims=10", "normalize | pca dims=11 | sign", "pq subvectors=5 iterations=2"]
)
def test_faiss_alone_reads_the_exported_index(pipeline: str, tmp_path: Path) -> None:
    """In a process where this project cannot be imported it finds what the index at hand finds."""
    codec, _ = fitted(pipeline)
    codes, queries, _ = products(pipeline)
    export(codec, tmp_path / "index", [codes])
    np.save(tmp_path / "index" / "queries.npy", queries)
    subprocess.run([sys.executable, "-c", READER], cwd=tmp_path / "index", check=True)
    expected: Ints = index_of(codec, [codes]).search(queries, 5)[1]
    np.testing.assert_array_equal(np.load(tmp_path / "index" / "rows.npy"), expected)


@pytest.mark.parametrize(
    "pipeline", ["normalize | pca dims=11 | scalar bits=4", "pca dims=9 | rabitq bits=1 rotate=false"]
)
def test_the_lines_of_the_readme_rank_by_cosine(pipeline: str, tmp_path: Path) -> None:
    """They are run as they stand; with as many candidates as rows they are exact."""
    codec, vectors = fitted(pipeline)
    codes, queries, scores = products(pipeline)
    export(codec, tmp_path / "index", [codes])
    lines = (tmp_path / "index" / "README.md").read_text("utf-8").split("```python\n")[1:]
    script = "".join(block.split("```")[0] for block in lines).replace(", 100)", f", {len(vectors)})")
    np.save(tmp_path / "index" / "queries.npy", queries)
    script += '\nnp.save("rows.npy", rows)\n'
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path / "index", check=True)
    cosines = scores / np.linalg.norm(codec.decode(codes).astype(np.float64), axis=1)
    assert_nearest(np.load(tmp_path / "index" / "rows.npy"), cosines)


REFUSED = {
    "pca dims=11 | scalar bits=3": "'scalar', expected 4, 6 or 8 bits instead of 3 (--to numpy carries it)",
    "autoencoder dims=8 hidden=6 epochs=1": "'autoencoder', expected a linear map (--to onnx carries it)",
    "scalar-per-vector": (
        "'scalar-per-vector', expected a quantizer that faiss searches (--to numpy carries it)"
    ),
    "scalar bits=8 | pca dims=4": (
        "'scalar', expected a quantizer as the last step only (--to numpy carries it)"
    ),
}


@pytest.mark.parametrize("pipeline", REFUSED)
def test_a_step_that_faiss_lacks_is_refused_in_one_line(pipeline: str, tmp_path: Path) -> None:
    """It names the step, what is expected, and the export that carries it; nothing is written."""
    with pytest.raises(InputError) as error:
        export(fitted(pipeline)[0], tmp_path / "index")
    assert f"faiss: found the step {REFUSED[pipeline]}" == str(error.value)
    assert [] == list(tmp_path.iterdir())


def test_a_folder_with_something_in_it_is_not_written_to(tmp_path: Path) -> None:
    """What is there stays."""
    (tmp_path / "file").write_text("as it was")
    with pytest.raises(InputError, match="expected a new name or an empty folder"):
        export(fitted("identity")[0], tmp_path)
    assert [tmp_path / "file"] == list(tmp_path.iterdir())


def test_the_readme_of_an_empty_index_adds_vectors_first(tmp_path: Path) -> None:
    """That of a filled one does not: they would be there twice."""
    codec, vectors = fitted("pca dims=10")
    export(codec, tmp_path / "empty")
    export(codec, tmp_path / "filled", [codec.encode(vectors)])
    texts = [(tmp_path / name / "README.md").read_text("utf-8") for name in ("empty", "filled")]
    assert [True, False] == ['index.add(np.load("vectors.npy"))' in text for text in texts]
