"""Encodes texts by sentence-transformers alone: ``python bare_encoding.py MODEL TEXTS THREADS REPEATS``.

TEXTS is a JSON list of strings. Prints the seconds of each repeat as JSON. It runs in a process without the
harness: instructions are torch's choice, and so is everything that ``encode`` has a default for.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(model: str, texts: str, threads: int, repeats: int) -> None:
    """Encode once to warm up, then ``repeats`` times; print the seconds."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    encoder = SentenceTransformer(model, device="cpu")
    listed = json.loads(Path(texts).read_text("utf-8"))
    taken = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        encoder.encode(listed, show_progress_bar=False)
        taken.append(time.perf_counter() - start)
    print(json.dumps(taken[1:]))  # noqa: T201 - its output


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
