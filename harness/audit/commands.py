"""The commands to run after an audit."""

from __future__ import annotations

import shlex

from harness.audit.preparing import Prepared, rows_needed
from harness.audit.rows import Options
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
    flags = f" --column {shlex.quote(options.column)}" if options.column else ""
    flags += " --drop-broken" if options.drop_broken else ""
    listed = []
    if best is not None and options.encoder is None:
        compress = f"harness compress {file}{flags} --codec {out}/codec -o codes.npy"
        listed.append(("Compress the file with the recommended codec.", compress))
        listed.append(
            ("Fit the same pipeline on all rows.", f"harness fit {file}{flags} --audit {out} -o codec")
        )
    elif nearest is not None and options.encoder is None:
        pipeline = shlex.quote(nearest.pipeline)
        listed.append(
            (
                "Fit the nearest configuration, although it misses the target.",
                f"harness fit {file}{flags} --pipeline {pipeline} -o codec",
            )
        )
    target, total = prepared.question.target, prepared.inputs.total
    asked = prepared.question.predict or prepared.unpredicted
    if not asked and target.metric == f"knn-recall@{target.k}" and total >= rows_needed(target.k):
        listed.append(
            (
                "Predict recall at the size of the whole corpus.",
                f"harness audit {file}{flags} --rows {prepared.question.rows} -o {out}-full",
            )
        )
    return tuple(NextCommand(purpose=purpose, command=command) for purpose, command in listed)
