"""What stands beside an array that the harness made from files: ``codes.npy.json`` beside ``codes.npy``."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from harness.evidence.schema.model import Count, Model, Name, Sha256, Versioned, parse
from harness.evidence.stamp import read_stamped, write_stamped


class Origin(Model):
    """What decides an array's bytes."""

    made_by: Name = Field(description="Command that made it.")
    inputs: list[Sha256] = Field(description="Hex sha256 of the files that it was made from.")
    codec: Sha256 = Field(description="Hex sha256 of the codec's arrays.")
    pipeline: Name = Field(description="The codec's steps.")
    dtype: Name = Field(description="Type of its numbers.")
    width: int | None = Field(description="Numbers in a row; null where it has one dimension.")
    drop_broken: bool = Field(default=False, description="Whether broken rows were left out.")


class Record(Versioned):
    """The record of a whole array, or how far a partial one has come."""

    origin: Origin
    input_rows: Count = Field(description="Rows of the input that were read.")
    rows: Count = Field(description="Rows that were written.")
    broken: dict[str, list[int]] = Field(
        default={}, description="Rows of the input that were left out, by the reason."
    )
    sha256: Sha256 | None = Field(default=None, description="Hex sha256 of the array; null of a partial one.")


def read_record(path: Path) -> Record:
    """Return the record of a file; raise InputError where it is damaged or none."""
    return parse(Record, read_stamped(path)[0], path)


def write_record(path: Path, record: Record) -> None:
    """Write a record, stamped and atomically."""
    write_stamped(path, record.model_dump(mode="json", by_alias=True))


def record_path(array: Path) -> Path:
    """Return where the record of an array stands."""
    return array.with_name(f"{array.name}.json")
