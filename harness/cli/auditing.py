"""The command ``audit``: from a file of vectors to a recommendation with evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.options import AsJson, Column, DropBroken, Encoder
from harness.console.output import complain, show


def audit(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="Vectors: .npy, .npz, .parquet, .csv and others, or hf://datasets/…; texts with --encoder.",
        ),
    ],
    pairs: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Pairs in .jsonl, .csv or .tsv: row numbers a and b, score or none."
        ),
    ] = None,
    queries: Annotated[
        str | None, typer.Option(metavar="FILE", help="Queries: a file of vectors, or texts.")
    ] = None,
    qrels: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Judgements: TREC's columns, BEIR's table, or JSON."),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(metavar="'METRIC >= X'", help="What to reach, such as 'knn-recall@10 >= 0.95'."),
    ] = None,
    budget: Annotated[
        str | None, typer.Option(metavar="BYTES", help="Most bytes a vector, codebooks included: 64B.")
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(metavar="ROWS", help="Rows of the corpus that it is for, such as 1e9: predict there."),
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="FILE", help="Newer vectors: have they drifted?")
    ] = None,
    seconds: Annotated[str, typer.Option("--time", metavar="TIME", help="Time to measure: 90s, 3m.")] = "3m",
    encoder: Encoder = None,
    column: Column = None,
    drop_broken: DropBroken = False,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder to write.")] = Path("audit"),
    as_json: AsJson = False,
) -> None:
    """Measure how small the vectors of a file can be made, and recommend a codec with evidence.

    Half of the rows are held out, copies on one side. Trained and untrained compressors are measured within
    the time, at equal bytes, with intervals; the advice follows by rule. DIR holds the page (index.html), a
    summary, every number (audit.json), scores, split, checksums and the recommended codec.

    \b
    Examples: harness audit vectors.npy
              harness audit vectors.npy --target 'knn-recall@10 >= 0.95' --rows 1e9 -o audit
              harness audit documents.npy --queries queries.npy --qrels qrels.tsv --budget 64B
              harness audit sentences.npy --pairs pairs.csv --target 'retention@human >= 0.98'
              harness audit texts.txt --encoder minilm --against newer.txt
    """
    from harness.audit.folder import check_target, write
    from harness.audit.preparing import Request
    from harness.audit.rows import Options
    from harness.audit.run import run
    from harness.console.audited import planned, summary
    from harness.console.progress import progress
    from harness.planning.quantities import parse_bytes, parse_rows, parse_time
    from report.audits.render import rendered

    options = Options(file, pairs, queries, qrels, against, encoder, column, drop_broken)
    request = Request(
        target=target,
        budget=None if budget is None else parse_bytes(budget),
        rows=None if rows is None else parse_rows(rows),
        seconds=parse_time(seconds, "--time", "90s, 3m or 1h"),
    )
    check_target(out)
    with progress() as on_progress:
        outcome = run(options, request, str(out), on_progress, lambda prepared: complain(planned(prepared)))
    write(out, outcome, rendered(outcome.audit))
    show(summary(outcome.audit, out, as_json=as_json))
