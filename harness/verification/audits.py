"""What a result says of its sets beside values, held to labels and to arithmetic: contamination, sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.evaluation.panel import Panel
from harness.types import Json
from harness.verification.labels import Labels

FLOAT32 = 4  # bytes
RATIO_DIGITS = 6


def unlike_audit(content: Json, panels: Mapping[str, Panel], labels: Labels) -> Iterator[str]:
    """Yield a line for each count of contamination that the audit's masks do not come to."""
    train = content["inputs"]["cell"]["train"]
    for name, panel in panels.items():
        masks = panel.masks["pairs"]
        audit = labels.contamination(name, train, len(next(iter(masks.values()))))
        counted = {
            **audit.counts(),
            "pairs_by_protocol": {key: int(mask.sum()) for key, mask in masks.items()},
            "near_duplicates_by_protocol": {
                key: int((mask & audit.near_duplicate).sum()) for key, mask in masks.items()
            },
        }
        stated = content["contamination"].get(name, {})
        for key, count in counted.items():
            if stated.get(key) != count:
                yield f"contamination.{name}.{key}: found {stated.get(key)}, its labels come to {count}"


def unlike_sizes(content: Json) -> Iterator[str]:
    """Yield a line for each size that does not follow from the others; the payload itself is measured."""
    sizes = content["sizes"]
    total = sizes["payload_bytes"] + sizes["side_bytes"]
    original = FLOAT32 * content["inputs"]["encoder"]["dimension"]
    expected = {
        "bytes_per_vector": total,
        "original_bytes": original,
        "ratio": round(original / total, RATIO_DIGITS) if total else None,
    }
    for key, number in expected.items():
        if sizes[key] != number:
            yield f"sizes.{key}: found {sizes[key]}, expected {number}, as its other sizes say"
