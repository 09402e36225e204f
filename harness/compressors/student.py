"""A student: a linear map D -> d, optionally with a hidden layer, trained to preserve nearest neighbours.

The teacher is the uncompressed space: a row's positives are drawn from its exact 10 nearest other training
rows. The loss is InfoNCE (van den Oord et al. 2018) with several positives an anchor (Khosla et al. 2020):
the mean over positives of the negative log of their softmax share over cosines. Negatives are the other
anchors' positives and hard negatives from farther down the teacher's list, but never one of an anchor's ten
nearest rows. ``SupConLoss`` of pytorch-metric-learning (Musgrave et al. 2020) computes the loss.

Inputs are scaled to length 1, because cosines ignore lengths. The map starts as the projection onto their
principal axes; the output weights of the hidden layer of rectified units start at zero. AdamW (Loshchilov and
Hutter 2019) trains both.

A trained map may collapse: all rows to one direction. ``history`` therefore records, at about 20 checkpoints,
norms of mapped rows, cosines of random pairs, and ``collapse_suspect``, by the rule of
``harness.codecs.collapse``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, model_validator

from harness.codecs.collapse import checked
from harness.codecs.float_codes import code_floats, float_codes
from harness.codecs.principal_axes import principal_axes
from harness.errors import InputError
from harness.evaluation.knn import unit
from harness.evaluation.teacher import top_k
from harness.numerics.device import chosen
from harness.types import Bytes, Floats, Ints, Training

if TYPE_CHECKING:
    import torch

RANDOM = True
NEAREST = 10  # the teacher's neighbours that count as near
CHECKPOINTS = 20
SAMPLE = 1000  # random pairs of a checkpoint


class Params(BaseModel, extra="forbid", frozen=True):
    """``dims``: d; ``hidden``: units of the hidden layer, 0 for none.

    ``positives``: how many of its ten nearest rows each anchor gets in a step; one where ``multi_positive``
    is off. ``hard_negatives``: how many each anchor gets, from rank ``tail_from`` to ``tail_to`` of the
    teacher's list; a share ``mix_random_ratio`` of them comes from all rows instead. ``temperature`` divides
    cosines.

    ``steps`` of ``batch`` anchors; ``rate``: reached after ``warmup`` steps, then constant or lowered to 0 by
    ``schedule``; ``weight_decay``: of AdamW. ``amp``: products in half precision, by automatic casts.
    ``device``: the run's device trains (``harness.numerics.device``), by whatever name: "cpu" stays the
    default because parameters seed the draws. "cuda" refuses a run on another device.
    """

    dims: int = Field(ge=1)
    hidden: int = Field(default=0, ge=0)
    positives: int = Field(default=4, ge=1, le=NEAREST)
    multi_positive: bool = True
    hard_negatives: int = Field(default=4, ge=0)
    mix_random_ratio: float = Field(default=0.5, ge=0, le=1)
    tail_from: int = Field(default=20, gt=NEAREST)
    tail_to: int = Field(default=100, gt=NEAREST)
    temperature: float = Field(default=0.05, gt=0)
    steps: int = Field(default=400, ge=1)
    batch: int = Field(default=64, ge=2)
    rate: float = Field(default=3e-4, gt=0, le=100)
    schedule: Literal["constant", "linear", "cosine"] = "cosine"
    warmup: int = Field(default=0, ge=0)
    weight_decay: float = Field(default=0.0, ge=0)
    amp: Literal["none", "fp16", "bf16"] = "none"
    device: Literal["auto", "cpu", "cuda"] = "cpu"

    @model_validator(mode="after")
    def _in_order(self) -> Params:
        if self.tail_from > self.tail_to:
            raise ValueError(f"found tail_from = {self.tail_from}, expected at most tail_to = {self.tail_to}")
        if self.warmup > self.steps:
            raise ValueError(f"found warmup = {self.warmup}, expected at most steps = {self.steps}")
        return self


@dataclass(frozen=True, slots=True)
class Student:
    """x W + b, or with a hidden layer x W + b + max(x U + c, 0) V, of vectors x scaled to length 1.

    ``weights`` are float32: W (D, d), b (d,) and, with h hidden units, U (D, h), c (h,), V (h, d).
    ``history`` has a list of values, one a checkpoint, for each quantity; a restored codec has none.
    """

    weights: tuple[Floats, ...]
    history: dict[str, list[float]] = field(default_factory=dict)
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = False

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, 4 d) uint8 of vectors (n, D) float32."""
        rows = unit(x)
        weights, bias, *layer = self.weights
        mapped = rows @ weights + bias
        if layer:
            mapped += np.maximum(rows @ layer[0] + layer[1], 0) @ layer[2]
        return float_codes(mapped)

    def decode(self, codes: Bytes) -> Floats:
        """Return the mapped vectors (n, d) float32, exactly as they were stored."""
        return code_floats(codes)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of ``weights``, numbered."""
        return {str(i): array for i, array in enumerate(self.weights)}


def fit(train: Training, params: Params, seed: int) -> Student:
    """Return the trained student.

    Raises InputError where rows are fewer than the ranks needed, where the run's device is not the one that
    ``params`` need or does not support ``amp``, and where the loss or a mapped row becomes infinite or NaN.
    """
    import torch
    from pytorch_metric_learning.losses import SupConLoss

    device = _device(params)
    nearest, rng = _teacher(train, params), np.random.default_rng(seed)
    rows = torch.tensor(unit(train.vectors), device=device)
    weights = [torch.tensor(array, device=device, requires_grad=True) for array in _start(train, params, rng)]
    optimizer = torch.optim.AdamW(weights, lr=params.rate, weight_decay=params.weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: share_of_rate(step, params))
    scaler = torch.amp.GradScaler(device, enabled=params.amp == "fp16")
    half = torch.float16 if params.amp == "fp16" else torch.bfloat16
    loss_of = SupConLoss(temperature=params.temperature)
    sample = rng.integers(len(rows), size=(2, SAMPLE))
    history: dict[str, list[float]] = {}
    for step in range(1, params.steps + 1):
        anchors = rng.integers(len(rows), size=params.batch)
        others, pairs = _batch_pairs(anchors, nearest, params, rng)
        with torch.autocast(device, half, enabled=params.amp != "none"):
            mapped = _mapped(rows[np.concatenate([anchors, others])], weights)
        mapped_anchors, mapped_others = mapped[: len(anchors)].float(), mapped[len(anchors) :].float()
        indices = tuple(torch.from_numpy(array).to(device) for array in pairs)
        loss = loss_of(mapped_anchors, indices_tuple=indices, ref_emb=mapped_others)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        schedule.step()
        if step % -(-params.steps // CHECKPOINTS) == 0 or step == params.steps:
            with torch.no_grad():
                left, right = (_mapped(rows[side], weights).cpu().numpy() for side in sample)
            for key, value in checked(step, loss.item(), left, right).items():
                history.setdefault(key, []).append(value)
    return Student(tuple(array.detach().cpu().numpy() for array in weights), history)


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Student:
    """Return the codec that ``state`` describes."""
    return Student(tuple(np.asarray(state[str(i)], np.float32) for i in range(len(state))))


def share_of_rate(step: int, params: Params) -> float:
    """Return the factor of the rate in step ``step``, counted from 0."""
    if step < params.warmup:
        return (step + 1) / params.warmup
    done = (step - params.warmup) / max(params.steps - params.warmup, 1)
    if params.schedule == "constant":
        return 1.0
    return 1 - done if params.schedule == "linear" else (1 + math.cos(math.pi * done)) / 2


def _device(params: Params) -> str:
    """Return the run's device; raise InputError where another is needed, or it does not support ``amp``."""
    import torch

    device = chosen()
    if params.device == "cuda" != device:
        raise InputError(f"student: found device = 'cuda' in a run on {device}, expected --device cuda")
    bf16 = device == "cpu" or torch.cuda.is_bf16_supported()
    can = ["none", *(["bf16"] if bf16 else []), *(["fp16"] if device != "cpu" else [])]
    if params.amp not in can:
        raise InputError(f"student: found amp = {params.amp!r} on {device}, expected {' or '.join(can)}")
    return device


def _teacher(train: Training, params: Params) -> Ints:
    """Return the teacher's list of each row, down to the last rank that negatives come from."""
    deep = params.tail_to if params.hard_negatives else NEAREST
    if len(train.vectors) <= deep:
        raise InputError(
            f"student: found {len(train.vectors)} training vectors, expected more than {deep}, the ranks that"
            " neighbours are drawn from"
        )
    return top_k(train.vectors, deep)


def _start(train: Training, params: Params, rng: np.random.Generator) -> list[Floats]:
    """Return the rows' principal axes and, for a hidden layer, random input and zero output weights.

    Rows are not centred, because the teacher's cosines are not.
    """
    _, axes = principal_axes(unit(train.vectors), params.dims)
    start = [axes, np.zeros(params.dims)]
    if params.hidden:
        inner = rng.standard_normal((train.dimension, params.hidden)) * math.sqrt(2 / train.dimension)
        start += [inner, np.zeros(params.hidden), np.zeros((params.hidden, params.dims))]
    return [array.astype(np.float32) for array in start]


def _mapped(rows: torch.Tensor, weights: list[torch.Tensor]) -> torch.Tensor:
    linear, bias, *layer = weights
    mapped = rows @ linear + bias
    return mapped + (rows @ layer[0] + layer[1]).relu() @ layer[2] if layer else mapped


def _batch_pairs(
    anchors: Ints, nearest: Ints, params: Params, rng: np.random.Generator
) -> tuple[Ints, tuple[Ints, ...]]:
    """Return the rows that ``anchors`` (b,) are compared with, and the positive and negative pairs.

    The pairs are four index arrays: positions of anchors and of their positives, of anchors and of their
    negatives. An anchor's negatives exclude its nearest rows and itself.
    """
    batch, rows = len(anchors), len(nearest)
    count = params.positives if params.multi_positive else 1
    ranks = rng.random((batch, NEAREST)).argsort(axis=1)[:, :count]
    positives = nearest[anchors[:, None], ranks].ravel()
    size = (batch, params.hard_negatives)
    hard = nearest[anchors[:, None], rng.integers(params.tail_from - 1, params.tail_to, size)]
    hard = np.where(rng.random(size) < params.mix_random_ratio, rng.integers(rows, size=size), hard)
    others = np.concatenate([positives, hard.ravel()])
    negative = np.ones((batch, rows), np.bool_)
    negative[np.arange(batch)[:, None], nearest[anchors, :NEAREST]] = False
    negative[np.arange(batch), anchors] = False
    repeated = np.repeat(np.arange(batch), count)
    return others, (repeated, np.arange(len(repeated)), *negative[:, others].nonzero())
