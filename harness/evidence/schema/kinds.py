"""Which files under ``artifacts/`` are of which model, and their JSON Schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from harness.evidence.files import write_atomic
from harness.evidence.schema.bench import Bench
from harness.evidence.schema.envelope import Envelope
from harness.evidence.schema.jitter import Jitter
from harness.evidence.schema.labels import LabelIndex
from harness.evidence.schema.lock import ClaimsLock
from harness.evidence.schema.means import Means
from harness.evidence.schema.model import Stamped
from harness.evidence.schema.noise import Noise
from harness.evidence.schema.peers import PlannerComparison, PlanningTimes
from harness.evidence.schema.portability import Portability
from harness.evidence.schema.result import Result
from harness.evidence.schema.suite import SuiteRecord
from harness.evidence.schema.transcript import Transcript
from harness.evidence.schema.verdict import Claims
from harness.evidence.schema.version import SCHEMA_VERSION
from harness.evidence.stamp import dumps

EXPORTED = Path(__file__).parent.parent / "schemas"
# Each kind of file: where it stands below the folder of evidence, and what it says.
KINDS: dict[str, tuple[str, type[BaseModel]]] = {
    "result": ("results/*/*.json", Stamped[Result]),
    "suite": ("results/*.suite.json", Stamped[SuiteRecord]),
    "means": ("means/*.json", Stamped[Means]),
    "labels": ("labels/*.json", Stamped[LabelIndex]),
    "jitter": ("jitter/*.json", Stamped[Jitter]),
    "noise": ("noise/noise.json", Stamped[Noise]),
    "peers": ("peers/*.json", Stamped[PlannerComparison]),
    "peer-times": ("peers/times/*.json", Stamped[PlanningTimes]),
    "bench": ("bench/*.json", Stamped[Bench]),
    "portability": ("portability/portability.json", Stamped[Portability]),
    "transcript": ("transcripts/*.json", Stamped[Transcript]),
    "envelope": ("envelopes/*/*.json", Envelope),
    "lock": ("locks/*.json", ClaimsLock),
    "claims": ("report/claims.json", Claims),
}


def json_schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a kind of file.

    Rules between fields, such as low <= value <= high, are no part of it: ``repro/verify.py`` has them.
    """
    place, model = KINDS[kind]
    return schema_of(model, kind, f"artifacts/{place}")


def schema_of(model: type[BaseModel], title: str, place: str) -> dict[str, Any]:
    """Return the JSON Schema of a document, with a title and where such documents stand."""
    schema = model.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": title,
        "$comment": f"{place}, schema {SCHEMA_VERSION}",
    }


def export(folder: Path) -> list[Path]:
    """Write ``<kind>.json`` for every kind into ``folder``, each atomically, and return the paths."""
    paths = [folder / f"{kind}.json" for kind in KINDS]
    for path in paths:
        write_atomic(path, dumps(json_schema(path.stem)))
    return paths
