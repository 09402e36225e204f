"""A linear lens: an affine map D -> d, learned so that cosines after it rank like a target.

The target is the original cosine (``objective = "intrinsic"``) or the human score of the pair
(``objective = "human"``). The loss is 1 - Pearson(cosine after, target) over batches of training pairs,
minimised by Adam from a PCA start; ``dropout`` zeroes input dimensions during training, as in
denoising auto-encoders (Vincent et al. 2008). The published system (AQEA technical report, section 2.2)
trains a map of the same form on Spearman without gradients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs import Affine, principal_axes, restore_affine
from harness.core import Doubles, InputError, Ints, Training

if TYPE_CHECKING:
    import torch

RANDOM = True


class Params(BaseModel, extra="forbid", frozen=True):
    """``dims``: d; ``steps`` of Adam with ``batch`` pairs each; ``rate``: peak, decayed by a cosine."""

    dims: int = Field(ge=1)
    objective: Literal["intrinsic", "human"] = "intrinsic"
    steps: int = Field(default=1500, ge=1)
    batch: int = Field(default=512, ge=2)
    rate: float = Field(default=3e-3, gt=0)
    dropout: float = Field(default=0.2, ge=0, lt=1)


def fit(train: Training, params: Params, seed: int) -> Affine:
    """Return the trained map; raise InputError where the objective's labels or the rows are missing.

    A training split without pairs is trained on random pairs of its rows (intrinsic objective only).
    """
    import torch

    pairs, target = _targets(train, params, np.random.default_rng(seed))
    mean, axes = principal_axes(train.vectors, params.dims)
    weights = torch.tensor(axes, dtype=torch.float32, requires_grad=True)
    bias = torch.tensor(-mean @ axes, dtype=torch.float32, requires_grad=True)
    vectors, rows = torch.from_numpy(train.vectors), torch.from_numpy(pairs)
    goal = torch.tensor(target, dtype=torch.float32)
    optimizer = torch.optim.Adam([weights, bias], lr=params.rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, params.steps)
    generator = torch.Generator().manual_seed(seed)
    keep = 1 - params.dropout
    for _ in range(params.steps):
        chosen = torch.randint(len(rows), (params.batch,), generator=generator)
        x = vectors[rows[chosen].T.reshape(-1)]
        if params.dropout:
            x = x * torch.empty_like(x).bernoulli_(keep, generator=generator)
        left, right = (x @ weights / keep + bias).split(params.batch)
        loss = 1 - _pearson(torch.nn.functional.cosine_similarity(left, right), goal[chosen])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return Affine(weights.detach().numpy(), bias.detach().numpy())


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> Affine:
    """Return the codec that ``state`` describes."""
    return restore_affine(state)


def _targets(train: Training, params: Params, rng: np.random.Generator) -> tuple[Ints, Doubles]:
    if params.objective == "human":
        if train.gold is None:
            raise InputError("lens: objective 'human' needs human scores, and the training split has none")
        return train.pairs, train.gold
    pairs = train.pairs
    if len(pairs) == 0:  # a corpus: as many random pairs as training will see
        pairs = rng.integers(len(train.vectors), size=(params.steps * params.batch, 2))
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    x = train.vectors / np.linalg.norm(train.vectors, axis=1, keepdims=True)
    return pairs, np.einsum("ij,ij->i", x[pairs[:, 0]], x[pairs[:, 1]]).astype(np.float64)


def _pearson(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    x, y = x - x.mean(), y - y.mean()
    return (x * y).sum() / (x.norm() * y.norm())
