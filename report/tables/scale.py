"""Table of recall and cost by the size of the corpus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.evidence.layout import Tree
from report.evidence.costs import costs_of
from report.evidence.results import Measured, seed_groups
from report.evidence.rows import rows_of
from report.evidence.values import Mean, over_seeds

SUITE, RECALL, RESCORED = "scale", "knn-recall@10", "rescored@4"


@dataclass(frozen=True, slots=True)
class ScaleLine:
    """A pipeline at one size of the corpus, with its means over seeds and the costs of the first seed.

    ``id``: the id of its cells. ``encode`` and ``search`` are CPU microseconds a vector, and ``memory`` the
    most bytes that the process held (``report.evidence.costs``).
    """

    id: str
    pipeline: str
    label: str
    bytes: int
    vectors: int
    recall: Mean
    rescored: Mean
    encode: float
    search: float
    memory: float


def lines(results: Iterable[Measured], tree: Tree) -> list[ScaleLine]:
    """Return a line for each pipeline and size of the corpus, most bytes first, small corpora before large.

    A result without an envelope that has its costs is left out.
    """
    groups = seed_groups(one for one in results if one.suite == SUITE)
    return sorted(
        (line for group in groups for line in _lines(group, tree)),
        key=lambda line: (-line.bytes, line.label, line.vectors),
    )


def _lines(group: list[Measured], tree: Tree) -> Iterator[ScaleLine]:
    first, rows = group[0], [row for one in group for row in rows_of(one)]
    costs = {(row.dataset, row.metric): row for row in costs_of(first, tree)}
    for test in first.cell.tests:
        recall, rescored = (
            [row for row in rows if (row.dataset, row.metric) == (test, metric)]
            for metric in (RECALL, RESCORED)
        )
        if recall and rescored and (test, "encode@cost") in costs:
            yield ScaleLine(
                id=f"{first.suite}/{first.name.rpartition('.')[0]}",
                pipeline=first.cell.pipeline,
                label=first.label,
                bytes=first.sizes.bytes_per_vector,
                vectors=costs[test, "encode@cost"].n,
                recall=over_seeds(recall),
                rescored=over_seeds(rescored),
                encode=costs[test, "encode@cost"].value,
                search=costs[test, "search@cost"].value,
                memory=costs[test, "memory@cost"].value,
            )
