"""Writing an array batch by batch: resumed where it was killed, and whole or not there.

Rows go to ``.NAME.part``. After each batch, ``.NAME.part.json`` states how many are safely on the disk. The
last step renames the part. A run that is killed anywhere goes on from there and ends in the same bytes.
"""

from __future__ import annotations

import fcntl
import glob
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO

import numpy as np

from harness.deploy.array_file import ArrayFile, Batch, Batches
from harness.deploy.record import Record, read_record, record_path, write_record
from harness.errors import InputError
from harness.evidence.files import check_digest, sha256_file
from harness.evidence.schema.version import SCHEMA_VERSION

_CHUNK = 1 << 20


def write_array(array: ArrayFile, batches: Batches) -> tuple[Record, bool]:
    """Write an array, going on from the part of a run that was killed.

    Returns its record, and whether it was there already, made from the same files. Raises InputError, and
    leaves nothing behind, for another file of that name, a full disk, or an input that ``batches`` refuses.
    """
    record = _whole(array)
    if record is not None:
        _clean(array)
        return record, True
    if not array.path.parent.is_dir():
        raise InputError(f"{array.path}: found no folder {array.path.parent}, expected one that exists")
    with _locked(array) as file:
        try:
            record = _append(array, file, batches)
            write_record(record_path(array.path), record)
            array.part.replace(array.path)
        except OSError as error:
            record_path(array.path).unlink(missing_ok=True)
            _clean(array)
            raise array.refused(error) from error
        except InputError:
            _clean(array)
            raise
        _clean(array)
    return record, False


def _whole(array: ArrayFile) -> Record | None:
    """Return the record of an array that is there already; raise InputError for another file."""
    if not array.path.exists():
        return None
    beside = record_path(array.path)
    if not beside.is_file():
        raise InputError(f"{array.path}: found a file that the harness did not make, expected a new name")
    record = read_record(beside)
    if record.origin != array.origin or record.sha256 is None:
        raise InputError(
            f"{array.path}: found an array made from other files or by other options, expected a new name"
        )
    check_digest(array.path, record.sha256)
    return record


def _append(array: ArrayFile, file: FileIO, batches: Batches) -> Record:
    record = _resumed(array, file)
    free = shutil.disk_usage(array.part.parent).free
    needed = array.size(array.most_rows) - file.tell()
    if free < needed:
        raise InputError(f"{array.path}: found {free:,} bytes free on the disk, expected {needed:,}")
    digest = hashlib.sha256()
    if record.rows == 0:
        _write(file, array.header(array.most_rows))
    _hash_all(file, digest)
    for batch in batches(record.input_rows):
        data = np.ascontiguousarray(batch.values, array.origin.dtype).tobytes()
        _write(file, data)
        digest.update(data)
        os.fsync(file.fileno())
        _free_cache(file)
        record = _extended(record, batch)
        write_record(record_path(array.part), record)
    if record.rows == 0:
        problem = f"found {record.input_rows:,} rows of input, all broken"
        raise InputError(f"{array.path}: {problem}, expected at least one to write")
    if record.rows == array.most_rows:
        return record.model_copy(update={"sha256": digest.hexdigest()})
    file.seek(0)  # broken rows are left out: the header has another shape
    _write(file, array.header(record.rows))
    os.fsync(file.fileno())
    return record.model_copy(update={"sha256": sha256_file(array.part)})


def _resumed(array: ArrayFile, file: FileIO) -> Record:
    """Return how far the part has come, and cut ``file`` to that: to nothing where it is another array's."""
    fresh = Record(schema=SCHEMA_VERSION, origin=array.origin, input_rows=0, rows=0)
    try:
        record = read_record(record_path(array.part))
    except InputError:
        record = fresh
    length = file.seek(0, os.SEEK_END)
    if record.origin != array.origin or length < array.size(record.rows):
        record = fresh
    file.truncate(array.size(record.rows) if record.rows else 0)
    file.seek(0, os.SEEK_END)
    return record


def _write(file: FileIO, data: bytes) -> None:
    """Write all of ``data``: without a buffer the system may take less at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _hash_all(file: FileIO, digest: hashlib._Hash) -> None:
    """Give ``digest`` what is in ``file`` up to its position, which stays."""
    end = file.tell()
    file.seek(0)
    while left := end - file.tell():
        digest.update(file.read(min(left, _CHUNK)))


def _free_cache(file: FileIO) -> None:
    """Free the cache of what is on the disk: where it fills memory, each further row costs more."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _extended(record: Record, batch: Batch) -> Record:
    broken = {reason: list(rows) for reason, rows in record.broken.items()}
    for row, reason in sorted(batch.broken.items()):
        broken.setdefault(reason, []).append(row)
    rows = record.rows + len(batch.values)
    return record.model_copy(update={"input_rows": batch.input_rows, "rows": rows, "broken": broken})


@contextmanager
def _locked(array: ArrayFile) -> Iterator[FileIO]:
    """Yield the part, opened; raise InputError where another process writes it."""
    try:
        descriptor = os.open(array.part, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise array.refused(error) from error
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(f"{array.path}: another process writes it, expected one at a time") from error
        yield file


def _clean(array: ArrayFile) -> None:
    """Remove the part, its record, and what killed runs left of records half-written."""
    array.part.unlink(missing_ok=True)
    for record in (record_path(array.part), record_path(array.path)):
        for path in record.parent.glob(glob.escape(f".{record.name}.") + "*.tmp"):
            path.unlink(missing_ok=True)
    record_path(array.part).unlink(missing_ok=True)
