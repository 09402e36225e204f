"""Texts as a source of vectors: encoded by an encoder of ``suites/encoders``, and kept in the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np

from harness.embedding.embed import vectors
from harness.embedding.units import OnRows
from harness.errors import InputError
from harness.evidence.files import store_folder
from harness.evidence.stamp import canonical
from harness.parallel.resources import default_jobs, use_threads
from harness.planning import catalogue, registry, shipped
from harness.planning.parameters import encoder_params
from harness.types import PairSet, Place
from harness.vectors.source import Piece, VectorSource
from harness.vectors.text_rows import read_texts

_ANYWHERE = Place(Path(), None, offline=False)


def open_texts(
    location: str,
    encoder: str,
    *,
    column: str | None = None,
    role: Literal["document", "query"] = "document",
    place: Place = _ANYWHERE,
    jobs: int | None = None,
    on_rows: OnRows = lambda _done, _of: None,
) -> VectorSource:
    """Return the vectors of the texts in a file under an encoder, by its name in ``suites/encoders``.

    ``column`` as ``read_texts`` says; ``role`` chooses the prefix, where the encoder has prefixes; ``jobs``
    processes encode, by default as many as there are cores; ``on_rows`` is called with the texts encoded and
    their number. Raises InputError for another encoder, BlockedError where its weights cannot be had.
    """
    definition = catalogue.encoder(encoder, catalogue.folders(shipped.OWN), "--encoder")
    params, plugin = encoder_params(definition), registry.load("encoders", definition.use, encoder)
    if hasattr(params, "corpus") or hasattr(params, "parts") or not plugin.holds(params, location):
        problem = f"found {encoder!r}, which needs data sets of a suite"
        raise InputError(f"--encoder: {problem}, expected an encoder of any text, such as minilm")
    identity = plugin.locate(params, place)
    prefix = getattr(definition.prefixes, role, "")
    read = read_texts(location, column)
    texts = tuple(prefix + text for text in read.texts.values())
    data = PairSet(location, texts, None, np.empty((0, 2), np.int64), None, {})
    use_threads()
    jobs = default_jobs() if jobs is None else jobs
    made = vectors([data], identity, params, place, store_folder(), on_rows, jobs=jobs)[location]
    rows = np.array(list(read.texts), np.int64)

    def pieces(start: int, size: int) -> Iterator[Piece]:
        for first in range(start, read.rows, size):
            numbers = np.zeros((min(size, read.rows - first), params.dimension), np.float32)
            at = slice(*np.searchsorted(rows, [first, first + len(numbers)]))
            numbers[rows[at] - first] = made[at]
            broken = {i: read.broken[i] for i in range(first, first + len(numbers)) if i in read.broken}
            yield Piece(first, numbers, broken)

    made_by = canonical({**identity, "prefix": prefix}).decode()
    return VectorSource(location, read.rows, params.dimension, "float32", (read.file,), pieces, made_by)
