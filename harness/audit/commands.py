"""The commands to run after an audit."""

from __future__ import annotations

import shlex

from harness.audit.inputs import Options
from harness.audit.preparing import Prepared
from harness.evidence.schema.audit import NextCommand
from harness.evidence.schema.audit_frontier import Configuration


def commands(
    prepared: Prepared,
    options: Options,
    folder: str,
    best: Configuration | None,
    nearest: Configuration | None,
) -> tuple[NextCommand, ...]:
    """Return what to run next: compress with the recommended codec, or measure what is missing."""
    file, out = (shlex.quote(text) for text in (options.location, folder))
    column = f" --column {shlex.quote(options.column)}" if options.column else ""
    listed = []
    if best is not None and options.encoder is None:
        compress = f"harness compress {file}{column} --codec {out}/codec -o codes.npy"
        listed.append(("Compress the file with the recommended codec.", compress))
        listed.append(
            ("Fit the same pipeline on all rows.", f"harness fit {file}{column} --audit {out} -o codec")
        )
    elif nearest is not None and options.encoder is None:
        pipeline = shlex.quote(nearest.pipeline)
        listed.append(
            (
                "Fit the nearest configuration, although it misses the target.",
                f"harness fit {file}{column} --pipeline {pipeline} -o codec",
            )
        )
    if prepared.question.rows > len(prepared.data.corpus) and not prepared.question.predict:
        listed.append(
            (
                "Predict recall at the size of the whole corpus.",
                f"harness audit {file}{column} --rows {prepared.question.rows} -o {out}-full",
            )
        )
    return tuple(NextCommand(purpose=purpose, command=command) for purpose, command in listed)
