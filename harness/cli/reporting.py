"""Commands that read evidence: ``results``, ``claims``, ``report``, ``schema``, ``lock``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.evidence import existing, summary
from harness.cli.options import ARTIFACTS, LISTING, AsJson, From
from harness.console.output import complain, show
from harness.errors import InputError, RunError


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
    from report.evidence.rows import rows, rows_csv

    tree = existing(source)
    missing = admit(tree)
    values = [row.as_json() for row in rows(tree)]
    if missing:  # no verdict rests on it here
        complain(summary(missing))
    show(json.dumps(values, indent=1) if as_json else rows_csv(values) if as_csv else rows_table(values))


def claims(source: From = ARTIFACTS, as_json: AsJson = False) -> None:
    """Print the claims with their computed verdicts.

    Results that no suite defines are refused; exit status 1 if a suite that was run lacks cells.

    \b
    Example: harness claims --from out
    """
    from harness.console.show import claims_table
    from harness.verification.admission import admit
    from report.verdicts.board import claims_document
    from report.verdicts.claims import load_claims
    from report.verdicts.judge import judge

    tree = existing(source)
    missing = admit(tree)
    verdicts = judge(load_claims(), tree)
    document = claims_document(verdicts)
    show(json.dumps(document, indent=2, ensure_ascii=False) if as_json else claims_table(verdicts))
    if missing:
        raise RunError(summary(missing))


def schema(
    kind: Annotated[str | None, typer.Argument(help="Kind of file, such as result.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the schema of every kind to this folder.")] = None,
) -> None:
    """Print the JSON Schema of a kind of evidence, or the kinds there are.

    \b
    Examples: harness schema result
              harness schema --out harness/evidence/schemas
    """
    from harness.evidence.schema.kinds import KINDS, export, json_schema

    if out is not None:
        show("\n".join(map(str, export(out))))
    elif kind is None:
        show("\n".join(f"{name}: {place}" for name, (place, _) in KINDS.items()))
    elif kind in KINDS:
        show(json.dumps(json_schema(kind), indent=2, ensure_ascii=False))
    else:
        raise InputError(f"schema: found {kind!r}, expected one of {', '.join(KINDS)}")


def lock(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing: exit status 1 where it differs.")
    ] = False,
) -> None:
    """Write report/claims.lock: a digest of what decides each claim, before its evidence is made.

    Results are made under it: a claim that is changed afterwards no longer has the digest of its evidence.

    \b
    Example: harness lock --check
    """
    from harness.evidence.claims_lock import LOCK
    from harness.evidence.files import write_atomic
    from harness.verification.lock import lock_bytes

    content = lock_bytes()
    if not check:
        write_atomic(LOCK, content)
    elif not LOCK.is_file() or LOCK.read_bytes() != content:
        raise RunError(f"{LOCK}: not the digests of the claims as they are; harness lock writes them")
    show(str(LOCK))


def report(
    source: From = ARTIFACTS,
    lint: Annotated[
        bool, typer.Option("--lint", help="Write nothing: check that no number in prose lacks a result.")
    ] = False,
    pdf: Annotated[
        Path | None, typer.Option(help="Also write the technical report as PDF to this file (extra pdf).")
    ] = None,
) -> None:
    """Render claims, figures and the technical report into the evidence folder's report/.

    For the committed evidence it also updates the README's findings and the report's lines of
    ARTIFACTS.sha256. With --lint, exit status 1 for a number in the prose of README, page, report or
    templates that no result has.

    \b
    Examples: harness report --from out
              harness report --lint
    """
    if lint:
        _lint()
        return
    from harness.run.publish import publish_report
    from harness.verification.admission import admit
    from report.pages.render import render

    tree = existing(source)
    missing = admit(tree)
    committed = source == ARTIFACTS and LISTING.is_file()
    for path in publish_report(source, LISTING) if committed else render(tree):
        show(str(path))
    if pdf is not None:
        from harness.evidence.files import write_atomic
        from report.pages.pdf import pdf as document

        write_atomic(pdf, document(tree.report()))
        show(str(pdf))
    if missing:
        raise RunError(summary(missing))


def _lint() -> None:
    """Print each problem of this checkout's prose; raise RunError if there are any."""
    from report.pages.lint import problems

    lines = problems(Path())
    for line in lines:
        show(line)
    if lines:
        raise RunError(f"{len(lines)} numbers or texts without a result behind them")
