"""The command that sets planners side by side: ``compare-planners``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.deploying import Vectors
from harness.cli.options import OUT, AsJson, Column, DropBroken, Out
from harness.console.output import show
from harness.errors import InputError
from harness.evidence.layout import Tree

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def compare_planners(
    file: Vectors,
    tqp: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Command of turboquant-pro, installed in an environment of its own."
        ),
    ] = None,
    target: Annotated[
        str, typer.Option(metavar="TARGET", help="What recommendations are to keep.")
    ] = "knn-recall@10 >= 0.9",
    time: Annotated[str, typer.Option(help="Time for the audit: 90s, 3m.")] = "3m",
    encoder: Annotated[str | None, typer.Option(help="Encoder, where the file has texts.")] = None,
    column: Column = None,
    drop_broken: DropBroken = False,
    name: Annotated[str | None, typer.Option(help="Name of the comparison; default: the file's.")] = None,
    title: Annotated[str | None, typer.Option(help="What the vectors are; default: the file's name.")] = None,
    out: Out = OUT,
    as_json: AsJson = False,
) -> None:
    """Set the audit beside another planner: what each recommends, promises, and comes to on other rows.

    Both see a random half of the rows. Their recommendations are measured on the other half by one exact
    search, at several sizes, with and without compressed queries; rescoring stands apart. tqp plan runs
    twice: at its defaults, and measuring on more rows. Writes peers/NAME.json, which harness artifacts
    publishes and the report shows.

    \b
    Examples: harness compare-planners vectors.npy --tqp ~/tqp/bin/tqp
              harness compare-planners texts.jsonl --encoder minilm --tqp ~/tqp/bin/tqp
    """
    from harness.audit.rows import Options
    from harness.console.peers import compared_planners
    from harness.console.progress import progress
    from harness.peers.comparison import Question, compare
    from harness.peers.tqp import Tqp
    from harness.peers.writing import write
    from harness.planning.quantities import parse_time

    name = Path(file).stem if name is None else name
    if not _NAME.fullmatch(name):
        raise InputError(f"--name: found {name!r}, expected a name of small letters, digits and dashes")
    options = Options(file, encoder=encoder, column=column, drop_broken=drop_broken)
    question = Question(
        options, target, parse_time(time, "--time", "90s, 3m or 1h"), name, title or Path(file).name
    )
    command = None if tqp is None else Tqp.at(tqp)
    with progress() as on_progress:
        compared = compare(question, command, on_progress)
    path = write(compared, Tree(out))
    show(compared_planners(compared.comparison, path, as_json=as_json))
