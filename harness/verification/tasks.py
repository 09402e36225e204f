"""What is computed again in one piece: cells of one suite, encoder and training split, and their means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.types import Json
from harness.verification.audits import unlike_audit, unlike_sizes
from harness.verification.labels import Labels, read_labels
from harness.verification.mean_values import Setting, check_batch
from harness.verification.measured import Remade, check_values, remade
from harness.verification.numbers import Tally


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a piece comes to: values and intervals computed again, and how their digits agree."""

    cells: frozenset[str]
    values: int
    intervals: int
    agreeing: Counter[str]
    problems: list[str]


@dataclass(frozen=True, slots=True)
class Task:
    """The results of one suite, encoder and training split by cell, in the plan's order, and their means."""

    tree: Tree
    suite: str
    contents: Mapping[str, Json]
    batches: Sequence[Json]
    baselines: Sequence[str]
    resampled: bool

    @property
    def cost(self) -> int:
        """Return about how much there is to compute: the items of all values."""
        return sum(value["n"] for content in self.contents.values() for value in content["values"])

    def run(self) -> Outcome:
        """Return what the cells and their means come to; what is wrong is a line."""
        from threadpoolctl import threadpool_limits

        tally = Tally()
        values, intervals = 0, 0
        with threadpool_limits(1):
            try:
                labels = read_labels(self.tree, self.suite)
                again = remade(self.tree, self.contents, labels, tally, resampled=self.resampled)
                values = sum(self._values(again, labels, tally))
                intervals = values + sum(self._means(again, tally)) if self.resampled else 0
            except InputError as error:
                tally.problems.append(str(error))
            except Exception as error:  # noqa: BLE001 - certified, of the right form, and yet not computable
                problem = f"{self._title()}: cannot be computed again: {type(error).__name__}: {error}"
                tally.problems.append(f"{self.tree.results(self.suite)[0].parent}: {problem}")
        names = frozenset(f"{self.suite}/{cell}" for cell in self.contents)
        return Outcome(names, values, intervals, tally.agreeing, tally.problems)

    def _values(self, again: Mapping[str, Remade], labels: Labels, tally: Tally) -> Iterator[int]:
        """Yield how many values of each cell were computed again; its audit and sizes are checked as well."""
        for cell, own in again.items():
            where, content = str(self.tree.result(self.suite, cell)), self.contents[cell]
            yield check_values(where, content, own, tally, resampled=self.resampled)
            lines = (*unlike_audit(content, own.panels, labels), *unlike_sizes(content))
            tally.problems += [f"{where}: {line}" for line in lines]

    def _means(self, again: Mapping[str, Remade], tally: Tally) -> Iterator[int]:
        """Yield how many intervals of means and comparisons were drawn again, batch by batch."""
        where = str(self.tree.means(self.suite))
        settings: dict[int, dict[str, Json]] = {}
        for cell, content in self.contents.items():
            settings.setdefault(content["sizes"]["bytes_per_vector"], {})[cell] = content
        stated = {batch["of"]["bytes_per_vector"]: batch for batch in self.batches}
        for size in sorted(settings.keys() ^ stated.keys()):
            side = "found means of them" if size in stated else "found no means of them"
            tally.problems.append(f"{where}: cells of {size} bytes, as {self._title()}: {side}")
        for size in settings.keys() & stated.keys():
            setting = Setting(self.suite, settings[size], self.baselines)
            yield check_batch(where, setting, stated[size], again, tally)

    def _title(self) -> str:
        return ".".join(next(iter(self.contents)).split(".")[:2])
