"""A sentence-transformer of MiniLM's shape with random weights: encoding is timed, and nothing is downloaded.

A network takes the same time whatever its weights are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from harness.encoders.sentence_transformer import Params
from harness.types import PairSet

DIMENSION, LAYERS, HEADS, INNER = 384, 6, 12, 1536  # all-MiniLM-L6-v2
WORDS, VOCABULARY = 2_000, 30_522
_PACKAGE = "harness_random_encoder"
# What sentence-transformers reads beside the model, in the form in which the hub has it.
_FILES = {
    "modules.json": [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ],
    "sentence_bert_config.json": {"max_seq_length": 128, "do_lower_case": False},
    "1_Pooling/config.json": {"word_embedding_dimension": DIMENSION, "pooling_mode_mean_tokens": True},
}


@contextmanager
def random_encoder() -> Iterator[Params]:
    """Yield the parameters of the encoder: a package in a temporary folder, as the plug-in takes it."""
    with TemporaryDirectory(prefix="harness-bench-") as folder:
        package = Path(folder) / _PACKAGE
        (package / "model" / "1_Pooling").mkdir(parents=True)
        (package / "__init__.py").touch()
        _write(package / "model")
        sys.path.insert(0, folder)
        try:
            yield Params(dimension=DIMENSION, repo=_PACKAGE, package=_PACKAGE)
        finally:
            sys.path.remove(folder)


def texts(count: int, seed: int) -> PairSet:
    """Return ``count`` texts of 5 to 60 random words."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(5, 61, count)
    written = tuple(" ".join(f"w{word}" for word in rng.integers(WORDS, size=length)) for length in lengths)
    return PairSet("texts", written, None, np.empty((0, 2), np.int64), None, {})


def _write(folder: Path) -> None:
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    config = BertConfig(
        vocab_size=VOCABULARY,
        hidden_size=DIMENSION,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=INNER,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        BertModel(config).save_pretrained(folder)
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", *(f"w{i}" for i in range(WORDS))])}
    tokenizer = Tokenizer(WordLevel(vocabulary, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    special = {"unk_token": "[UNK]", "pad_token": "[PAD]"}
    fast: Any = PreTrainedTokenizerFast
    fast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    for name, content in _FILES.items():
        (folder / name).write_text(json.dumps(content), "utf-8")
