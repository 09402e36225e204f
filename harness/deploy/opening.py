"""Vectors of a file, or of the texts in it under an encoder."""

from __future__ import annotations

from harness.vectors.opening import open_vectors
from harness.vectors.source import VectorSource


def open_source(location: str, *, column: str | None, encoder: str | None) -> VectorSource:
    """Return the vectors in a file, or those of its texts under ``encoder``, a name in ``suites/encoders``.

    ``column`` names the column, key or array where a file has several. Raises InputError, in one line, for
    what cannot be read, and BlockedError where an encoder's weights cannot be had.
    """
    if encoder is None:
        return open_vectors(location, column=column)
    from harness.vectors.texts import open_texts

    return open_texts(location, encoder, column=column)
