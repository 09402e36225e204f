"""Commands that plan and measure: ``plan``, ``run``, ``labels``, ``jitter``."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.cli.options import (
    ARTIFACTS,
    OUT,
    AllowApi,
    AsJson,
    Device,
    Jobs,
    Large,
    Mirror,
    Offline,
    Out,
    Suites,
)
from harness.cli.plans import by_suite, matching, statuses
from harness.cli.sharding import (
    Executor,
    Lease,
    Scheduler,
    ShardOption,
    Shards,
    check_alone,
    engine_of,
    open_shard,
    run_shard,
    show_shards,
)
from harness.console.output import complain, show
from harness.errors import RunError
from harness.evidence.files import store_folder
from harness.evidence.layout import Tree


def plan(
    suites: Suites = None,
    mirror: Mirror = None,
    offline: Offline = False,
    large: Large = False,
    out: Out = OUT,
    as_json: AsJson = False,
    allow_api: AllowApi = None,
    shards: Shards = None,
    device: Device = "auto",
) -> None:
    """Show every cell: done, to do, left out or blocked, and why. Runs nothing.

    Results that no suite has are named at the end, with exit status 1.

    \b
    Examples: harness plan sample
              harness plan sample --shards 16
    """
    from harness.console.show import planned
    from harness.verification.admission import unplanned

    cells = statuses(suites, mirror, out, offline=offline, large=large, allow_api=allow_api, device=device)
    if shards:
        show_shards(cells, shards, as_json=as_json)
        return
    show(planned(cells, as_json=as_json))
    if surplus := unplanned(Tree(out), by_suite(cells)):
        more = f", nor {len(surplus) - 1} more" if len(surplus) > 1 else ""
        raise RunError(f"{surplus[0]}: no suite has it{more}; remove it, or name its suite")


def run_(
    suites: Suites = None,
    only: Annotated[str, typer.Option(help="Cells whose id matches this shell pattern.")] = "*",
    jobs: Jobs = None,
    mirror: Mirror = None,
    offline: Offline = False,
    large: Large = False,
    force: Annotated[bool, typer.Option("--force", help="Also run what is already done.")] = False,
    out: Out = OUT,
    allow_api: AllowApi = None,
    shard: ShardOption = None,
    lease: Lease = "2m",
    executor: Executor = "processes",
    scheduler: Scheduler = None,
    device: Device = "auto",
) -> None:
    """Run what is to do; skip what is done; name what is BLOCKED for lack of an input, or left out as large.

    \b
    Examples: harness run sample planted
              harness run path/to/mine.toml
              harness run sts-generalization --only 'minilm.*lens-pq*' --mirror DIR
              harness run sample --shard 3/16 --out /shared/out
              harness run sample --device cuda --out out-cuda
    """
    from harness.console.progress import progress
    from harness.console.show import ran, removed
    from harness.numerics.pinning import obstacle
    from harness.parallel.resources import default_jobs
    from harness.run.expectations import shortfalls
    from harness.run.runner import run
    from harness.verification.admission import leftover

    if shard:
        check_alone(force=force, executor=executor, scheduler=scheduler)
    if reason := obstacle():
        complain(f"bytes will differ from the committed ones: {reason}")
    opened = open_shard(shard, lease, out) if shard else None
    cells = statuses(
        suites, mirror, out, offline=offline, large=large, force=force, allow_api=allow_api, device=device
    )
    chosen = matching(cells, only)
    if opened:
        run_shard(cells, chosen, opened, out, jobs or default_jobs())
        return
    surplus = [path for suite, ids in by_suite(cells).items() for path in leftover(Tree(out), suite, ids)]
    with engine_of(executor, scheduler) as engine, progress() as on_progress:
        failures = run(
            cells,
            chosen,
            Tree(out),
            store_folder(),
            jobs or default_jobs(),
            on_progress,
            engine,
            committed=Tree(ARTIFACTS),
        )
    failures += shortfalls(chosen, Tree(out))
    show(ran(chosen, failures))
    if surplus:
        show(removed(surplus))
    if failures:
        raise RunError(f"{len(failures)} of {len(chosen)} cells failed or fell short")


def labels(
    suites: Suites = None,
    mirror: Mirror = None,
    offline: Offline = False,
    out: Out = OUT,
    device: Device = "auto",
) -> None:
    """Write what values depend on besides scores: ranks of human scores, masks, clusters. Runs no cell.

    harness run writes the same at its end. harness verify --tier recompute needs it, and no data.

    \b
    Example: harness labels --mirror DIR
    """
    from harness.run.labels import write_labels

    written = write_labels(
        statuses(suites, mirror, out, offline=offline, device=device), Tree(out), store_folder()
    )
    show("\n".join([*map(str, written), f"{len(written)} indices of labels written"]))


def jitter(
    suites: Suites = None,
    jobs: Jobs = None,
    mirror: Mirror = None,
    offline: Offline = False,
    out: Out = OUT,
) -> None:
    """Measure how far values move when vectors are disturbed in the last place: rerun tolerances follow.

    It disturbs one seed and training split of each pipeline three times by 1e-7, and compares with the
    results of harness run, which comes first. What is already stored is not measured again.

    \b
    Examples: harness jitter sample
              harness jitter --mirror DIR
    """
    from harness.console.progress import progress
    from harness.console.show import jittered
    from harness.parallel.resources import default_jobs
    from harness.run.jitter import run

    cells = statuses(suites, mirror, out, offline=offline)
    with progress() as on_progress:
        failures = run(cells, Tree(out), store_folder(), jobs or default_jobs(), on_progress)
    show(jittered(cells, Tree(out), failures))
    if failures:
        raise RunError(f"the jitter of {len(failures)} cells could not be measured")
