"""How figures of an audit tell configurations apart: by marker, colour and line, also in grey."""

from __future__ import annotations

from dataclasses import dataclass

from harness.evidence.schema.audit import Audit
from harness.evidence.schema.audit_frontier import Configuration
from report.audits.numbers import count

BLUE, VERMILLION, GREY, BLACK, WHITE = "#0b4f8a", "#d1602b", "#8c8c8c", "#000000", "#ffffff"


@dataclass(frozen=True, slots=True)
class Kind:
    """Configurations that look the same; ``filled`` are those with uncompressed queries."""

    label: str
    trained: bool
    marker: str
    colour: str
    line: str


KINDS = (Kind("trained", True, "o", BLUE, "-"), Kind("untrained", False, "^", VERMILLION, "--"))


def kind(configuration: Configuration) -> Kind:
    """Return how a configuration is drawn."""
    return next(each for each in KINDS if each.trained == configuration.trained)


def forms_differ(audit: Audit) -> bool:
    """Return whether the deciding value depends on the form of the query; that of pairs does not."""
    values = {(each.pipeline, each.decided_by.value) for each in audit.frontier}
    return len(values) > len({each.pipeline for each in audit.frontier})


def measured_at(audit: Audit) -> str:
    """Return at which size of the corpus the deciding values stand, as axes and tables say it."""
    predicted = any(each.prediction is not None for each in audit.frontier)
    if predicted:
        return f"predicted at {count(audit.task.rows)} rows"
    labelled = not audit.task.target_metric.startswith(("knn-recall", "tolerant-knn-recall"))
    return "on held-out labels" if labelled else f"at {count(audit.split.corpus)} rows searched"
