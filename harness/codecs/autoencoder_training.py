"""Networks trained to bring vectors to vectors: auto-encoders, and maps onto their codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from harness.codecs.networks import History, Network, applied, hidden_layer
from harness.codecs.principal_axes import principal_axes
from harness.errors import InputError
from harness.types import Doubles, Floats, Ints

if TYPE_CHECKING:
    import torch

HELD_OUT = 10  # one row of so many chooses the epoch and is not trained on
FINE_DIMS = 256  # codes up to so many dimensions have the stronger of the two published decays


@dataclass(frozen=True, slots=True)
class EpochSchedule:
    """How a network is trained: AdamW (Loshchilov and Hutter 2019), its rate lowered in steps.

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
    """Return the decay of the weights for codes of ``dims``: 4e-4 up to 256, the one of 512 above."""
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

    They start as an orthonormal basis of ``dims`` directions and its transpose: drawn at random (Saxe et al.
    2014, arXiv 1312.6120) or the principal ones of the rows that are trained on. Their hidden layers of
    ``hidden`` units add nothing at the start. Raises InputError for more dimensions than the vectors have and
    for fewer than ten rows.
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
    """Return the encoder with its codes in an orthonormal basis of what the decoder's linear map spans.

    A code has the coordinates of what that map and the decoder's bias rebuild, as far as it lies in that
    span. Training centres, so that the mean of the vectors is in the bias, and cosines before compression
    have it in them; the part of it outside the span is lost.
    """
    axes, inside = np.linalg.qr(decoder["weights"].T.astype(np.float64))
    outputs = {key: encoder[key] @ inside.T for key in ("weights", "bias", "outer") if key in encoder}
    outputs["bias"] = outputs["bias"] + decoder["bias"] @ axes
    return {key: outputs.get(key, part).astype(np.float32) for key, part in encoder.items()}


def split(rows: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the rows to train on and a random tenth to choose the epoch by; raise InputError under ten."""
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
    """Return the ``networks`` once they bring x (n, D) to y (n, e) in series, and the losses.

    The loss is the mean squared error a component. While training, x and y are centred and each is scaled to
    unit spread as a whole; what is returned takes and gives them as they are. ``rows``: those to train on and
    those held out, of whose losses, at the start and after each epoch, the least decides what is kept.
    """
    import torch

    (mean, scale), (goal_mean, goal_scale) = (_spread(part[rows[0]]) for part in (x, y))
    inputs, targets = _tensor((x - mean) / scale), _tensor((y - goal_mean) / goal_scale)
    parts = [{key: _tensor(part).requires_grad_() for key, part in each.items()} for each in networks]
    seen, unseen = (torch.tensor(part) for part in rows)
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
    found = [{key: part.double().detach().numpy() for key, part in each.items()} for each in best]
    # Centring and scaling become part of the first and of the last network.
    for key, bias in (("weights", "bias"), ("inner", "inner_bias")):
        if key in found[0]:
            found[0][key] = found[0][key] / scale
            found[0][bias] = found[0][bias] - mean @ found[0][key]
    for key in {"weights", "outer", "bias"} & set(found[-1]):
        found[-1][key] = found[-1][key] * goal_scale
    found[-1]["bias"] = found[-1]["bias"] + goal_mean
    return [{key: part.astype(np.float32) for key, part in each.items()} for each in found], history


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
        total = 0.0
        shuffled = seen[torch.randperm(len(seen), generator=generator)]
        for chosen in torch.split(shuffled, schedule.batch):
            loss = _loss(parts, inputs[chosen], targets[chosen])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            total += float(loss.detach()) * len(chosen)
        steps.step()
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

    return torch.tensor(array, dtype=torch.float32)


def _spread(x: Floats) -> tuple[Doubles, float]:
    """Return the mean row of x, and the root of the mean squared component once it is subtracted."""
    mean = x.mean(axis=0, dtype=np.float64)
    return mean, float(np.sqrt(np.square(x - mean).mean())) or 1.0
