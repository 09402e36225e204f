"""Settings on validation parts, and which were taken to the test part."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.evidence.values import Mean
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each setting, best first in each suite and encoder."""
    for encoder in source.tables.search.encoders():
        for dev in source.tables.search.lines(encoder):
            setting = f"{dev.setting.pipeline} {dev.setting.grid}".strip()
            mean = dev.retention["decontaminated"]
            size = f"{dev.setting.bytes} bytes"
            yield _line("dev-search", encoder, setting, size, "retention@human", mean, taken=dev.taken)
    for encoder in source.tables.folds.encoders():
        chosen = [row.by_folds for row in source.tables.folds.choices(encoder)]
        for fold in source.tables.folds.lines(encoder):
            size, taken = f"{fold.setting.bytes} bytes", fold in chosen
            yield _line("fold-search", encoder, fold.name, size, "retention@human", fold.folds, taken=taken)
    for row in source.tables.ranking.settings():
        grid = " ".join(f"{key}={value}" for key, value in row.line.grid.items())
        mean, size = row.line.values["knn-recall@10"], f"{row.line.dims} dimensions"
        setting = grid or row.line.method
        yield _line(
            "ranking-validation", row.line.encoder, setting, size, "knn-recall@10", mean, taken=row.taken
        )
    for suite in ("quick-hyper", "hard-negatives"):
        for student in source.tables.neighbours.settings(suite):
            line, size = student.line, f"{student.line.dims} dimensions"
            metric = "vs-teacher@knn-recall@10"
            less = student.less
            columns = _line(
                suite, line.encoder, student.change, size, metric, line.knn_recall, taken=student.taken
            )
            yield {
                **columns,
                "best_student_minus_this": less and less.value,
                "difference_low": less and less.low,
                "difference_high": less and less.high,
                "best_student_is": student.outcome,
            }


def _line(
    suite: str, encoder: str, setting: str, size: str, metric: str, mean: Mean | None, *, taken: bool
) -> Json:
    return {
        "suite": suite,
        "encoder": encoder,
        "setting": setting,
        "size": size,
        "metric": metric,
        "value": mean and mean.value,
        "low": mean and mean.low,
        "high": mean and mean.high,
        "taken": taken,
    }
