"""Finite scalar quantization (Mentzer et al. 2023): a few scalars, each rounded to one of a few levels.

An encoder maps a vector to one scalar a position, a soft clamp bounds it, and it is rounded; a decoder maps
the rounded scalars back (`harness/codecs/bottleneck_training.py` says how the two are trained). Rounding is
vector-quantize-pytorch's FSQ in its symmetric form; the gradient is taken as that of the identity
(straight-through estimator; Bengio, Léonard, Courville 2013), which is all that the library offers here: its
rotation trick turns vectors, and a scalar has no direction to turn. ``residuals`` quantizes what a stage left
over again, on a grid finer by the number of levels, as the library's ResidualFSQ does, which cannot be used
itself: it lists all codes, and more than some 2**25 do not fit. Levels have an order, so that one can go from
a code to another (``between``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness import limits
from harness.codecs import bitpacking, bottleneck_training
from harness.codecs.state import stored_count
from harness.errors import InputError
from harness.types import Bytes, Floats, Ints, Training

if TYPE_CHECKING:
    import torch

RANDOM = True
SPREAD = 0.67  # standard deviation of a scalar at the start: its bounds are one and a half of them away
BITS_A_POSITION = (1.0, 2.0, 2.5, 3.0, 4.0)  # what the search of levels tries
SHARE = 4  # of the steps that a candidate is trained: one in so many
WAYS, STOPS = 256, 5  # pairs of training rows between whose codes ways are walked, and codes of a way


class Params(BaseModel, extra="forbid", frozen=True):
    """``levels`` of each position; ``residuals``: stages, each of as many positions.

    ``bits``: a budget of a stage instead of ``levels``, which are then chosen on a held-out tenth of the
    training rows among lists of equal ones (or nearly) whose sum of log2 is at most the budget.
    ``hidden`` units beside the affine maps; ``steps`` of Adam with ``batch`` rows each at the first ``rate``.
    """

    levels: list[int] = Field(default=[8, 8, 8, 5], min_length=1)
    bits: float | None = Field(default=None, ge=1)
    residuals: int = Field(default=1, ge=1)
    hidden: int = Field(default=0, ge=0)
    gradient: Literal["straight-through", "rotation"] = "straight-through"
    steps: int = Field(default=400, ge=1)
    batch: int = Field(default=256, ge=4, multiple_of=2)
    rate: float = Field(default=3e-3, gt=0)


@dataclass(frozen=True, slots=True)
class FSQ:
    """``encoder`` D -> positions, ``decoder`` back; ``levels`` of every position of all stages."""

    encoder: bottleneck_training.Map
    decoder: bottleneck_training.Map
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
        """Return vectors (n, D) float32 that the decoder makes of the symbols behind ``codes``."""
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


def between(codec: FSQ, one: Bytes, other: Bytes, steps: int) -> Bytes:
    """Return ``steps`` codes (steps, bytes) uint8 from ``one`` (bytes,) to ``other``, both included.

    Each position goes its own way in equal steps, rounded to levels; the stages of a residual code are digits
    of one number a position, so that the way is straight there too.
    """
    if steps < 2:  # noqa: PLR2004 - the two ends
        raise InputError(f"fsq: found {steps} steps, expected at least 2: the two codes themselves")
    ends = np.stack(np.split(codec.symbols(np.stack([one, other])), codec.residuals, axis=1))
    sizes = codec.levels[: len(codec.levels) // codec.residuals]
    place = np.array(sizes, np.float64) ** np.arange(codec.residuals)[::-1, None]
    start, stop = (ends * place[:, None]).sum(axis=0)
    way = np.rint(start + (stop - start) * np.linspace(0, 1, steps)[:, None])
    digits = [way // factor % sizes for factor in place]
    return bitpacking.pack(np.concatenate(digits, axis=1).astype(np.int64), codec.levels)


def fit(train: Training, params: Params, seed: int) -> FSQ:
    """Return the trained codec; raise InputError where levels, rows or the gradient asked for do not fit."""
    if params.gradient != "straight-through":
        raise InputError(
            f"fsq: found gradient = {params.gradient!r}, expected 'straight-through': a rounded scalar "
            "has no direction to rotate; residual-vq has the choice"
        )
    if min(params.levels) < 2:  # noqa: PLR2004 - one level says nothing
        raise InputError(f"fsq: found levels {params.levels}, expected at least 2 at each position")
    schedule = bottleneck_training.StepSchedule(params.steps, params.batch, params.rate, params.hidden)
    levels = tuple(params.levels)
    history: dict[str, list[float]] = {}
    if params.bits is not None:
        levels, history = _searched(train, params, schedule, seed)
    codec = _trained(train, levels, params.residuals, schedule, seed, history)
    codec.history.update(_walked(codec, train, seed))
    return codec


def _walked(codec: FSQ, train: Training, seed: int) -> dict[str, list[float]]:
    """Return the mean cosines on ways between codes of random training rows with their first and last code.

    ``line_to_first`` is that of the straight line between the two ends, both decoded, at as many places.
    """
    rows = np.random.default_rng(seed).integers(len(train.vectors), size=(2, WAYS))
    ends = codec.encode(train.vectors[rows.reshape(-1)]).reshape(2, WAYS, -1)
    ends = ends[:, (ends[0] != ends[1]).any(axis=1)]
    if not ends.size:  # one code for all
        return {}
    ways = np.stack(
        [codec.decode(between(codec, one, other, STOPS)) for one, other in zip(*ends, strict=True)]
    )
    place = np.linspace(0, 1, STOPS, dtype=np.float32)[:, None]
    first, last = ways[:, :1], ways[:, -1:]
    compared = {
        "way_to_first": (ways, first),
        "way_to_last": (ways, last),
        "line_to_first": (first + (last - first) * place, first),
    }
    return {name: _cosines(*pair).mean(axis=0).tolist() for name, pair in compared.items()}


def _cosines(x: Floats, y: Floats) -> NDArray[np.float64]:
    lengths = np.linalg.norm(x, axis=-1) * np.linalg.norm(y, axis=-1)
    cosines: NDArray[np.float64] = (x * y).sum(axis=-1, dtype=np.float64) / np.maximum(lengths, 1e-12)
    return cosines


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> FSQ:
    """Return the codec that ``state`` describes."""
    residuals = stored_count(state, "residuals")
    if len(state["levels"]) * residuals > limits.DIMENSIONS.most or np.min(state["levels"], initial=2) < 2:  # noqa: PLR2004
        raise ValueError("levels: found too many, or one below 2, expected those of a code")
    levels = tuple(int(size) for size in state["levels"]) * residuals
    encoder, decoder = (bottleneck_training.restore_map(state, name) for name in ("encoder", "decoder"))
    return FSQ(encoder, decoder, levels, residuals)


def candidates(bits: float, most: int) -> list[tuple[int, ...]]:
    """Return lists of at most ``most`` levels, as equal as they can be, that use up a budget of ``bits``.

    Packed, they take no more bytes than so many bits do.
    """
    found = []

    def fits(levels: list[int]) -> bool:
        return bitpacking.bits(levels) <= bits + 1e-9 and bitpacking.size(levels) <= math.ceil(bits / 8)

    for share in BITS_A_POSITION:
        positions = min(max(1, math.floor(bits / share)), most)
        levels = [math.floor(2 ** (bits / positions) + 1e-9)] * positions
        for i in range(positions):
            raised = [*levels[:i], levels[i] + 1, *levels[i + 1 :]]
            levels = raised if fits(raised) else levels
        if fits(levels):
            found.append(tuple(levels))
    return sorted(set(found), key=len)


def _searched(
    train: Training, params: Params, schedule: bottleneck_training.StepSchedule, seed: int
) -> tuple[tuple[int, ...], dict[str, list[float]]]:
    """Return the candidate whose objective on the held-out tenth is least, and what each came to."""
    rest, tenth = bottleneck_training.held_out(train, seed)
    short = bottleneck_training.StepSchedule(
        max(1, schedule.steps // SHARE), schedule.batch, schedule.rate, schedule.hidden
    )
    tried = candidates(float(params.bits or 0), min(rest.vectors.shape))
    losses = []
    for levels in tried:
        codec = _trained(rest, levels, params.residuals, short, seed, {})
        after = codec.decode(codec.encode(tenth))
        losses.append(bottleneck_training.distance(tenth, after, paired=len(train.pairs) > 0))
    history = {"candidate_positions": [float(len(levels)) for levels in tried], "candidate_losses": losses}
    return tried[int(np.argmin(losses))], history


def _trained(
    train: Training,
    levels: tuple[int, ...],
    residuals: int,
    schedule: bottleneck_training.StepSchedule,
    seed: int,
    history: dict[str, list[float]],
) -> FSQ:
    import torch
    import vector_quantize_pytorch as library

    if len(levels) > min(train.vectors.shape):
        raise InputError(
            f"fsq: found {len(levels)} positions, expected at most {min(train.vectors.shape)} "
            f"({len(train.vectors)} rows × {train.dimension})"
        )
    rounded = library.FSQ(list(levels), return_indices=False, preserve_symmetry=True, bound_hard_clamp=True)
    sizes = torch.tensor(levels, dtype=torch.float32)
    bound = 1 + 1 / (sizes - 1)

    def quantize(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        rest = (x / bound).tanh() * bound
        total = torch.zeros_like(rest)
        for stage in range(residuals):
            scaled = rounded((rest * sizes**stage)[None])[0][0] / sizes**stage
            rest, total = rest - scaled.detach(), total + scaled
        return total, torch.zeros(())

    start = bottleneck_training.principal(train.vectors, len(levels), SPREAD)
    found = bottleneck_training.train(train, start, quantize, schedule, seed)
    return FSQ(found.encoder, found.decoder, levels * residuals, residuals, {**history, "loss": found.losses})
