"""How many threads, processes and bytes work is given."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

from harness.errors import RunError

THREADS = 1  # a process has one, whatever it does: another number may change last bits
ADDRESS_SPACE = 1_500_000_000  # bytes that torch and faiss take to be imported, and a small cell with them


def use_threads() -> None:
    """Give BLAS, torch and faiss of this process one thread, and torch its products by NumPy.

    Raises RunError where address space is limited so that they cannot be imported: they would end in C++.
    """
    check_address_space()
    import faiss
    import numpy as np
    import torch
    from threadpoolctl import threadpool_limits

    from harness.numerics.products import install

    install()
    # Products of torch that overflow are NumPy's, which would warn; what comes of them is checked.
    np.seterr(over="ignore", invalid="ignore")
    threadpool_limits(THREADS)
    torch.set_num_threads(THREADS)
    faiss.omp_set_num_threads(THREADS)


def check_address_space() -> None:
    """Raise RunError where this process may have less than ADDRESS_SPACE."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < ADDRESS_SPACE:
        raise RunError(
            f"address space: found a limit of {limit:,} bytes, expected {ADDRESS_SPACE:,} (ulimit -v)"
        )


def default_jobs() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def forget_peak_memory() -> None:
    """Let the most memory that this process has held begin at what it holds now, where Linux can do that."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def memory_ran_out(error: BaseException) -> bool:
    """Return whether an error says so: Python's and NumPy's by its type, torch's and C++'s in words."""
    text = str(error).lower()
    words = ("can't allocate memory", "not enough memory", "std::bad_alloc", "cuda out of memory")
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(part in text for part in words)
    )
