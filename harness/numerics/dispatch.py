"""What each library in fact dispatches to in this process, and whether that gives the committed bytes."""

from __future__ import annotations

import functools
import importlib
import platform
from dataclasses import dataclass
from typing import Any

from harness.numerics import pinning

SIMD_FLAGS = (
    "sse4_2",
    "avx",
    "avx2",
    "fma",
    "f16c",
    "bmi2",
    "avx512f",
    "avx512_bf16",
    "avx512_fp16",
    "amx_tile",
)


@dataclass(frozen=True, slots=True)
class Library:
    """What a library uses, by its own account, and what the harness's settings demand."""

    name: str
    used: str
    expected: str


@functools.cache
def libraries() -> tuple[Library, ...]:
    """Return what NumPy, SciPy, torch and faiss use in this process; imports them, which takes seconds."""
    return (_numpy(), *_openblas(), *_torch(), _faiss(), Library("denormal numbers", _denormals(), "kept"))


def wrong() -> list[str]:
    """Return one line for each library that does not use what the settings demand."""
    return [
        f"{library.name}: found {library.used}, expected {library.expected}"
        for library in libraries()
        if library.used != library.expected
    ]


def simd_flags() -> list[str]:
    """Return those of SIMD_FLAGS that the processor has."""
    return [flag for flag in SIMD_FLAGS if flag in pinning.cpu_flags()]


def unpinned() -> tuple[str, ...]:
    """Return what no setting controls: usearch finds the same neighbours, but other bytes of distances."""
    return ("usearch: takes its kernels from the processor",)


def recorded() -> dict[str, Any]:
    """Return the numerics for an envelope; nothing in it names the processor."""
    return {
        **pinning.identity(),
        "flags": simd_flags(),
        "dispatch": {library.name: library.used for library in libraries()},
        "overridden": pinning.overridden(),
    }


def described() -> dict[str, Any]:
    """Return all that ``harness doctor`` says, as JSON."""
    obstacle = pinning.obstacle()
    problems = [obstacle] if obstacle else wrong()
    return {
        **recorded(),
        "architecture": platform.machine(),
        "expected": {library.name: library.expected for library in libraries()},
        "unpinned": list(unpinned()),
        "problems": problems,
        "same_bytes": not problems,
    }


def _numpy() -> Library:
    built: Any = importlib.import_module("numpy._core._multiarray_umath")

    used = [name for name in built.__cpu_dispatch__ if built.__cpu_features__.get(name)]
    top = "AVX2" if used and used[-1] in {"X86_V3", "AVX2", "FMA3"} else " ".join(used[-1:]) or "baseline"
    return Library("numpy", top, "AVX2")


def _openblas() -> list[Library]:
    import faiss  # noqa: F401 - both bring an OpenBLAS of their own
    import scipy.linalg  # noqa: F401 - the same
    from threadpoolctl import threadpool_info

    kernels = {}
    for pool in threadpool_info():
        if pool["internal_api"] == "openblas":
            owner = next(name for name in ("numpy", "scipy", "faiss", "") if name in pool["filepath"])
            threads = pool["num_threads"]
            kernels[f"{owner} OpenBLAS"] = f"{pool['architecture']}, {threads} thread{'s' * (threads != 1)}"
    return [Library(name, kernels[name], "Haswell, 1 thread") for name in sorted(kernels)]


def _torch() -> list[Library]:
    import torch

    from harness.numerics.products import installed

    return [
        Library("torch", torch.backends.cpu.get_cpu_capability(), "AVX2"),
        Library("torch threads", str(torch.get_num_threads()), "1"),
        Library("torch products", "NumPy" if installed() else "MKL", "NumPy"),
        Library("torch oneDNN", "on" if torch.backends.mkldnn.enabled else "off", "off"),
    ]


def _faiss() -> Library:
    import faiss

    config: Any = getattr(faiss, "SIMDConfig", None)
    if config is None:  # before dynamic dispatch the loader chose a library
        loaded: Any = faiss
        name = loaded.swigfaiss.__name__.rpartition(".")[2]
        return Library("faiss", "AVX2" if name == "swigfaiss_avx2" else name, "AVX2")
    return Library("faiss", str(config.get_level_name()), "AVX2")


def _denormals() -> str:
    import numpy as np

    smallest = np.array([np.finfo(np.float32).smallest_subnormal])
    return "kept" if (smallest * np.float32(1))[0] > 0 else "flushed to zero"
