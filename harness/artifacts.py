"""Committing evidence: a run's output takes the place of ``artifacts/``, whole, and is hashed anew."""

from __future__ import annotations

import shutil
from pathlib import Path

from harness.core import RunError
from harness.files import sha256_file, write_atomic
from harness.jitter import incomplete
from harness.status import Entry
from harness.tree import Tree

README = Path("README.md")


def publish(entries: list[Entry], out: Tree, target: Path, listing: Path) -> str:
    """Replace ``target`` by what ``entries`` left in ``out``, with a report, and write ``listing``.

    Raises RunError where a cell that could run has not: half a run is no evidence; and where what is
    committed cannot be had here. A replacement that was cut short is undone by the next one.
    """
    fresh, old = (target.with_name(f".{target.name}.{word}") for word in ("new", "old"))
    if old.exists() and not target.exists():  # killed between the two renames below
        old.replace(target)
    _check(entries, out, Tree(target))
    from report.readme import refresh
    from report.render import render

    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    for path in _files(entries, out):
        place = fresh / path.relative_to(out.root)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    render(Tree(fresh))
    if target.exists():
        target.replace(old)
    fresh.replace(target)
    shutil.rmtree(old, ignore_errors=True)
    if README.is_file():
        refresh(README, Tree(target))
    paths = sorted((p for p in target.rglob("*") if p.is_file()), key=lambda p: p.as_posix().encode())
    write_atomic(listing, "".join(f"{sha256_file(path)}  {path.as_posix()}\n" for path in paths).encode())
    size = sum(path.stat().st_size for path in paths)
    return f"{target}: {len(paths)} files, {size / 1e6:.1f} MB, listed in {listing}"


def _check(entries: list[Entry], out: Tree, committed: Tree) -> None:
    todo = [entry for entry in entries if entry.state == "to do"]
    if todo:
        raise RunError(
            f"{len(todo)} cells are to do, {todo[0].cell.id} first ({todo[0].why}); run them before"
        )
    lost = [
        e for e in entries if e.state == "blocked" and committed.result(e.cell.suite, e.cell.id).is_file()
    ]
    if lost:
        raise RunError(f"{len(lost)} committed cells are blocked here ({lost[0].why}); {lost[0].remedy}")
    if lines := incomplete(entries, out):
        raise RunError(f"{lines[0]}; harness jitter before, or remove {out.jitter('*').parent}")
    if any(_jitter(committed)) and not any(_jitter(out)):
        raise RunError(
            f"{out.jitter('*').parent}: found none, but jitter is committed; harness jitter before"
        )
    for path in _transcripts(committed):
        if not out.transcript(path.stem).is_file():
            said = "make it anew with repro/api_smoketest.py --out, or copy it there"
            raise RunError(f"{out.transcript(path.stem)}: not found, but {path} is committed; {said}")


def _jitter(tree: Tree) -> set[Path]:
    return set(tree.jitter("*").parent.glob("*.json"))


def _transcripts(tree: Tree) -> set[Path]:
    return set(tree.transcript("*").parent.glob("*.json"))


def _files(entries: list[Entry], out: Tree) -> set[Path]:
    found = _transcripts(out) | _jitter(out)
    for entry in entries:
        suite, cell = entry.cell.suite, entry.cell
        found.add(out.blocked(suite))
        if entry.state == "done":
            found |= {out.result(suite, cell.id), out.envelope(suite, cell.id)}
            found |= {out.scores(suite, cell.id), out.scores(suite, cell.encoder)}
            found |= {out.codec(suite, cell.id)} if cell.keep_codec else set()
    return found
