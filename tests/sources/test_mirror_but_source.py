"""Splits without the pairs of some sources."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from harness.errors import InputError
from harness.sources.mirror_but_source import Params, read
from harness.types import Place

LINES = [
    {"sentence1": f"a {i}", "sentence2": f"b {i}", "score": float(i), "file": source}
    for i, source in enumerate(["images", "MSRpar", "images", "headlines"])
]


def _read(folder: Path, *left_out: str) -> tuple[tuple[str, ...] | None, list[float]]:
    text = "".join(json.dumps(line) + "\n" for line in LINES)
    (folder / "pairs.jsonl").write_text(text, "utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    params = Params(path="pairs.jsonl", sha256=digest, left_out=left_out)
    data = read(params, "some", Place(folder, folder, offline=True))
    assert data.gold is not None
    return data.texts, data.gold.tolist()


def test_pairs_of_other_sources_stay_in_their_order(tmp_path: Path) -> None:
    """Two of four pairs are left: their first sentences, their second ones, and scores."""
    assert (("a 1", "a 3", "b 1", "b 3"), [1.0, 3.0]) == _read(tmp_path, "images")


def test_a_source_that_the_file_lacks_is_refused(tmp_path: Path) -> None:
    """A misspelt name would leave nothing out."""
    with pytest.raises(InputError, match=r"found no pair of msrpar, expected some to leave out"):
        _read(tmp_path, "msrpar", "images")
