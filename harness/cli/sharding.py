"""Runs on several machines, as ``run``, ``plan``, ``status`` and ``worker`` have them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import ARTIFACTS, OUT, AsJson, Out
from harness.console.output import show
from harness.errors import InputError, RunError
from harness.evidence.files import store_folder
from harness.evidence.layout import Tree

if TYPE_CHECKING:
    from harness.parallel.leases import Leases
    from harness.planning.status import Entry
    from harness.run.engine import Engine
    from harness.run.shards import Shard

ShardOption = Annotated[
    str | None, typer.Option(metavar="K/N", help="Run the K-th of N shards, beside others in the same --out.")
]
Lease = Annotated[
    str, typer.Option(metavar="TIME", help="With --shard: a machine silent for so long is replaced.")
]
Shards = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Show how N shards split the cells, and their seconds.")
]


Executor = Annotated[
    str, typer.Option(metavar="NAME", help="processes: of this machine; dask: workers of a scheduler.")
]
Scheduler = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Scheduler of dask, such as tcp://host:8786.")
]


@contextmanager
def engine_of(executor: str, scheduler: str | None) -> Iterator[Engine | None]:
    """Yield what does the work of a run: None for the processes of this machine."""
    if executor == "processes" and scheduler is None:
        yield None
    elif executor == "dask" and scheduler is not None:
        from harness.run.cluster import cluster

        with cluster(scheduler) as engine:
            yield engine
    else:
        expected = "processes, or dask with --scheduler"
        raise InputError(f"--executor: found {executor}, --scheduler: found {scheduler}, expected {expected}")


def worker(
    scheduler: Annotated[str, typer.Option(metavar="ADDRESS", help="Such as tcp://host:8786.")],
) -> None:
    """Work for a scheduler of dask, in one thread, until it ends: start one worker a core.

    Who reaches the scheduler can run any code on its workers: keep it in a private network, or use TLS
    (tls://, and dask's own configuration).

    \b
    Example: harness worker --scheduler tcp://host:8786
    """
    from harness.run.cluster_tasks import serve

    serve(scheduler)


def check_alone(*, force: bool, executor: str, scheduler: str | None) -> None:
    """Raise InputError where a shard is given beside an option that it excludes."""
    others = {"--force": force, "--executor": executor != "processes", "--scheduler": scheduler is not None}
    if other := next((name for name, given in others.items() if given), None):
        raise InputError(f"--shard: found {other} too, expected one of them")


@dataclass(frozen=True, slots=True)
class OpenedShard:
    """A shard of a run, and its leases. They are opened before it is seen which cells are done.

    Work that ends after the leases were opened is not done again, and what ended before is seen as done.
    """

    shard: Shard
    leases: Leases


def open_shard(named: str, lease: str, out: Path) -> OpenedShard:
    """Return the shard of a name such as ``3/16``, its leases opened in the folder ``out``.

    Raises InputError where the name or the time of ``lease`` cannot be read.
    """
    from harness.parallel.leases import open_leases
    from harness.planning.quantities import parse_time
    from harness.run.sharded import LEASES
    from harness.run.shards import parse_shard

    shard, seconds = parse_shard(named), parse_time(lease, "--lease", "90s or 2m")
    return OpenedShard(shard, open_leases(out / LEASES, f"shard {shard}", seconds))


def run_shard(entries: list[Entry], chosen: list[Entry], opened: OpenedShard, out: Path, jobs: int) -> None:
    """Run one shard, and show what it did and what is left."""
    from harness.console.progress import progress
    from harness.console.shards import sharded
    from harness.run.expectations import shortfalls
    from harness.run.sharded import ShardedRun
    from harness.run.shards import split
    from harness.run.shared_store import SharedStore

    shard, leases = opened.shard, opened.leases
    shares = split(chosen, Tree(ARTIFACTS), shard.count)
    offset = (shard.number - 1) / shard.count
    engine = SharedStore(store_folder(), jobs, leases.holder, offset, leases.seconds)
    with progress() as on_progress:
        run = ShardedRun(entries, chosen, shares, shard, Tree(out), leases, engine, on_progress)
        run.run()
    failures = run.failures + shortfalls(chosen, Tree(out))
    show(sharded(run, chosen, failures))
    if failures:
        raise RunError(f"{len(failures)} cells failed or fell short")


def show_shards(entries: list[Entry], count: int, *, as_json: bool) -> None:
    """Show how so many shards split the cells."""
    from harness.console.shards import split_text
    from harness.run.shards import split

    show(split_text(split(entries, Tree(ARTIFACTS), count), as_json=as_json))


def status(out: Out = OUT, as_json: AsJson = False) -> None:
    """Show what shards are running where, and which have fallen silent; reads the leases in --out alone.

    \b
    Example: harness status --out /shared/out
    """
    from harness.console.shards import running
    from harness.parallel.lease_files import statuses
    from harness.run.sharded import LEASES

    show(running([*statuses(out / LEASES), *statuses(store_folder() / LEASES)], as_json=as_json))
