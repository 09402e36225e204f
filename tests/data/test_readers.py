"""The ending of a file decides how it is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.files import written
from support.vectors import random_floats

from harness.data.readers import read_file
from harness.data.vector_files import Rows
from harness.errors import InputError

LINES = """\
{"sentence1": "a cat", "sentence2": "the cat", "score": 4.5}
{"sentence1": "one", "sentence2": "two", "score": 1}
"""


def test_a_file_is_read_by_its_ending(tmp_path: Path) -> None:
    """Vectors by .npy and .npz, texts by the others, of which there are no parts."""
    np.save(tmp_path / "a.npy", random_floats(10, 3))
    assert 6 == read_file(tmp_path / "a.npy", "mine", {}, Rows(part="train")).rows
    path = written(tmp_path / "a.jsonl", LINES)
    assert 2 == len(read_file(path, "mine", {}, Rows()).pairs)
    with pytest.raises(InputError, match=r"a\.jsonl: found texts and the key rows, expected it for vectors"):
        read_file(path, "mine", {}, Rows(part="train"))
