"""Text encoders of sentence-transformers, from a Python package that carries the model or from the hub.

Weights are read as safetensors and no code of a repository is run. Where ``weights_sha256`` is given it
is checked, and it alone identifies the weights: a packaged and a downloaded copy are then one encoder.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, Field

from harness import hub
from harness.core import Floats, InputError, PairSet, Place, check_vectors
from harness.files import check_digest

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

CHUNK = 256  # texts that are encoded, and kept, together


class Params(BaseModel, extra="forbid", frozen=True):
    """``package`` (with its model in the folder ``model``) or ``repo``; ``prefix`` goes before each text."""

    dimension: int = Field(ge=1)
    repo: str
    package: str | None = None
    revision: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")
    weights_sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    prefix: str = ""
    batch: int = Field(default=64, ge=1)


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the encoder; raise BlockedError where its weights cannot be had here."""
    common = {
        "use": "sentence-transformer",
        "repo": params.repo,
        "prefix": params.prefix,
        "batch": params.batch,
    }
    if params.package is None or _packaged(params.package) is None:
        sha = hub.commit(params.repo, "model", params.revision, place)
        if params.weights_sha256 is None:
            return {**common, "revision": sha}
    return {**common, "weights_sha256": params.weights_sha256}


def holds(_params: Params, _name: str) -> bool:
    """Return whether vectors of a data set can be had: of any."""
    return True


def encode(data: PairSet, rows: list[int], params: Params, place: Place) -> Floats:
    """Return the vectors (len(rows), D) float32 of the given rows of ``data``."""
    if data.texts is None or data.waves is not None:
        raise InputError(f"{data.name}: found no texts, expected texts for a sentence-transformer")
    texts = [params.prefix + data.texts[i] for i in rows]
    # The order decides the batches, and those the last bits: shortest first, ties by text.
    order = sorted(range(len(texts)), key=lambda i: (len(texts[i]), texts[i]))
    model = _model(params, place)
    vectors = model.encode(
        [texts[i] for i in order], batch_size=params.batch, convert_to_numpy=True, show_progress_bar=False
    )
    found = check_vectors(vectors, params.repo, params.dimension)
    result = np.empty_like(found)
    result[order] = found
    return result


@functools.cache
def _model(params: Params, place: Place) -> SentenceTransformer:
    import logging

    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    folder = _packaged(params.package) if params.package else None
    if folder is None:
        sha = hub.commit(params.repo, "model", params.revision, place)
        folder = hub.snapshot(params.repo, "model", sha, ["*.json", "*.txt", "*.model", "model.safetensors"])
    if params.weights_sha256:
        check_digest(folder / "model.safetensors", params.weights_sha256)
    return SentenceTransformer(
        str(folder), device="cpu", trust_remote_code=False, model_kwargs={"use_safetensors": True}
    )


def _packaged(package: str | None) -> Path | None:
    spec = importlib.util.find_spec(package) if package else None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "model"
