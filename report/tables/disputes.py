"""Tables of the disputed quantizers: coded at equal bytes, searched by faiss, and on judged documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from report.evidence.results import Measured, seed_groups
from report.evidence.rows import Row, rows_of
from report.evidence.values import Mean, over_seeds

CODED, SEARCHED = "disputes", "disputes-search"
RECALL, RESCORED = "vs-teacher@knn-recall@10", "vs-teacher@rescored@4"
FLOAT = 4  # bytes
SHOWN = (
    "index-turboquant-1", "index-rabitq-1", "index-turboquant-prod-2-faiss", "index-eden-2", "index-rabitq-2",
    "index-turboquant-prod-3", "index-pq-128", "index-eden-4", "index-rabitq-4",
)  # of a short table: those that claims T1, T2, T3 and T6 compare, and trained codebooks  # fmt: skip


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """A quantizer with its means over seeds by protocol, data set and metric.

    ``id``: the id of its cells; ``group``: the same without the suite. ``bytes``: of a stored vector,
    those of the index where there is one; ``use``: the index, or nothing. ``codebook``: bytes of an index
    that all its vectors share and that were fitted on them, in none of ``bytes``.
    """

    id: str
    group: str
    encoder: str
    train: str
    pipeline: str
    label: str
    bytes: int
    asymmetric: bool
    use: str
    codebook: int
    values: dict[tuple[str, str, str], Mean]

    def of(self, dataset: str, metric: str, protocol: str = "decontaminated") -> Mean | None:
        """Return a mean, None where nothing was measured."""
        return self.values.get((protocol, dataset, metric))


class Disputes:
    """The lines of both suites."""

    def __init__(self, results: Iterable[Measured]) -> None:
        groups = seed_groups(one for one in results if one.suite in (CODED, SEARCHED))
        self._lines = [(group[0].suite, _line(group)) for group in groups]

    def coded(self) -> list[DisputeLine]:
        """Return the codecs of `disputes`: by space, then by bytes."""
        own = [line for suite, line in self._lines if suite == CODED]
        return sorted(own, key=lambda line: (line.encoder, line.bytes, line.asymmetric, line.pipeline))

    def searched(self) -> list[DisputeLine]:
        """Return the indexes of `disputes-search`, by bytes."""
        own = [line for suite, line in self._lines if suite == SEARCHED and line.use]
        return sorted(own, key=lambda line: (line.bytes, line.pipeline))

    def shown(self) -> list[DisputeLine]:
        """Return those of ``searched`` that the report's table has; the full table has all."""
        return [line for line in self.searched() if line.pipeline in SHOWN]

    def judged(self) -> list[DisputeLine]:
        """Return the codecs that rank judged documents, by the documents that they were fitted on."""
        own = [line for suite, line in self._lines if suite == SEARCHED and not line.use]
        return sorted(own, key=lambda line: (line.train, -line.bytes, line.pipeline))


def _line(group: list[Measured]) -> DisputeLine:
    first = group[0]
    cell = first.cell
    name = first.name.rpartition(".")[0]
    return DisputeLine(
        id=f"{first.suite}/{name}",
        group=name,
        encoder=cell.encoder,
        train=cell.train,
        pipeline=cell.pipeline,
        label=first.label,
        bytes=_bytes(first),
        asymmetric=cell.asymmetric,
        use=cell.index.use if cell.index else "",
        codebook=_codebook(first),
        values=dict(_means(group)),
    )


def _means(group: list[Measured]) -> Iterator[tuple[tuple[str, str, str], Mean]]:
    rows: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for one in group:
        for row in rows_of(one):
            rows[row.protocol, row.dataset, row.metric].append(row)
    return ((key, over_seeds(same)) for key, same in rows.items())


def _bytes(measured: Measured) -> int:
    """Return the bytes of a stored vector: of an index what is written a row, without its rotation.

    Neither is the codebook of PQ counted. A header and a mean take less than a byte a row and are rounded
    off.
    """
    index = measured.sizes.index
    if index is None or measured.cell.index is None:
        return measured.sizes.bytes_per_vector
    params, dimension = measured.cell.index.params, measured.sizes.original_bytes // FLOAT
    if "extra_bytes" in params or measured.cell.index.use == "rabitq":
        width = dimension + int(params.get("extra_bytes", 0)) // int(params["bits"]) * 8
        return (index.bytes - FLOAT * dimension * width) // index.rows
    return (index.bytes - _codebook(measured)) // index.rows


def _codebook(measured: Measured) -> int:
    """Return the bytes of the centroids of PQ; 0 of what has none."""
    index = measured.cell.index
    if index is None or "subvectors" not in index.params:
        return 0
    return measured.sizes.original_bytes << int(index.params["bits"])
