"""TurboQuant, RaBitQ, EDEN and product quantization at equal bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product, starmap

from report.evidence.paired import outcome
from report.findings.finding import Finding
from report.findings.words import counted, encoder, listed, share, value
from report.tables.disputes import CODED, RECALL, SEARCHED, DisputeLine
from report.tables.source import Source

PROTOCOL, METRIC, DOCUMENTS = "decontaminated", "knn-recall@10", "scifact-documents"
SEARCHED_SETS = ("nfcorpus-documents", DOCUMENTS)
BITS = (1, 2, 4)
TESTS = {"esm2-peptides": "peptides-test", "openai-ada-002": "ada-002-test"}  # others have STS-B test
WIDTHS = ("rabitq", "eden", "turboquant", "turboquant-prod", "turboquant-prod-{}-faiss")
LABELS = ("RaBitQ", "EDEN", "TurboQuant_mse", "TurboQuant_prod", "the latter at faiss's scale")


@dataclass(frozen=True, slots=True)
class Rivals:
    """Two methods and the claim about them; ``names``: of their pipelines by suite, to be given the bits."""

    label: str
    other: str
    claim: str
    names: dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Compared:
    """How the first of two came out at so many bits, with its line."""

    line: DisputeLine
    bits: int
    outcome: str


RIVALS = (
    Rivals(
        "RaBitQ",
        "TurboQuant_mse",
        "T6",
        {CODED: ("rabitq-{}", "turboquant-{}"), SEARCHED: ("index-rabitq-{}", "index-turboquant-{}-bytes")},
    ),
    Rivals(
        "EDEN",
        "RaBitQ",
        "T3",
        {CODED: ("eden-{}", "rabitq-{}"), SEARCHED: ("index-eden-{}-bytes", "index-rabitq-{}")},
    ),
)


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
    """Yield how often each of two is better at equal bytes: with coded queries, and with raw ones."""
    disputes = source.tables.disputes
    compared = {
        "with queries coded too": _by_rivals(source, CODED, disputes.coded()),
        "with raw queries, searched by faiss": _by_rivals(source, SEARCHED, disputes.searched()),
    }
    sentences = [
        f"At equal bytes and {how}, {'; '.join(starmap(_tally, own))}."
        for how, own in compared.items()
        if own
    ]
    if sentences:
        every = [pair for own in compared.values() for pair in own]
        yield Finding(
            " ".join(sentences),
            tuple(dict.fromkeys(one.line.id for _, own in every for one in own)),
            tuple(dict.fromkeys(rivals.claim for rivals, _ in every)),
        )


def _by_rivals(
    source: Source, suite: str, lines: Sequence[DisputeLine]
) -> list[tuple[Rivals, list[Compared]]]:
    each = [(rivals, list(_compared(source, suite, lines, rivals))) for rivals in RIVALS]
    return [(rivals, compared) for rivals, compared in each if compared]


def _compared(source: Source, suite: str, lines: Sequence[DisputeLine], rivals: Rivals) -> Iterator[Compared]:
    """Yield each comparison that a run made of the two in as many bytes, and how it came out."""
    one, other = rivals.names[suite]
    by_name = {(line.encoder, line.pipeline): line for line in lines}
    for line, bits in product(lines, BITS):
        rival = by_name.get((line.encoder, other.format(bits)))
        if line.pipeline != one.format(bits) or rival is None or rival.bytes != line.bytes:
            continue
        for dataset, metric in _measures(suite, line.encoder):
            key = PROTOCOL, dataset, metric
            less = source.evidence.comparisons.difference(suite, line.group, rival.group, key)
            if less:
                yield Compared(line, bits, outcome(less.value, less.low, less.high))


def _measures(suite: str, encoder: str) -> list[tuple[str, str]]:
    """Return the data sets and the metric that two methods are compared by."""
    if suite == SEARCHED:
        return [(dataset, RECALL) for dataset in SEARCHED_SETS]
    return [(TESTS.get(encoder, "stsb-test"), METRIC)]


def _tally(rivals: Rivals, compared: list[Compared]) -> str:
    bits = listed(map(str, sorted({one.bits for one in compared})))
    spaces = sorted({one.line.encoder for one in compared})
    where = encoder(spaces[0]) if len(spaces) == 1 else f"{len(spaces)} spaces"
    outcomes = counted((rivals.other, one.outcome) for one in compared)
    return f"{rivals.label} finds the ten nearest {outcomes} ({bits} bits, {where})"


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
