"""Everything that is rendered of an audit, from ``audit.json`` alone, deterministic to the byte."""

from __future__ import annotations

from pathlib import Path

from harness.evidence.schema.audit import Audit, parse_audit
from harness.evidence.stamp import digest, read_stamped
from report.audits.figures import figures
from report.audits.page import page
from report.audits.summary import summary


def rendered(audit: Audit) -> dict[str, bytes]:
    """Return the files beside ``audit.json`` by name: index.html, SUMMARY.md, frontier.svg, prediction.svg.

    Without a prediction there is no prediction.svg.
    """
    drawn = figures(audit)
    return {
        "index.html": page(audit, digest(audit.model_dump(mode="json", by_alias=True)), drawn),
        "SUMMARY.md": summary(audit),
        **{f"{name}.svg": figure.svg for name, figure in drawn.items()},
    }


def rendered_from(path: Path) -> dict[str, bytes]:
    """Return the same for an audit.json; raise InputError where it is none, or its checksum is another."""
    return rendered(parse_audit(path, read_stamped(path)[0]))
