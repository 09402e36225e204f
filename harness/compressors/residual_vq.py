"""Learned residual vector quantization, the bottleneck of RQ-VAE (Zeghidour et al. 2021; Lee et al. 2022).

An encoder maps a vector to ``dims`` dimensions. Each stage takes the codeword nearest to the residual of the
previous stages, and a decoder maps the sum of the codewords back (``harness.codecs.bottleneck_training``
trains both). The stages are those of vector-quantize-pytorch's ResidualVQ: k-means initialises the codebooks,
exponential moving averages of the rows nearest to a codeword update it, and a codeword with hardly any rows
is replaced. The gradient passes the stages like the identity (van den Oord et al. 2017) or is rotated from
the codeword to the encoded vector (rotation trick, Fifty et al. 2024). Generative retrieval calls such codes
semantic IDs (Rajput et al. 2023). `residual-quantizer` is k-means on the vectors themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from harness.codecs import bitpacking, bottleneck_training
from harness.codecs.bottleneck_map import Map, restore_map
from harness.codecs.codebooks import nearest_codewords, summed_codewords
from harness.errors import InputError
from harness.numerics import device
from harness.types import Bytes, Floats, Ints, Training

if TYPE_CHECKING:
    import torch

RANDOM = True
DECAY = 0.99  # of the moving averages: a batch has about one row a codeword
DEAD = 0.1  # share of the mean rows a codeword in a batch, below which a codeword is replaced
START_ROWS = 4096  # for the k-means that initialises the codebooks
START_ITERATIONS = 5


class Params(BaseModel, extra="forbid", frozen=True):
    """``stages``, each with a codebook of ``codewords``, in ``dims`` dimensions.

    ``gradient`` past the stages; ``hidden`` units beside the affine maps; ``steps`` of Adam with ``batch``
    rows each at the first ``rate``.
    """

    stages: int = Field(default=3, ge=1)
    codewords: int = Field(default=16, ge=2)
    dims: int = Field(default=64, ge=1)
    hidden: int = Field(default=0, ge=0)
    gradient: Literal["straight-through", "rotation"] = "rotation"
    steps: int = Field(default=200, ge=1)
    batch: int = Field(default=256, ge=4, multiple_of=2)
    rate: float = Field(default=1e-3, gt=0)


@dataclass(frozen=True, slots=True)
class ResidualVQ:
    """``encoder`` D -> d, ``decoder`` back, ``codebooks`` (stages, codewords, d) float32."""

    encoder: Map
    decoder: Map
    codebooks: Floats
    history: dict[str, list[float]] = field(default_factory=dict)
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = True
    ordered: ClassVar[bool] = False

    @property
    def levels(self) -> tuple[int, ...]:
        """Return the number of codewords of each stage."""
        return (int(self.codebooks.shape[1]),) * len(self.codebooks)

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, bytes) uint8 of vectors (n, D) float32: the codewords' numbers, packed."""
        rest = self.encoder(x)
        symbols = np.empty((len(x), len(self.codebooks)), np.int64)
        for stage, book in enumerate(self.codebooks):
            symbols[:, stage] = nearest_codewords(rest, book)
            rest = rest - book[symbols[:, stage]]
        return bitpacking.pack(symbols, self.levels)

    def decode(self, codes: Bytes) -> Floats:
        """Return the decoded sums of the codewords, (n, D) float32."""
        return self.decoder(summed_codewords(self.codebooks, self.symbols(codes)))

    def symbols(self, codes: Bytes) -> Ints:
        """Return the codeword's number (n, stages) int64 of each stage."""
        return bitpacking.unpack(codes, self.levels)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return both maps and the codebooks."""
        maps = {**self.encoder.state("encoder"), **self.decoder.state("decoder")}
        return {**maps, "codebooks": self.codebooks}


def fit(train: Training, params: Params, seed: int) -> ResidualVQ:
    """Return the trained codec; raise InputError where rows are fewer than codewords or dimensions."""
    import torch

    if len(train.vectors) < params.codewords:
        message = f"found {len(train.vectors)} training vectors"
        raise InputError(f"residual-vq: {message}, expected at least {params.codewords}, one a codeword")
    start = bottleneck_training.principal(train.vectors, params.dims)
    schedule = bottleneck_training.StepSchedule(params.steps, params.batch, params.rate, params.hidden)
    with torch.random.fork_rng(devices=device.generators()):  # the library draws from torch's own generator
        torch.manual_seed(seed % 2**63)
        stages = _stages(train.vectors, start, params).to(device.chosen())

        def quantize(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            inside, _, losses = stages(x[None])
            return inside[0], losses.sum()

        trained = bottleneck_training.train(train, start, quantize, schedule, seed)
    books = np.ascontiguousarray(stages.codebooks.detach().cpu().numpy())
    return ResidualVQ(trained.encoder, trained.decoder, books, {"loss": trained.losses})


def restore(state: Mapping[str, NDArray[Any]], _params: Params) -> ResidualVQ:
    """Return the codec that ``state`` describes."""
    encoder, decoder = (restore_map(state, name) for name in ("encoder", "decoder"))
    return ResidualVQ(encoder, decoder, np.asarray(state["codebooks"], np.float32))


def _stages(vectors: Floats, start: bottleneck_training.Start, params: Params) -> Any:
    """Return the library's module on the CPU, its codebooks initialised by k-means on random rows."""
    import torch
    import vector_quantize_pytorch as library

    stages = library.ResidualVQ(
        dim=params.dims,
        num_quantizers=params.stages,
        codebook_size=params.codewords,
        rotation_trick=params.gradient == "rotation",
        kmeans_init=True,
        kmeans_iters=START_ITERATIONS,
        decay=DECAY,
        threshold_ema_dead_code=DEAD * params.batch / params.codewords,
    )
    chosen = torch.randperm(len(vectors))[: max(START_ROWS, params.codewords)].numpy()
    weights, bias = start.encoder
    inside = vectors[chosen] / np.float32(start.scale) @ weights + bias
    with torch.no_grad():
        stages(torch.tensor(inside)[None])
    return stages
