"""Small networks as a codec: a linear map and, beside it, a hidden layer of rectified units.

x W + b + max(0, x U + u) V. The linear path is a residual link (He et al. 2016, arXiv 1512.03385); either
part may be missing. A network is a mapping of its arrays, so that one function applies it to NumPy arrays
and to tensors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.codecs.float_codes import code_floats, float_codes
from harness.types import Bytes, Doubles, Floats

Network: TypeAlias = Mapping[str, NDArray[Any]]
History: TypeAlias = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Coder:
    """A network from the ``columns`` of a vector to its code, stored as float32.

    ``history``: 'train' and 'held_out', the mean squared error per component at the start and after each
    epoch; a restored network has none.
    """

    network: Network
    columns: slice = field(default_factory=lambda: slice(None))
    history: History = field(default_factory=dict)
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = False

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, 4 d) uint8 of vectors (n, D) float32."""
        return float_codes(applied(self.network, x[:, self.columns]))

    def decode(self, codes: Bytes) -> Floats:
        """Return the codes' values (n, d) float32, exactly as they were stored."""
        return code_floats(codes)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the network's arrays."""
        return dict(self.network)


def restored(state: Mapping[str, NDArray[Any]]) -> Network:
    """Return the network that ``state`` describes; raise KeyError where an array is missing."""
    hidden = ("inner", "inner_bias", "outer") if "inner" in state else ()
    linear = ("weights",) if "weights" in state or not hidden else ()
    return {key: np.asarray(state[key], np.float32) for key in (*linear, "bias", *hidden)}


def applied(network: Mapping[str, Any], x: Any) -> Any:
    """Return the network's outputs (n, d) for inputs (n, D): both arrays, or both tensors."""
    y = network["bias"]
    if "weights" in network:
        y = x @ network["weights"] + y
    if "inner" in network:
        y = (x @ network["inner"] + network["inner_bias"]).clip(min=0) @ network["outer"] + y
    return y


def hidden_layer(width: int, units: int | None, dims: int, rng: np.random.Generator) -> dict[str, Doubles]:
    """Return a layer of random units with zero output weights; no arrays where ``units`` is None."""
    if units is None:
        return {}
    return {
        "inner": rng.standard_normal((width, units)) * np.sqrt(2 / width),  # He et al. 2015
        "inner_bias": np.zeros(units),
        "outer": np.zeros((units, dims)),
    }
