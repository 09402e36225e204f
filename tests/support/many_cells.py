"""A suite of many small cells, and the evidence that a run of it leaves: for runs by several processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from harness.parallel.lease_files import LeaseStatus, statuses
from support.suites import END, edited, write_suite

CELLS = 20
RESULT = "/results/mine/.own"  # what the path of a cell's result contains while it is written
LENSES = "".join(
    f'\n[[pipelines]]\nname = "lens-{dims}"\nlabel = "lens {dims}"\nfamily = "any"\n'
    f'steps = [{{ use = "lens", dims = {dims}, steps = 60, batch = 32 }}]\n'
    for dims in (2, 3, 4, 5, 6, 7)
)


def write_many_cells(root: Path) -> Path:
    """Write the suite below ``root``: six lenses with three seeds each, and two other cells."""
    folder = root / "suites"
    folder.parent.mkdir(parents=True, exist_ok=True)
    write_suite(folder, edited((END, LENSES + END), ("seeds = [0]", "seeds = [0, 1, 2]"), (SIGN, PCA)))
    return root


SIGN = (
    'name = "projection-sign"\nlabel = "random projection, signs"\nfamily = "any"\n'
    'steps = [{ use = "random-projection" }, { use = "sign" }]\npoints = ["8x"]\nbits = 1\n'
)
PCA = 'name = "pca"\nlabel = "PCA"\nfamily = "any"\nsteps = [{ use = "pca", dims = 4 }]\n'


def evidence(out: Path) -> dict[str, bytes]:
    """Return every file of the evidence but envelopes, and no leftovers of killed writes."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for kind in ("results", "scores", "codecs", "means", "labels", "locks")
        for path in sorted((out / kind).rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def wait_for(what: Callable[[], bool], seconds: float = 120) -> None:
    """Return when ``what`` holds; raise TimeoutError where it does not in time."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)


def leases_of_cells(out: Path) -> list[LeaseStatus]:
    """Return the leases of cells."""
    return [status for status in statuses(out / "leases") if str(status.note.get("name")).startswith("mine/")]
