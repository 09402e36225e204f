"""What differs between two trees of evidence: values with their intervals, cells, verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from harness.errors import InputError
from harness.evidence import stability
from harness.evidence.layout import Tree
from harness.evidence.schema.result import check_result
from harness.evidence.schema.verdict import Claims
from harness.evidence.stability import Key
from harness.evidence.stamp import read_stamped
from harness.run.compare import tolerance, values_of
from harness.types import Json
from harness.verification.references import read_claims

Ends = tuple[float, float, float]  # value, low, high


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is not the same in both; None where one of the two lacks it.

    ``noise``: how far a rerun may be off, by the metric's tolerance or the pipeline's jitter.
    """

    cell: str
    key: Key
    before: Ends | None
    after: Ends | None
    noise: float

    @property
    def larger_than_noise(self) -> bool:
        """Return whether value or an end of the interval moved by more than the noise, or is new or gone."""
        if self.before is None or self.after is None:
            return True
        return any(abs(a - b) > self.noise for a, b in zip(self.before, self.after, strict=True))


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A claim, or a row of one, with another verdict; None where one of the two lacks it."""

    id: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything in which two trees differ; ``same``: cells with the same values.

    ``verdicts`` is None where a tree has no claims of this form: their results are compared all the same.
    """

    changes: list[Change]
    added: list[str]
    removed: list[str]
    verdicts: list[VerdictChange] | None
    same: int

    def as_json(self) -> dict[str, Any]:
        """Return the difference as JSON, each change with whether it is larger than noise."""
        changes = [{**asdict(each), "larger_than_noise": each.larger_than_noise} for each in self.changes]
        return {**asdict(self), "changes": changes}


def difference(before: Tree, after: Tree) -> Difference:
    """Return what differs; raise InputError for evidence of another form."""
    paths = [{f"{p.parent.name}/{p.stem}": p for p in tree.results()} for tree in (before, after)]
    jitter = stability.read(before)
    changes: list[Change] = []
    same = 0
    for cell in sorted(paths[0].keys() & paths[1].keys()):
        (old, old_hash), (new, new_hash) = (read_stamped(files[cell]) for files in paths)
        if old_hash != new_hash:
            for path, content in ((paths[0][cell], old), (paths[1][cell], new)):
                check_result(path, content)
        moved = [] if old_hash == new_hash else list(_changes(cell, old, new, jitter))
        changes += moved
        same += not moved
    return Difference(
        changes,
        added=sorted(paths[1].keys() - paths[0].keys()),
        removed=sorted(paths[0].keys() - paths[1].keys()),
        verdicts=_verdicts(before, after),
        same=same,
    )


def _changes(cell: str, old: Json, new: Json, jitter: stability.Stability) -> Iterator[Change]:
    before, after = values_of(old), values_of(new)
    for key in sorted(before.keys() | after.keys()):
        ends = [_ends(values.get(key)) for values in (before, after)]
        if ends[0] != ends[1]:
            yield Change(cell, key, ends[0], ends[1], tolerance(jitter, old, key))


def _ends(value: Json | None) -> Ends | None:
    return None if value is None else (value["value"], value["low"], value["high"])


def _verdicts(before: Tree, after: Tree) -> list[VerdictChange] | None:
    """Return the claims and rows with another verdict."""
    try:
        old, new = (_by_id(read_claims(tree)) for tree in (before, after))
    except InputError:
        return None
    return [
        VerdictChange(name, old.get(name), new.get(name))
        for name in dict.fromkeys([*new, *old])
        if old.get(name) != new.get(name)
    ]


def _by_id(claims: Claims) -> dict[str, str]:
    """Return the verdicts by id: of claims, then of their rows."""
    rows = {f"{row.id}:{row.row} {row.protocol}".strip(): row.verdict for row in claims.claims}
    return {**{entry.id: entry.verdict for entry in claims.board}, **rows}
