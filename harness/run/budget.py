"""Which cells a rerun of limited time takes: costs by the committed envelopes, the cheapest encoder first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_json
from harness.planning.quantities import parse_time
from harness.planning.status import Entry
from harness.run.encoding_cost import EncodingCosts

UNKNOWN_SECONDS = 5.0  # of a cell that no committed envelope tells of
MEANS = 1.25  # cells take so many times their own seconds with the means over their seeds
MARGIN = 0.85  # of the budget is planned for: no two machines are alike


def parse_budget(text: str) -> float | None:
    """Return the seconds of a budget such as '90s', '10m' or '2h'; None for 'all'.

    >>> parse_budget("10m")
    600.0
    """
    return None if text == "all" else parse_time(text, "budget", "90s, 10m or 2h, or all")


def committed_seconds(committed: Tree, entry: Entry) -> float:
    """Return how long a cell took where the evidence was made, by its envelope."""
    try:
        seconds = read_json(committed.envelope(entry.cell.suite, entry.cell.id)).get("seconds")
    except InputError:  # no envelope
        return UNKNOWN_SECONDS
    return float(seconds) if isinstance(seconds, int | float) else UNKNOWN_SECONDS


@dataclass(frozen=True, slots=True)
class Batch:
    """Cells of a suite and an encoder that are to do: each with its seconds, and those of their vectors."""

    suite: str
    encoder: str
    cells: tuple[tuple[float, Entry], ...]
    encoding: float

    @property
    def seconds(self) -> float:
        """Return how long all of it takes."""
        return self.encoding + sum(seconds for seconds, _ in self.cells)

    def within(self, seconds: float) -> list[Entry]:
        """Return the cells that fit into so many seconds, those of the first seeds before others."""
        left, chosen = seconds - self.encoding, []
        for cost, entry in sorted(self.cells, key=lambda cell: cell[1].cell.seed):
            if cost > left:
                break
            left -= cost
            chosen.append(entry)
        return chosen


def batches(
    todo: Sequence[Entry], committed: Tree, jobs: int, pace: float, costs: EncodingCosts
) -> list[Batch]:
    """Return the batches of what is to do; ``pace`` is what a committed second takes here."""
    together: dict[tuple[str, str], list[Entry]] = {}
    for entry in todo:
        together.setdefault((entry.cell.suite, entry.cell.encoder), []).append(entry)
    return [
        Batch(
            suite,
            encoder,
            tuple((pace * MEANS * committed_seconds(committed, entry) / jobs, entry) for entry in entries),
            costs.seconds(entries) / jobs,
        )
        for (suite, encoder), entries in together.items()
    ]


def select(listed: Sequence[Batch], seconds: float) -> list[Entry]:
    """Return the cells that fit into so many seconds: encoder by encoder, the cheapest first."""
    by_encoder: dict[str, float] = {}
    for batch in listed:
        by_encoder[batch.encoder] = by_encoder.get(batch.encoder, 0.0) + batch.seconds
    left, chosen = MARGIN * seconds, []
    for batch in sorted(listed, key=lambda each: (by_encoder[each.encoder], each.encoder, each.seconds)):
        entries = batch.within(left)
        if entries:
            ids = {entry.cell.id for entry in entries}
            left -= batch.encoding + sum(cost for cost, entry in batch.cells if entry.cell.id in ids)
        chosen += entries
    return chosen
