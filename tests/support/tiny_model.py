"""A sentence-transformers model of two small layers, its weights drawn from a seed: nothing is downloaded."""

from __future__ import annotations

from pathlib import Path

DIMENSION = 16


def files(folder: Path, words: list[str], seed: int = 0) -> dict[str, bytes]:
    """Return the files of a model that has the ``words`` as its vocabulary, by name, made in ``folder``."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    bare = folder / "bert"
    bare.mkdir(parents=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
    (bare / "vocab.txt").write_text("\n".join(vocabulary) + "\n", "utf-8")
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=DIMENSION,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * DIMENSION,
        max_position_embeddings=64,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        BertModel(config).save_pretrained(bare)
    BertTokenizerFast(vocab_file=str(bare / "vocab.txt")).save_pretrained(bare)
    layers = [Transformer(str(bare)), Pooling(DIMENSION)]
    SentenceTransformer(modules=layers, device="cpu").save_pretrained(
        str(folder / "model"), create_model_card=False
    )
    saved = (path for path in (folder / "model").rglob("*") if path.is_file())
    return {path.relative_to(folder / "model").as_posix(): path.read_bytes() for path in saved}
