"""The pipeline to fit: as the user names it, or as an audit recommends it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.deploy.card import Measured
from harness.deploy.notation import parse_pipeline
from harness.errors import InputError
from harness.evidence.schema.audit import Audit, parse_audit
from harness.evidence.schema.audit_frontier import Configuration
from harness.evidence.stamp import read_stamped
from harness.planning.steps import Step


@dataclass(frozen=True, slots=True)
class Choice:
    """A pipeline, what an audit measured of it, and what it advises; both empty without an audit."""

    pipeline: tuple[Step, ...]
    measured: tuple[Measured, ...] = ()
    advice: tuple[str, ...] = ()


def chosen(pipeline: str | None, audit: Path | None) -> Choice:
    """Return the pipeline that is named, or that the audit in a folder recommends.

    Raises InputError unless exactly one of the two is given, and where the audit recommends nothing.
    """
    if pipeline is not None and audit is None:
        return Choice(parse_pipeline(pipeline, "--pipeline"))
    if audit is not None and pipeline is None:
        return _recommended(audit / "audit.json")
    raise InputError("fit: found both or none of --pipeline and --audit, expected one of them")


def _recommended(path: Path) -> Choice:
    content = parse_audit(path, read_stamped(path)[0])
    configuration = content.recommended
    if configuration is None:
        nearest = next((each for each in content.frontier if each.id == content.advice.nearest), None)
        remedy = f" such as {nearest.pipeline!r}, the nearest" if nearest else ""
        raise InputError(f"{path}: found no recommendation, expected one, or a --pipeline{remedy}")
    advice = (content.advice.sentence, *(warning.message for warning in content.advice.warnings))
    return Choice(
        parse_pipeline(configuration.pipeline, str(path)), _measured(content, configuration), advice
    )


def _measured(audit: Audit, configuration: Configuration) -> tuple[Measured, ...]:
    source, split = audit.sources[0], audit.split
    protocol = (
        f"audit of {source.name}, sha256 {source.sha256[:12]}…: fitted on {split.train:,} rows,"
        f" measured on {split.corpus:,} others, queries {configuration.query}"
    )
    return tuple(
        Measured(**value.model_dump(include={"metric", "value", "low", "high", "n"}), protocol=protocol)
        for value in configuration.values
    )
