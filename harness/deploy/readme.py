"""The README of a codec's folder, from its card."""

from __future__ import annotations

from harness.deploy.card import Card

_USE = """## Use

```
harness compress vectors.npy --codec . -o codes.npy
harness decompress codes.npy --codec . -o decoded.npy
```

```python
from harness.deploy import Codec

codec = Codec.load(".")
codes = codec.encode(vectors)  # float32 (n, D) to uint8 (n, bytes)
decoded = codec.decode(codes)
```"""


def readme(card: Card) -> str:
    """Return the Markdown of a codec's README: what it is, how it is used, what was measured."""
    data = card.data
    sample = "" if data.sample_seed is None else f", a random sample (seed {data.sample_seed})"
    summary = (
        f"Compresses vectors of {card.dimension:,} dimensions to {card.bytes_per_vector:,} bytes each"
        f" (float32: {4 * card.dimension:,}).\nFitted on {data.fitted_rows:,} of {data.rows:,} rows of"
        f" `{data.name}`{sample}."
    )
    sizes = (
        "## Sizes\n\n| | bytes |\n|---|---:|\n"
        f"| a code | {card.bytes_per_vector:,} |\n"
        f"| of it side information | {card.side_bytes:,} |\n"
        f"| the codec's arrays, once | {card.state_bytes:,} |"
    )
    parts = [f"# {card.pipeline}", summary, _USE, sizes, *_measured(card), *_advice(card), *_decoder(card)]
    return "\n\n".join(parts) + "\n"


def _measured(card: Card) -> list[str]:
    rows = "".join(
        f"\n| {m.metric} | {m.value:.3f} | {m.low:.3f} to {m.high:.3f} | {m.n:,} | {m.protocol} |"
        for m in card.measured
    )
    head = "| metric | value | 95 % interval | n | measured on |\n|---|---:|---|---:|---|"
    return ["## Measured\n\n" + head + rows] if rows else []


def _advice(card: Card) -> list[str]:
    return ["## Advice\n\n" + "\n".join(f"- {line}" for line in card.advice)] if card.advice else []


def _decoder(card: Card) -> list[str]:
    return [f"## Decoder in NumPy\n\n```python\n{card.decoder.strip()}\n```"] if card.decoder else []
