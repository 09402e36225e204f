"""Runs that are stopped, whose workers are killed, or whose disk is full: real processes and signals."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from support.forks import Forks
from support.paths import ROOT
from support.suites import SmallSuite

from harness.console.exits import explained
from harness.errors import InputError, RunError

SECONDS = 300.0  # that a machine under load may take until something is seen
SLOW = (
    '[{ use = "random-projection" }, { use = "sign" }]\npoints = ["8x"]\nbits = 1',
    '[{ use = "autoencoder", dims = 4, epochs = 100000, batch = 1 }]',
)
# Where tests are started with Ctrl-C ignored (behind `&`), the command under test must not inherit that.
COMMAND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from harness.cli import main
main()
"""


def _soon(what: Callable[[], object]) -> bool:
    """Return whether something comes true before SECONDS are over."""
    end = time.monotonic() + SECONDS
    while not what() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(what())


def _gone(group: int) -> bool:
    """Return whether no process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def _workers(parent: int) -> list[int]:
    """Return the worker processes of a run."""
    listed = subprocess.run(["ps", "-wweo", "pid,ppid,args"], capture_output=True, text=True, check=True)
    fields = [line.split(None, 2) for line in listed.stdout.splitlines()[1:]]
    return [int(pid) for pid, ppid, args in fields if int(ppid) == parent and "spawn_main" in args]


@contextmanager
def _running(folder: Path, *args: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Yield a run with two busy workers, a process group of its own, and the file of its stderr."""
    log = folder / "stderr"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    with log.open("wb") as stderr, (folder / "stdout").open("wb") as stdout:
        run = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "run", "mine", "--jobs", "2", *args],
            cwd=folder,
            env={**environment, "HF_HUB_OFFLINE": "1"},
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
    try:
        first = folder / "out" / "results" / "mine" / "own.train-set.identity.s0.json"
        assert _soon(lambda: (first.is_file() and 2 == len(_workers(run.pid))) or run.poll() is not None)
        assert run.poll() is None, log.read_text()
        yield run, log
    finally:
        if not _gone(run.pid):
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()


def _complaints(log: Path) -> list[str]:
    """Return what standard error has beside the log of the run."""
    return [line for line in log.read_text().splitlines() if not line.startswith("[")]


def _half_written(folder: Path) -> list[Path]:
    return list(folder.rglob("*.tmp"))


@pytest.fixture
def slow(small_suite: SmallSuite, tmp_path: Path) -> Path:
    """Return a folder with a suite of one short cell and two that would take hours."""
    small_suite(SLOW, ("seeds = [0]", "seeds = [0, 1]"))
    return tmp_path


# -- Signals


@pytest.mark.parametrize(
    ("number", "status", "line"),
    [
        (signal.SIGINT, 130, "harness: stopped by Ctrl-C; what is done is kept"),
        (signal.SIGTERM, 143, "harness: stopped by SIGTERM; what is done is kept"),
    ],
    ids=["Ctrl-C", "SIGTERM"],
)
@pytest.mark.parametrize("whole_group", [True, False], ids=["group", "parent"])
def test_a_stopped_run_ends_its_workers_and_says_so(
    slow: Path, number: signal.Signals, status: int, line: str, whole_group: bool
) -> None:
    """One line, the shell's status, no process left, no half-written file, and what was done stays."""
    with _running(slow) as (run, log):
        (os.killpg if whole_group else os.kill)(run.pid, number)
        assert status == run.wait(SECONDS)
        assert _soon(lambda: _gone(run.pid))
    assert [line] == _complaints(log)
    assert [] == _half_written(slow)
    assert 1 == len(list((slow / "out" / "results" / "mine").glob("*.json")))


def test_a_run_stopped_while_its_workers_start_says_one_line(slow: Path) -> None:
    """Workers that import their libraries print no traceback of their own."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "run", "mine", "--jobs", "2"],
        cwd=slow,
        env={**environment, "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as run:
        assert _soon(lambda: 2 == len(_workers(run.pid)))
        os.killpg(run.pid, signal.SIGINT)
        assert run.stderr is not None
        lines = run.stderr.read().splitlines()
    assert 130 == run.returncode
    assert ["harness: stopped by Ctrl-C; what is done is kept"] == [x for x in lines if x[0] != "["]
    assert _soon(lambda: _gone(run.pid))


def test_workers_end_when_their_parent_is_killed(slow: Path) -> None:
    """After SIGKILL of the parent alone nothing goes on computing."""
    with _running(slow) as (run, _):
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        assert _soon(lambda: _gone(run.pid))
    assert [] == _half_written(slow)


# Sends itself Ctrl-C when a module is first imported: the earliest moments, without a race.
STOPPED_EARLY = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from harness.cli import main
pending = [sys.argv.pop()]
def stop(event, arguments):
    if event == "import" and arguments[0] in pending:
        pending.clear()
        os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(stop)
main()
"""


@pytest.mark.parametrize(
    "module",
    [
        *("harness.console.exits", "typer", "harness.cli.app", "harness.cli.listing"),
        *("pydantic", "harness.planning.suite", "report.verdicts.claims"),
    ],
)
def test_ctrl_c_while_the_command_starts_is_one_line(module: str) -> None:
    """Whatever is being imported: the command's own modules, the libraries, or those of one command."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    done = subprocess.run(
        [sys.executable, "-c", STOPPED_EARLY, "list", module],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (130, "") == (done.returncode, done.stdout)
    assert "harness: stopped by Ctrl-C; what is done is kept\n" == done.stderr


# -- A worker that is killed, memory, a full disk


KILLED = (
    r"FAILED   mine: own\.train-set\.projection-sign\.s[01]: a worker was killed by SIGKILL, most likely"
    r" because memory ran out: its process held at most .* GB, and .* GB were available when last seen;"
    r" run again with fewer --jobs, a smaller set or more memory"
)


def test_a_killed_worker_fails_its_cell(slow: Path) -> None:
    """Cells whose worker is killed run once more, alone; killed again, each is a line, and the run ends."""
    with _running(slow) as (run, log):
        deadline = time.monotonic() + SECONDS
        while run.poll() is None and time.monotonic() < deadline:
            for worker in _workers(run.pid):
                os.kill(worker, signal.SIGKILL)
            time.sleep(0.5)
        assert 1 == run.wait(SECONDS)
        assert _soon(lambda: _gone(run.pid))
    assert ["harness: 2 of 3 cells failed or fell short"] == _complaints(log)
    lines = (slow / "stdout").read_text().splitlines()
    assert "mine: 3 run, 2 failed, 0 done before, 0 blocked" == lines[0]
    assert [True, True] == [bool(re.fullmatch(KILLED, line)) for line in lines[1:]]
    assert 1 == len(list((slow / "out" / "results" / "mine").glob("*.json")))
    assert [] == _half_written(slow)


def test_too_little_address_space_is_one_line(small_suite: SmallSuite, tmp_path: Path) -> None:
    """Said before the libraries are imported, which would end the process without a word."""
    small_suite()
    code = "import resource; resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9))" + COMMAND
    done = subprocess.run(
        [sys.executable, "-c", code, "run", "mine", "--jobs", "1"],
        cwd=tmp_path,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    expected = "address space: found a limit of 1,000,000,000 bytes, expected 1,500,000,000 (ulimit -v)"
    assert (1, "", f"harness: {expected}\n") == (done.returncode, done.stdout, done.stderr)


def test_memory_that_runs_out_is_one_line() -> None:
    """NumPy and torch say it in different ways; both are status 1, with what it tried to allocate."""
    import torch

    with pytest.raises(MemoryError) as numpys:
        np.empty(1 << 55)
    with pytest.raises(RuntimeError) as torchs:
        torch.empty(1 << 55)
    for raised, size in (
        (numpys, "288,230,376.15 GB for an array (36028797018963968,) of float64"),
        (torchs, "144,115,188.08 GB"),
    ):
        line, status = explained(raised.value) or ("", 0)
        assert 1 == status
        begins = f"memory ran out: it tried to allocate {size}, its process held at most "
        assert begins == line[: len(begins)]
        assert line.endswith(
            "; what is done is kept: run again with fewer --jobs, a smaller set or more memory"
        )


NEEDY = (
    '[{ use = "random-projection" }, { use = "sign" }]\npoints = ["8x"]\nbits = 1',
    '[{ use = "random-projection", dims = 16384 }, { use = "rabitq" }]',
)
LIMIT = 4_000_000_000  # bytes of address space, where a rotation of that width takes 2.1 GB, more than once


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_cell_that_runs_out_of_memory_fails_alone(
    small_suite: SmallSuite, tmp_path: Path, forks: Forks, jobs: str
) -> None:
    """Its line says what it needed; the others run, and with its limit gone nothing of it is left."""
    small_suite(NEEDY)
    done = forks.run("run", "mine", "--jobs", jobs, cwd=tmp_path, memory=LIMIT)
    assert 1 == done.returncode
    first, line = done.stdout.splitlines()
    assert "mine: 2 run, 1 failed, 0 done before, 0 blocked" == first
    begins = (
        "FAILED   mine: own.train-set.projection-sign.s0: memory ran out while fitting: it tried to allocate"
        " 2.15 GB for an array (16384, 16384) of float64, its process held at most "
    )
    assert begins == line[: len(begins)]
    (result,) = (tmp_path / "out" / "results" / "mine").glob("*.json")
    assert "own.train-set.identity.s0.json" == result.name
    before = result.read_bytes()
    again = forks.run("run", "mine", "--jobs", jobs, cwd=tmp_path, memory=LIMIT)
    assert "mine: 1 run, 1 failed, 1 done before, 0 blocked" == again.stdout.splitlines()[0]
    assert before == result.read_bytes()


def test_errors_have_the_status_of_their_kind() -> None:
    """Wrong input is 2, a shortfall 1, and what nobody foresaw keeps its traceback."""
    assert ("x", 2) == explained(InputError("x"))
    assert ("x", 1) == explained(RunError("x"))
    assert ("p: No space left on device", 1) == explained(OSError(28, "No space left on device", "p"))
    assert ("No space left on device", 1) == explained(OSError(28, "No space left on device"))
    assert explained(ValueError("x")) is None
    assert explained(RuntimeError("x")) is None


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_full_disk_names_the_file(small_suite: SmallSuite, tmp_path: Path, jobs: str) -> None:
    """The system's error names none: it is the file that was to be written, not a temporary one."""
    small_suite()
    code = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1200, 1200))" + COMMAND
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    done = subprocess.run(
        [sys.executable, "-c", code, "run", "mine", "--jobs", jobs],
        cwd=tmp_path,
        env={**environment, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 1 == done.returncode
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith("[")]
    assert line.startswith("harness: ")
    assert line.endswith(": File too large")
    assert ".tmp" not in line
    assert [] == _half_written(tmp_path)


# -- Output


def test_an_old_code_page_is_no_error() -> None:
    """Characters that it lacks come out as question marks."""
    root = ROOT
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "list"],
        cwd=root,
        env={**environment, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (0, b"") == (done.returncode, done.stderr)
    assert b"?" in done.stdout


HARNESS = [sys.executable, "-c", COMMAND, "list"]
VERIFY = [sys.executable, str(ROOT / "repro" / "verify.py"), "."]


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """Return a checkout without evidence, as its listing says."""
    (tmp_path / "ARTIFACTS.sha256").touch()
    return tmp_path


@pytest.mark.parametrize("command", [HARNESS, VERIFY], ids=["harness", "verify.py"])
def test_output_may_be_cut_off(command: list[str], listed: Path) -> None:
    """Where the reader of a pipe has gone the command ends quietly, with the status of SIGPIPE."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command, cwd=listed, env=environment, stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (141, b"") == (done.returncode, done.stderr)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (HARNESS, b"harness: standard output: No space left on device\n"),
        (VERIFY, b"standard output: No space left on device\n"),
    ],
    ids=["harness", "verify.py"],
)
def test_output_to_a_full_disk_is_one_line(command: list[str], line: bytes, listed: Path) -> None:
    """It says where there was no room, with status 1 and no traceback."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command, cwd=listed, env=environment, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (1, line) == (done.returncode, done.stderr)
