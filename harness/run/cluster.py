"""A run's work on the workers of a dask scheduler: tasks are small, arrays stay in the shared store.

A task names its cells, its encoder and the store; its worker opens the vectors there, which are stored under
the digest of what determines them. Scheduler and workers are the user's (``harness worker`` starts one).
"""

from __future__ import annotations

import functools
import os
import secrets
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.embedding.units import Chunk, OnRows
from harness.errors import InputError, RunError
from harness.evaluation import context
from harness.evaluation.context import EncoderSpec
from harness.evidence.files import store_folder
from harness.numerics import pinning
from harness.parallel.workers import Retry, spreading
from harness.run.cluster_tasks import ChunkOf, Surroundings, encode_chunk, in_surroundings
from harness.run.group import Group

SECONDS = 10  # to reach the scheduler
_PASSED_ON = ("HF_HUB_OFFLINE", "HARNESS_MIRROR")


@dataclass(frozen=True, slots=True)
class Cluster:
    """The workers of a scheduler, as the engine of a run."""

    client: Any
    surroundings: Surroundings

    def embed(self, spec: EncoderSpec, on_rows: OnRows) -> None:
        """Encode what the store lacks of an encoder's sets, a chunk a task."""
        with spreading(functools.partial(self._chunks, spec)):
            context.embed(spec, on_rows, 2)  # with one, it would not be spread

    def spread(
        self, work: Callable[..., Any], items: Sequence[Any], jobs: int, retry: Retry[Any, Any] | None = None
    ) -> Generator[Any, None, None]:
        """Yield ``work(item)`` for each item as it ends; ``jobs`` and ``retry`` are the cluster's own.

        A task whose worker is lost runs on another. Raises RunError where several workers died of one task,
        and where the scheduler is lost.
        """
        from distributed import CancelledError, KilledWorker, as_completed

        del jobs, retry
        run = secrets.token_hex(4)  # results of another run are not taken for those of this one
        futures = [
            self.client.submit(
                in_surroundings, self.surroundings, work, item, key=f"{_named(item)}-{i}-{run}", pure=False
            )
            for i, item in enumerate(items)
        ]
        try:
            for future in as_completed(futures, loop=self.client.loop):
                yield future.result()
        except KilledWorker as error:
            raise RunError(
                f"{error.task}: {error.allowed_failures + 1} workers died of it, most likely because memory "
                "ran out; what is done is kept: run again with more memory"
            ) from error
        except CancelledError as error:
            raise RunError("the scheduler was lost; what is done is kept: run again") from error
        finally:
            self.client.cancel([future for future in futures if not future.done()])

    def _chunks(
        self, spec: EncoderSpec, work: Callable[..., int], chunks: Sequence[Chunk], jobs: int
    ) -> Iterator[int]:
        """Yield the rows of each chunk as it is encoded; the worker reads the texts itself."""
        del work
        return self.spread(encode_chunk, [ChunkOf(spec, chunk.path) for chunk in chunks], jobs)


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """Yield the workers of the scheduler at ``address`` until the block ends.

    Raises InputError where dask is not installed, and where no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError("--executor dask: found no distributed; install the extra cluster") from error
    try:
        client = Client(address, timeout=SECONDS, set_as_default=False, name="harness")
    except (OSError, ValueError) as error:
        raise InputError(f"--scheduler: {address}: found no scheduler that answers: {error}") from error
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["HARNESS_CACHE"] = str(store_folder())
    with client:
        yield Cluster(client, Surroundings(Path.cwd(), tuple(environment.items()), pinning.identity()))


def _named(item: Any) -> str:
    """Return what a task is called on the scheduler's pages."""
    if isinstance(item, Group):
        _, first = item.cells[0]
        return f"{first.suite}/{first.id}"
    return item.path.stem if isinstance(item, ChunkOf) else type(item).__name__.lower()
