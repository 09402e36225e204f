"""Fitting a codec on an array of vectors."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness.codecs.pipeline import Fitter, Pipeline
from harness.deploy.card import Card, DataCard, Measured
from harness.deploy.checks import check_finite, check_one_decoding
from harness.deploy.codec import Codec
from harness.deploy.notation import pipeline_text
from harness.deploy.numpy_decoder import numpy_decoder
from harness.deploy.shortfall import smaller
from harness.errors import InputError
from harness.evidence.files import sha256_file
from harness.evidence.schema.version import SCHEMA_VERSION
from harness.planning.steps import Step
from harness.types import Doubles, Floats, Ints, Training, check_vectors


def fit(
    vectors: Floats,
    pipeline: tuple[Step, ...],
    *,
    seed: int = 0,
    pairs: Ints | None = None,
    gold: Doubles | None = None,
    data: DataCard | None = None,
    measured: Sequence[Measured] = (),
    advice: Sequence[str] = (),
) -> Codec:
    """Return a codec fitted on ``vectors`` (n, D) float32; equal arguments give equal bytes.

    ``pipeline``: steps, as ``parse_pipeline`` returns them. ``pairs`` (m, 2) int64 row numbers, and ``gold``
    (m,) float64 human scores of them, for steps that learn from these. ``data``, ``measured`` and ``advice``
    go into the card. Raises InputError for a row with NaN, infinity or norm 0; where a step cannot be fitted,
    with what it needs; where its training ended in NaN; and where it decodes queries and documents apart.
    """
    rows = check_vectors(np.asarray(vectors), "vectors")
    no_pairs = np.empty((0, 2), np.int64)
    train = Training(rows, no_pairs if pairs is None else pairs, gold)
    try:
        fitted = Fitter(train, {"seed": seed}).fit(pipeline)
    except InputError as error:
        raise InputError(f"{error}{smaller(pipeline, *rows.shape)}") from error
    check_finite(fitted, "pipeline")
    for i, (step, step_codec) in enumerate(zip(fitted.steps, fitted.codecs, strict=True)):
        check_one_decoding(step_codec, fitted.through(rows[:1], i), f"pipeline: step {i}, {step.use}")
    return Codec(fitted, _card(fitted, rows, seed, data or _array_card(rows), measured, advice))


def _card(
    pipeline: Pipeline,
    rows: Floats,
    seed: int,
    data: DataCard,
    measured: Sequence[Measured],
    advice: Sequence[str],
) -> Card:
    codes = pipeline.encode(rows[:1])
    sizes = pipeline.sizes(codes, rows[:1].nbytes)
    decoded_dimension = pipeline.decode(codes).shape[1]
    return Card(
        schema=SCHEMA_VERSION,
        pipeline=pipeline_text(pipeline.steps),
        seed=seed,
        arrays_sha256=_arrays_sha256(pipeline),
        dimension=rows.shape[1],
        decoded_dimension=decoded_dimension,
        reconstructs=all(codec.reconstructs for codec in pipeline.codecs),
        bytes_per_vector=sizes["bytes_per_vector"],
        side_bytes=sizes["side_bytes"],
        state_bytes=sizes["state_bytes"],
        data=data,
        measured=list(measured),
        advice=list(advice),
        decoder=numpy_decoder(pipeline, decoded_dimension, sizes["bytes_per_vector"]),
    )


def _array_card(rows: Floats) -> DataCard:
    sha256 = hashlib.sha256(rows.tobytes()).hexdigest()
    return DataCard(name="array", sha256=sha256, rows=len(rows), fitted_rows=len(rows))


def _arrays_sha256(pipeline: Pipeline) -> str:
    """Return the sha256 of the file that the pipeline's arrays are saved as."""
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "codec.safetensors"
        pipeline.save(path)
        return sha256_file(path)
