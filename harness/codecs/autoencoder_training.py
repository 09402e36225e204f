"""Training of networks from vectors to vectors: auto-encoders, and maps onto their codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from harness.codecs.networks import History, Network, applied, hidden_layer
from harness.codecs.principal_axes import principal_axes
from harness.errors import InputError
from harness.numerics import device
from harness.types import Doubles, Floats, Ints

if TYPE_CHECKING:
    import torch

HELD_OUT = 10  # one row in ten is held out and chooses the epoch
FINE_DIMS = 256  # codes with at most so many dimensions have the stronger published decay


@dataclass(frozen=True, slots=True)
class EpochSchedule:
    """The schedule of AdamW (Loshchilov and Hutter 2019), with a rate lowered in steps.

    ``epochs`` over the training rows in batches of ``batch``; ``rate`` is multiplied by ``gamma`` after every
    ``step`` epochs; ``decay`` of the weights.
    """

    epochs: int
    decay: float
    rate: float = 4e-3
    step: int = 2
    gamma: float = 0.5
    batch: int = 32


def published_decay(dims: int) -> float:
    """Return the decay of the weights for codes of ``dims``: 4e-4 up to 256 dimensions, 1e-5 above."""
    return 4e-4 if dims <= FINE_DIMS else 1e-5


def autoencoder(
    vectors: Floats,
    dims: int,
    hidden: int | None,
    start: Literal["random", "pca"],
    schedule: EpochSchedule,
    seed: int,
) -> tuple[Network, Network, History]:
    """Return encoder and decoder of an auto-encoder (Hinton and Salakhutdinov 2006), and their losses.

    They start as an orthonormal basis of ``dims`` directions and its transpose: a random one (Saxe et al.
    2014, arXiv 1312.6120) or the principal axes of the rows that are trained on. Hidden layers of ``hidden``
    units start at zero. Raises InputError for more dimensions than the vectors have and for fewer than ten
    rows.
    """
    width = vectors.shape[1]
    if dims > width:
        raise InputError(f"autoencoder: found dims = {dims}, expected at most the vectors' {width}")
    rng = np.random.default_rng(seed)
    rows = split(len(vectors), rng)
    if start == "pca":
        axes = principal_axes(vectors[rows[0]], dims)[1]
    else:
        axes = np.linalg.qr(rng.standard_normal((width, dims)))[0]
    coding = {"weights": axes, "bias": np.zeros(dims), **hidden_layer(width, hidden, dims, rng)}
    rebuilding = {"weights": axes.T, "bias": np.zeros(width), **hidden_layer(dims, hidden, width, rng)}
    (encoder, decoder), history = trained((coding, rebuilding), vectors, vectors, rows, schedule, seed)
    return encoder, decoder, history


def turned(encoder: Network, decoder: Network) -> Network:
    """Return the encoder with its codes in an orthonormal basis of the span of the decoder's linear map.

    A code then has the coordinates of the decoded vector, bias included, projected onto that span. The bias
    matters because training centres: the mean of the vectors is in the bias, and cosines before compression
    contain it. Its part outside the span is lost.
    """
    axes, inside = np.linalg.qr(decoder["weights"].T.astype(np.float64))
    outputs = {key: encoder[key] @ inside.T for key in ("weights", "bias", "outer") if key in encoder}
    outputs["bias"] = outputs["bias"] + decoder["bias"] @ axes
    return {key: outputs.get(key, part).astype(np.float32) for key, part in encoder.items()}


def split(rows: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the rows to train on and a held-out random tenth; raise InputError for fewer than ten rows."""
    if rows < HELD_OUT:
        raise InputError(f"autoencoder: found {rows} training rows, expected at least {HELD_OUT}")
    order = rng.permutation(rows)
    return order[rows // HELD_OUT :], order[: rows // HELD_OUT]


def trained(
    networks: Sequence[Network],
    x: Floats,
    y: Floats,
    rows: tuple[Ints, Ints],
    schedule: EpochSchedule,
    seed: int,
) -> tuple[list[Network], History]:
    """Return the ``networks`` trained to map x (n, D) to y (n, e) in series, and the losses.

    The loss is the mean squared error per component. Training centres x and y and scales each to unit spread
    as a whole; the networks returned map the original x to the original y. ``rows`` are those to train on and
    those held out: the networks returned have the least held-out loss, at the start or after an epoch.
    """
    import torch

    (mean, scale), (goal_mean, goal_scale) = (_spread(part[rows[0]]) for part in (x, y))
    inputs, targets = _tensor((x - mean) / scale), _tensor((y - goal_mean) / goal_scale)
    parts = [{key: _tensor(part).requires_grad_() for key, part in each.items()} for each in networks]
    seen, unseen = (torch.tensor(part, device=device.chosen()) for part in rows)
    history: History = {"train": [], "held_out": []}
    best, least = parts, np.inf
    for loss in _epochs(parts, inputs, targets, seen, schedule, seed):
        with torch.no_grad():
            held_out = float(_loss(parts, inputs[unseen], targets[unseen]))
        history["train"].append(loss * goal_scale**2)
        history["held_out"].append(held_out * goal_scale**2)
        if held_out < least:
            least = held_out
            best = [{key: part.detach().clone() for key, part in each.items()} for each in parts]
    arrays = [{key: part.double().detach().cpu().numpy() for key, part in each.items()} for each in best]
    # The first and the last network absorb centring and scaling.
    for key, bias in (("weights", "bias"), ("inner", "inner_bias")):
        if key in arrays[0]:
            arrays[0][key] = arrays[0][key] / scale
            arrays[0][bias] = arrays[0][bias] - mean @ arrays[0][key]
    for key in {"weights", "outer", "bias"} & set(arrays[-1]):
        arrays[-1][key] = arrays[-1][key] * goal_scale
    arrays[-1]["bias"] = arrays[-1]["bias"] + goal_mean
    return [{key: part.astype(np.float32) for key, part in each.items()} for each in arrays], history


def _epochs(
    parts: Sequence[dict[str, torch.Tensor]],
    inputs: torch.Tensor,
    targets: torch.Tensor,
    seen: torch.Tensor,
    schedule: EpochSchedule,
    seed: int,
) -> Iterator[float]:
    """Yield the mean loss of the rows to train on: before any step, then over the batches of each epoch."""
    import torch

    weights = [tensor for part in parts for tensor in part.values()]
    optimizer = torch.optim.AdamW(weights, lr=schedule.rate, weight_decay=schedule.decay, fused=True)
    steps = torch.optim.lr_scheduler.StepLR(optimizer, schedule.step, schedule.gamma)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        start = float(_loss(parts, inputs[seen], targets[seen]))
    yield start
    for _ in range(schedule.epochs):
        losses = []
        shuffled = seen[torch.randperm(len(seen), generator=generator).to(seen.device)]
        for chosen in torch.split(shuffled, schedule.batch):
            loss = _loss(parts, inputs[chosen], targets[chosen])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses.append((loss.detach(), len(chosen)))
        steps.step()
        total = 0.0
        for loss, count in losses:  # at the end: each waits for the device
            total += float(loss) * count
        yield total / len(seen)


def _loss(
    parts: Sequence[dict[str, torch.Tensor]], inputs: torch.Tensor, targets: torch.Tensor
) -> torch.Tensor:
    import torch

    for part in parts:
        inputs = applied(part, inputs)
    return torch.nn.functional.mse_loss(inputs, targets)


def _tensor(array: NDArray[Any]) -> torch.Tensor:
    import torch

    return torch.tensor(array, dtype=torch.float32, device=device.chosen())


def _spread(x: Floats) -> tuple[Doubles, float]:
    """Return the mean row of x, and the root of the mean squared component once it is subtracted."""
    mean = x.mean(axis=0, dtype=np.float64)
    return mean, float(np.sqrt(np.square(x - mean).mean())) or 1.0
