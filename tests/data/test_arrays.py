"""Damaged files of NumPy are refused."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from support.vectors import random_floats

from harness.data.vector_files import Rows, read_vectors
from harness.errors import InputError

# Known bug: an .npz that is refused stays open until the garbage is collected: here, then.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    yield
    gc.collect()


def cut_in_half(data: bytes) -> bytes:
    """Return the first half."""
    return data[: len(data) // 2]


def flip_a_byte(data: bytes) -> bytes:
    """Return the data with a byte of the first array's numbers changed."""
    return data[:160] + bytes([data[160] ^ 255]) + data[161:]


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        pytest.param("a.npy", cut_in_half, id="truncated npy"),
        pytest.param("a.npz", cut_in_half, id="truncated npz"),
        pytest.param("a.npz", flip_a_byte, id="altered npz"),
        pytest.param("a.npy", lambda _: b"", id="empty npy"),
        pytest.param("a.npz", lambda _: b"", id="empty npz"),
        pytest.param("a.npy", lambda _: b"0.1 0.2\n0.3 0.4\n", id="text"),
    ],
)
def test_a_damaged_file_of_vectors_is_refused(
    tmp_path: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    """A file that ends early, or whose bytes changed, is no data."""
    path = tmp_path / name
    if name == "a.npy":
        np.save(path, random_floats(50, 3))
    else:
        np.savez(path, left=random_floats(50, 3), right=random_floats(50, 3))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(InputError, match=name):
        read_vectors(path, "mine", {}, Rows())
