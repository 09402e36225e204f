"""``.aqed`` of aqea-cli: the section of original vectors, or another one by its name."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from harness.server.aqea_files import read_aqed
from harness.vectors.arrays import array_source
from harness.vectors.choosing import chosen
from harness.vectors.source import VectorSource
from harness.vectors.stored_file import stored_file

_VECTORS = ("original", "aqea", "int8")  # what is whole vectors, the uncompressed ones first


def open_file(path: Path, name: str, column: str | None) -> VectorSource:
    """Return the rows of the section ``column``: original, aqea or int8, or else the first that is there.

    Raises InputError where the file is not whole and right, with the row of a number that is not finite.
    """
    stored = stored_file(path)
    vectors = read_aqed(path)
    sections = {f.name: getattr(vectors, f.name) for f in fields(vectors)}
    present = [key for key in _VECTORS if sections[key] is not None]
    return array_source(sections[chosen(column, present[:1], present, name)], name, stored)
