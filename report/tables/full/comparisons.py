"""Two methods of as many bytes compared on the same resamples."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from harness.types import Json
from report.evidence.paired import Paired
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each pair of methods that a section of the report compares."""
    return chain(_ranking(source), _judged(source), _students(source), _codes(source), _dev(source))


def _ranking(source: Source) -> Iterator[Json]:
    tables = source.tables.ranking
    for pair in (*tables.compared(), *tables.ablation()):
        line, base, metric = pair.line, pair.base, pair.metric
        methods = (line.method, line.values[metric].value, base.method, base.values[metric].value)
        size = f"{line.dims} dimensions"
        yield _line("ranking", line.encoder, line.dataset, "", metric, size, methods, pair.paired)


def _judged(source: Source) -> Iterator[Json]:
    for pair in source.tables.autoencoders.compared():
        line, base = pair.line, pair.base
        methods = (str(line.method), line.ndcg.value, str(base.method), base.ndcg.value)
        dataset, size = f"{line.dataset} (fitted on {pair.fitted})", f"{line.dims} dimensions"
        yield _line(
            "autoencoder", line.encoder, dataset, line.protocol, "ndcg@10", size, methods, pair.paired
        )


def _students(source: Source) -> Iterator[Json]:
    for pair in source.tables.neighbours.compared():
        line, base = pair.line, pair.base
        methods = (line.method, line.knn_recall.value, base.method, base.knn_recall.value)
        metric, size = "vs-teacher@knn-recall@10", f"{line.dims} dimensions"
        yield _line("search", line.encoder, line.dataset, "", metric, size, methods, pair.paired)


def _codes(source: Source) -> Iterator[Json]:
    metrics = {"pairs": "spearman@original", "random": "spearman-random@original"}
    for pair in source.tables.semantic.compared():
        line, base = pair.line, pair.base
        methods = (f"{line.family} {line.setting}", pair.mean.value, base.family, pair.base_mean.value)
        size, protocol = f"{line.bytes} bytes", "decontaminated"
        yield _line(
            "semantic-ids", line.encoder, line.dataset, protocol, metrics[pair.of], size, methods, pair.paired
        )


def _dev(source: Source) -> Iterator[Json]:
    for encoder in source.tables.search.encoders():
        for row in source.tables.search.ablation(encoder):
            best, line = row.of, row.line
            means = [x.retention["decontaminated"] for x in (best, line)]
            values = [mean.value if mean else float("nan") for mean in means]
            name = f"{best.setting.pipeline} {best.setting.grid}".strip()
            methods = (name, values[0], row.change, values[1])
            size = f"{line.setting.bytes} bytes"
            about = ("stsb-dev", "decontaminated", "retention@human", size)
            yield _line("dev-search", encoder, *about, methods, row.paired)


def _line(
    suite: str,
    encoder: str,
    dataset: str,
    protocol: str,
    metric: str,
    size: str,
    methods: tuple[str, float, str, float],
    paired: Paired,
) -> Json:
    method, value, against, other = methods
    return {
        "suite": suite,
        "encoder": encoder,
        "dataset": dataset,
        "protocol": protocol,
        "metric": metric,
        "size": size,
        "method": method,
        "value": value,
        "against": against,
        "against_value": other,
        "difference": paired.less.value,
        "low": paired.less.low,
        "high": paired.less.high,
        "outcome": paired.outcome,
    }
