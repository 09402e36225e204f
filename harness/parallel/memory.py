"""Memory: what of it a process holds, what is left, and the line for work that needed more."""

from __future__ import annotations

import errno
import math
import re
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import RunError

REMEDY = "run again with fewer --jobs, a smaller set or more memory"
_WORDS = ("can't allocate memory", "not enough memory", "std::bad_alloc", "cuda out of memory")
_TORCH = re.compile(r"tried to allocate ([0-9]+) bytes")
_CUDA = re.compile(r"tried to allocate ([0-9.]+) ([KMG])iB", re.IGNORECASE)
_KIBI = {"K": 2**10, "M": 2**20, "G": 2**30}


class OutOfMemoryError(RunError):
    """Memory ran out in a piece of work: the line says what it needed."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of resident memory that a process held at most, and bytes that were available; None: unknown."""

    peak: int | None
    available: int | None

    def __str__(self) -> str:
        """Return both as a clause.

        >>> str(Memory(2_500_000_000, 300_000_000))
        'its process held at most 2.50 GB, and 0.30 GB were available'
        """
        peak = "unknown" if self.peak is None else _gigabytes(self.peak)
        available = "unknown" if self.available is None else _gigabytes(self.available)
        return f"its process held at most {peak}, and {available} were available"


def memory_of(pid: int | None = None) -> Memory:
    """Return the memory of a process, of this one without ``pid``.

    /proc has it. Elsewhere ``getrusage`` has the peak of this process, which on Linux would count what its
    parent held as well.
    """
    status = _fields(Path("/proc") / str(pid or "self") / "status")
    peak = status.get("VmHWM")
    if peak is None and pid is None:
        unit = 1 if sys.platform == "darwin" else 1024
        peak = unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    free = _fields(Path("/proc/meminfo")).get("MemAvailable")
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and "VmSize" in status:
        room = max(0, limit - status["VmSize"])
        free = room if free is None else min(free, room)
    return Memory(peak, free)


@contextmanager
def memory_explained(where: str) -> Iterator[None]:
    """Raise OutOfMemoryError, one line, where memory runs out in the block, such as 'while fitting'."""
    try:
        yield
    except Exception as error:
        if not memory_ran_out(error):
            raise
        raise OutOfMemoryError(f"memory ran out {where}: {shortage(error)}; {REMEDY}") from None


def shortage(error: BaseException) -> str:
    """Return what an error says was to be allocated, and the memory of this process, as a clause."""
    size = allocation(error)
    return f"it tried to allocate {size}, {memory_of()}" if size else str(memory_of())


def memory_ran_out(error: BaseException) -> bool:
    """Return whether an error says so: Python's and NumPy's by its type, torch's and C++'s in words."""
    text = str(error).lower()
    return (
        isinstance(error, MemoryError)
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
        or (isinstance(error, RuntimeError) and any(part in text for part in _WORDS))
    )


def allocation(error: BaseException) -> str:
    """Return what an error says was to be allocated, empty where it says nothing.

    >>> allocation(RuntimeError("can't allocate memory: you tried to allocate 8000000000 bytes"))
    '8.00 GB'
    """
    shape: Any = getattr(error, "shape", None)
    dtype: Any = getattr(error, "dtype", None)
    if shape is not None and dtype is not None:  # numpy's _ArrayMemoryError
        return f"{_gigabytes(math.prod(shape) * dtype.itemsize)} for an array {shape} of {dtype}"
    if match := _TORCH.search(str(error)):
        return _gigabytes(int(match[1]))
    if match := _CUDA.search(str(error)):
        return _gigabytes(round(float(match[1]) * _KIBI[match[2].upper()]))
    return ""


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:,.2f} GB"


def _fields(path: Path) -> dict[str, int]:
    """Return the fields of a file of /proc that are sizes, in bytes; nothing where it is not there."""
    try:
        lines = path.read_text("ascii", "replace").splitlines()
    except OSError:
        return {}
    pairs = (line.split() for line in lines if line.endswith(" kB"))
    return {pair[0].rstrip(":"): 1024 * int(pair[1]) for pair in pairs}
