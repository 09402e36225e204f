"""What each change of method was worth on folds of STS-B train, and what the chosen ones keep of STS12-16."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each setting of the suites sharper-folds and sharper-sts."""
    for fold in source.tables.sharper.folds():
        yield {
            "suite": "sharper-folds",
            "encoder": fold.encoder,
            "setting": f"{fold.setting.pipeline} {fold.setting.grid}".strip(),
            "bytes_per_vector": fold.setting.bytes,
            "retention": round(fold.mean, 9),
            "low": None,
            "high": None,
            "folds_at_random": fold.random,
            "folds_by_kind": fold.kinds,
        }
    for line in source.tables.sharper.lines():
        mean = line.retention["decontaminated"]
        yield {
            "suite": "sharper-sts",
            "encoder": line.encoder,
            "setting": f"{line.setting.pipeline} {line.setting.grid}".strip(),
            "bytes_per_vector": line.setting.bytes,
            "retention": mean and mean.value,
            "low": mean and mean.low,
            "high": mean and mean.high,
        }
