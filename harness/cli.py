"""The command ``harness``. Heavy imports stand inside the command that needs them."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.console.exits import INTERRUPTED, StoppedError, explained, stop_on_sigterm
from harness.errors import InputError, RunError
from harness.evidence.layout import Tree
from harness.numerics.pinning import obstacle
from harness.types import Place

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Evidence about embedding compression that a stranger can check.",
)

Suites = Annotated[
    list[str] | None, typer.Argument(metavar="[SUITE]...", help="Names in suites/, or paths to TOML files.")
]
Mirror = Annotated[Path | None, typer.Option(envvar="HARNESS_MIRROR", help="Folder that mirrors hub data.")]
Offline = Annotated[bool, typer.Option("--offline", help="Ask no hub; use what is here.")]
Large = Annotated[bool, typer.Option("--all", help="Also what is declared large: gigabytes, or hours.")]
AllowApi = Annotated[
    list[str] | None,
    typer.Option(
        metavar="HOST=VARIABLE", help="Let a suite send the key in VARIABLE to HOST; also HARNESS_ALLOW_API."
    ),
]
Out = Annotated[Path, typer.Option(help="Evidence folder that a run writes to.")]
From = Annotated[
    Path, typer.Option("--from", help="Evidence folder to read: artifacts (committed) or out (a run's).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OUT, ARTIFACTS, LISTING = Path("out"), Path("artifacts"), Path("ARTIFACTS.sha256")


@app.command("list")
def list_(
    kind: Annotated[
        str | None, typer.Argument(metavar="[KIND]", help="Only this, in full: datasets, encoders …")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List suites, data sets, encoders, the plug-ins of every kind, and claims.

    \b
    Examples: harness list
              harness list datasets --json
    """
    from harness.console import listing
    from report.verdicts.claims import load_claims

    kinds = listing.kinds() | {"claims": lambda: {claim.id: claim.sentence for claim in load_claims()}}
    if kind is not None and kind not in kinds:
        raise InputError(f"list: found {kind!r}, expected one of {', '.join(kinds)}")
    listed = {name: kinds[name]() for name in ([kind] if kind else kinds)}
    _print(json.dumps(listed, indent=2, ensure_ascii=False) if as_json else listing.text(listed))


@app.command()
def plan(
    suites: Suites = None,
    mirror: Mirror = None,
    offline: Offline = False,
    large: Large = False,
    out: Out = OUT,
    as_json: AsJson = False,
    allow_api: AllowApi = None,
) -> None:
    """Show every cell: done, to do, left out or blocked, and why. Runs nothing.

    Results that no suite has are named at the end, with exit status 1.

    \b
    Example: harness plan sample
    """
    from harness.console.show import planned
    from harness.verification.admission import unplanned

    found = _entries(suites, mirror, out, offline=offline, large=large, allow_api=allow_api)
    _print(planned(found, as_json=as_json))
    if surplus := unplanned(Tree(out), _ids(found)):
        more = f", nor {len(surplus) - 1} more" if len(surplus) > 1 else ""
        raise RunError(f"{surplus[0]}: no suite has it{more}; remove it, or name its suite")


@app.command()
def run(
    suites: Suites = None,
    only: Annotated[str, typer.Option(help="Cells whose id matches this shell pattern.")] = "*",
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; default: the cores there are.")] = None,
    mirror: Mirror = None,
    offline: Offline = False,
    large: Large = False,
    force: Annotated[bool, typer.Option("--force", help="Run what is done already as well.")] = False,
    out: Out = OUT,
    allow_api: AllowApi = None,
) -> None:
    """Run what is to do; skip what is done; name what is BLOCKED for lack of an input, or left out as large.

    \b
    Examples: harness run sample planted
              harness run sts-generalization --only 'minilm.*lens-pq*' --mirror DIR
    """
    from harness.console.progress import progress
    from harness.console.show import ran, removed
    from harness.parallel.resources import default_jobs
    from harness.run.expectations import shortfalls
    from harness.run.runner import run as run_cells
    from harness.verification.admission import leftover

    if reason := obstacle():
        _complain(f"bytes will differ from the committed ones: {reason}")
    found = _entries(suites, mirror, out, offline=offline, large=large, force=force, allow_api=allow_api)
    chosen = _matching(found, only)
    surplus = [path for suite, ids in _ids(found).items() for path in leftover(Tree(out), suite, ids)]
    with progress() as told:
        failures = run_cells(found, chosen, Tree(out), _store(), jobs or default_jobs(), told)
    failures += shortfalls(chosen, Tree(out))
    _print(ran(chosen, failures))
    if surplus:
        _print(removed(surplus))
    if failures:
        raise RunError(f"{len(failures)} of {len(chosen)} cells failed or fell short")


@app.command()
def jitter(
    suites: Suites = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; default: the cores there are.")] = None,
    mirror: Mirror = None,
    offline: Offline = False,
    out: Out = OUT,
) -> None:
    """Measure how far values move when vectors are disturbed in the last place: rerun tolerances follow.

    One seed and training split of each pipeline, three disturbances of 1e-7; after harness run, whose results
    the moves are measured against. What is stored already is not measured again.

    \b
    Examples: harness jitter sample
              harness jitter --mirror DIR
    """
    from harness.console.progress import progress
    from harness.console.show import jittered
    from harness.parallel.resources import default_jobs
    from harness.run.jitter import run as measure

    found = _entries(suites, mirror, out, offline=offline)
    with progress() as told:
        failures = measure(found, Tree(out), _store(), jobs or default_jobs(), told)
    _print(jittered(found, Tree(out), failures))
    if failures:
        raise RunError(f"the jitter of {len(failures)} cells could not be measured")


@app.command()
def results(
    source: From = ARTIFACTS,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Print every measured value as a flat row.

    \b
    Example: harness results --csv | grep retention@human
    """
    from harness.console.show import rows_table
    from harness.verification.admission import admit
    from report.evidence.results import rows, rows_csv

    lacking = admit(Tree(source))
    found = rows(Tree(source))
    if lacking:  # no verdict rests on it here
        _complain(_short(lacking))
    _print(json.dumps(found, indent=1) if as_json else rows_csv(found) if as_csv else rows_table(found))


@app.command()
def claims(source: From = ARTIFACTS, as_json: AsJson = False) -> None:
    """Print the claims with their computed verdicts.

    Results that no suite has are refused; exit status 1 where a suite that was run lacks cells.

    \b
    Example: harness claims --from out
    """
    from harness.console.show import claims_table
    from harness.verification.admission import admit
    from report.verdicts.claims import load_claims
    from report.verdicts.judge import judge

    lacking = admit(Tree(source))
    found = judge(load_claims(), Tree(source))
    _print(json.dumps({"claims": found}, indent=2, ensure_ascii=False) if as_json else claims_table(found))
    if lacking:
        raise RunError(_short(lacking))


@app.command()
def report(source: From = ARTIFACTS) -> None:
    """Render claims, figures and the technical report into the evidence folder's report/.

    Of the committed evidence, the README's table and the report's lines of ARTIFACTS.sha256 follow.

    \b
    Example: harness report --from out
    """
    from harness.run.publish import publish_report
    from harness.verification.admission import admit
    from report.pages.render import render

    lacking = admit(Tree(source))
    committed = source == ARTIFACTS and LISTING.is_file()
    for path in publish_report(source, LISTING) if committed else render(Tree(source)):
        _print(str(path))
    if lacking:
        raise RunError(_short(lacking))


@app.command()
def export(
    suite: Annotated[str, typer.Argument(help="Name of a suite with results.")],
    to: Annotated[Path, typer.Option("--to", help="Folder to write to.")],
    source: From = ARTIFACTS,
    metric: Annotated[str | None, typer.Option(help="Also find the cheapest by this metric.")] = None,
    at_least: Annotated[float | None, typer.Option(help="The bound that the cheapest has to meet.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Hold the interval's lower end to it.")] = False,
) -> None:
    """Write a suite's results as JSON lines, JSON, CSV and Parquet; with a bound, the cheapest that meets it.

    \b
    Examples: harness export sample --to exported
              harness export sample --to exported --metric retention@human --at-least 0.9 --strict
    """
    from report.export.best import write_best
    from report.export.rows import export as write

    if (metric is None) != (at_least is None) or (strict and metric is None):
        raise InputError("export: --strict needs --metric and --at-least, which need each other")
    for path in write(Tree(source), suite, to):
        _print(str(path))
    if metric is not None and at_least is not None:
        without = write_best(Tree(source), suite, to, metric, at_least, strict=strict)
        _print(str(to / "best.json"))
        if without:
            raise RunError(f"no configuration of {', '.join(without)} has {metric} of at least {at_least:g}")


@app.command()
def verify(root: Annotated[Path, typer.Option(help="The checkout to verify.")] = Path()) -> None:
    """Check the committed evidence in every way that needs no data and runs nothing again.

    \b
    By hash: ARTIFACTS.sha256 both ways, certificates, files, structure, envelopes
      (python3 repro/verify.py does this alone, without a package).
    Against the suites: no result that they have not, none missing that is not BLOCKED.
    By recomputing: values whose scores are all in the evidence come out again from
      them; of the others the number of items is checked. Of means over seeds and of comparisons
      some intervals a suite are drawn again; of the others the hash is checked.
    By rendering: claims, figures, report and the README's part come out in the same bytes.
    Seconds and versions in an envelope are held by the hash alone.

    \b
    Example: harness verify
    """
    from harness.verification.problems import problems

    found, checked = problems(root)
    _print("\n".join([*found, checked]))
    if found:
        raise RunError(f"{len(found)} problems")


@app.command()
def compare(
    out: Out = OUT, committed: Annotated[Path, typer.Option(help="Committed evidence.")] = ARTIFACTS
) -> None:
    """Compare a run with the committed evidence, cell by cell.

    Audit, sizes and n have to be the same; values and the ends of intervals within each metric's rerun
    tolerance; what else is not the same is named. So are means over seeds, of groups of which all cells are
    here. Exit status 1 where a cell or mean differs, where one that is committed is neither here nor BLOCKED
    though its suite was run, or where nothing is compared.

    \b
    Example: harness compare
    """
    from harness.console.show import compared
    from harness.run.compare import FAILING
    from harness.run.compare import compare as compare_trees
    from harness.run.compare_means import compare_means
    from harness.verification.admission import plans, strangers

    for tree in (Tree(out), Tree(committed)):
        for line in strangers(tree, plans(tree)):
            raise InputError(line)
    found = [*compare_trees(Tree(out), Tree(committed)), *compare_means(Tree(out), Tree(committed))]
    _print(compared(found))
    failing = [line for line in found if line.state in FAILING]
    if failing:
        raise RunError(
            f"{len(failing)} cells or means differ by more than their rerun tolerance, or are missing"
        )


@app.command()
def artifacts(mirror: Mirror = None, offline: Offline = False, out: Out = OUT) -> None:
    """Replace artifacts/ by a run's output, render its report, and hash it anew (maintainers).

    Refused where the code differs from its commit, and where a result was made with such code.

    \b
    Example: harness artifacts --mirror DIR
    """
    from harness.run.checkout import ROOT
    from harness.run.publish import publish

    found = _entries(None, mirror, out, offline=offline)
    _print(publish(found, Tree(out), ARTIFACTS, LISTING, ROOT))


@app.command()
def serve(
    codec: Annotated[list[Path] | None, typer.Option(help="Saved codec; default: all committed.")] = None,
    vectors: Annotated[Path | None, typer.Option(help=".npy to export; default: 50 documents.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any free one.")] = 8321,
    check: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Only run the smoke test, and write its transcript.")
    ] = None,
) -> None:
    """Serve the HTTP contract of claim C6 on saved codecs, with the key in AQEA_API_KEY, without TLS.

    For this machine; elsewhere behind a proxy that bounds connections and has TLS.

    --check serves on a free port of this machine with a key of its own, runs the smoke test, and stops.

    \b
    Examples: harness serve --port 8321
              harness serve --check out/api/loopback.json
    """
    from harness.server import serve as server

    if check is None:
        server.serve(codec or [], vectors, host, port, _store(), _print)
    elif failed := server.check(codec or [], vectors, check, _store(), _print):
        raise RunError(f"{failed} checks of the API failed")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what numerics the libraries use here, and whether this machine gives the committed bytes.

    \b
    Example: harness doctor --json
    """
    from harness.console.show import diagnosis
    from harness.numerics.dispatch import described

    found = described()
    _print(json.dumps(found, indent=2) if as_json else diagnosis(found))


@app.command()
def portability(
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; default: the cores there are.")] = None,
    out: Out = OUT,
) -> None:
    """Run small steps of every library and plug-in under qemu as other processors; compare their bytes.

    \b
    Example: harness portability
    """
    from harness.parallel.resources import default_jobs
    from harness.portability.table import differing, table

    rows = table(out / "portability", jobs or default_jobs(), _print)
    for line in differing(rows, pinned=False):
        _print(f"no setting holds it: {line}")
    unlike = differing(rows, pinned=True)
    for line in unlike:
        _print(line)
    if unlike:
        raise RunError(f"portability: {len(unlike)} steps differ")
    _print("SAME BYTES of all that settings hold")


def main() -> None:
    """Run the command; where it does not come to its end, print one line and exit with its status."""
    stop_on_sigterm()
    for stream in (sys.stdout, sys.stderr):  # an old code page lacks characters: `?` is better than no output
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        status = app(args=sys.argv[1:] or ["--help"], standalone_mode=False)
        if status == INTERRUPTED:  # typer took Ctrl-C
            raise KeyboardInterrupt  # noqa: TRY301
    except (KeyboardInterrupt, StoppedError, Exception) as error:
        ended = explained(error)
        if ended is None:
            raise
        message, status = ended
        _complain(message)
    sys.exit(status)


def _complain(message: str) -> None:
    print("harness: " + " ".join(message.split()), file=sys.stderr)  # noqa: T201


def _print(text: Any) -> None:
    from harness.console.show import show

    show(text)


def _store() -> Path:
    from harness.evidence.files import store_folder

    return store_folder()


def _entries(
    names: list[str] | None,
    mirror: Path | None,
    out: Path,
    *,
    offline: bool,
    large: bool = False,
    force: bool = False,
    allow_api: list[str] | None = None,
) -> list[Any]:
    from harness.embedding.api_keys import ALLOW, parse_allowed
    from harness.planning.status import entries, suite_paths

    if mirror is not None and not mirror.is_dir():
        raise InputError(f"mirror: {mirror} is not a folder, expected one that holds the mirrored files")
    if offline:
        os.environ["HF_HUB_OFFLINE"] = "1"
    allowed = parse_allowed([*(allow_api or ()), *os.environ.get(ALLOW, "").replace(",", " ").split()])
    return [
        entry
        for path in suite_paths(names or [])
        for entry in entries(
            path, Place(path.parent.resolve(), mirror, offline, large, allowed), Tree(out), force=force
        )
    ]


def _ids(found: list[Any]) -> dict[str, list[str]]:
    """Return the ids of the cells by their suites."""
    ids: dict[str, list[str]] = {}
    for entry in found:
        ids.setdefault(entry.cell.suite, []).append(entry.cell.id)
    return ids


def _short(lacking: list[str]) -> str:
    return f"{len(lacking)} cells or values are missing: {lacking[0]}"


def _matching(found: list[Any], pattern: str) -> list[Any]:
    from fnmatch import fnmatchcase

    chosen = [entry for entry in found if fnmatchcase(entry.cell.id, pattern)]
    if not chosen:
        raise InputError(f"--only: no cell matches {pattern!r}; harness plan lists them")
    return chosen
