"""What a compressor keeps of the agreement with people, and what contamination adds to that."""

from __future__ import annotations

from collections.abc import Iterator

from report.findings.finding import Finding, ids
from report.findings.words import encoder, listed, points, ratio, share
from report.tables.source import Number, Source
from report.tables.sts import SUITE, UNSEEN
from report.verdicts.claims import percent

TRAIN, RETENTION, ADDED = "stsb-train", "retention@human", "added-loss@human"
# What a lens is trained on here, the published split first.
TRAINED = {"stsb-test": "trained on STS-B test as published", TRAIN: "trained on STS-B train"}
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
    by_train = {
        words: {
            name: number
            for name in source.tables.sts.encoders()
            if (number := retained(source, name, DESIGN, "decontaminated", train))
        }
        for train, words in TRAINED.items()
    }
    numbers = [number for each in by_train.values() for number in each.values()]
    claim = source.claim("C1")
    if not numbers or claim is None:
        return
    (words, first), *others = [
        (words, listed(f"{share(number.mean)} on {encoder(name)}" for name, number in each.items()))
        for words, each in by_train.items()
        if each
    ]
    rest = "".join(f" {words[0].upper()}{words[1:]}, it keeps {values}." for words, values in others)
    own = [name for name, role in claim.encoders.items() if role == "as published"]
    measured = any(name in each for each in by_train.values() for name in own)
    published = next(row.printed for row in claim.rows if row.headline)
    yield Finding(
        "Of the agreement with people on STS12–16 pairs that share no sentence with training, the published "
        f"design (a lens with PQ, {ratio(POINT)}), {words}, keeps {first}.{rest} "
        f"Published: {published} on E5-large, which was {'' if measured else 'not '}measured here.",
        ids(numbers),
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
        f"{percent(shared[0].value)} % of the STS12–16 pairs are also in STS-B train. Without the pairs that "
        f"share a sentence with it, the published design keeps {_less(lens)} of {encoder(name)}'s agreement "
        f"with people, and untrained signs of as many bytes keep {_less(untrained)}.",
        ids([design, signs]),
        ("C7",),
    )


def _less(drop: float) -> str:
    return f"{percent(abs(drop))} points {'more' if drop < 0 else 'less'}"


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
