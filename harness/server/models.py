"""Saved codecs as ``harness serve`` serves them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness import limits
from harness.codecs.pipeline import Pipeline, load_pipeline, try_codec
from harness.errors import InputError
from harness.evidence.files import sha256_file
from harness.types import Floats

CODECS = Path("artifacts/codecs")


@dataclass(frozen=True, slots=True)
class Model:
    """A codec with the sizes of what goes in and comes out.

    ``compressed_dim`` is that of its float vectors, before PQ where there is any; ``code_bytes`` is None
    where there is none.
    """

    id: str
    sha256: str
    pipeline: Pipeline
    input_dim: int
    compressed_dim: int
    code_bytes: int | None

    def shortened(self, x: Floats) -> Floats:
        """Return the float vectors (n, compressed_dim) that stand for ``x`` (n, input_dim)."""
        return self.pipeline.through(x, len(self.pipeline.codecs) - (self.code_bytes is not None))


def load_models(paths: Sequence[Path]) -> list[Model]:
    """Return the codecs in ``paths``, in order of their ids, ``folder/stem``; raise InputError.

    Where none is named they are all committed ones that say by their first step what dimension they take.
    """
    loaded = [_model(path) for path in paths or sorted(CODECS.glob("*/*.safetensors"))]
    models = sorted((model for model in loaded if model is not None), key=lambda model: model.id)
    if paths and len(models) < len(paths):
        raise InputError(
            "--codec: found a pipeline that takes any dimension, expected one that is fitted to one"
        )
    if not models:
        raise InputError(f"{CODECS}: found no codec to serve, expected one there or --codec FILE")
    ids = [model.id for model in models]
    if len(set(ids)) < len(ids):
        raise InputError(f"--codec: found {max(ids, key=ids.count)} twice, expected names that differ")
    return models


def _model(path: Path) -> Model | None:
    pipeline = load_pipeline(path)
    state = pipeline.codecs[0].state()
    sizes: dict[str, Callable[[Any], int]] = {
        "weights": len,  # of a linear map, (D, d)
        "dimension": lambda array: int(array[0]),
        "ranges": lambda array: len(array) // 2,
    }
    dim = next((size(state[name]) for name, size in sizes.items() if name in state), None)
    if dim is None:
        return None
    limits.DIMENSIONS.check(dim, str(path))
    probe = step_input = np.ones((1, dim), np.float32)
    for step, codec in zip(pipeline.steps, pipeline.codecs, strict=True):
        step_input = try_codec(codec, step_input, f"{path}: {step.use}")
    quantized = pipeline.steps[-1].use == "pq"
    compressed = pipeline.through(probe, len(pipeline.codecs) - quantized).shape[1]
    code_bytes = pipeline.encode(probe).shape[1] if quantized else None
    return Model(f"{path.parent.name}/{path.stem}", sha256_file(path), pipeline, dim, compressed, code_bytes)
