"""Running groups of work side by side: joblib, processes of one thread each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

FITTING_THREADS = 1  # a process has one thread, however many run side by side: another number, other bits


def spread(work: Callable[[T], R], items: Sequence[T], jobs: int) -> Iterator[R]:
    """Yield ``work(item)`` for each item as it ends, ``jobs`` processes at a time."""
    from joblib import Parallel, delayed

    yield from Parallel(n_jobs=jobs, return_as="generator_unordered")(delayed(work)(item) for item in items)


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
