"""Judged retrieval after auto-encoders, beside principal axes."""

from __future__ import annotations

from collections.abc import Iterator

from report.findings.finding import Finding, cells
from report.findings.words import counted, encoder, listed, share
from report.tables.autoencoder import EVERY, JudgedPair
from report.tables.judged import TRAINED
from report.tables.rows import AXES, PCA
from report.tables.source import Source

LINEAR = TRAINED[0]


def findings(source: Source) -> list[Finding]:
    """Return the sentences on the linear auto-encoder, on all trained maps, and on retention."""
    pairs = source.tables.autoencoders.compared()
    return [*_linear(pairs), *_others(pairs), *_halved(source)]


def _linear(pairs: list[JudgedPair]) -> Iterator[Finding]:
    """Yield how often the linear auto-encoder ranks better than the axes it could learn."""
    own = [x for x in pairs if x.line.method == LINEAR and x.base.method in {PCA, AXES}]
    if own:
        evidence = cells(pair.line.files[0] for pair in own)
        yield Finding(
            f"In judged retrieval (nDCG@10), the linear auto-encoder is {_outcomes(own)}.",
            evidence,
            ("A3",),
        )


def _others(pairs: list[JudgedPair]) -> Iterator[Finding]:
    """Yield the same of the other trained maps together, against the axes that are not centred."""
    own = [x for x in pairs if x.line.method != LINEAR and x.base.method == AXES]
    if own:
        methods = len({pair.line.method for pair in own})
        yield Finding(
            f"{methods} other trained maps together are {_outcomes(own)}.",
            cells(pair.line.files[0] for pair in own),
        )


def _halved(source: Source) -> Iterator[Finding]:
    """Yield nDCG@10 at half and a quarter of the dimensions, beside the uncompressed space."""
    lines = [x for x in source.tables.autoencoders.lines() if x.protocol == EVERY]
    claim = source.claim("A3")
    spaces = [x for x in source.tables.autoencoders.uncompressed() if claim and x.encoder in claim.encoders]
    for full in spaces:
        own = {
            x.dims: x
            for x in lines
            if (x.encoder, x.dataset, x.method) == (full.encoder, full.dataset, LINEAR)
            and not x.train.startswith(full.dataset)
        }
        halves = [own[full.dims // part] for part in (2, 4) if full.dims // part in own]
        if len(halves) == 2:  # noqa: PLR2004 - a half and a quarter
            values = listed(f"{share(x.ndcg)} in {x.dims} dimensions" for x in halves)
            yield Finding(
                f"{encoder(full.encoder)} on {full.dataset} has an nDCG@10 of {share(full.ndcg)} "
                f"uncompressed, and after an auto-encoder fitted on other documents {values}.",
                cells(x.files[0] for x in (full, *halves)),
                ("A1", "A3"),
            )
            return


def _outcomes(pairs: list[JudgedPair]) -> str:
    return counted((str(pair.base.method), pair.paired.outcome) for pair in pairs)
