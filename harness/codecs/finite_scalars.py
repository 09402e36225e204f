"""The codec of finite scalar quantization, and interpolation between its codes, whose levels are ordered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from harness import limits
from harness.codecs import bitpacking
from harness.codecs.bottleneck_map import Map, restore_map
from harness.codecs.state import stored_count
from harness.errors import InputError
from harness.types import Bytes, Floats, Ints

WAYS, STOPS = 256, 5  # ways between codes of random training rows, and codes on each way


@dataclass(frozen=True, slots=True)
class FSQ:
    """``encoder`` D -> positions, ``decoder`` back; ``levels`` of every position of all stages."""

    encoder: Map
    decoder: Map
    levels: tuple[int, ...]
    residuals: int
    history: dict[str, list[float]] = field(default_factory=dict)
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = True
    ordered: ClassVar[bool] = True

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, bytes) uint8 of vectors (n, D) float32: the symbols, packed."""
        sizes = self._sizes()
        bound = 1 + 1 / (sizes - 1)
        rest = np.tanh(self.encoder(x) / bound) * bound
        stages = []
        for stage in range(self.residuals):
            scaled = np.clip(rest * sizes**stage, -1, 1)
            symbols = np.floor((sizes - 1) * (scaled + 1) / 2 + 0.5)
            rest = rest - (symbols * (2 / (sizes - 1)) - 1) / sizes**stage
            stages.append(symbols.astype(np.int64))
        return bitpacking.pack(np.concatenate(stages, axis=1), self.levels)

    def decode(self, codes: Bytes) -> Floats:
        """Return the decoded vectors (n, D) float32 of ``codes``."""
        sizes = self._sizes()
        stages = np.split(self.symbols(codes), self.residuals, axis=1)
        scalars = sum((s * (2 / (sizes - 1)) - 1) / sizes**stage for stage, s in enumerate(stages))
        return self.decoder(np.asarray(scalars, np.float32))

    def symbols(self, codes: Bytes) -> Ints:
        """Return the level (n, positions) int64 of each position, those of the first stage first."""
        return bitpacking.unpack(codes, self.levels)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return both maps, the levels of a stage, and the number of stages."""
        return {
            **self.encoder.state("encoder"),
            **self.decoder.state("decoder"),
            "levels": np.array(self.levels[: len(self.levels) // self.residuals], np.int64),
            "residuals": np.array([self.residuals], np.int64),
        }

    def _sizes(self) -> NDArray[np.float64]:
        return np.array(self.levels[: len(self.levels) // self.residuals], np.float64)


def restore_fsq(state: Mapping[str, NDArray[Any]]) -> FSQ:
    """Return the codec that ``state`` describes; raise ValueError for levels that no code has."""
    residuals = stored_count(state, "residuals")
    if len(state["levels"]) * residuals > limits.DIMENSIONS.most or np.min(state["levels"], initial=2) < 2:  # noqa: PLR2004
        raise ValueError("levels: found too many, or one below 2, expected those of a code")
    levels = tuple(int(size) for size in state["levels"]) * residuals
    encoder, decoder = (restore_map(state, name) for name in ("encoder", "decoder"))
    return FSQ(encoder, decoder, levels, residuals)


def between(codec: FSQ, one: Bytes, other: Bytes, steps: int) -> Bytes:
    """Return ``steps`` codes (steps, bytes) uint8 from ``one`` (bytes,) to ``other``, both included.

    Each position moves in equal steps, rounded to levels. The stages of a residual code are the digits of one
    number a position, so that this number moves in equal steps.
    """
    if steps < 2:  # noqa: PLR2004 - the two ends
        raise InputError(f"fsq: found {steps} steps, expected at least 2: the two codes themselves")
    ends = np.stack(np.split(codec.symbols(np.stack([one, other])), codec.residuals, axis=1))
    sizes = codec.levels[: len(codec.levels) // codec.residuals]
    factors = np.array(sizes, np.float64) ** np.arange(codec.residuals)[::-1, None]
    start, stop = (ends * factors[:, None]).sum(axis=0)
    way = np.rint(start + (stop - start) * np.linspace(0, 1, steps)[:, None])
    digits = [way // factor % sizes for factor in factors]
    return bitpacking.pack(np.concatenate(digits, axis=1).astype(np.int64), codec.levels)


def way_cosines(codec: FSQ, vectors: Floats, seed: int) -> dict[str, list[float]]:
    """Return mean cosines along ways between the codes of random ``vectors`` (n, D).

    ``way_to_first`` and ``way_to_last`` compare the decoded codes of a way with its first and last one.
    ``line_to_first`` compares points on the straight line between the two decoded ends with the first.
    """
    rows = np.random.default_rng(seed).integers(len(vectors), size=(2, WAYS))
    ends = codec.encode(vectors[rows.reshape(-1)]).reshape(2, WAYS, -1)
    ends = ends[:, (ends[0] != ends[1]).any(axis=1)]
    if not ends.size:  # one code for all
        return {}
    ways = np.stack(
        [codec.decode(between(codec, one, other, STOPS)) for one, other in zip(*ends, strict=True)]
    )
    fraction = np.linspace(0, 1, STOPS, dtype=np.float32)[:, None]
    first, last = ways[:, :1], ways[:, -1:]
    compared = {
        "way_to_first": (ways, first),
        "way_to_last": (ways, last),
        "line_to_first": (first + (last - first) * fraction, first),
    }
    return {name: _cosines(*pair).mean(axis=0).tolist() for name, pair in compared.items()}


def _cosines(x: Floats, y: Floats) -> NDArray[np.float64]:
    lengths = np.linalg.norm(x, axis=-1) * np.linalg.norm(y, axis=-1)
    cosines: NDArray[np.float64] = (x * y).sum(axis=-1, dtype=np.float64) / np.maximum(lengths, 1e-12)
    return cosines
