"""A codec on arrays: fitted, applied, described; and what it refuses."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from support.vectors import random_floats

from harness.deploy import Codec, fit, parse_pipeline
from harness.errors import InputError
from harness.types import Floats

PIPELINES = [
    "pca dims=8 | scalar bits=4",
    "pq subvectors=4",
    "normalize | rabitq",
    "truncation dims=9 | sign",
]


@pytest.fixture(scope="module")
def vectors() -> Floats:
    """Return 300 vectors of 16 dimensions."""
    return random_floats(300, 16)


@pytest.fixture(scope="module")
def codec(vectors: Floats) -> Codec:
    """Return a codec of 8 components in 4 bytes."""
    return fit(vectors, parse_pipeline(PIPELINES[0]))


@pytest.mark.parametrize("text", PIPELINES)
def test_codes_have_the_bytes_and_vectors_the_dimensions_of_the_card(vectors: Floats, text: str) -> None:
    """The sizes in the card are those of the arrays."""
    codec = fit(vectors, parse_pipeline(text))
    codes = codec.encode(vectors)
    decoded = codec.decode(codes)
    assert (np.uint8, (300, codec.bytes_per_vector)) == (codes.dtype, codes.shape)
    assert (np.float32, (300, codec.card.decoded_dimension)) == (decoded.dtype, decoded.shape)
    assert 16 == codec.dimension
    states = [array.nbytes for step in codec.pipeline.codecs for array in step.state().values()]
    assert sum(states) == codec.card.state_bytes


def test_a_large_array_is_encoded_as_its_parts_are(codec: Codec) -> None:
    """Batches of 8,192 rows: the codes of two batches are those of each."""
    rows = random_floats(10_000, 16)
    parts = np.concatenate([codec.pipeline.encode(rows[:8192]), codec.pipeline.encode(rows[8192:])])
    np.testing.assert_array_equal(parts, codec.encode(rows))
    np.testing.assert_array_equal(codec.pipeline.decode(parts), codec.decode(parts))


def test_similarity_is_the_cosine_of_the_decoded_rows(codec: Codec, vectors: Floats) -> None:
    """Against the sums written out in float64."""
    codes = codec.encode(vectors)
    left, right = codec.decode(codes[:50]).astype(float), codec.decode(codes[50:100]).astype(float)
    norms = np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1))
    similar = codec.similarity(codes[:50], codes[50:100])
    assert np.float32 == similar.dtype
    np.testing.assert_allclose((left * right).sum(axis=1) / norms, similar, rtol=1e-6)


def test_equal_arguments_give_equal_codecs(vectors: Floats) -> None:
    """Also where the fit draws at random; another seed gives another codec."""
    steps = parse_pipeline("random-projection dims=8")
    assert fit(vectors, steps, seed=3).card == fit(vectors.copy(), steps, seed=3).card
    assert fit(vectors, steps, seed=3).card.arrays_sha256 != fit(vectors, steps, seed=4).card.arrays_sha256


def test_the_card_names_the_array_by_its_bytes(codec: Codec, vectors: Floats) -> None:
    """The sha256 is that of the float32 rows."""
    assert hashlib.sha256(vectors.tobytes()).hexdigest() == codec.card.data.sha256
    assert (300, 300) == (codec.card.data.rows, codec.card.data.fitted_rows)


def test_a_codec_says_what_it_is(codec: Codec) -> None:
    """In a line, and as a table of HTML in which text is escaped."""
    assert (
        "pca dims=8 | scalar bits=4: 16 dimensions in 4 bytes (16 times smaller than float32)"
        == codec.describe
    )
    html = codec.with_card(data={**codec.card.data.model_dump(), "name": "<b>"})._repr_html_()
    assert html.startswith("<table><tr><th>pipeline</th><td>pca dims=8 | scalar bits=4</td></tr>")
    assert "300 rows of &lt;b&gt;</td>" in html


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones((2, 15), np.float32), "vectors: found 15 dimensions, expected 16"),
        (np.zeros((2, 16), np.float32), "vectors: row 0 is a zero vector"),
        (np.full((2, 16), np.nan, np.float32), "vectors: row 0 has NaN or infinity"),
        (np.ones(16, np.float32), r"vectors: found an array of shape \(16,\), expected rows and columns"),
    ],
)
def test_what_is_no_vector_of_its_dimensions_is_one_line(codec: Codec, x: Floats, message: str) -> None:
    """The line names the row."""
    with pytest.raises(InputError, match=message):
        codec.encode(x)


@pytest.mark.parametrize(
    "codes", [np.ones((2, 5), np.uint8), np.ones((2, 4), np.float32), np.ones(4, np.uint8)]
)
def test_what_is_no_code_of_its_width_is_one_line(codec: Codec, codes: np.ndarray) -> None:  # type: ignore[type-arg]
    """The line has type and shape."""
    with pytest.raises(InputError, match=r"codes: found .*, expected uint8 \(rows, 4\)"):
        codec.decode(codes)


def test_unequal_numbers_of_codes_are_refused(codec: Codec) -> None:
    """Similarity is row by row."""
    codes = np.ones((2, 4), np.uint8)
    with pytest.raises(InputError, match="codes: found 2 and 1 rows, expected equal numbers"):
        codec.similarity(codes, codes[:1])


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("pq subvectors=4", "scalar bits=2"),
        ("pca dims=8 | residual-quantizer subvectors=4", "pca dims=8 | scalar bits=4"),
        ("opq-rotation subvectors=1 | pq subvectors=1", "random-projection dims=8 | sign"),
    ],
)
def test_too_few_rows_name_how_many_and_a_smaller_pipeline(vectors: Floats, text: str, instead: str) -> None:
    """The pipeline that is named takes no more bytes and can be fitted on the rows."""
    with pytest.raises(InputError) as raised:
        fit(vectors[:200], parse_pipeline(text))
    assert "found 200 training vectors, expected at least 256" in str(raised.value)
    assert f"; '{instead}' needs fewer rows and takes no more bytes" in str(raised.value)
    bytes_per_vector = int(text[-1])
    assert fit(vectors[:200], parse_pipeline(instead)).bytes_per_vector <= bytes_per_vector


def test_a_rotation_of_more_dimensions_than_rows_is_left_out() -> None:
    """It needs a row a dimension; the quantizer behind it needs 256."""
    x = random_floats(300, 320)
    with pytest.raises(
        InputError, match="found 300 training vectors, expected at least 320; 'pq subvectors=4'"
    ):
        fit(x, parse_pipeline("opq-rotation subvectors=4 | pq subvectors=4"))


def test_an_error_of_another_cause_names_no_other_pipeline() -> None:
    """More parts than dimensions is no lack of rows."""
    with pytest.raises(InputError, match=r"disjoint parts of a vector cannot be more$"):
        fit(random_floats(300, 320), parse_pipeline("pq subvectors=321"))


def test_an_error_without_codebooks_stands_alone(vectors: Floats) -> None:
    """It names the parameter that would do."""
    with pytest.raises(InputError, match=r"expected at most 5 \(5 rows × 16\)$"):
        fit(vectors[:5], parse_pipeline("pca dims=8"))
