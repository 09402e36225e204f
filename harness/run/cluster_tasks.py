"""What a worker of a dask scheduler does: the tasks of a run, in the surroundings of who started it."""

from __future__ import annotations

import asyncio
import functools
import os
import platform
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from harness.embedding.cache import cached
from harness.embedding.units import Chunk
from harness.errors import InputError, RunError
from harness.evaluation.context import EncoderSpec, embed
from harness.numerics import pinning
from harness.parallel.resources import use_threads
from harness.parallel.workers import spreading

T = TypeVar("T")
R = TypeVar("R")

_STARTED = "HARNESS_WORKER"  # set in a process that harness worker started


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a run was started: its folder, variables, and numerics, which a worker must have as well."""

    folder: Path
    variables: tuple[tuple[str, str], ...]
    numerics: Any


@dataclass(frozen=True, slots=True)
class ChunkOf:
    """A chunk of the texts of an encoder's sets, by where its vectors are stored."""

    spec: EncoderSpec
    path: Path


def in_surroundings(surroundings: Surroundings, work: Callable[[T], R], item: T) -> R:
    """Return ``work(item)``, done as where the run was started.

    Raises RunError on a worker that would give other bytes or cannot see the run's folder.
    """
    here = f"worker on {platform.node()}"
    if os.environ.get(_STARTED) != str(os.getpid()):
        raise RunError(f"{here}: found one that harness worker did not start, expected one that it did")
    if pinning.identity() != surroundings.numerics:
        raise RunError(f"{here}: found other numerics than where the run was started; see harness doctor")
    if not surroundings.folder.is_dir():
        raise RunError(f"{here}: {surroundings.folder}: not found, expected the run's folder: it is shared")
    os.chdir(surroundings.folder)
    os.environ.update(surroundings.variables)
    return work(item)


def encode_chunk(chunk: ChunkOf) -> int:
    """Encode and store a chunk; return how many rows it has, 0 where it is stored already."""
    use_threads()
    if chunk.path not in _missing(chunk.spec):
        _missing.cache_clear()  # the chunks of an encoder's next part, or texts that were encoded meanwhile
    texts = _missing(chunk.spec).get(chunk.path)
    if texts is None:
        return 0
    cached(texts.path, texts.make)
    return len(texts.rows)


def serve(address: str) -> None:
    """Work for the scheduler at ``address``, with one thread, until the scheduler or this process ends."""
    try:
        from distributed import Worker
    except ImportError as error:
        raise InputError("worker: found no distributed; install the extra cluster") from error
    os.environ[_STARTED] = str(os.getpid())

    async def work() -> None:
        # Nothing is spilled to disk: what tasks return is small.
        async with Worker(address, nthreads=1, memory_limit=0, dashboard=False) as worker:
            await worker.finished()

    try:
        asyncio.run(work())
    except (OSError, ValueError) as error:
        raise InputError(f"--scheduler: {address}: found no scheduler that answers: {error}") from error


class _Seen(Exception):  # noqa: N818 - no error: ends an encoding before it begins
    pass


@functools.lru_cache(maxsize=1)
def _missing(spec: EncoderSpec) -> dict[Path, Chunk]:
    """Return the chunks that the store lacks, by where they are stored."""
    missing: dict[Path, Chunk] = {}

    def see(_work: Callable[..., Any], chunks: Sequence[Chunk], _jobs: int) -> NoReturn:
        missing.update((chunk.path, chunk) for chunk in chunks)
        raise _Seen

    with spreading(see), suppress(_Seen):
        embed(spec, lambda _done, _of: None, 2)
    return missing
