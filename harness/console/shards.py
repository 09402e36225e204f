"""What a person sees of shards: how they split the cells, what one did, and what runs where."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from harness.console.blocked import blocked_lines
from harness.parallel.lease_files import LeaseStatus
from harness.planning.status import Entry
from harness.run.sharded import ShardedRun
from harness.run.shards import Part

NO_ENCODING = "Seconds are those of the committed envelopes, in one process, without encoding texts."


def split_text(shares: Sequence[Sequence[Part]], *, as_json: bool) -> str:
    """Return, a line a shard, its parts, its cells, how many are to do, and how many seconds these take."""
    rows = [{"shard": i, **_share(parts)} for i, parts in enumerate(shares, 1)]
    if as_json:
        return json.dumps(rows, indent=1)
    lines = [
        f"{row['shard']}/{len(shares)}: {row['parts']} parts, {row['cells']} cells, {row['to do']} to do, "
        f"{row['seconds']:.0f} s"
        for row in rows
    ]
    longest, total = max(row["seconds"] for row in rows), sum(row["seconds"] for row in rows)
    return "\n".join([*lines, f"{total:.0f} s in all, {longest:.0f} s in the longest shard. {NO_ENCODING}"])


def sharded(run: ShardedRun, chosen: Sequence[Entry], failures: Sequence[str]) -> str:
    """Return what a shard ran, what is left to shards that have not begun, what was blocked, what failed."""
    done = sum(entry.state == "done" for entry in chosen)
    lines = [f"shard {run.shard}: {run.cells} cells run here, {done} done before"]
    lines += [f"NOT BEGUN  shard {n}/{run.shard.count}: {cells} cells" for n, cells in run.left.items()]
    lines += blocked_lines(chosen)
    return "\n".join([*lines, *(f"FAILED   {line}" for line in failures)])


def running(statuses: Sequence[LeaseStatus], *, as_json: bool) -> str:
    """Return a line for each lease that is held or has expired, and how much work has ended."""
    held = [_held(status) for status in statuses if status.state in {"held", "expired"}]
    ended = sum(status.state == "ended" for status in statuses)
    if as_json:
        return json.dumps({"held": held, "ended": ended}, indent=1)
    lines = [
        f"{'SILENT ' if row['expired'] else 'RUNNING'}  {row['holder']} on {row['host']}, process "
        f"{row['pid']}: {row['work']}, for {row['age']:.0f} s, last sign {row['silent']:.0f} s ago"
        for row in held
    ]
    return "\n".join([*lines, f"{len(held)} pieces of work under way, {ended} ended"])


def _share(parts: Sequence[Part]) -> dict[str, Any]:
    todo = [entry.state == "to do" for part in parts for entry in part.entries]
    seconds = (part.seconds for part in parts if any(entry.state == "to do" for entry in part.entries))
    return {"parts": len(parts), "cells": len(todo), "to do": sum(todo), "seconds": round(sum(seconds), 1)}


def _held(status: LeaseStatus) -> dict[str, Any]:
    note = {key: status.note.get(key, "?") for key in ("holder", "host", "pid")}
    times = {"age": round(status.age, 1), "silent": round(status.silent, 1)}
    return {"work": status.note.get("name", "?"), **note, **times, "expired": status.state == "expired"}
