"""Encode and decode rows by what ``tqp plan`` recommends: a script for the Python that has turboquant-pro.

``python tqp_codec.py PLAN.json SEEN.npy ROWS.npy DECODED.npy`` builds the codec as the planner itself does
(``turboquant_pro.cli``, 1.9.1: the projection is fitted on the first 1,000 rows that it saw), writes the
decoded rows (n, D) float32, and prints the bytes of a vector and of the codec as JSON.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

FITTED = 1_000  # rows that the planner fits its projection on
SEED = 42  # its default


def main(plan: str, seen: str, rows: str, decoded: str) -> None:
    """Write the decoded rows and print sizes; the norms of segments are side information."""
    recipe = json.loads(Path(plan).read_text("utf-8"))["recommended"]
    train, vectors = (np.load(path, allow_pickle=False) for path in (seen, rows))
    codec, state = _codec(recipe, train)
    compressed = [codec.compress(row) for row in vectors]
    np.save(decoded, np.stack([codec.decompress(each) for each in compressed]).astype(np.float32))
    parts = compressed[0]["segments"] if isinstance(compressed[0], dict) else [compressed[0]]
    payload = sum(len(part.packed_bytes) for part in parts)
    side = sum(part.size_bytes for part in parts) - payload
    sys.stdout.write(json.dumps({"payload_bytes": payload, "side_bytes": side, "state_bytes": state}))


def _codec(recipe: dict[str, Any], train: Any) -> tuple[Any, int]:
    """Return the codec, and the bytes of its projection; rotations follow from the seed."""
    pca_module, pgvector = (importlib.import_module(f"turboquant_pro.{name}") for name in ("pca", "pgvector"))
    width, dims = train.shape[1], recipe["pca_dim"]
    if dims is None:
        quantizer = pgvector.TurboQuantPGVector(dim=width, bits=recipe["bits"], seed=SEED)
        quantizer.compress, quantizer.decompress = (
            quantizer.compress_embedding,
            quantizer.decompress_embedding,
        )
        return quantizer, 0
    pca = pca_module.PCAMatryoshka(input_dim=width, output_dim=dims)
    pca.fit(train[:FITTED])
    state = 4 * (dims + 1) * width  # components and mean, float32
    if recipe["weighted"]:
        return pca.with_weighted_quantizer(avg_bits=recipe["avg_bits"], seed=SEED), state
    return pca.with_quantizer(bits=recipe["bits"], seed=SEED), state


if __name__ == "__main__":
    main(*sys.argv[1:])
