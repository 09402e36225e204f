"""A pipeline as other libraries see it: maps between float vectors, then at most one quantizer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.codecs.affine import Affine
from harness.codecs.networks import Coder
from harness.codecs.pipeline import Pipeline
from harness.compressors.identity import Identity
from harness.compressors.normalize import Normalize
from harness.errors import InputError
from harness.types import Codec, Floats


@dataclass(frozen=True, slots=True)
class Part:
    """A fitted step, ``codec``, and the name of its compressor, ``use``."""

    use: str
    codec: Codec


@dataclass(frozen=True, slots=True)
class Parts:
    """Maps in their order, and the quantizer behind them; None where the codes are float32 numbers."""

    maps: tuple[Part, ...]
    quantizer: Part | None


def parts_of(pipeline: Pipeline, export: str) -> Parts:
    """Return the maps and the quantizer of a pipeline.

    Raises InputError, which names the ``export``, where a quantizer is followed by another step.
    """
    parts = [Part(step.use, codec) for step, codec in zip(pipeline.steps, pipeline.codecs, strict=True)]
    quantizers = [i for i, part in enumerate(parts) if not _is_map(part.codec)]
    if quantizers and quantizers[0] < len(parts) - 1:
        raise refused(export, parts[quantizers[0]].use, "a quantizer as the last step only", "numpy")
    count = len(parts) - len(quantizers)
    return Parts(tuple(parts[:count]), parts[count] if quantizers else None)


def linear(codec: Codec, dimension: int) -> tuple[Floats, Floats] | None:
    """Return W (D, d) and b (d,), float32, of a map x -> x W + b; None where ``codec`` is another map.

    ``dimension``: D.
    """
    match codec:
        case Affine(weights, bias):
            return weights, bias
        case Coder(network, columns) if "inner" not in network:
            return widened(network["weights"], columns, dimension), network["bias"]
        case _:
            return None


def widened(weights: Floats, columns: slice, dimension: int) -> Floats:
    """Return ``weights`` of some ``columns`` (k, d) as weights (D, d) of all, with zeros for the others."""
    wide = np.zeros((dimension, weights.shape[1]), np.float32)
    wide[columns] = weights
    return wide


def refused(export: str, use: str, expected: str, instead: str) -> InputError:
    """Return the error for a step that an export cannot carry, and the export that can."""
    return InputError(f"{export}: found the step {use!r}, expected {expected} (--to {instead} carries it)")


def _is_map(codec: Codec) -> bool:
    return isinstance(codec, (Affine, Coder, Identity, Normalize))
