"""Pipelines of compressors: fitting, encoding and loading."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.codecs.storage import load_codec, one_line, save_codec, trained_on
from harness.errors import InputError
from harness.evidence.stamp import digest
from harness.planning import registry
from harness.planning.resolve import codec_path
from harness.planning.steps import Step
from harness.types import Bytes, Codec, Floats, Json, Training, check_vectors

# The errors that NumPy and faiss raise for arrays of wrong shapes, types or values.
_MISFITS = (
    ArithmeticError,
    AssertionError,
    IndexError,
    KeyError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Fitted steps. Each step encodes what the previous one decodes; only the last codes are stored."""

    steps: tuple[Step, ...]
    codecs: tuple[Codec, ...]

    def through(self, x: Floats, count: int) -> Floats:
        """Return the vectors (n, d) float32 after the first ``count`` steps."""
        for codec in self.codecs[:count]:
            x = codec.decode(codec.encode(x))
        return x

    def encode(self, x: Floats) -> Bytes:
        """Return the stored codes (n, bytes a vector) uint8 of vectors (n, D) float32."""
        return self.codecs[-1].encode(self.through(x, len(self.codecs) - 1))

    def decode(self, codes: Bytes) -> Floats:
        """Return vectors (n, d) float32 whose cosines stand for those of the encoded vectors."""
        return self.codecs[-1].decode(codes)

    def sizes(self, codes: Bytes, original_bytes: int) -> dict[str, Any]:
        """Return measured sizes in bytes: payload and side information of a vector, state of all steps."""
        side = self.codecs[-1].side_bytes
        total = int(codes.shape[1]) * codes.itemsize
        return {
            "payload_bytes": total - side,
            "side_bytes": side,
            "bytes_per_vector": total,
            "original_bytes": original_bytes,
            "ratio": round(original_bytes / total, 6),
            "state_bytes": sum(array.nbytes for codec in self.codecs for array in codec.state().values()),
        }

    def save(self, path: Path, train: Json | None = None) -> None:
        """Write the steps' parameters and state, and the identity of ``train``, to one safetensors file."""
        parts = zip(self.steps, self.codecs, strict=True)
        save_codec(path, [(step.use, dict(step.params), codec.state()) for step, codec in parts], train)


@dataclass(frozen=True)
class _Fitted:
    """A fitted step, and the training split that it was fitted on."""

    use: str
    codec: Codec
    train: Training

    @functools.cached_property
    def after(self) -> Training:
        """Return the training split after the step, computed when the next step is fitted on it."""
        decoded = self.codec.decode(self.codec.encode(self.train.vectors))
        vectors = check_vectors(decoded, f"training vectors after {self.use}")
        return Training(vectors, self.train.pairs, self.train.gold)


class Fitter:
    """Fits pipelines on one training split; a prefix that several pipelines share is fitted once.

    The seed of a step is a hash of ``identity`` (encoder, training split, seed) and of the steps up to it:
    pipelines with a common prefix have the same codecs in it.
    """

    def __init__(self, train: Training, identity: Json) -> None:
        self._train = train
        self._identity = dict(identity)
        self._fitted: dict[str, _Fitted] = {}

    def fit(self, steps: tuple[Step, ...]) -> Pipeline:
        """Return the fitted pipeline; raise InputError naming the step that cannot be fitted."""
        fitted: list[_Fitted] = []
        for i, step in enumerate(steps):
            key = digest({"inputs": self._identity, "steps": [done.spec() for done in steps[: i + 1]]})
            if key not in self._fitted:
                train = fitted[-1].after if fitted else self._train
                codec = self._one(step, train, int(key[:15], 16))
                self._fitted[key] = _Fitted(step.use, codec, train)
            fitted.append(self._fitted[key])
        return Pipeline(steps, tuple(each.codec for each in fitted))

    def _one(self, step: Step, train: Training, seed: int) -> Codec:
        if step.load is None:
            module = registry.load("compressors", step.use, "steps")
            fitted: Codec = module.fit(train, module.Params(**step.params), seed)
            return fitted
        saved = [entry for entry in load_codec(codec_path(step.load)) if entry[0] == step.use]
        if len(saved) != 1:
            raise InputError(f"{step.load}: found {len(saved)} steps {step.use!r}, expected one")
        codec = _restored(*saved[0], step.load)
        if trained_on(codec_path(step.load)) != self._identity.get("train"):
            raise InputError(
                f"{step.load}: was trained on another split than the cell names, expected the same"
            )
        try_codec(codec, train.vectors[:1], f"{step.load}: {step.use}")
        return codec


def load_pipeline(path: Path) -> Pipeline:
    """Return the pipeline that ``Pipeline.save`` wrote."""
    steps, codecs = [], []
    for use, params, state in load_codec(path):
        steps.append(Step(use, params))
        codecs.append(_restored(use, params, state, str(path)))
    if not steps:
        raise InputError(f"{path}: found no step, expected a codec saved by this harness")
    return Pipeline(tuple(steps), tuple(codecs))


def try_codec(codec: Codec, x: Floats, where: str) -> Floats:
    """Return ``x`` (n, D) encoded and decoded by a codec from a file; raise InputError where that fails.

    The file's arrays may have any shape. Only use shows whether they fit together and fit the vectors.
    """
    try:
        with np.errstate(all="ignore"):
            decoded = codec.decode(codec.encode(x))
    except _MISFITS as error:
        expected = f"expected arrays that fit together and vectors of {x.shape[1]} dimensions"
        raise InputError(f"{where}: {one_line(error)}, {expected}") from error
    if decoded.ndim != x.ndim or len(decoded) != len(x) or not np.isfinite(decoded).all():
        raise InputError(f"{where}: found no finite vectors in its codes, expected some")
    return decoded


def _restored(use: str, params: Json, state: Mapping[str, NDArray[Any]], where: str) -> Codec:
    module = registry.load("compressors", use, where)
    try:
        codec: Codec = module.restore(state, module.Params(**params))
    except _MISFITS as error:
        raise InputError(
            f"{where}: {use}: {one_line(error)}, expected a step saved by this harness"
        ) from error
    return codec
