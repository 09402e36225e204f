"""One shard of a run that several machines share by a folder: no cell is run twice, none is lost.

A shard runs its own cells, then those of other shards that have begun: the others replace a shard that died.
Each part of the work has a lease (``harness/parallel/leases.py``). Cells of a shard that has not begun are
left to it. The shard that ends last writes the means.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import BlockedError, InputError
from harness.evaluation.context import EncoderSpec, spec_of
from harness.evaluation.means import OnProgress
from harness.evidence.claims_lock import copy_lock
from harness.evidence.layout import Tree
from harness.parallel.lease_files import clear
from harness.parallel.leased import Piece, leased, once
from harness.parallel.leases import Leases
from harness.parallel.resources import use_threads
from harness.planning.status import Entry
from harness.run.labels import write_labels
from harness.run.leftovers import check_origin, settle
from harness.run.part import Work, run_part
from harness.run.preparation import audit, encode
from harness.run.runner import means_over_seeds
from harness.run.shards import Part, Shard
from harness.run.shared_store import SharedStore

LEASES = "leases"  # folder of the tree
Key = tuple[str, str]  # suite and encoder


@dataclass(slots=True)
class ShardedRun:
    """A shard of a run of the ``chosen`` of ``entries``; ``shares`` has the parts of every shard.

    ``failures`` has a line for each cell that failed here, ``cells`` counts those that ran here, ``left``
    those that are left to other shards, which have not begun.
    """

    entries: list[Entry]
    chosen: list[Entry]
    shares: Sequence[Sequence[Part]]
    shard: Shard
    tree: Tree
    leases: Leases
    engine: SharedStore
    on_progress: OnProgress
    failures: list[str] = field(default_factory=list)
    cells: int = 0
    left: dict[int, int] = field(default_factory=dict)
    _specs: dict[Key, EncoderSpec | None] = field(default_factory=dict)  # None: its inputs are refused

    def run(self) -> None:
        """Run what is to do; raise InputError where ``tree`` has results of another suite of that name."""
        check_origin(self.entries, self.tree)
        use_threads()
        begun = self._begun(self.shard.number)
        begun.touch()
        once(self.leases, f"records of {', '.join(self._suites())}", self._settle)
        parts, numbers = self._open(self.shard.number), range(1, self.shard.count + 1)
        while parts:
            self._run(parts)
            others = [n for n in numbers if self._begun(n).exists()]
            # From their ends, as each shard begins with its longest parts.
            parts = [part for number in others for part in reversed(self._open(number))]
        left = [part for part in itertools.chain(*self.shares) if self._is_left(part)]
        for number, share in enumerate(self.shares, 1):
            if cells := sum(len(part.entries) for part in share if part in left):
                self.left[number] = cells
        for suite in self._suites():
            if not any(entry.cell.suite == suite for part in left for entry in part.entries):
                once(self.leases, f"means of {suite}", functools.partial(self._finish, suite))
        begun.unlink(missing_ok=True)
        if not self.left and not any(self.leases.folder.glob("begun-*")):  # else others need the leases
            clear(self.leases.folder)
            clear(self.engine.leases)

    def _run(self, parts: Sequence[Part]) -> None:
        """Run parts, this shard or another each; return when all have ended."""
        step, total = f"cells by shard {self.shard}", sum(len(part.entries) for part in parts)
        pieces = [Piece(part.name, work) for part in parts if (work := self._prepared(part))]
        done = 0
        self.on_progress(step, done, total)
        for count, failed in leased(self.leases, run_part, pieces, self.engine.jobs):
            done += count
            self.cells += count
            self.failures += failed
            self.on_progress(step, done, total)

    def _prepared(self, part: Part) -> Work | None:
        """Return a part, what its cells share prepared; None, and the part ended, where that is refused."""
        specs = [self._spec((entry.cell.suite, entry.cell.encoder)) for entry in part.entries]
        accepted = tuple(spec for spec in specs if spec)
        if len(accepted) == len(specs):
            return Work(part.entries, accepted, self.tree)
        once(self.leases, part.name, lambda: None)
        return None

    def _spec(self, key: Key) -> EncoderSpec | None:
        if key not in self._specs:
            own = [e for e in self.entries if (e.cell.suite, e.cell.encoder) == key and e.can_run]
            spec = spec_of(own[0].inputs, key[1], [entry.cell for entry in own], self.engine.store)
            trains = sorted({entry.cell.train for entry in own})
            try:
                encode(spec, self.engine, self.on_progress)
                name = f"audit of {key[0]} {key[1]}"
                once(self.leases, name, lambda: audit(spec, trains, self.tree, self.on_progress))
            except (InputError, BlockedError) as error:
                self.failures.append(f"{key[0]}: {key[1]}: {error}")
                self._specs[key] = None
            else:
                self._specs[key] = spec
        return self._specs[key]

    def _settle(self) -> None:
        settle(self.entries, self.chosen, self.tree)
        copy_lock(self.tree)

    def _finish(self, suite: str) -> None:
        """Write means and labels of a suite of which no cell is to do."""
        entries = [entry for entry in self.entries if entry.cell.suite == suite and entry.can_run]
        means_over_seeds(entries, self.tree, self.engine.store, self.engine.jobs, self.on_progress)
        write_labels(entries, self.tree, self.engine.store)

    def _open(self, number: int) -> list[Part]:
        """Return the parts of a shard that have cells to do and have not ended."""
        return [part for part in self.shares[number - 1] if self._is_open(part)]

    def _is_open(self, part: Part) -> bool:
        todo = any(entry.state == "to do" for entry in part.entries)
        return todo and self.leases.state(part.name) != "ended"

    def _is_left(self, part: Part) -> bool:
        """Return whether a part is open for another reason than that its cells have failed."""
        results = (self.tree.result(e.cell.suite, e.cell.id) for e in part.entries if e.state == "to do")
        failed = self.leases.ever_ended(part.name) and not any(path.is_file() for path in results)
        return self._is_open(part) and not failed

    def _suites(self) -> list[str]:
        return list(dict.fromkeys(entry.cell.suite for entry in self.entries))

    def _begun(self, number: int) -> Path:
        """Return the file that says that a shard has begun and has not ended."""
        return self.leases.folder / f"begun-{number}-of-{self.shard.count}"
