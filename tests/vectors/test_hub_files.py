"""Vectors of hub data sets: the files of a commit, one after the other."""

from __future__ import annotations

import json
from pathlib import Path

import huggingface_hub.constants
import numpy as np
import pytest
from support.vector_files import WRITERS, write_parquet
from support.vectors import random_floats

from harness.errors import BlockedError, InputError
from harness.vectors.opening import open_vectors
from harness.vectors.reading import read_vectors

SHA = "0123456789abcdef0123456789abcdef01234567"
X = random_floats(30, 3)
NAMES = ("data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet")


@pytest.fixture(autouse=True)
def snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the snapshot of a data set in a cache of its own; nothing asks the network."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    root = tmp_path / "hub" / "datasets--who--set"
    folder = root / "snapshots" / SHA
    (folder / "data").mkdir(parents=True)
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text(SHA)
    for name, rows in zip(NAMES, (X[:10], X[10:]), strict=True):
        write_parquet(folder / name, rows)
    WRITERS["a.npy"](folder / "other.npy", X[:, :2])
    (root / f"files-of-{SHA}.json").write_text(json.dumps([*NAMES, "other.npy", "absent.npy", "README.md"]))
    return folder


@pytest.mark.parametrize("location", ["hf://datasets/who/set", f"hf://datasets/who/set@{SHA}/data/*.parquet"])
def test_rows_go_over_the_files_in_order(location: str) -> None:
    """From any row on, with their numbers in the whole."""
    source = open_vectors(location)
    np.testing.assert_array_equal(X, read_vectors(source).vectors)
    assert (30, 3, location) == (source.rows, source.dimension, source.name)
    for start in (0, 9, 10, 11, 29, 30):
        blocks = list(source.blocks(4, start))
        np.testing.assert_array_equal(X[start:], np.concatenate([X[:0], *(b.vectors for b in blocks)]))
        assert all(np.array_equal(X[b.start], b.vectors[0]) for b in blocks)


def test_broken_rows_are_numbered_in_the_whole(snapshot: Path) -> None:
    """Row 2 of the second file is row 12."""
    write_parquet(snapshot / NAMES[1], [*X[10:12].tolist(), None, [1.0]])
    broken = read_vectors(open_vectors("hf://datasets/who/set"), drop_broken=True).broken
    assert {"null": [12], "length 1": [13]} == broken


def test_a_file_of_another_format_is_read_by_its_path() -> None:
    """Its digest is that of its bytes."""
    np.testing.assert_array_equal(
        X[:, :2], read_vectors(open_vectors("hf://datasets/who/set/other.npy")).vectors
    )


def test_what_cannot_be_had_is_refused_or_blocked(snapshot: Path) -> None:
    """Another form, a pattern without files, files of other dimensions; a file that is not in the cache."""
    for location in (
        "hf://who/set",
        "hf://datasets/set",
        "hf://datasets/who/set@main/a.npy",
        "hf://datasets/../x/y",
    ):
        with pytest.raises(InputError, match=r"found another form, expected hf://datasets/owner/name"):
            open_vectors(location)
    with pytest.raises(InputError, match="found no file"):
        open_vectors("hf://datasets/who/set/nothing.npy")
    with pytest.raises(InputError, match=r"found the ending '.md', expected one of \.aqed"):
        open_vectors("hf://datasets/who/set/README.md")
    write_parquet(snapshot / NAMES[1], X[:, :2].tolist())
    with pytest.raises(InputError, match=r"found 2 dimensions in .*00001-of-00002.parquet, expected 3 as in"):
        open_vectors("hf://datasets/who/set")
    with pytest.raises(BlockedError, match="who/other is not in the cache and the run is offline"):
        open_vectors("hf://datasets/who/other")
    with pytest.raises(BlockedError, match=r"absent\.npy of dataset who/set is not in the cache"):
        open_vectors("hf://datasets/who/set/absent.npy")
