"""Retrieval of judged documents at few bytes, by what a codec was fitted on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from report.evidence.means import group_of
from report.evidence.results import Measured, seed_groups
from report.evidence.values import Mean, over_seeds
from report.verdicts.claims import Claim

SUITE = "judged-bytes"
FITTED = {"decontaminated": "the other set", "fitted-on-searched": "the searched documents"}


@dataclass(frozen=True, slots=True)
class ByteLine:
    """A pipeline and size on a judged set: means over seeds. ``protocol``: what it was fitted on (FITTED)."""

    id: str
    encoder: str
    train: str
    pipeline: str
    family: str
    label: str
    bytes: int
    seeds: int
    dataset: str
    protocol: str
    ndcg: Mean
    retention: Mean
    recall: Mean


@dataclass(frozen=True, slots=True)
class Beside:
    """A published ratio: its retention as ``printed``, and the lines of two pipelines by judged set.

    ``claimed``: of the pipeline that the claim is about; ``best``: of ``what``, which keeps most.
    """

    bytes: int
    printed: str
    claimed: dict[str, ByteLine]
    what: str
    best: dict[str, ByteLine]


def lines(results: Iterable[Measured]) -> list[ByteLine]:
    """Return a line for each pipeline, size, judged set and protocol of the suite; fewest bytes first."""
    groups = seed_groups(measured for measured in results if measured.suite == SUITE)
    return sorted((line for seeds in groups for line in _lines(seeds)), key=lambda line: line.bytes)


def beside(lines: Sequence[ByteLine], claims: Iterable[Claim]) -> list[Beside]:
    """Return a line for each ratio of claim J1; all codecs are fitted on the other set."""
    rows = [row for claim in claims if claim.id == "J1" for row in claim.rows if row.headline]
    table = []
    for name, point, printed in dict.fromkeys((row.pipeline, row.point, row.printed) for row in rows):
        pipelines: dict[str, dict[str, ByteLine]] = {}
        for line in lines:
            if line.protocol == "decontaminated" and f"{line.bytes}-bytes" == point:
                pipelines.setdefault(line.pipeline, {})[line.dataset] = line
        if own := pipelines.get(name):
            best = max(pipelines.values(), key=lambda sets: sum(x.retention.value for x in sets.values()))
            first = next(iter(best.values()))
            table.append(Beside(first.bytes, printed, own, first.label, best))
    return table


def is_fit(train: str, dataset: str, protocol: str) -> bool:
    """Return whether a codec of a training split is what a protocol is for on a judged set.

    >>> [is_fit("scifact-documents", name, "decontaminated") for name in ("scifact", "nfcorpus")]
    [False, True]
    """
    return (train == f"{dataset}-documents") == (protocol == "fitted-on-searched")


def _lines(seeds: Sequence[Measured]) -> Iterable[ByteLine]:
    first, cell = seeds[0], seeds[0].cell
    for dataset, protocol in dict.fromkeys((value.dataset, value.protocol) for value in first.values):
        if not is_fit(cell.train, dataset, protocol):
            continue
        means = {
            metric: over_seeds([
                value
                for measured in seeds
                for value in measured.values
                if (value.dataset, value.protocol, value.metric) == (dataset, protocol, metric)
            ])
            for metric in ("ndcg@10", "ndcg-retention@10", "recall@100")
        }  # fmt: skip
        yield ByteLine(
            id=f"{SUITE}/{group_of(first.name, cell.seed)}",
            encoder=cell.encoder,
            train=cell.train,
            pipeline=cell.pipeline,
            family=first.family,
            label=first.label,
            bytes=first.sizes.bytes_per_vector,
            seeds=len(seeds),
            dataset=dataset,
            protocol=protocol,
            ndcg=means["ndcg@10"],
            retention=means["ndcg-retention@10"],
            recall=means["recall@100"],
        )
