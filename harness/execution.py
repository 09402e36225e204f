"""Running groups of work side by side: joblib, processes of one thread each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

THREADS = 1  # a process has one, whatever it does: another number may change last bits


def spread(work: Callable[[T], R], items: Sequence[T], jobs: int) -> Iterator[R]:
    """Yield ``work(item)`` for each item as it ends, ``jobs`` processes of one thread each at a time."""
    from joblib import Parallel, delayed

    if jobs > 1:
        # joblib ends a worker that holds 300 MB more than after its first item: it takes that for a leak.
        # Workers keep what cells share, and would read it all again.
        work = _Kept(work)
    yield from Parallel(n_jobs=jobs, return_as="generator_unordered")(delayed(work)(item) for item in items)


class _Kept(Generic[T, R]):
    """Work, done in a worker that is not looked at for leaks from then on."""

    def __init__(self, work: Callable[[T], R]) -> None:
        self._work = work

    def __call__(self, item: T) -> R:
        from joblib.externals.loky import process_executor

        process_executor._USE_PSUTIL = False  # noqa: SLF001 - there is no public way
        return self._work(item)


def use_threads() -> None:
    """Give BLAS, torch and faiss of this process one thread, where a caller gave them more."""
    import faiss
    import torch
    from threadpoolctl import threadpool_limits

    threadpool_limits(THREADS)
    torch.set_num_threads(THREADS)
    faiss.omp_set_num_threads(THREADS)


def default_jobs() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
