"""Recordings from Parquet files of a hub data set, mono at 16 kHz, and pairs drawn at random.

A recording is identified by the sha256 of its samples, not by its name: the same one under two names is
then one to the audit, and the store of vectors goes by what was encoded.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
from math import gcd
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from harness.data import hub, hub_parquet
from harness.data.sampling import random_pairs
from harness.errors import BlockedError, InputError, one_line
from harness.types import Floats, PairSet, Place

RATE = 16_000  # samples a second that every recording is brought to


class Params(BaseModel, extra="forbid", frozen=True):
    """``rows`` recordings of ``column`` after the first ``skip``, in the order of the files' names.

    ``files``: a pattern of names, ``*`` also covers ``/``; skipping counts the rows of these alone. A value
    of the column holds a whole sound file as ``bytes``.
    """

    repo: str
    rows: int = Field(ge=2)
    skip: int = Field(default=0, ge=0)
    column: str = "audio"
    revision: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")
    files: str = "*.parquet"


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the recordings; raise BlockedError without them or the decoder's package."""
    if importlib.util.find_spec("soundfile") is None:
        raise BlockedError("the package soundfile is not installed", "pip install '.[audio]'")
    sha = hub.commit(params.repo, "dataset", params.revision, place)
    return {"use": "hub-audio", **params.model_dump(), "revision": sha}


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the recordings as ``waves``; raise InputError, with the row, for what is no sound."""
    origin = locate(params, place)
    values = hub_parquet.column_values(
        params.repo,
        origin["revision"],
        params.files,
        params.column,
        place,
        skip=params.skip,
        rows=params.rows,
    )
    waves = [_wave(value, where) for where, value in values]
    texts = tuple("sha256:" + hashlib.sha256(wave.tobytes()).hexdigest() for wave in waves)
    return PairSet(name, texts, None, random_pairs(name, len(waves)), None, origin, tuple(waves))


def _wave(value: Any, where: str) -> Floats:
    """Return the samples (n,) float32 of one value; channels are averaged."""
    import soundfile
    from scipy.signal import resample_poly

    data = value.get("bytes") if isinstance(value, dict) else None
    if not isinstance(data, bytes):
        raise InputError(f"{where}: found no bytes, expected a whole sound file in `bytes`")
    try:
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except soundfile.SoundFileError as error:
        raise InputError(
            f"{where}: {one_line(error)}, expected a sound file that libsndfile reads"
        ) from error
    mono = samples.mean(axis=1, dtype=np.float64)
    common = gcd(RATE, rate)
    wave = resample_poly(mono, RATE // common, rate // common) if rate != RATE else mono
    if not len(wave) or not np.isfinite(wave).all():
        raise InputError(f"{where}: found {len(wave)} samples, expected some, all finite")
    return np.ascontiguousarray(wave, np.float32)
