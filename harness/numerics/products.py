"""NumPy in place of torch's matrix products and other functions that depend on the processor's vendor.

torch has both from Intel's MKL. Its products take another path on Intel's processors than on AMD's under
every setting but the slowest; its square roots and some logarithms and inverse functions start from
approximations that processors round differently, so that they are not even IEEE 754's. NumPy's OpenBLAS is
held to one kernel, and its square root is exact. torch calls these functions wherever it would have called
its own, in training as well: gradients are products too. ``harness.numerics.pinning`` runs ``install`` then.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

# torch's name of an element-wise function to NumPy's
ELEMENTWISE = {
    "sqrt": np.sqrt,
    "log": np.log,
    "log2": np.log2,
    "acos": np.arccos,
    "asin": np.arcsin,
    "atan": np.arctan,
}
_INSTALLED: list[Any] = []  # torch forgets the replaced functions with the object that replaced them


@cache
def install() -> None:
    """Replace the functions for this process, once; hold torch to one thread and to gradual underflow."""
    import warnings

    import torch

    torch.set_num_threads(1)
    torch.set_flush_denormal(False)
    torch.backends.mkldnn.enabled = False  # type: ignore[assignment]
    library: Any = torch.library.Library("aten", "IMPL")  # type: ignore[no-untyped-call]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a function is replaced is what is wanted
        for name, product in PRODUCTS.items():
            library.impl(name, product, "CPU")
            library.impl(name + ".out", _into(product), "CPU")
        for name, function in ELEMENTWISE.items():
            library.impl(name, _elementwise(function), "CPU")
            library.impl(name + ".out", _into(_elementwise(function)), "CPU")
            library.impl(name + "_", _in_place(_elementwise(function)), "CPU")
    _INSTALLED.append(library)


def _mm(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return a @ b of two matrices, two stacks of them, or a matrix or vector and a vector."""
    return _tensor(np.matmul(_array(a), _array(b)), a)


def _addmm(
    bias: torch.Tensor, a: torch.Tensor, b: torch.Tensor, *, beta: float = 1, alpha: float = 1
) -> torch.Tensor:
    """Return beta bias + alpha a @ b; where beta is 0 whatever stands in ``bias`` is not looked at."""
    product = np.matmul(_array(a), _array(b))
    if alpha != 1:
        product = product * product.dtype.type(alpha)
    if beta == 1:
        product += _array(bias)
    elif beta != 0:
        product += _array(bias) * product.dtype.type(beta)
    return _tensor(product, a)


def _elementwise(function: Callable[..., Any]) -> Callable[[torch.Tensor], torch.Tensor]:
    def replaced(x: torch.Tensor) -> torch.Tensor:
        import torch

        wide = x if x.is_floating_point() or x.is_complex() else x.to(torch.get_default_dtype())
        with np.errstate(all="ignore"):  # torch says nothing of a NaN
            return _tensor(np.asarray(function(_array(wide))), wide)

    return replaced


def _into(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Return ``function`` with the tensor ``out`` to write to."""

    def replaced(*arguments: torch.Tensor, out: torch.Tensor, **options: Any) -> torch.Tensor:
        result = function(*arguments, **options)
        if out.shape != result.shape:
            out.resize_(result.shape)
        return out.copy_(result)

    return replaced


def _in_place(function: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda x: x.copy_(function(x))


def _array(x: torch.Tensor) -> np.ndarray[Any, Any]:
    """Return the numbers of a tensor, not copied where NumPy has their type; half precision in single."""
    import torch

    x = x.detach().resolve_conj().resolve_neg()
    return (x.float() if x.dtype in {torch.bfloat16, torch.float16} else x).numpy()


def _tensor(x: np.ndarray[Any, Any], like: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.from_numpy(np.asarray(x)).to(like.dtype)


PRODUCTS: dict[str, Callable[..., torch.Tensor]] = {
    "mm": _mm,
    "bmm": _mm,
    "mv": _mm,
    "dot": _mm,
    "addmm": _addmm,
    "addmv": _addmm,
    "baddbmm": _addmm,
}


def installed() -> bool:
    """Return whether torch's functions are replaced in this process."""
    return bool(_INSTALLED)
