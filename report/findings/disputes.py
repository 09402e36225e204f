"""TurboQuant, RaBitQ, EDEN and product quantization at equal bytes."""

from __future__ import annotations

from collections.abc import Iterator

from report.evidence.paired import outcome
from report.findings.finding import Finding
from report.findings.words import counted, listed, share, value
from report.tables.disputes import CODED, RECALL, DisputeLine
from report.tables.source import Source

PROTOCOL, METRIC, DOCUMENTS = "decontaminated", "knn-recall@10", "scifact-documents"
TESTS = {"esm2-peptides": "peptides-test", "openai-ada-002": "ada-002-test"}  # others have STS-B test
WIDTHS = ("rabitq", "eden", "turboquant", "turboquant-prod", "turboquant-prod-{}-faiss")
LABELS = ("RaBitQ", "EDEN", "TurboQuant_mse", "TurboQuant_prod", "the latter at faiss's scale")


def findings(source: Source) -> list[Finding]:
    """Return the searches at two bits, the tallies at equal bytes, and trained codebooks beside them."""
    return [*_searched(source), *_tallies(source), *_codebooks(source)]


def _searched(source: Source) -> Iterator[Finding]:
    """Yield what each method finds at two bits a dimension, with the bytes that this takes."""
    lines = {line.pipeline: line for line in source.tables.disputes.searched()}
    recalls = []
    for name, label in zip(WIDTHS, LABELS, strict=True):
        pipeline = "index-" + (name.format(2) if "{}" in name else f"{name}-2")
        line = lines.get(pipeline)
        mean = line and line.of(DOCUMENTS, RECALL)
        if line and mean:
            recalls.append((f"{label} {share(mean)} in {line.bytes} bytes", line))
    if recalls:
        yield Finding(
            f"With raw queries and two bits a dimension, faiss finds of the ten nearest SciFact documents "
            f"{listed(text for text, _ in recalls)}.",
            tuple(line.id for _, line in recalls),
            ("T1", "T2", "T6"),
        )


def _tallies(source: Source) -> Iterator[Finding]:
    """Yield how often each of two is better at equal bytes, over spaces and sizes."""
    pairs = (
        ("RaBitQ", "rabitq-{}", "TurboQuant_mse", "turboquant-{}", ("T6",)),
        ("EDEN", "eden-{}", "RaBitQ", "rabitq-{}", ("T3",)),
    )
    sentences: list[str] = []
    evidence: list[str] = []
    claims: list[str] = []
    for label, name, other_label, other, about in pairs:
        outcomes = []
        for line, less in _compared(source, name, other):
            outcomes.append((other_label, less))
            evidence.append(line.id)
        if outcomes:
            sentences.append(f"{label} finds the ten nearest {counted(outcomes)}")
            claims.extend(about)
    if sentences:
        yield Finding(
            f"At equal bytes, of 1, 2 and 4 bits and on every space, {'; '.join(sentences)}.",
            tuple(dict.fromkeys(evidence)),
            tuple(claims),
        )


def _compared(source: Source, name: str, other: str) -> Iterator[tuple[DisputeLine, str]]:
    lines = {(line.encoder, line.pipeline): line for line in source.tables.disputes.coded()}
    for (encoder, pipeline), line in lines.items():
        for bits in (1, 2, 4):
            rival = lines.get((encoder, other.format(bits)))
            if pipeline != name.format(bits) or rival is None:
                continue
            key = PROTOCOL, TESTS.get(encoder, "stsb-test"), METRIC
            less = source.evidence.comparisons.difference(CODED, line.group, rival.group, key)
            if less:
                yield line, outcome(less.value, less.low, less.high)


def _codebooks(source: Source) -> Iterator[Finding]:
    """Yield OPQ and untrained signs beside the disputed at two bits, on MiniLM."""
    lines = {
        line.pipeline: line
        for line in source.tables.disputes.coded()
        if line.encoder == "minilm" and (line.group.endswith(".2-bits") or line.pipeline in _AT_TWO)
    }
    values = []
    for pipeline, label in _BESIDE.items():
        line = lines.get(pipeline)
        mean = line and line.of("stsb-test", METRIC)
        if line and mean:
            values.append((f"{value(mean)} ({label})", line))
    if len(values) > 1:
        size = values[0][1].bytes
        yield Finding(
            f"On MiniLM {size} bytes find of the ten nearest sentences of STS-B test "
            f"{listed(text for text, _ in values)}, queries coded too.",
            tuple(line.id for _, line in values),
        )


_AT_TWO = ("rabitq-2", "eden-2", "turboquant-2", "turboquant-prod-2")
_BESIDE = {
    "eden-2": "EDEN",
    "turboquant-2": "TurboQuant_mse",
    "rabitq-2": "RaBitQ",
    "turboquant-prod-2": "TurboQuant_prod",
    "opq-wide": "OPQ",
    "pq-wide": "PQ",
    "projection-sign": "untrained signs",
}
