"""Operating points against their guardrails: recommended or not, and why."""

from __future__ import annotations

from dataclasses import dataclass

from harness.evidence.schema.cell import Bound
from harness.evidence.schema.verdict import CellEvidence
from report.evidence.results import Measured, seed_groups
from report.evidence.rows import Row, rows_of
from report.evidence.values import over_seeds
from report.verdicts.claims import percent

SUITE = "operating-points"
PROTOCOLS = ("decontaminated", "as-published")  # the first that there is a value under is the one that counts

RECOMMENDED, NOT_RECOMMENDED, NOT_JUDGED = "recommended", "NOT RECOMMENDED", "not judged"


@dataclass(frozen=True, slots=True)
class HeldBound:
    """A bound, and the mean over seeds that has to reach it."""

    dataset: str
    metric: str
    at_least: float
    protocol: str
    value: float
    low: float
    high: float
    n: int
    jitter: float | None

    @property
    def missed(self) -> str | None:
        """Return what the value falls short of, in words; None where it reaches the bound."""
        if self.value >= self.at_least:
            return None
        value, least = percent(self.value), percent(self.at_least)
        return f"{self.metric} on {self.dataset} ({self.protocol}): {value}, under {least}"


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A cell with a named point, over its seeds, and whether it keeps its bounds."""

    encoder: str
    train: str
    pipeline: str
    point: str | None
    grid: str
    bytes: int
    ratio: float
    seeds: int
    bounds: list[HeldBound]
    smallest_bytes: int | None
    verdict: str
    reasons: list[str]
    evidence: list[CellEvidence]


def guardrails(results: list[Measured]) -> list[OperatingPoint]:
    """Return a line for each cell of the suite with a named point, its seeds taken together.

    ``verdict`` is 'recommended' where every bound that could be looked up holds, 'NOT RECOMMENDED' with the
    ``reasons`` where one is missed or the vectors are smaller than the point allows, and 'not judged' where
    no bound's data set was measured and the size is no reason. ``bounds`` has each bound with its value.
    """
    promising = (measured for measured in results if measured.suite == SUITE and _promises(measured))
    return [_line(seeds) for seeds in seed_groups(promising)]


def _promises(measured: Measured) -> bool:
    guardrails = measured.cell.guardrails
    return bool(guardrails.bounds or guardrails.smallest_bytes)


def _line(seeds: list[Measured]) -> OperatingPoint:
    cell, sizes = seeds[0].cell, seeds[0].sizes
    rows = [row for measured in seeds for row in rows_of(measured)]
    bounds = [held for bound in cell.guardrails.bounds if (held := _held(bound, rows))]
    smallest = cell.guardrails.smallest_bytes or 0
    reasons = [missed for bound in bounds if (missed := bound.missed)]
    if sizes.bytes_per_vector < smallest:
        reasons.append(f"{sizes.bytes_per_vector} bytes per vector, under the point's smallest of {smallest}")
    return OperatingPoint(
        encoder=cell.encoder,
        train=cell.train,
        pipeline=cell.pipeline,
        point=cell.point,
        grid=rows[0].grid,
        bytes=sizes.bytes_per_vector,
        ratio=sizes.ratio,
        seeds=len(seeds),
        bounds=bounds,
        smallest_bytes=smallest or None,
        verdict=NOT_RECOMMENDED if reasons else RECOMMENDED if bounds else NOT_JUDGED,
        reasons=reasons,
        evidence=[measured.evidence for measured in seeds],
    )


def _held(bound: Bound, rows: list[Row]) -> HeldBound | None:
    """Return a bound with the mean over seeds that has to reach it; None where nothing was measured."""
    for protocol in PROTOCOLS:
        wanted = (protocol, bound.dataset, bound.metric)
        measured = [row for row in rows if (row.protocol, row.dataset, row.metric) == wanted]
        if measured:
            mean = over_seeds(measured)
            # No 0.9499999999999999.
            value, low, high = (round(number, 9) for number in (mean.value, mean.low, mean.high))
            return HeldBound(
                dataset=bound.dataset,
                metric=bound.metric,
                at_least=bound.at_least,
                protocol=protocol,
                value=value,
                low=low,
                high=high,
                n=mean.n,
                jitter=mean.jitter,
            )
    return None
