"""What a result records beside its values: which codes are used, and how fitting went."""

from __future__ import annotations

from typing import Any

from harness.codecs.pipeline import Pipeline
from harness.data.identity import firsts, numbers
from harness.evaluation.code_usage import Symbolic, described
from harness.evaluation.encoded_vectors import EncodedVectors
from harness.numerics.rounding import rounded
from harness.types import PairSet


def code_usage(pipeline: Pipeline, data: PairSet, encoded: EncodedVectors) -> dict[str, Any]:
    """Return how the distinct rows of a set, of which ``encoded`` has all, use codes.

    Returns nothing where codes are not symbols.
    """
    last = pipeline.codecs[-1]
    if not isinstance(last, Symbolic):
        return {}
    rows, _ = firsts(numbers(data)[0])
    texts = None if data.texts is None else tuple(data.texts[i] for i in rows.tolist())
    return described(last, encoded.codes(rows), len(rows), texts)


def histories(pipeline: Pipeline) -> dict[str, Any]:
    """Return the training history of each step that has one, by the step's position and name."""
    noted: dict[str, Any] = {}
    for i, (step, codec) in enumerate(zip(pipeline.steps, pipeline.codecs, strict=True)):
        history: dict[str, list[float]] = getattr(codec, "history", {})
        if history:
            noted[str(i) + "." + step.use] = {
                key: [rounded(float(value)) for value in values] for key, values in history.items()
            }
    return noted
