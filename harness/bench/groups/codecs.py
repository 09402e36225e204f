"""Fit, encode and decode of every compressor, and how near the simplest come to this machine's limits.

``sign`` reads vectors and writes bits, or the reverse: the limit is memory, measured by a plain copy of the
same vectors. A projection multiplies: its limit is a plain product of the same shape.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np

from harness.bench.planted import SEED, params, planted, training
from harness.bench.record import at_least, measurement, rates, seconds
from harness.codecs.affine import Affine
from harness.evidence.schema.bench import Measurement
from harness.planning import registry
from harness.types import Codec, Floats, Training

TITLE = "Compressors: fit, encode and decode"
BANDWIDTH = "at least 50 % of the memory bandwidth of a plain copy"
PRODUCT = "at least 50 % of the rate of a plain matrix product"
SIGN_ENCODE = "The comparison with zero writes a byte a dimension to the cache, which packing reads again."
SIGN_DECODE = (
    "The result is a new array, whose pages the kernel clears at the first write: half of the time. A plain "
    "copy into a new array is no faster (below)."
)
PROJECTION = "The bias is added in a pass of its own over the product."


def measure(
    _mirror: Path | None,
    dimension: int = 384,
    fitted: int = 3_000,
    encoded: int = 4_000,
    large: int = 200_000,
    repeats: int = 3,
    compressors: tuple[str, ...] = (),
) -> Iterator[Measurement]:
    """Yield each compressor's rates on ``fitted`` and ``encoded`` rows, and bandwidths on ``large`` rows.

    ``compressors`` are all by default.
    """
    yield from _bandwidth(planted(large, dimension), 2 * repeats + 1)
    rows = planted(fitted + encoded, dimension)
    numbers = itertools.count(1)
    for name in compressors or registry.names("compressors"):
        module = registry.load("compressors", name, "bench")
        splits = [np.roll(rows[:fitted], next(numbers), axis=0) for _ in range(repeats)]
        yield from _rates(name, module, splits, rows[fitted:])


def _rates(name: str, module: ModuleType, splits: list[Floats], x: Floats) -> Iterator[Measurement]:
    """Yield the rates of a compressor; each of ``splits`` is fitted on once.

    They are the same rows in another order: what a process caches of a split, such as its axes, is timed.
    """
    train, repeats = splits[0], len(splits)
    own = params(module, train.shape[1])
    trainings = (training(name, split) for split in splits)
    fitted: list[Codec] = []
    (taken,) = seconds(
        lambda: fitted.append(module.fit(next(trainings), own, SEED)), repeats=repeats, warm_ups=0
    )
    codec = fitted[-1]
    size = f"{len(train):,} × {train.shape[1]}"
    yield measurement(f"fit {name}", f"{size}, {own!r}", "vectors/s", rates(len(train), taken))
    codes = codec.encode(x)
    encode, decode = functools.partial(codec.encode, x), functools.partial(codec.decode, codes)
    size = f"{len(x):,} × {x.shape[1]}, {codes.shape[1]} bytes each"
    for what, work in (("encode", encode), ("decode", decode)):
        (taken,) = seconds(work, repeats=repeats)
        yield measurement(f"{what} {name}", size, "vectors/s", rates(len(x), taken))


def _bandwidth(x: Floats, repeats: int) -> Iterator[Measurement]:
    from harness.compressors import random_projection, sign

    first = Training(x[:1_000], np.empty((0, 2), np.int64), None)
    size = f"{len(x):,} × {x.shape[1]}"
    signs: Codec = sign.fit(first, sign.Params(), SEED)
    codes, copied = signs.encode(x), np.empty_like(x)
    copy = functools.partial(np.copyto, copied, x)
    for what, work, reason in (
        ("encode", functools.partial(signs.encode, x), SIGN_ENCODE),
        ("decode", functools.partial(signs.decode, codes), SIGN_DECODE),
    ):
        taken, copying = seconds(work, copy, repeats=repeats)
        yield measurement(
            f"bandwidth of {what} sign",
            f"{size}, bytes read and written",
            "GB/s",
            rates((x.nbytes + codes.nbytes) / 1e9, taken),
            ("plain copy of the vectors", rates(2 * x.nbytes / 1e9, copying)),
            at_least(0.5, BANDWIDTH),
            reason,
        )
    taken, copying = seconds(x.copy, copy, repeats=repeats)
    yield measurement(
        "bandwidth of a copy into a new array",
        f"{size}, bytes read and written",
        "GB/s",
        rates(2 * x.nbytes / 1e9, taken),
        ("plain copy of the vectors", rates(2 * x.nbytes / 1e9, copying)),
    )
    projection: Affine = random_projection.fit(first, params(random_projection, x.shape[1]), SEED)
    product = np.empty((len(x), projection.weights.shape[1]), np.float32)
    multiply = functools.partial(np.matmul, x, projection.weights, out=product)
    taken, multiplying = seconds(functools.partial(projection.encode, x), multiply, repeats=repeats)
    yield measurement(
        "rate of encode random-projection",
        f"{size} to {product.shape[1]}",
        "vectors/s",
        rates(len(x), taken),
        ("plain matrix product", rates(len(x), multiplying)),
        at_least(0.5, PRODUCT),
        PROJECTION,
    )
