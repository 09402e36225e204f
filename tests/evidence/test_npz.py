"""Archives of arrays: NumPy reads them, and their bytes follow from the arrays alone."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from support.pythons import VERSIONS, interpreter

import harness
from harness.evidence import npz

ARRAYS = {
    "set@0": np.arange(6, dtype=np.float32).reshape(2, 3),
    "é": np.array([1, 2], np.int64),
    "nothing": np.zeros((0, 4), np.float32),
}
EMPTY_FILE = (
    b"PK\x03\x04\x14\x00\x00\x08\x00\x00\x00\x00\x21\x00" + bytes(12) + b"\x01\x00\x00\x00a"
    b"PK\x01\x02\x14\x00\x14\x00\x00\x08\x00\x00\x00\x00\x21\x00" + bytes(12) + b"\x01\x00" + bytes(16) + b"a"
    b"PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00\x2f\x00\x00\x00\x1f\x00\x00\x00\x00\x00"
)
SCRIPT = """
import hashlib, runpy, sys
container = runpy.run_path(sys.argv[1])["container"]
print(hashlib.sha256(container({"a.npy": bytes(range(256)), "é.npy": b""})).hexdigest())
"""


def test_numpy_reads_what_is_written() -> None:
    """Names, order, types and shapes come back, and the archive passes the check of its CRCs."""
    data = npz.dumps(ARRAYS)
    with np.load(io.BytesIO(data), allow_pickle=False) as read:
        assert list(ARRAYS) == read.files
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(array, read[name], strict=True)
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None


def test_a_container_is_the_bytes_that_the_format_asks_for() -> None:
    """One empty file named a, every header written out by hand."""
    assert EMPTY_FILE == npz.container({"a": b""})


def test_the_bytes_of_an_archive_are_these() -> None:
    """Another digest here makes every score file of before another file."""
    assert (
        "6fbf93cfc04b7be524ef3916da51d2ed54fe56a64d002bf8536f99ea48ff5b10"
        == hashlib.sha256(npz.dumps(ARRAYS)).hexdigest()
    )


def test_the_order_of_arrays_is_the_callers() -> None:
    """Sorted nowhere: a mapping in another order is another archive."""
    assert npz.dumps(ARRAYS) != npz.dumps(dict(reversed(ARRAYS.items())))


def test_objects_are_refused() -> None:
    """Nothing is pickled."""
    with pytest.raises(ValueError, match="allow_pickle"):
        npz.dumps({"x": np.array([{}])})


def test_more_files_than_the_format_counts_are_refused() -> None:
    """Without zip64 there are 65,535."""
    with pytest.raises(ValueError, match="found an archive of 65536 files, expected at most 65535"):
        npz.container({str(i): b"" for i in range(65_536)})


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_python_writes_the_same_container(version: str) -> None:
    """The standard library's own writer does not."""
    path = Path(harness.__file__).parent / "evidence" / "npz.py"
    done = subprocess.run(
        [interpreter(version), "-c", SCRIPT, str(path)], capture_output=True, text=True, check=True
    )
    expected = npz.container({"a.npy": bytes(range(256)), "é.npy": b""})
    assert hashlib.sha256(expected).hexdigest() == done.stdout.strip()
