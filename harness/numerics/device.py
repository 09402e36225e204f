"""The device that trains and multiplies: the CPU, or a CUDA device where a command chooses one.

``auto``, the default of the commands that measure, takes a CUDA device where torch can use one, and the CPU
elsewhere. A process that chose nothing uses the CPU: so do all commands that confirm committed evidence. A
variable has the choice, so that child processes inherit it.

The CPU has pinned numerics (``harness.numerics.pinning``) and gives the committed bytes. A CUDA device adds
in another order: products differ in their last digits, and training takes another path from there. The
device is therefore a part of what decides a result and a stored vector. The CPU is left out of it
(``identity`` is empty), so that results keep their identity and those of another device never pass for
them. Which CUDA device it was is in the envelope: such results are compared within tolerances, not by bytes.
"""

from __future__ import annotations

import ctypes
import functools
import os
from typing import Literal, TypeAlias, get_args

from harness.errors import InputError

Device: TypeAlias = Literal["cpu", "cuda"]
Choice: TypeAlias = Literal["auto", "cpu", "cuda"]
VARIABLE = "HARNESS_CHOSEN_DEVICE"  # of the harness alone; users set HARNESS_DEVICE, or give --device
CHOICES: tuple[Choice, ...] = get_args(Choice)


def choose(name: str) -> Device:
    """Set the device of this process and its children, and return it; raise InputError as ``chosen`` does."""
    os.environ[VARIABLE] = name
    return chosen()


def chosen() -> Device:
    """Return the device; raise InputError for a name that is none, and for cuda where torch has no device."""
    name = os.environ.get(VARIABLE, "cpu")
    if name not in CHOICES:
        raise InputError(f"device: found {name!r}, expected one of {', '.join(CHOICES)}")
    if name == "cpu":
        return "cpu"
    if has_cuda():
        _hold()
        return "cuda"
    if name == "cuda":
        raise InputError("device: found 'cuda', which torch cannot use here, expected 'auto' or 'cpu'")
    return "cpu"


def identity() -> dict[str, str]:
    """Return what the device adds to what decides bytes: nothing on the CPU."""
    device = chosen()
    return {} if device == "cpu" else {"device": device}


def described() -> str:
    """Return the device in words: 'cpu', or the CUDA device's name and versions."""
    if chosen() == "cpu":
        return "cpu"
    import torch

    major, minor = torch.cuda.get_device_capability()
    return f"cuda: {torch.cuda.get_device_name()}, capability {major}.{minor}, CUDA {torch.version.cuda}"


def generators() -> list[int]:
    """Return the devices whose generators of random numbers torch saves beside the CPU's."""
    return [0] if chosen() == "cuda" else []


@functools.cache
def has_cuda() -> bool:
    """Return whether torch can use a CUDA device; without the driver's library torch is not imported."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    import torch

    return torch.cuda.is_available()


@functools.cache
def _hold() -> None:
    """Hold CUDA to products in float32 and to algorithms that give the same bytes again on one device.

    cuBLAS reads its variable when it is first used. An operation without such an algorithm warns.
    """
    import torch

    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
