"""Text encoders of sentence-transformers, from Python packages that carry the model or from the hub.

Weights are read as safetensors and no code of a repository is run. Where ``weights_sha256`` is given it
is checked, and it alone identifies the weights: a packaged and a downloaded copy are then one encoder.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, Field, model_validator

from harness.data import hub
from harness.data.packages import PackageName, package_folder
from harness.embedding import zipped_models
from harness.embedding.parameters import Names
from harness.errors import BlockedError, InputError
from harness.evidence.files import check_digest, store_folder
from harness.numerics.device import Device, chosen
from harness.types import Floats, PairSet, Place, check_vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

CHUNK = 256  # texts that are encoded and stored together


class Params(BaseModel, extra="forbid", frozen=True):
    """A model of ``package`` (its folder ``model``), ``distributions`` or ``repo``, the first at hand.

    ``distributions`` each carry a part of a zip with the model, and this project's ``extra`` installs them.
    ``prefix`` goes before each text.
    """

    dimension: int = Field(ge=1)
    repo: str
    package: PackageName | None = None
    distributions: Names = ()
    extra: str | None = Field(default=None, pattern="^[a-z][a-z0-9-]*$")
    revision: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")
    weights_sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    prefix: str = ""
    batch: int = Field(default=64, ge=1)

    @model_validator(mode="after")
    def _pinned(self) -> Params:
        if self.distributions and self.weights_sha256 is None:
            raise ValueError("distributions: expected weights_sha256 beside them")
        if self.extra and not self.distributions:
            raise ValueError("extra: expected the distributions that it installs beside it")
        return self


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the encoder; raise BlockedError where its weights cannot be had here."""
    common = {
        "use": "sentence-transformer",
        "repo": params.repo,
        "prefix": params.prefix,
        "batch": params.batch,
    }
    if _packaged(params.package) is None and not _in_parts(params):
        sha = _commit(params, place)
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
    model = _model(params, place, chosen())
    encoded = model.encode(
        [texts[i] for i in order], batch_size=params.batch, convert_to_numpy=True, show_progress_bar=False
    )
    vectors = check_vectors(encoded, params.repo, params.dimension)
    result = np.empty_like(vectors)
    result[order] = vectors
    return result


@functools.cache
def _model(params: Params, place: Place, device: Device) -> SentenceTransformer:
    import logging

    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    folder = _packaged(params.package)
    if folder is None and _in_parts(params):
        folder = zipped_models.unpacked(params.distributions, str(params.weights_sha256), store_folder())
    if folder is None:
        sha = hub.commit(params.repo, "model", params.revision, place)
        folder = hub.snapshot(params.repo, "model", sha, ["*.json", "*.txt", "*.model", "model.safetensors"])
    if params.weights_sha256:
        check_digest(folder / "model.safetensors", params.weights_sha256)
    return SentenceTransformer(
        str(folder), device=device, trust_remote_code=False, model_kwargs={"use_safetensors": True}
    )


def _packaged(package: str | None) -> Path | None:
    folder = package_folder(package) if package else None
    return folder / "model" if folder else None


def _in_parts(params: Params) -> bool:
    return bool(params.distributions) and not zipped_models.absent(params.distributions)


def _commit(params: Params, place: Place) -> str:
    """Return the hub's commit; where it cannot be had, say what can be installed instead."""
    try:
        return hub.commit(params.repo, "model", params.revision, place)
    except BlockedError as error:
        if params.extra is None:
            raise
        missing = f"{error.missing}, and {zipped_models.absent(params.distributions)[0]} is not installed"
        install = f"pip install 'embedding-compression-evidence[{params.extra}]'"
        remedy = f"{install} (make reproduce EXTRAS=dev,{params.extra}), or {error.remedy}"
        raise BlockedError(missing, remedy) from error
