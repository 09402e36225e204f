"""Files of any size compressed, decompressed and compared: streamed, resumable and atomic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from harness.deploy.array_file import ArrayFile, Batch
from harness.deploy.codec import Codec
from harness.deploy.limits import batch_rows
from harness.deploy.opening import open_source
from harness.deploy.record import Origin, Record, read_record, record_path
from harness.deploy.streams import code_batches, open_codes, vector_batches
from harness.deploy.writing import write_array
from harness.embedding.units import OnRows
from harness.errors import InputError
from harness.vectors.source import VectorSource


def _ignore(_done: int, _of: int) -> None:
    pass


def compress_file(
    location: str,
    codec: Codec,
    out: str | Path,
    *,
    column: str | None = None,
    encoder: str | None = None,
    drop_broken: bool = False,
    on_rows: OnRows = _ignore,
) -> tuple[Record, bool]:
    """Write the codes of a file of vectors to ``out``, a ``.npy`` of uint8 (n, B), and a record beside it.

    ``location``, ``column`` and ``encoder`` as ``open_source`` takes them. Returns the record, and whether
    the codes were there already. Raises InputError for vectors of other dimensions, and for broken
    rows unless ``drop_broken``, which leaves them out and lists them in the record.
    """
    source = open_source(location, column=column, encoder=encoder)
    if source.dimension != codec.dimension:
        expected = f"expected {codec.dimension}, as the codec's"
        raise InputError(f"{location}: found vectors of {source.dimension} dimensions, {expected}")
    origin = _origin("harness compress", [source], codec, "|u1", codec.bytes_per_vector)
    origin = origin.model_copy(update={"drop_broken": drop_broken})

    def batches(start: int) -> Iterator[Batch]:
        for vectors, stop, broken in vector_batches(source, start, drop_broken=drop_broken):
            codes = codec.encode(vectors) if len(vectors) else np.empty((0, codec.bytes_per_vector), np.uint8)
            yield Batch(codes, stop, broken)
            on_rows(stop, source.rows)

    return write_array(ArrayFile(Path(out), origin, source.rows), batches)


def decompress_file(
    location: str, codec: Codec, out: str | Path, *, on_rows: OnRows = _ignore
) -> tuple[Record, bool]:
    """Write the vectors behind a file of codes to ``out``, a ``.npy`` of float32 (n, d), and a record.

    Returns the record, and whether the vectors were there already. Raises InputError for a file that holds
    no codes of this codec.
    """
    source = _codes(location, codec)
    width = codec.card.decoded_dimension
    origin = _origin("harness decompress", [source], codec, "<f4", width)

    def batches(start: int) -> Iterator[Batch]:
        for codes, stop in code_batches(source, start, batch_rows(width)):
            yield Batch(codec.decode(codes), stop, {})
            on_rows(stop, source.rows)

    return write_array(ArrayFile(Path(out), origin, source.rows), batches)


def similarity_file(
    left: str, right: str, codec: Codec, out: str | Path, *, on_rows: OnRows = _ignore
) -> tuple[Record, bool]:
    """Write the cosines of two files of codes, row by row, to ``out``, a ``.npy`` of float32 (n,).

    Returns the record beside it, and whether the cosines were there already. Raises InputError for files of
    other numbers of rows, or without codes of this codec.
    """
    one, other = _codes(left, codec), _codes(right, codec)
    if one.rows != other.rows:
        raise InputError(f"{right}: found {other.rows:,} rows, expected {one.rows:,} as in {left}")
    origin = _origin("harness similarity", [one, other], codec, "<f4", None)
    size = batch_rows(codec.card.decoded_dimension)

    def batches(start: int) -> Iterator[Batch]:
        pairs = zip(code_batches(one, start, size), code_batches(other, start, size), strict=True)
        for (codes_a, stop), (codes_b, _) in pairs:
            yield Batch(codec.similarity(codes_a, codes_b), stop, {})
            on_rows(stop, one.rows)

    return write_array(ArrayFile(Path(out), origin, one.rows), batches)


def _origin(made_by: str, sources: list[VectorSource], codec: Codec, dtype: str, width: int | None) -> Origin:
    return Origin(
        made_by=made_by,
        inputs=[source.digest() for source in sources],
        codec=codec.card.arrays_sha256,
        pipeline=codec.card.pipeline,
        dtype=dtype,
        width=width,
    )


def _codes(location: str, codec: Codec) -> VectorSource:
    """Return a file of codes; raise InputError where its record names another codec."""
    source = open_codes(location, codec.card)
    beside = record_path(Path(location))
    if beside.is_file():
        origin = read_record(beside).origin
        if origin.codec != codec.card.arrays_sha256:
            made_by = f"the codec {origin.pipeline!r} {origin.codec[:12]}…"
            expected = f"expected codes of {codec.card.pipeline!r} {codec.card.arrays_sha256[:12]}…"
            raise InputError(f"{location}: found codes of {made_by}, {expected}")
    return source
