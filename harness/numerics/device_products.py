"""Matrix products and exact rankings by torch, for a device that is not the CPU.

Arrays are copied to the device and the results back. The CPU has its own code: NumPy and faiss, with pinned
numerics. A test runs this code on the CPU and compares.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from harness.numerics import device
from harness.types import Floats, Ints

if TYPE_CHECKING:
    import torch

# Of queries (q, D), and pairs of query and row that rank last: products and rows (q, depth), best first.
Search: TypeAlias = Callable[[Floats, tuple[Ints, Ints]], tuple[Floats, Ints]]
SCORES = 2**26  # similarities held on the device at a time; each takes about 30 bytes while it is ranked
_LOW = 2**32 - 1  # the lower half of a key


def product(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return a @ b of two matrices of one float type: by NumPy on the CPU, else on the run's device."""
    on = device.chosen()
    if on == "cpu":
        result: np.ndarray[Any, Any] = a @ b
        return result
    return _host(_on(a, on) @ _on(b, on))


def search(rows: Floats, depth: int, on: str) -> Search:
    """Return the search for the ``depth`` largest products with ``rows`` (n, D) float32, copied to ``on``.

    Equal products go by row number: a product and its row make one key, and the largest keys are distinct.
    """
    import torch

    count, stored = len(rows), _on(rows, on).T
    reversed_rows = torch.arange(count - 1, -1, -1, device=on)

    def searched(queries: Floats, own: tuple[Ints, Ints]) -> tuple[Floats, Ints]:
        similar = _on(queries, on) @ stored
        similar[_on(own[0], on), _on(own[1], on)] = -torch.inf
        keys = (_ordered(similar).long() << 32) | reversed_rows
        chosen = count - 1 - (torch.topk(keys, depth, dim=1).values & _LOW)
        return _host(similar.gather(1, chosen)), _host(chosen)

    return searched


def _ordered(x: torch.Tensor) -> torch.Tensor:
    """Return int32 in the order of ``x``, float32 without NaN; both zeros are one."""
    import torch

    bits = (x + 0.0).view(torch.int32)
    return bits ^ ((bits >> 31) & 0x7FFFFFFF)


def _on(x: np.ndarray[Any, Any], on: str) -> torch.Tensor:
    import torch

    return torch.tensor(np.ascontiguousarray(x), device=on)  # a copy: some arrays are read-only


def _host(x: torch.Tensor) -> np.ndarray[Any, Any]:
    array: np.ndarray[Any, Any] = x.cpu().numpy()
    return array
