"""How many threads, processes and bytes work is given."""

from __future__ import annotations

import os

ENCODING_THREADS = 2  # fixed: another number may change a vector's last bits
FITTING_THREADS = 1  # a cell has one thread, however many run side by side


def use_threads(count: int) -> None:
    """Give BLAS, torch and faiss of this process ``count`` threads."""
    import faiss
    import torch
    from threadpoolctl import threadpool_limits

    threadpool_limits(count)
    torch.set_num_threads(count)
    faiss.omp_set_num_threads(count)


def default_jobs() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_ran_out(error: BaseException) -> bool:
    """Return whether an error says so: Python's and NumPy's by its type, torch's and C++'s in words."""
    text = str(error).lower()
    words = ("can't allocate memory", "not enough memory", "std::bad_alloc")
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(part in text for part in words)
    )
