"""What a process holds and what an error says was to be allocated, against the system and real failures."""

from __future__ import annotations

import resource
import subprocess
import sys

import numpy as np
import pytest

from harness.parallel.memory import (
    Memory,
    OutOfMemoryError,
    allocation,
    memory_explained,
    memory_of,
    memory_ran_out,
)

HELD = 300_000_000  # bytes


def test_the_peak_is_what_the_system_measures() -> None:
    """As getrusage says it, in kilobytes."""
    peak = memory_of().peak
    assert peak is not None
    assert peak == pytest.approx(1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, rel=0.05)


def test_the_peak_of_a_new_process_is_its_own() -> None:
    """What its parent holds is none of it, though getrusage counts it."""
    block = np.ones(HELD, np.uint8)
    code = "from harness.parallel.memory import memory_of; print(memory_of().peak)"
    printed = subprocess.run([sys.executable, "-c", code], stdout=-1, check=True).stdout
    assert int(printed) < block.nbytes


def test_another_process_is_seen_while_it_lives() -> None:
    """Its peak has what it allocated; once it has ended nothing is known of it."""
    code = f"import sys; block = bytearray({HELD}); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1) as process:
        assert process.stdout is not None
        assert b"\n" == process.stdout.readline()
        peak = memory_of(process.pid).peak
        process.communicate()
    assert peak is not None
    assert HELD < peak < 2 * HELD
    assert memory_of(process.pid).peak is None


def test_what_a_limit_leaves_counts_as_available() -> None:
    """Under a limit on address space a process can have no more than that."""
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2 * 10**9,) * 2);"
        "from harness.parallel.memory import memory_of; print(memory_of().available)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 10**9 < int(done.stdout) < 2 * 10**9


def test_numpy_says_what_it_tried_to_allocate() -> None:
    """Its error has the array's shape and type."""
    with pytest.raises(OutOfMemoryError) as raised, memory_explained("while measuring"):
        np.empty((1 << 26, 1 << 26))
    expected = (
        "memory ran out while measuring: it tried to allocate 36,028,797.02 GB for an array"
        " (67108864, 67108864) of float64, its process held at most "
    )
    line = str(raised.value)
    assert expected == line[: len(expected)]
    assert line.endswith(" were available; run again with fewer --jobs, a smaller set or more memory")


def test_torch_says_what_it_tried_to_allocate() -> None:
    """Its error is a RuntimeError with the bytes in words."""
    import torch

    with pytest.raises(RuntimeError) as raised:
        torch.empty(1 << 55)
    assert memory_ran_out(raised.value)
    assert "144,115,188.08 GB" == allocation(raised.value)


@pytest.mark.parametrize(
    ("error", "size"),
    [
        (MemoryError(), ""),
        (MemoryError("std::bad_alloc"), ""),
        (OSError(12, "Cannot allocate memory"), ""),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has"), "2.15 GB"),
    ],
)
def test_other_errors_of_memory(error: Exception, size: str) -> None:
    """Python's, C++'s, the system's and CUDA's."""
    assert memory_ran_out(error)
    assert size == allocation(error)


def test_another_error_stays_what_it_is() -> None:
    """It is no shortage of memory."""
    with pytest.raises(ZeroDivisionError), memory_explained("while measuring"):
        _ = 1 / 0


def test_what_is_unknown_is_said_so() -> None:
    """Where a system has no /proc."""
    assert "its process held at most unknown, and unknown were available" == str(Memory(None, None))
