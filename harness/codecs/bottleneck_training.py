"""An autoencoder around a discrete bottleneck, trained on the training split to keep cosines.

Encoder and decoder are affine maps; ``hidden`` units add a layer of rectified ones beside each. The loss of
a batch is the squared error in units of the variance of the rows, plus 1 - Pearson(cosine after, cosine
before) over all pairs between the two halves of the batch, plus the same over the split's own pairs where it
has any. On held-out rows of STS-B the error alone preserved the cosines of those pairs less well, and the
cosines alone left vectors far from the original ones. Training starts at the principal components; the rate
of Adam (Kingma and Ba 2015) decays to zero by a cosine. Inference needs only numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from harness.codecs.bottleneck_map import Map
from harness.codecs.pearson import pearson
from harness.codecs.principal_axes import principal_axes
from harness.numerics import device
from harness.numerics.rounding import rounded
from harness.types import Floats, Ints, Training

if TYPE_CHECKING:
    import torch

    Quantizer = Callable[
        [torch.Tensor], tuple[torch.Tensor, torch.Tensor]
    ]  # what comes out, a loss of its own

POINTS = 20  # of the recorded curve of losses
TAKE_ROWS = (0, 2)  # the arrays of a map that multiply the input
GIVE_ROWS = (0, 1, 4, 5)  # and the arrays whose products sum to the output


@dataclass(frozen=True, slots=True)
class StepSchedule:
    """``steps`` of Adam with ``batch`` rows each, an even number; ``rate``: its first; ``hidden`` units."""

    steps: int
    batch: int
    rate: float
    hidden: int


@dataclass(frozen=True, slots=True)
class Start:
    """Encoder weights (D, d) and bias, decoder weights (d, D) and bias, of rows divided by ``scale``."""

    encoder: tuple[Floats, Floats]
    decoder: tuple[Floats, Floats]
    scale: float


def principal(vectors: Floats, dims: int, spread: float | None = None) -> Start:
    """Return the leading ``dims`` principal components as a start.

    ``spread`` is the standard deviation of every component; None preserves their proportions, with a mean
    variance of 1.
    """
    scale = float(np.sqrt(np.square(vectors, dtype=np.float64).sum(axis=1).mean()))
    x = vectors / np.float32(scale)
    mean, axes = principal_axes(x, dims)
    deviations = ((x - mean) @ axes).std(axis=0)
    deviations = np.maximum(deviations, 1e-6)
    gain = np.full(dims, np.square(deviations).mean() ** -0.5) if spread is None else spread / deviations
    encoder = (axes * gain, -mean @ axes * gain)
    decoder = ((axes / gain).T, mean)
    return Start(
        (encoder[0].astype(np.float32), encoder[1].astype(np.float32)),
        (decoder[0].astype(np.float32), decoder[1].astype(np.float32)),
        scale,
    )


@dataclass(frozen=True, slots=True)
class Trained:
    """Both maps, and the mean loss of each twentieth of the steps."""

    encoder: Map
    decoder: Map
    losses: list[float]


def train(train: Training, start: Start, quantize: Quantizer, schedule: StepSchedule, seed: int) -> Trained:
    """Return encoder and decoder trained through ``quantize``, which defines its own gradient.

    A batch consists of half as many pairs of the split, or of random rows where the split has no pairs.
    """
    import torch

    on = device.chosen()
    rows = torch.tensor(train.vectors / np.float32(start.scale), device=on)
    pairs = torch.tensor(train.pairs)
    generator = torch.Generator().manual_seed(seed)
    sides = [_parameters(arrays, schedule.hidden, generator) for arrays in (start.encoder, start.decoder)]
    optimizer = torch.optim.Adam([array for side in sides for array in side], lr=schedule.rate, fused=True)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, schedule.steps)
    variance = rows.var(dim=0, correction=0).sum()
    half, losses = schedule.batch // 2, []
    for _ in range(schedule.steps):
        if len(pairs):
            chosen = pairs[torch.randint(len(pairs), (half,), generator=generator)].T.reshape(-1)
        else:
            chosen = torch.randint(len(rows), (2 * half,), generator=generator)
        x = rows[chosen.to(on)]
        inside, own = quantize(_apply(sides[0], x))
        loss = _loss(x, _apply(sides[1], inside), variance, paired=len(pairs) > 0)
        optimizer.zero_grad()
        (loss + own).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        falling.step()
        losses.append(loss.detach())
    encoder, decoder = ([np.asarray(array.detach().cpu(), np.float32) for array in side] for side in sides)
    # The maps absorb the scale: they take and return rows of the original length.
    scale = np.float32(start.scale)
    into = tuple(array / scale if i in TAKE_ROWS else array for i, array in enumerate(encoder))
    back = tuple(array * scale if i in GIVE_ROWS else array for i, array in enumerate(decoder))
    parts = np.array_split([float(loss) for loss in losses], min(POINTS, len(losses)))
    curve = [rounded(float(np.mean(part))) for part in parts]
    return Trained(Map(into), Map(back), curve)


def distance(before: Floats, after: Floats, *, paired: bool) -> float:
    """Return the training objective of rows (n, D), n even, and their decoded vectors ``after``.

    Where ``paired``, row i and row n / 2 + i are a pair of the split.
    """
    import torch

    x = torch.tensor(before)
    scale = x.square().sum(dim=1).mean().sqrt()
    variance = (x / scale).var(dim=0, correction=0).sum()
    return float(_loss(x / scale, torch.tensor(after) / scale, variance, paired=paired))


def held_out(train: Training, seed: int) -> tuple[Training, Floats]:
    """Return the split without a random tenth, and the rows of that tenth.

    Where there are pairs, it is a tenth of the pairs: all their first rows, then all their second rows. The
    split returned has no pair with a held-out row.
    """
    rng = np.random.default_rng(seed)
    if len(train.pairs):
        tenth: Ints = rng.permutation(train.pairs)[: max(2, len(train.pairs) // 10)].T.reshape(-1)
    else:
        count = max(4, len(train.vectors) // 20 * 2)
        tenth = rng.permutation(len(train.vectors))[:count]
    stays = ~np.isin(np.arange(len(train.vectors)), tenth)
    renumbered = np.cumsum(stays) - 1
    whole = stays[train.pairs].all(axis=1)
    gold = None if train.gold is None else train.gold[whole]
    return Training(train.vectors[stays], renumbered[train.pairs[whole]], gold), train.vectors[tenth]


def _parameters(affine: tuple[Floats, Floats], hidden: int, generator: torch.Generator) -> list[torch.Tensor]:
    """Return W and b, and with hidden units U, c, V, d, of which V and d start at zero."""
    import torch

    into, out = affine[0].shape
    arrays = [torch.tensor(array) for array in affine]
    if hidden:
        first = torch.randn((into, hidden), generator=generator) / into**0.5
        arrays += [first, torch.zeros(hidden), torch.zeros((hidden, out)), torch.zeros(out)]
    return [array.to(device.chosen()).requires_grad_() for array in arrays]


def _apply(arrays: list[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    weights, bias, *more = arrays
    y = x @ weights + bias
    return y + (x @ more[0] + more[1]).relu() @ more[2] + more[3] if more else y


def _loss(x: torch.Tensor, y: torch.Tensor, variance: torch.Tensor, *, paired: bool) -> torch.Tensor:
    import torch

    before, after = (_between_halves(torch.nn.functional.normalize(rows)) for rows in (x, y))
    loss = (x - y).square().sum(dim=1).mean() / variance + 1 - pearson(after, before)
    return loss + 1 - pearson(after.diagonal(), before.diagonal()) if paired else loss


def _between_halves(unit: torch.Tensor) -> torch.Tensor:
    left, right = unit.chunk(2)
    return left @ right.T
