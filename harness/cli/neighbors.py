"""The command ``neighbors``: exact nearest neighbours in a file of vectors of any size."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import Jobs
from harness.cli.sharding import Executor, Scheduler, engine_of
from harness.console.output import show
from harness.evidence.files import store_folder


def neighbors(
    rows: Annotated[str, typer.Argument(metavar="ROWS", help="File of the vectors that are searched.")],
    queries: Annotated[str, typer.Argument(metavar="QUERIES", help="File of the vectors that ask.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Archive to write: rows and similarities.")],
    k: Annotated[int, typer.Option("-k", min=1, help="Neighbours of each query.")] = 100,
    jobs: Jobs = None,
    executor: Executor = "processes",
    scheduler: Scheduler = None,
) -> None:
    """Write the exact nearest neighbours by cosine of each query, best first, to a .npz.

    Files are read in blocks. Machines that run the same command with the same store (HARNESS_CACHE) share its
    parts; what was searched before is not searched again.

    \b
    Example: harness neighbors corpus.npy queries.npy -k 100 -o truth.npz
    """
    from harness.console.progress import progress
    from harness.neighbors.search import exact_neighbors
    from harness.parallel.resources import default_jobs

    began = time.monotonic()
    with engine_of(executor, scheduler) as engine, progress() as on_progress:
        total = exact_neighbors(
            rows, queries, k, out, store_folder(), jobs or default_jobs(), engine,
            lambda done, of: on_progress(f"neighbours in {rows}", done, of),
        )  # fmt: skip
    show(f"{out}: {k} neighbours among {total:,} rows, {time.monotonic() - began:.1f} s")
