"""Results as flat rows, one a value: what figures, tables, verdicts and exports select from."""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from harness.evidence.layout import Tree
from harness.types import Json
from report.evidence.results import Measured, results
from report.evidence.values import MeasuredValue

COLUMNS = (
    "suite", "cell", "encoder", "pipeline", "point", "grid", "asymmetric", "train", "seed",
    "bytes_per_vector", "ratio", "protocol", "dataset", "metric", "value", "low", "high", "jitter", "n",
)  # fmt: skip
_SHARES = {
    "shared-pairs@contamination": "shared_pairs",
    "seen-sentence@contamination": "pairs_with_a_seen_sentence",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(MeasuredValue):
    """A value with the pipeline, data set and seed that it was measured on.

    ``pipeline``: the pipeline's name, ``family``: what its suite groups it in, ``label``: what it does, in a
    few words; ``index``: what it is searched with; ``grid``: its settings, 'key=value' with spaces between.
    ``step``: the checkpoint of training that a number was noted at. ``method``: what a figure calls the
    pipeline.
    """

    suite: str
    cell: str
    encoder: str
    pipeline: str
    point: str | None
    grid: str
    asymmetric: bool
    train: str
    seed: int
    bytes_per_vector: int
    ratio: float
    family: str = ""
    label: str = ""
    index: str | None = None
    step: int | None = None
    method: str | None = None

    @property
    def title(self) -> str:
        """Return what an error calls the value."""
        return f"{self.suite} {self.cell} {self.dataset} {self.metric}"

    def as_json(self) -> dict[str, Any]:
        """Return the COLUMNS, the interval widened by the jitter; a row without jitter has no such key."""
        low, high = self.interval
        columns = {name: getattr(self, name) for name in COLUMNS if name != "jitter"}
        columns |= {"low": low, "high": high}
        columns |= {} if self.jitter is None else {"jitter": self.jitter}
        return columns | ({} if self.undefined is None else {"undefined": self.undefined})


def rows(tree: Tree) -> list[Row]:
    """Return a flat row for each value; correlations, shares and retention are fractions, sizes bytes."""
    return [row for measured in results(tree) for row in rows_of(measured)]


def rows_of(measured: Measured) -> list[Row]:
    """Return the flat rows of a result: its values, its ratio, and its test sets' overlap with training.

    ``ratio@bytes`` and ``search@bytes`` (``searched_bytes``) belong to no data set.
    ``shared-pairs@contamination`` is the share of a set's pairs that stand in the training split,
    ``seen-sentence@contamination`` that of pairs with at least one sentence of it.
    """
    row, sizes = _maker(measured), measured.sizes
    stated = [
        row(
            protocol=each.protocol,
            dataset=each.dataset,
            metric=each.metric,
            value=each.value,
            low=each.low,
            high=each.high,
            n=each.n,
            undefined=each.undefined,
            jitter=each.jitter,
            mean=each.mean,
        )
        for each in measured.values
    ]
    counted = [_exact(row, "", "ratio@bytes", sizes.ratio, 1)]
    if sizes.index is not None:
        counted.append(_exact(row, "", "search@bytes", measured.searched_bytes, sizes.index.rows))
    return [*stated, *counted, *_contaminated(row, measured)]


def checkpoints_of(measured: Measured) -> list[Row]:
    """Return a flat row for each number that training logged at a checkpoint, with its ``step``.

    ``norm_mean@training`` is one; they belong to no data set.
    """
    row = _maker(measured)
    return [
        _exact(row, "", f"{name}@training", value, 1, step=int(step))
        for history in measured.result.training.values()
        for name, values in history.items()
        if name != "step"
        for step, value in zip(history.get("step", ()), values, strict=False)
    ]


def exact(measured: Measured, dataset: str, metric: str, value: float, n: int) -> Row:
    """Return the row of a number of a result that was counted or timed, not sampled."""
    return _exact(_maker(measured), dataset, metric, value, n)


def rows_csv(rows: Iterable[Json], columns: Sequence[str] = COLUMNS) -> str:
    """Return rows as CSV with a header line; a key that a row lacks, such as jitter, is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: row.get(column) for column in columns} for row in rows)
    return text.getvalue().rstrip("\n")


def _maker(measured: Measured) -> Callable[..., Row]:
    """Return a function that makes a result's row from a value."""
    cell = measured.cell
    return functools.partial(
        Row,
        suite=measured.suite,
        cell=measured.name,
        encoder=cell.encoder,
        pipeline=cell.pipeline,
        point=cell.point,
        grid=" ".join(f"{key}={value}" for key, value in cell.grid.items()),
        asymmetric=cell.asymmetric,
        train=cell.train,
        seed=cell.seed,
        bytes_per_vector=measured.sizes.bytes_per_vector,
        ratio=measured.sizes.ratio,
        family=measured.family,
        label=measured.label,
        index=cell.index.use if cell.index else None,
    )


def _contaminated(row: Callable[..., Row], measured: Measured) -> Iterator[Row]:
    """Yield the contamination as shares of pairs, for each test set and each sum of test sets."""
    contamination = measured.result.contamination
    sums = {
        name: list(weights)
        for name, weights in measured.result.inputs.combine.items()
        if set(weights) <= set(contamination)
        and min(weights.values()) > 0  # a difference of sets has no pairs
    }
    for name, parts in ({dataset: [dataset] for dataset in contamination} | sums).items():
        pairs = sum(contamination[part].pairs for part in parts)
        for metric, key in _SHARES.items() if pairs else ():
            counted = sum(getattr(contamination[part], key) for part in parts)
            yield _exact(row, name, metric, counted / pairs, pairs)


def _exact(
    row: Callable[..., Row], dataset: str, metric: str, value: float, n: int, step: int | None = None
) -> Row:
    """Return the row of a value that was counted, not sampled: its interval has no width."""
    name = {"protocol": "as-published", "dataset": dataset, "metric": metric}
    return row(**name, value=value, low=value, high=value, n=n, step=step)
