"""The vectors of an embedding space: encoded and stored, or concatenated from its parts."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness.embedding.embed import vectors
from harness.embedding.units import OnRows
from harness.errors import InputError
from harness.planning import registry
from harness.planning.definitions import Prefixes
from harness.planning.parameters import encoder_params
from harness.planning.resolve import Inputs
from harness.types import Floats, PairSet, check_vectors


def embedded_by(
    inputs: Inputs, encoder: str, sets: Sequence[PairSet], store: Path, on_rows: OnRows, jobs: int = 1
) -> dict[str, Floats]:
    """Return the vectors (rows, D) float32 of each set in a space; ``on_rows`` is called with the rows done.

    Texts are encoded in ``jobs`` processes; the bytes do not depend on how many. Vectors that an encoder has
    as they come (``given``) are neither stored again nor copied.
    """
    space = inputs.suite.encoders[encoder]
    params = encoder_params(space)
    if space.use == "concat":
        parts = [embedded_by(inputs, part, sets, store, on_rows, jobs) for part in params.parts]
        join = registry.load("encoders", "concat", inputs.where).join
        return {
            data.name: check_vectors(join([part[data.name] for part in parts]), data.name, params.dimension)
            for data in sets
        }
    module = registry.load("encoders", space.use, inputs.where)
    if hasattr(module, "given"):
        return {data.name: module.given(data, params) for data in sets}
    prefixed = [_prefixed(data, space.prefixes) for data in sets] if space.prefixes else sets
    corpus = inputs.read(params.corpus) if hasattr(params, "corpus") else None
    # A prefix is a part of the text by now.
    identity = {key: value for key, value in inputs.encoders[encoder].items() if key != "prefixes"}
    return vectors(prefixed, identity, params, inputs.place, store, on_rows, corpus, jobs)


def _prefixed(data: PairSet, prefixes: Prefixes) -> PairSet:
    if data.texts is None:
        raise InputError(f"{data.name}: found no texts, expected texts where an encoder has prefixes")
    asks = np.zeros(data.rows, bool)
    asks[[] if data.queries is None else data.queries] = True
    before = [prefixes.query if asking else prefixes.document for asking in asks]
    texts = tuple(prefix + text for prefix, text in zip(before, data.texts, strict=True))
    return dataclasses.replace(data, texts=texts)
