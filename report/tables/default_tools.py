"""What default tools report of their codes, beside the same codes decoded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from report.evidence.means import group_of
from report.evidence.results import Measured
from report.evidence.values import Mean, over_seeds

SUITE = "default-tools"
PAIRS = "sts12-16"
# A pipeline as its tool compares its codes, and the one that decodes them. Codes of uint8 and uint4 are
# those of int8 and int4 but for a constant.
DECODED = {
    "wrapper-int8": "wrapper-int8-decoded",
    "wrapper-uint8": "wrapper-int8-decoded",
    "wrapper-int4": "wrapper-int4-decoded",
    "wrapper-uint4": "wrapper-int4-decoded",
    "wrapper-binary": "wrapper-binary-decoded",
    "calibrated-inner-product": "calibrated-decoded",
    "calibrated-cosine": "calibrated-decoded",
}


@dataclass(frozen=True, slots=True)
class ToolLine:
    """A pipeline of an encoder: ``values`` by data set and metric."""

    id: str
    encoder: str
    pipeline: str
    label: str
    bytes: int
    values: dict[tuple[str, str], Mean]

    @property
    def pairs(self) -> Mean | None:
        """Return the mean of STS12-16, Spearman with human scores."""
        return self.values.get((PAIRS, "spearman@human"))

    def retrieval(self, dataset: str) -> Mean | None:
        """Return nDCG@10 on a judged set; None where it was not measured."""
        return self.values.get((dataset, "ndcg@10"))


def lines(results: Iterable[Measured]) -> list[ToolLine]:
    """Return a line for each result of the suite, in the suite's order."""
    return [
        ToolLine(
            id=f"{SUITE}/{group_of(measured.name, measured.cell.seed)}",
            encoder=measured.cell.encoder,
            pipeline=measured.cell.pipeline,
            label=measured.label,
            bytes=measured.sizes.bytes_per_vector,
            values={(value.dataset, value.metric): over_seeds([value]) for value in measured.values},
        )
        for measured in results
        if measured.suite == SUITE
    ]
