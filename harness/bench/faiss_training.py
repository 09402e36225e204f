"""Trains PQ or OPQ by faiss at its defaults: ``python faiss_training.py pq|opq VECTORS SUBVECTORS``.

Prints the seconds of the training and the mean squared error of the same vectors as JSON. It runs in a
process without the harness: threads and instructions are faiss's choice.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main(method: str, vectors: str, subvectors: int) -> None:
    """Train, and print seconds and error."""
    import faiss
    import numpy as np

    x = np.load(vectors, allow_pickle=False)
    quantizer: Any = faiss.ProductQuantizer(x.shape[1], subvectors, 8)
    start = time.perf_counter()
    if method == "opq":
        rotation = faiss.OPQMatrix(x.shape[1], subvectors)
        rotation.train(x)
        x = rotation.apply(x)
    quantizer.train(x)
    taken = time.perf_counter() - start
    decoded = quantizer.decode(quantizer.compute_codes(x))
    error = float(np.square(decoded - x, dtype=np.float64).mean())
    print(json.dumps({"seconds": taken, "error": error}))  # noqa: T201 - its output


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
