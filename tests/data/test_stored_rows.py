"""Matrices in the store: made once, hashed once, made again where they changed, of the shape they declare."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from harness.data.stored_rows import stored_rows
from harness.evidence.sealed import stored
from harness.types import Floats

ROWS = np.arange(12, dtype=np.float32).reshape(4, 3)


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))


def opened(*blocks: Floats) -> Floats:
    """Return the matrix that is made of ``blocks``."""
    return stored_rows("x", {"a": 1}, (4, 3), lambda: iter(blocks))


def test_a_file_is_hashed_again_only_after_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its rows are made once, and again where a byte of the file is another."""
    hashed: list[Path] = []

    def counted(path: Path) -> bool:
        hashed.append(path)
        return stored(path)

    monkeypatch.setattr("harness.data.stored_rows.stored", counted)
    assert opened(ROWS[:1], ROWS[1:]).tobytes() == ROWS.tobytes()
    (file,) = tmp_path.glob("x/*.npy")
    hashed.clear()
    assert opened().tobytes() == ROWS.tobytes()
    assert [] == hashed
    content = file.read_bytes()
    file.write_bytes(content[:-40] + b"x" + content[-39:])
    assert opened(ROWS).tobytes() == ROWS.tobytes()
    assert [file, file] == hashed
    assert "found an entry that is cut or altered" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([ROWS[:3]], "found 3 rows, expected 4"),
        ([ROWS, ROWS], "found 8 rows, expected 4"),
        ([ROWS[:, :2]], r"found rows of shape \(2,\), expected \(3,\)"),
    ],
)
def test_rows_of_another_shape_are_never_stored(blocks: list[Floats], message: str, tmp_path: Path) -> None:
    """Their file would declare rows that it does not have."""

    def make() -> Iterator[Floats]:
        yield from blocks

    with pytest.raises(ValueError, match=message):
        stored_rows("x", {"a": 1}, (4, 3), make)
    assert [] == list((tmp_path / "x").iterdir())
