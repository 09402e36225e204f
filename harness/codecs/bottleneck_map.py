"""The map on either side of a discrete bottleneck: affine, optionally with a layer of rectified units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.types import Floats


@dataclass(frozen=True, slots=True)
class Map:
    """x -> x W + b + relu(x U + c) V + d; ``arrays`` are W, b, U, c, V, d, or W, b without hidden units.

    ``codecs.networks`` has no d and adds in another order, which changes the last bits.
    """

    arrays: tuple[Floats, ...]

    def __call__(self, x: Floats) -> Floats:
        """Return the image of ``x``, float32."""
        weights, bias, *more = self.arrays
        y: Floats = x @ weights + bias
        if more:
            y += np.maximum(x @ more[0] + more[1], 0) @ more[2] + more[3]
        return y

    def state(self, name: str) -> dict[str, NDArray[Any]]:
        """Return the arrays, each named ``name`` and its number."""
        return {name + str(i): array for i, array in enumerate(self.arrays)}


def restore_map(state: Mapping[str, NDArray[Any]], name: str) -> Map:
    """Return the map whose arrays are named ``name`` and a number."""
    count = sum(key.startswith(name) for key in state)
    return Map(tuple(np.asarray(state[name + str(i)], np.float32) for i in range(count)))
