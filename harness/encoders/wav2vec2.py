"""Recordings to vectors by wav2vec 2.0 (Baevski et al. 2020, arXiv 2006.11477): the mean of its frames.

Recordings are encoded one at a time. The base model normalises its first layer over the whole length
(group normalisation) and takes no attention mask, so that padding changes what comes out: in a batch of
its own a recording needs none, every frame is valid, and its vector depends on nothing but itself.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, Field

from harness.embedding import hf_models
from harness.errors import InputError
from harness.numerics.device import Device, chosen
from harness.types import Floats, PairSet, Place, check_vectors

if TYPE_CHECKING:
    from transformers import Wav2Vec2FeatureExtractor, Wav2Vec2Model

CHUNK = 32  # recordings that are encoded and stored together
RATE = 16_000  # samples a second, of every recording in a PairSet


class Params(BaseModel, extra="forbid", frozen=True):
    """A model of the hub, at ``revision`` or at the newest commit of ``reference`` (``refs/pr/N``).

    ``weights_sha256`` is checked where it is given. Of a recording the first ``max_seconds`` are encoded:
    memory grows with the square of the length.
    """

    dimension: int = Field(ge=1)
    repo: str
    revision: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")
    reference: str | None = Field(default=None, pattern="^refs/pr/[0-9]+$")
    weights_sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    max_seconds: float = Field(default=30.0, gt=0, le=600)


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the encoder; raise BlockedError where its weights cannot be had here."""
    sha = hf_models.commit(params.repo, params.revision, params.reference, place)
    return {"use": "wav2vec2", "repo": params.repo, "revision": sha, "max_seconds": params.max_seconds}


def holds(_params: Params, _name: str) -> bool:
    """Return whether vectors of a data set can be had: of any of recordings."""
    return True


def encode(data: PairSet, rows: list[int], params: Params, place: Place) -> Floats:
    """Return the vectors (len(rows), D) float32 of the given recordings of ``data``.

    Raises InputError, with the row, for a recording that is shorter than one frame or not finite.
    """
    if data.waves is None:
        raise InputError(f"{data.name}: found no recordings, expected some for the encoder wav2vec2")
    extractor, model = _model(params, place, chosen())
    shortest = _shortest(model)
    vectors = []
    for i in rows:
        wave = data.waves[i][: round(params.max_seconds * RATE)]
        if len(wave) < shortest or not np.isfinite(wave).all():
            message = f"found {len(wave)} samples, expected at least {shortest}, all finite"
            raise InputError(f"{data.name}: row {i}: {message}")
        vectors.append(_vector(extractor, model, wave))
    return check_vectors(np.stack(vectors), params.repo, params.dimension)


def _vector(extractor: Wav2Vec2FeatureExtractor, model: Wav2Vec2Model, wave: Floats) -> Floats:
    import torch

    inputs = extractor(wave, sampling_rate=RATE, return_tensors="pt")
    with torch.inference_mode():
        frames = model(inputs["input_values"].to(model.device)).last_hidden_state[0]
    vector: Floats = frames.double().mean(dim=0).float().cpu().numpy()
    return vector


def _shortest(model: Wav2Vec2Model) -> int:
    """Return how many samples one frame of the convolutions is made from."""
    samples = 1
    for width, step in zip(
        reversed(model.config.conv_kernel), reversed(model.config.conv_stride), strict=True
    ):
        samples = (samples - 1) * step + width
    return samples


@functools.cache
def _model(params: Params, place: Place, _device: Device) -> tuple[Wav2Vec2FeatureExtractor, Wav2Vec2Model]:
    from transformers import Wav2Vec2FeatureExtractor, Wav2Vec2Model

    sha = locate(params, place)["revision"]
    folder = hf_models.folder(params.repo, sha, params.reference, params.weights_sha256)
    extractor = Wav2Vec2FeatureExtractor.from_pretrained(str(folder))
    if extractor.sampling_rate != RATE:
        raise InputError(f"{params.repo}: found {extractor.sampling_rate} samples a second, expected {RATE}")
    return extractor, hf_models.load(Wav2Vec2Model, folder)
