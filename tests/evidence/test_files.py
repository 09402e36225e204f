"""Files: whole or not at all, and never outside their folder."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.errors import InputError
from harness.evidence.files import check_digest, inside, sha256_file, write_atomic


def test_a_file_is_written_whole_with_its_folders_and_nothing_beside_it(tmp_path: Path) -> None:
    """The temporary file is gone when the file is there."""
    path = tmp_path / "a" / "b" / "c.json"
    write_atomic(path, b"first")
    write_atomic(path, b"second")
    assert b"second" == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    """A folder in the file's place cannot be replaced: nothing is lost and nothing is left lying about."""
    path = tmp_path / "taken"
    (path / "inner").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        write_atomic(path, b"data")
    assert [path] == list(tmp_path.iterdir())
    assert [path / "inner"] == list(path.iterdir())


def test_a_process_killed_while_it_writes_leaves_a_whole_file(tmp_path: Path) -> None:
    """Killed at any moment, the file is one of the two that were written, never a mixture."""
    path = tmp_path / "scores.npz"
    code = (
        "import sys; from pathlib import Path; from harness.evidence.files import write_atomic\n"
        "while True:\n"
        "    for letter in (b'a', b'b'): write_atomic(Path(sys.argv[1]), letter * 3_000_000)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)]) as writer:
        deadline = time.monotonic() + 60
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.1)
        writer.kill()
    assert path.read_bytes() in {b"a" * 3_000_000, b"b" * 3_000_000}


@pytest.mark.parametrize("relative", ["a.npy", "deep/er/a.npy", "deep/../a.npy", "./a.npy"])
def test_a_path_inside_its_folder_is_resolved(tmp_path: Path, relative: str) -> None:
    """Dots are fine as long as they stay inside."""
    assert (tmp_path / relative).resolve() == inside(tmp_path, relative, "files")


@pytest.mark.parametrize("relative", ["../a", "a/../../b", "/etc/passwd", "link/a"])
def test_a_path_that_leaves_its_folder_is_refused(tmp_path: Path, relative: str) -> None:
    """Neither by dots, nor from the root, nor through a link; the error says where it was asked for."""
    folder = tmp_path / "suite"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    with pytest.raises(InputError, match=r"files: .* leaves .*, expected a path inside it"):
        inside(folder, relative, "files")


def test_a_neighbour_whose_name_begins_alike_is_outside(tmp_path: Path) -> None:
    """``data-private`` is not inside ``data``."""
    with pytest.raises(InputError, match="leaves"):
        inside(tmp_path / "data", "../data-private/a", "files")


def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    """Also for more bytes than are read at once."""
    data = bytes(range(256)) * 5000
    (tmp_path / "a").write_bytes(data)
    assert hashlib.sha256(data).hexdigest() == sha256_file(tmp_path / "a")


def test_only_the_pinned_bytes_pass(tmp_path: Path) -> None:
    """A byte more or less is seen, and so is a file that is not there."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"pinned")
    pinned = sha256_file(path)
    check_digest(path, pinned)  # raises nothing
    for data in (b"pinne", b"pinned\n", b"Pinned", b""):
        path.write_bytes(data)
        with pytest.raises(InputError, match=rf"a\.jsonl: found sha256 .*, expected {pinned[:12]}"):
            check_digest(path, pinned)
    path.unlink()
    with pytest.raises(InputError, match=rf"a\.jsonl: not found, expected a file with sha256 {pinned[:12]}"):
        check_digest(path, pinned)
