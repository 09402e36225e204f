"""Files that end in their sha256: whole or not there, whatever ends the writing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.evidence.sealed import sealed, stored, write_sealed


def test_pieces_are_the_file_that_their_content_is_as_a_whole(tmp_path: Path) -> None:
    """The digest is that of all of them; nothing else is left in the folder."""
    path = tmp_path / "new" / "x.npy"
    write_sealed(path, iter([b"ab", b"", b"c"]))
    assert b"abc" + hashlib.sha256(b"abc").digest() == path.read_bytes() == sealed(b"abc")
    assert stored(path)
    assert [path] == list(path.parent.iterdir())


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b"x" + b[1:], lambda b: b + b"x", lambda _: b""]
)
def test_a_file_that_is_not_whole_is_removed(damage: object, tmp_path: Path) -> None:
    """Cut, altered, longer, or empty."""
    path = tmp_path / "x.npy"
    path.write_bytes(damage(sealed(b"abc")))  # type: ignore[operator]
    assert not stored(path)
    assert not path.exists()


def test_an_error_between_two_pieces_leaves_nothing_behind(tmp_path: Path) -> None:
    """Neither the file nor a part of it."""

    def pieces() -> Iterator[bytes]:
        yield b"ab"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sealed(tmp_path / "x.npy", pieces())
    assert [] == list(tmp_path.iterdir())


def test_a_part_of_a_killed_process_is_written_anew(tmp_path: Path) -> None:
    """What stands in it does not count, be it longer than the file."""
    (tmp_path / ".x.npy.part").write_bytes(b"0" * 1000)
    write_sealed(tmp_path / "x.npy", [b"abc"])
    assert sealed(b"abc") == (tmp_path / "x.npy").read_bytes()
    assert ["x.npy"] == [path.name for path in tmp_path.iterdir()]


def test_parts_of_killed_processes_are_removed_and_those_of_others_stay(tmp_path: Path) -> None:
    """Nobody asks again for what a killed process wrote; a file that is being written is locked."""
    (tmp_path / ".killed.npy.part").write_bytes(b"0" * 1000)

    def pieces() -> Iterator[bytes]:
        yield b"ab"
        write_sealed(tmp_path / "y.npy", [b"abc"])
        yield b"c"

    write_sealed(tmp_path / "x.npy", pieces())
    assert ["x.npy", "y.npy"] == sorted(path.name for path in tmp_path.iterdir())
    assert sealed(b"abc") == (tmp_path / "x.npy").read_bytes()


def test_of_writers_at_once_one_writes_and_the_others_have_its_file(tmp_path: Path) -> None:
    """Eight of them: each ends with the file there, and the pieces are asked for once."""
    asked: list[int] = []

    def pieces(writer: int) -> Iterator[bytes]:
        asked.append(writer)
        yield b"abc"

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda writer: write_sealed(tmp_path / "x.npy", pieces(writer)), range(8)))
    assert 1 == len(asked)
    assert ["x.npy"] == [path.name for path in tmp_path.iterdir()]
