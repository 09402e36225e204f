"""A linear lens: an affine map D -> d, learned so that cosines after it correlate with a target.

The target is the original cosine of a pair (``human_weight = 0``, the intrinsic objective), its human score
(``human_weight = 1``), or both. The loss is a weighted mean of 1 - Pearson(cosine after, target) over batches
of training pairs; Adam (Kingma and Ba 2015) minimises it from a PCA start. ``dropout`` omits a random share
of the input dimensions at each step (Srivastava et al. 2014). ``through_bits`` trains through a uniform
scalar quantizer with that many bits a dimension, with the gradient of the identity (straight-through
estimator; Bengio, Léonard, Courville 2013): `scalar` with as many bits comes after it.

The published system (AQEA technical report, section 2.2) trains a map of the same form on Spearman, without
gradients: `aqea`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs.affine import Affine, restore_affine
from harness.codecs.pearson import pearson
from harness.codecs.principal_axes import principal_axes
from harness.errors import InputError
from harness.numerics import device
from harness.types import Doubles, Ints, Training

if TYPE_CHECKING:
    import torch

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``dims``: d; ``steps`` of Adam with ``batch`` pairs each; ``rate``: its first, decayed by a cosine.

    ``human_weight`` and ``dropout`` are shares; ``through_bits``: 0 trains through no quantizer.
    """

    dims: int = Field(ge=1)
    human_weight: float = Field(default=0.0, ge=0, le=1)
    steps: int = Field(default=1200, ge=1)
    batch: int = Field(default=256, ge=2)
    rate: float = Field(default=3e-3, gt=0)
    dropout: float = Field(default=0.2, ge=0, lt=1)
    through_bits: int = Field(default=0, ge=0, le=8)


def fit(train: Training, params: Params, seed: int) -> Affine:
    """Return the trained map; raise InputError where rows are too few, or needed human scores are missing.

    For a training split without pairs, random pairs of its rows are used (intrinsic objective only).
    """
    import torch

    on = device.chosen()
    pairs, cosine = _pairs(train, params, np.random.default_rng(seed))
    targets = [(1 - params.human_weight, cosine)]
    if params.human_weight:
        if train.gold is None:
            raise InputError("lens: human_weight needs human scores, and the training split has none")
        targets.append((params.human_weight, train.gold))
    weighted = [(w, torch.tensor(goal, dtype=torch.float32, device=on)) for w, goal in targets if w]
    mean, axes = principal_axes(train.vectors, params.dims)
    weights = torch.tensor(axes, dtype=torch.float32, device=on, requires_grad=True)
    bias = torch.tensor(-mean @ axes, dtype=torch.float32, device=on, requires_grad=True)
    vectors = torch.tensor(train.vectors, device=on)
    sides = torch.tensor(pairs.T.copy(), device=on)  # (2, pairs): a batch's rows are then one list
    optimizer = torch.optim.Adam([weights, bias], lr=params.rate, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, params.steps)
    generator = torch.Generator().manual_seed(seed)  # the CPU's: every device draws the same
    for _ in range(params.steps):
        chosen = torch.randint(len(pairs), (params.batch,), generator=generator).to(on)
        mask = (torch.rand((train.dimension, 1), generator=generator) >= params.dropout).to(on)
        seen = weights * mask / (1 - params.dropout)
        mapped = vectors.index_select(0, sides[:, chosen].view(-1)) @ seen + bias
        if params.through_bits:
            mapped = mapped + (_quantized(mapped.detach(), 2**params.through_bits) - mapped.detach())
        left, right = mapped.view(2, params.batch, -1).unbind()
        after = torch.nn.functional.cosine_similarity(left, right)
        loss = torch.stack([weight * (1 - pearson(after, goal[chosen])) for weight, goal in weighted]).sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return Affine(weights.detach().cpu().numpy(), bias.detach().cpu().numpy())


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)


def _pairs(train: Training, params: Params, rng: np.random.Generator) -> tuple[Ints, Doubles]:
    """Return the pairs to train on and their original cosines."""
    pairs = train.pairs
    if len(pairs) == 0:  # a corpus: as many random pairs as training will see
        pairs = rng.integers(len(train.vectors), size=(params.steps * params.batch, 2))
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    x = train.vectors / np.linalg.norm(train.vectors, axis=1, keepdims=True)
    return pairs, np.einsum("ij,ij->i", x[pairs[:, 0]], x[pairs[:, 1]]).astype(np.float64)


def _quantized(x: torch.Tensor, levels: int) -> torch.Tensor:
    """Return the midpoints of the cells of ``x`` (rows, d), between the batch's extremes."""
    low, high = x.amin(dim=0), x.amax(dim=0)
    step = (high - low) / levels
    cell = ((x - low) / step).floor().clamp(0, levels - 1)
    middle: torch.Tensor = low + (cell + 0.5) * step
    return middle
