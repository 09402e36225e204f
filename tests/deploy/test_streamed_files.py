"""Files compressed, decompressed and compared in batches: whole, resumed, or not there."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from support.limits import file_size_limit
from support.vectors import random_floats

from harness.deploy import Codec, compress_file, decompress_file, fit, parse_pipeline, similarity_file
from harness.deploy.array_file import ArrayFile
from harness.deploy.record import Origin, read_record
from harness.deploy.writing import write_array
from harness.errors import InputError
from harness.evidence.files import sha256_file
from harness.types import Floats

ROWS = 20_000  # three batches
X = random_floats(ROWS, 8)
CODEC = fit(X[:300], parse_pipeline("pca dims=4 | scalar bits=4"))
OTHER = fit(X[300:600], parse_pipeline("pca dims=4 | scalar bits=4"))


def _saved(folder: Path, x: np.ndarray, name: str = "x.npy") -> str:  # type: ignore[type-arg]
    np.save(folder / name, x)
    return str(folder / name)


@pytest.fixture
def codes(tmp_path: Path) -> str:
    """Return a file of codes."""
    compress_file(_saved(tmp_path, X), CODEC, tmp_path / "codes.npy")
    return str(tmp_path / "codes.npy")


def test_a_file_is_compressed_as_an_array_is(tmp_path: Path, codes: str) -> None:
    """The codes are those of the API, in a file that NumPy reads; a record stands beside it, nothing else."""
    np.testing.assert_array_equal(CODEC.encode(X), np.load(codes))
    record = read_record(Path(codes + ".json"))
    assert (ROWS, ROWS, {}) == (record.rows, record.input_rows, record.broken)
    assert [sha256_file(tmp_path / "x.npy")] == record.origin.inputs
    assert sha256_file(Path(codes)) == record.sha256
    assert ["codes.npy", "codes.npy.json", "x.npy"] == sorted(path.name for path in tmp_path.iterdir())


def test_codes_are_decompressed_and_compared_as_arrays_are(tmp_path: Path, codes: str) -> None:
    """Decoded vectors, and cosines with the codes of other rows."""
    decompress_file(codes, CODEC, tmp_path / "decoded.npy")
    np.testing.assert_array_equal(CODEC.decode(CODEC.encode(X)), np.load(tmp_path / "decoded.npy"))
    compress_file(_saved(tmp_path, X[::-1], "y.npy"), CODEC, tmp_path / "others.npy")
    similarity_file(codes, str(tmp_path / "others.npy"), CODEC, tmp_path / "cosines.npy")
    expected = CODEC.similarity(CODEC.encode(X), CODEC.encode(X[::-1]))
    np.testing.assert_array_equal(expected, np.load(tmp_path / "cosines.npy"))


def test_a_complete_file_is_left_as_it_is(tmp_path: Path, codes: str) -> None:
    """The second run says so and writes nothing."""
    before = Path(codes).stat().st_mtime_ns
    record, already = compress_file(str(tmp_path / "x.npy"), CODEC, codes)
    assert (True, ROWS) == (already, record.rows)
    assert before == Path(codes).stat().st_mtime_ns


def test_a_complete_file_of_something_else_is_not_overwritten(tmp_path: Path, codes: str) -> None:
    """Neither codes of another codec nor a file of the user's; an altered one is named as such."""
    with pytest.raises(InputError, match="found an array made from other files or by other options"):
        compress_file(str(tmp_path / "x.npy"), OTHER, codes)
    with pytest.raises(InputError, match="found a file that the harness did not make"):
        compress_file(str(tmp_path / "x.npy"), CODEC, tmp_path / "x.npy")
    with Path(codes).open("ab") as file:
        file.write(b"x")
    with pytest.raises(InputError, match="truncated or altered"):
        compress_file(str(tmp_path / "x.npy"), CODEC, codes)


def test_broken_rows_are_counted_and_refused(tmp_path: Path) -> None:
    """Counts and first rows of all of the file, and nothing is left behind."""
    x = X.copy()
    x[[3, 9_000, 15_000]] = np.nan
    x[19_999] = 0
    location = _saved(tmp_path, x)
    with pytest.raises(
        InputError, match=r"found 4 broken rows of 20,000 \(3 NaN: row 3, 9000, 15000; 1 zero"
    ):
        compress_file(location, CODEC, tmp_path / "codes.npy")
    assert ["x.npy"] == [path.name for path in tmp_path.iterdir()]


def test_broken_rows_are_left_out_and_listed(tmp_path: Path) -> None:
    """The record has their numbers; the other rows keep their order."""
    x = X.copy()
    x[:9_000] = np.inf  # a whole batch, and more
    x[19_999] = np.nan
    record, _ = compress_file(_saved(tmp_path, x), CODEC, tmp_path / "codes.npy", drop_broken=True)
    assert {"infinity": list(range(9_000)), "NaN": [19_999]} == record.broken
    assert (10_999, ROWS) == (record.rows, record.input_rows)
    np.testing.assert_array_equal(CODEC.encode(X)[9_000:19_999], np.load(tmp_path / "codes.npy"))


def test_only_broken_rows_are_refused_even_if_dropped(tmp_path: Path) -> None:
    """An empty file of codes is none."""
    location = _saved(tmp_path, np.full((5, 8), np.nan, np.float32))
    with pytest.raises(InputError, match=r"codes\.npy: found 5 rows of input, all broken"):
        compress_file(location, CODEC, tmp_path / "codes.npy", drop_broken=True)
    assert ["x.npy"] == [path.name for path in tmp_path.iterdir()]


def test_other_dimensions_are_one_line(tmp_path: Path, codes: str) -> None:
    """Of vectors and of codes, and rows that do not match."""
    location = _saved(tmp_path, X[:, :7], "y.npy")
    with pytest.raises(
        InputError, match=r"y\.npy: found vectors of 7 dimensions, expected 8, as the codec's"
    ):
        compress_file(location, CODEC, tmp_path / "out.npy")
    with pytest.raises(InputError, match=r"y.npy: found float32 \(20000, 7\), expected uint8 \(rows, 2\)"):
        decompress_file(location, CODEC, tmp_path / "out.npy")
    few = _saved(tmp_path, CODEC.encode(X[:5]), "few.npy")
    with pytest.raises(InputError, match=r"few.npy: found 5 rows, expected 20,000 as in .*codes.npy"):
        similarity_file(codes, few, CODEC, tmp_path / "out.npy")


def test_codes_of_another_codec_are_refused_by_their_record(tmp_path: Path, codes: str) -> None:
    """Codes are bytes: only the record tells whose they are."""
    with pytest.raises(
        InputError, match=r"codes\.npy: found codes of the codec 'pca dims=4 . scalar bits=4'"
    ):
        decompress_file(codes, OTHER, tmp_path / "out.npy")


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """Where the disk is full in the middle: one line, and neither codes nor part."""
    location = _saved(tmp_path, X)
    with (
        file_size_limit(30_000),
        pytest.raises(InputError, match="File too large, expected room for 40,128 bytes"),
    ):
        compress_file(location, CODEC, tmp_path / "codes.npy")
    assert ["x.npy"] == [path.name for path in tmp_path.iterdir()]


def _origin() -> Origin:
    zeros = "0" * 64
    return Origin(made_by="test", inputs=[zeros], codec=zeros, pipeline="sign", dtype="|u1", width=4)


def test_too_little_room_is_stated_before_anything_is_written(tmp_path: Path) -> None:
    """A petabyte fits on no disk here."""
    array = ArrayFile(tmp_path / "codes.npy", _origin(), 10**15)
    with pytest.raises(InputError, match="bytes free on the disk, expected 4,000,000,000,000,128"):
        write_array(array, lambda _: iter(()))
    assert [] == list(tmp_path.iterdir())


def test_a_missing_folder_and_a_second_writer_are_one_line(tmp_path: Path) -> None:
    """The second leaves the first one's part alone."""
    array = ArrayFile(tmp_path / "none" / "codes.npy", _origin(), 3)
    with pytest.raises(InputError, match=r"found no folder .*none, expected one that exists"):
        write_array(array, lambda _: iter(()))
    array = ArrayFile(tmp_path / "codes.npy", _origin(), 3)
    with array.part.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="another process writes it"):
            write_array(array, lambda _: iter(()))
    assert array.part.exists()


class _StopError(BaseException):
    """What ends a run from outside."""


def _stop_after(rows: int) -> Callable[[int, int], None]:
    def on_rows(done: int, _of: int) -> None:
        if done >= rows:
            raise _StopError

    return on_rows


@pytest.mark.parametrize("broken", [[], [5, 8_192, 19_000]])
def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path, broken: list[int]) -> None:
    """The second run begins at the second batch and ends in the bytes of a run that was not stopped."""
    x = X.copy()
    x[broken] = np.nan
    location, drop = _saved(tmp_path, x), bool(broken)
    out = tmp_path / "codes.npy"
    with pytest.raises(_StopError):
        compress_file(location, CODEC, out, drop_broken=drop, on_rows=_stop_after(1))
    assert not out.exists()
    done: list[int] = []
    record, _ = compress_file(location, CODEC, out, drop_broken=drop, on_rows=lambda n, _: done.append(n))
    assert [16_384, ROWS] == done
    assert _codes(x) == (out.read_bytes()[128:], sum(map(len, record.broken.values())))
    assert ["codes.npy", "codes.npy.json", "x.npy"] == sorted(path.name for path in tmp_path.iterdir())


def _codes(x: Floats) -> tuple[bytes, int]:
    clean = np.isfinite(x).all(axis=1)
    parts = [x[i : i + 8192][clean[i : i + 8192]] for i in range(0, len(x), 8192)]
    return b"".join(CODEC.encode(part).tobytes() for part in parts), int((~clean).sum())


@pytest.mark.parametrize("damage", ["other codec", "part cut", "record torn", "more rows than recorded"])
def test_a_part_that_cannot_be_trusted_is_begun_anew_or_cut(tmp_path: Path, damage: str) -> None:
    """Rows that were not recorded as written are written again; a part of something else is dropped."""
    location, out = _saved(tmp_path, X), tmp_path / "codes.npy"
    first: Codec = OTHER if damage == "other codec" else CODEC
    with pytest.raises(_StopError):
        compress_file(location, first, out, on_rows=_stop_after(16_384))
    part = tmp_path / ".codes.npy.part"
    if damage == "part cut":
        part.write_bytes(part.read_bytes()[:-1])
    elif damage == "record torn":
        record = tmp_path / ".codes.npy.part.json"
        record.write_text(json.dumps({"content": {}, "sha256": "0" * 64}))
    elif damage == "more rows than recorded":
        part.write_bytes(part.read_bytes() + b"torn write")
    compress_file(location, CODEC, out)
    np.testing.assert_array_equal(CODEC.encode(X), np.load(out))
    assert ["codes.npy", "codes.npy.json", "x.npy"] == sorted(path.name for path in tmp_path.iterdir())


def test_the_blocks_of_a_format_change_no_byte(tmp_path: Path) -> None:
    """Row groups of 3,000 rows, and a run that is stopped and goes on, give the codes of a .npy."""
    column = pa.FixedSizeListArray.from_arrays(pa.array(X.ravel()), 8)
    parquet.write_table(pa.table({"vector": column}), tmp_path / "x.parquet", row_group_size=3_000)
    location, out = str(tmp_path / "x.parquet"), tmp_path / "codes.npy"
    with pytest.raises(_StopError):
        compress_file(location, CODEC, out, on_rows=_stop_after(8_192))
    compress_file(location, CODEC, out)
    np.testing.assert_array_equal(CODEC.encode(X), np.load(out))
