"""The store of arrays: by all that decides them, each with its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harness.embedding.cache import cached, entry, stored
from harness.errors import InputError


def _fail() -> np.ndarray:
    raise InputError("row 3 is bad")


def test_an_entry_is_named_by_all_that_decides_it(tmp_path: Path) -> None:
    """The order of keys is no part of it; a value is."""
    path = entry(tmp_path, "kind", {"a": 1, "b": 2})
    assert path.parent == tmp_path / "kind"
    assert path == entry(tmp_path, "kind", {"b": 2, "a": 1})
    assert path != entry(tmp_path, "kind", {"a": 1, "b": 3})


def test_what_is_stored_is_not_made_again(tmp_path: Path) -> None:
    """The second time its array comes from the file, which nobody can write to."""
    path = tmp_path / "kind" / "a.npy"
    assert not stored(path)
    np.testing.assert_array_equal(cached(path, lambda: np.arange(3.0)), [0, 1, 2])
    assert stored(path)
    again = cached(path, _fail)
    np.testing.assert_array_equal(again, [0, 1, 2])
    assert not again.flags.writeable


def test_what_could_not_be_made_is_not_stored(tmp_path: Path) -> None:
    """An error on the way leaves no file that a later run would take for the array."""
    with pytest.raises(InputError, match="row 3"):
        cached(tmp_path / "a.npy", _fail)
    assert [] == list(tmp_path.iterdir())


def test_an_entry_is_a_npy_file_and_the_sha256_of_it(tmp_path: Path) -> None:
    """NumPy reads it as it is."""
    path = tmp_path / "a.npy"
    cached(path, lambda: np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(np.load(path), np.arange(6.0).reshape(2, 3))
    content = path.read_bytes()
    assert hashlib.sha256(content[:-32]).digest() == content[-32:]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda content: content[:20], id="shorter than a digest"),
        pytest.param(lambda content: content[: len(content) // 2], id="cut in half"),
        pytest.param(lambda content: content[:-1], id="last byte gone"),
        pytest.param(lambda content: content[:-32], id="digest gone, as of an older version"),
        pytest.param(lambda content: content + b"x", id="a byte more"),
        pytest.param(lambda content: content[:-40] + b"x" + content[-39:], id="a value altered"),
        pytest.param(lambda content: content[:-1] + bytes([content[-1] ^ 1]), id="digest altered"),
        pytest.param(lambda content: b"x" + content[1:], id="no array"),
    ],
)
def test_a_damaged_entry_is_made_again_with_a_line(
    damage: Callable[[bytes], bytes], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Never used and never a traceback; the line names the file."""
    path = tmp_path / "a.npy"
    cached(path, lambda: np.arange(20.0))
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    np.testing.assert_array_equal(cached(path, lambda: np.arange(20.0)), np.arange(20.0))
    assert whole == path.read_bytes()
    expected = f"{path}: found an entry that is cut or altered, expected its sha256; made again\n"
    assert ("", expected) == capfd.readouterr()


def test_a_damaged_entry_that_cannot_be_made_is_gone(tmp_path: Path) -> None:
    """The error is that of making it, and nothing of before is left to be used."""
    path = tmp_path / "a.npy"
    path.write_bytes(b"x" * 100)
    with pytest.raises(InputError, match="row 3"):
        cached(path, _fail)
    assert not path.exists()
