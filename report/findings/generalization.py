"""What a compressor keeps of the agreement with people, and what contamination adds to that."""

from __future__ import annotations

from collections.abc import Iterator

from report.findings.finding import Finding, ids
from report.findings.words import encoder, listed, points, ratio, share
from report.tables.source import Number, Source
from report.tables.sts import SUITE, UNSEEN
from report.verdicts.claims import percent

TRAIN, RETENTION, ADDED = "stsb-train", "retention@human", "added-loss@human"
PUBLISHED_TRAIN = "stsb-test"  # what the published lens was trained on
POINT = "117x"
DESIGN, SIGNS = ("lens-pq", POINT), ("projection-sign", POINT)


def findings(source: Source) -> list[Finding]:
    """Return the sentences on generalization, on contamination and on PQ at a byte per dimension."""
    return [*_design(source), *_contamination(source), *_pq(source)]


def retained(
    source: Source, name: str, pipeline: tuple[str, str | None], protocol: str, train: str = TRAIN
) -> Number | None:
    """Return what a pipeline keeps of an encoder's agreement with people on STS12–16."""
    return source.number((SUITE, name, train), pipeline, (UNSEEN, RETENTION), protocol)


def _design(source: Source) -> Iterator[Finding]:
    """Yield what the published design keeps on pairs without a seen sentence, by the training split."""
    numbers, published_numbers = (
        {
            name: number
            for name in reversed(source.tables.sts.encoders())
            if (number := retained(source, name, DESIGN, "decontaminated", train))
        }
        for train in (TRAIN, PUBLISHED_TRAIN)
    )
    claim = source.claim("C1")
    if not numbers or claim is None:
        return
    values, on_published = (
        listed(f"{share(number.mean)} on {encoder(name)}" for name, number in of.items())
        for of in (numbers, published_numbers)
    )
    also = f"; trained on STS-B test, as published, {on_published}" if on_published else ""
    own = [name for name, role in claim.encoders.items() if role == "as published"]
    measured = [encoder(name) for name in own if name in numbers]
    published = next(row.printed for row in claim.rows if row.headline)
    yield Finding(
        f"At {ratio(POINT)}, the published design (a lens with PQ, trained here on STS-B train) keeps "
        f"{values} of the agreement with people on STS12–16 pairs that share no sentence with "
        f"training{also}. "
        f"Published: {published} on E5-large, which was {'' if measured else 'not '}measured here.",
        ids([*numbers.values(), *published_numbers.values()]),
        ("C1",),
    )


def _contamination(source: Source) -> Iterator[Finding]:
    """Yield how many test pairs are in the training split, and what leaving them out takes from each."""
    name = next(iter(source.tables.sts.encoders()), "")
    shared = [
        row
        for row in source.tables.rows.series(SUITE, name, UNSEEN, "shared-pairs@contamination")
        if row.train == TRAIN
    ]
    pairs = [
        (retained(source, name, pipeline, "as-published"), retained(source, name, pipeline, "decontaminated"))
        for pipeline in (DESIGN, SIGNS)
    ]
    drops = [(every, every.mean.value - clean.mean.value) for every, clean in pairs if every and clean]
    if not shared or len(drops) < len(pairs):
        return
    (design, lens), (signs, untrained) = drops
    yield Finding(
        f"{percent(shared[0].value)} % of the STS12–16 pairs are also in STS-B train. Leaving out every pair "
        f"that shares a sentence with it changes what the published design keeps of {encoder(name)}'s "
        f"agreement with people by {percent(-lens)} points, and what untrained signs of as many bytes keep "
        f"by {percent(-untrained)} points.",
        ids([design, signs]),
        ("C7",),
    )


def _pq(source: Source) -> Iterator[Finding]:
    """Yield the loss that PQ adds at one byte per dimension, beside plain rounding."""
    name = next(iter(source.tables.sts.encoders()), "")
    pq, rounding = (
        source.number((SUITE, name, TRAIN), (pipeline, POINT), (UNSEEN, ADDED))
        for pipeline in ("lens-pq", "lens-8")
    )
    if pq and rounding:
        yield Finding(
            f"At one byte per dimension, PQ costs {encoder(name)}'s lens {points(pq.mean, 2)} of Spearman; "
            f"rounding each dimension to a byte costs {points(rounding.mean, 2)}.",
            ids([pq, rounding]),
            ("C2", "C9"),
        )
