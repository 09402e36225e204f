"""A sentence-transformers model of two small layers, its weights drawn from a seed: nothing is downloaded."""

from __future__ import annotations

import json
from pathlib import Path

DIMENSION = 16
# What sentence-transformers reads beside the model, in the form in which the hub has it.
_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]
_FILES = {
    "modules.json": _MODULES,
    "sentence_bert_config.json": {"max_seq_length": 32, "do_lower_case": False},
    "1_Pooling/config.json": {"word_embedding_dimension": DIMENSION, "pooling_mode_mean_tokens": True},
}


def files(folder: Path, words: list[str], seed: int = 0) -> dict[str, bytes]:
    """Return the files of a model that has the ``words`` as its vocabulary, by name, made in ``folder``."""
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", *words])}
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=DIMENSION,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * DIMENSION,
        max_position_embeddings=64,
        initializer_range=0.5,  # texts are told apart
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        BertModel(config).save_pretrained(folder)
    tokenizer = Tokenizer(WordLevel(vocabulary, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    special = {"unk_token": "[UNK]", "pad_token": "[PAD]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    saved = {path.name: path.read_bytes() for path in folder.iterdir()}
    return saved | {name: json.dumps(content).encode() for name, content in _FILES.items()}
