"""Committing evidence: a run's output takes the place of ``artifacts/``, whole, and is hashed anew."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from harness.errors import RunError
from harness.evidence import stability
from harness.evidence.files import sha256_file, write_atomic
from harness.evidence.layout import Tree
from harness.evidence.schema.bench import parse_bench
from harness.evidence.stamp import read_json, read_stamped
from harness.planning.status import Entry
from harness.run import checkout, ro_crate
from harness.run.jitter import incomplete
from harness.run.leftovers import check_origin
from harness.run.noise import outdated
from harness.verification import admission
from harness.verification.receipts import FOLDER as RECEIPTS

README = Path("README.md")


def publish(entries: list[Entry], out: Tree, target: Path, listing: Path, code: Path) -> str:
    """Replace ``target`` by what ``entries`` left in ``out``, with a report, and write ``listing``.

    Raises RunError where the checkout ``code`` is not clean or a result was made by code that is not its
    history; where a cell that could run has not: half a run is no evidence; and where what is committed is
    not here. A replacement that was cut short is undone by the next one. Beside the cells' files go those
    of the folders that belong to no cell (``harness.evidence.layout.EXTRAS``).
    """
    fresh, old = (target.with_name(f".{target.name}.{word}") for word in ("new", "old"))
    if old.exists() and not target.exists():  # killed between the two renames below
        old.replace(target)
    _check_code(code)
    check_origin(entries, out)
    _check(entries, out, Tree(target))
    _check_envelopes(entries, out, code)
    from report.pages.readme import refresh
    from report.pages.render import render

    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    for path in _files(entries, out):
        location = fresh / path.relative_to(out.root)
        location.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, location)
    if (target / RECEIPTS).is_dir():  # of others: they say what stood here before
        shutil.copytree(target / RECEIPTS, fresh / RECEIPTS)
    admission.admit(Tree(fresh))
    render(Tree(fresh))
    ro_crate.write(Tree(fresh), checkout.ROOT)
    if target.exists():
        target.replace(old)
    fresh.replace(target)
    shutil.rmtree(old, ignore_errors=True)
    if README.is_file():
        refresh(README, Tree(target))
    paths = sorted(p for p in target.rglob("*") if p.is_file())
    _write_listing(listing, {path.as_posix(): sha256_file(path) for path in paths})
    size = sum(path.stat().st_size for path in paths)
    return f"{target}: {len(paths)} files, {size / 1e6:.1f} MB, listed in {listing}"


def publish_report(target: Path, listing: Path) -> list[Path]:
    """Render the report of committed evidence again, with the README's table, and list its files anew.

    So are the receipts, and the description as an RO-Crate. No other line of ``listing`` changes: edited
    evidence is still detected. Returns the report's files. The caller admits the evidence.
    """
    from report.pages.readme import refresh
    from report.pages.render import render

    written = render(Tree(target))
    if README.is_file():
        refresh(README, Tree(target))
    anew = (Tree(target).report(), target / RECEIPTS, ro_crate.write(Tree(target), checkout.ROOT))
    lines = (line.split("  ", 1) for line in listing.read_text("utf-8").splitlines())
    evidence = {
        path: sha256 for sha256, path in lines if not any(Path(path).is_relative_to(part) for part in anew)
    }
    files = [path for part in anew for path in (part, *part.rglob("*")) if path.is_file()]
    _write_listing(listing, evidence | {path.as_posix(): sha256_file(path) for path in files})
    return written


def _write_listing(listing: Path, digests: Mapping[str, str]) -> None:
    """Write each file's sha256 and path, in the order of the paths' bytes."""
    paths = sorted(digests, key=str.encode)
    write_atomic(listing, "".join(f"{digests[path]}  {path}\n" for path in paths).encode())


def _check(entries: list[Entry], out: Tree, committed: Tree) -> None:
    todo = [entry for entry in entries if entry.state == "to do"]
    if todo:
        raise RunError(
            f"{len(todo)} cells are to do, {todo[0].cell.id} first ({todo[0].why}); run them before"
        )
    lost = [e for e in entries if not e.can_run and committed.result(e.cell.suite, e.cell.id).is_file()]
    if lost:
        raise RunError(f"{len(lost)} committed cells cannot be had here ({lost[0].why}); {lost[0].remedy}")
    stability.read(out)  # a file that is no jitter is refused in one line
    if lines := incomplete(entries, out):
        raise RunError(f"{lines[0]}; harness jitter before, or remove {out.jitter('*').parent}")
    _check_benches(out)
    if lines := outdated(out):
        raise RunError(f"{lines[0]}; remove it, and measure noise again when the results are published")
    for suite in sorted({entry.cell.suite for entry in entries if entry.state == "done"}):
        if not out.labels(suite).is_file():
            raise RunError(f"{out.labels(suite)}: not found, expected labels; harness labels makes them")
    for path in committed.extras():
        location = out.root / path.relative_to(committed.root)
        if not location.is_file():
            remedy = "make it anew (transcripts: repro/api_smoketest.py --out), or copy it there"
            raise RunError(f"{location}: not found, but {path} is committed; {remedy}")


def _check_benches(out: Tree) -> None:
    """Raise RunError where speed was measured from changed files; InputError for a file that is no bench."""
    for path in out.benches():
        commit = parse_bench(path, read_stamped(path)[0]).machine.commit
        if commit is None or commit.dirty:
            raise RunError(f"{path}: measured from changed files; harness bench from a clean checkout")


def _check_code(code: Path) -> None:
    """Raise RunError unless ``code`` is a clean checkout: evidence has to say which code made it."""
    if checkout.commit(code) is None:
        raise RunError(f"{code}: no git checkout, expected one: evidence names the commit that made it")
    if changed := checkout.changes(code):
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise RunError(f"{code}: {changed[0]}{more} differs from the commit; commit it or take it away")


def _check_envelopes(entries: list[Entry], out: Tree, code: Path) -> None:
    """Raise RunError where a result was made by changed files, or by a commit that ``code`` does not have.

    That its code is today's is seen by the digests in the result: it would be to do.
    """
    shas: dict[str, Path] = {}
    dirty = []
    for entry in entries:
        if entry.state == "done":
            path = out.envelope(entry.cell.suite, entry.cell.id)
            commit = read_json(path).get("commit")
            if not isinstance(commit, dict) or commit.get("dirty") is not False or "sha" not in commit:
                dirty.append(path)
            else:
                shas.setdefault(str(commit["sha"]), path)
    if dirty:
        raise RunError(
            f"{dirty[0]}: made from changed files, as are {len(dirty) - 1} more; run them again from a clean "
            "checkout: harness run --force"
        )
    for sha in checkout.unknown(shas, code):
        raise RunError(
            f"{shas[sha]}: made by commit {sha[:12]}, which {code} does not stand on; harness run --force"
        )


def _files(entries: list[Entry], out: Tree) -> set[Path]:
    paths = set(out.extras())
    for entry in entries:
        suite, cell = entry.cell.suite, entry.cell
        paths.add(out.suite(suite))
        paths |= {out.means(suite)} if out.means(suite).is_file() else set()
        if entry.state == "done":
            paths |= {out.result(suite, cell.id), out.envelope(suite, cell.id)}
            paths |= {out.scores(suite, cell.id), out.scores(suite, cell.encoder)}
            paths |= {out.codec(suite, cell.id)} if cell.keep_codec else set()
            lock = read_json(out.envelope(suite, cell.id)).get("claims_lock")
            paths |= {out.lock(lock)} if lock else set()
    return paths
