"""What values depend on beside score files, read back: no data set is needed.

``harness.run.labels`` writes it. Ranks stand for human scores: correlations depend on nothing else of them.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.data.contamination import Contamination
from harness.data.sampling import random_pairs
from harness.errors import InputError
from harness.evaluation.sampled_rows import random_sample
from harness.evidence.files import check_digest, inside
from harness.evidence.layout import Tree
from harness.evidence.schema.labels import LabelIndex, parse_labels
from harness.evidence.stamp import read_stamped
from harness.statistics.clusters import Sample
from harness.types import Doubles, Ints, Mask

AUDITED = 3  # masks of an audit


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one suite: an index, and arrays by name."""

    where: str
    index: LabelIndex
    arrays: dict[str, np.ndarray[Any, Any]]

    def human(self, dataset: str) -> Doubles | None:
        """Return the ranks (n,) of the human scores of a set's pairs; None where nobody rated them."""
        ranks = self.arrays.get("human@" + dataset)
        return None if ranks is None else ranks.astype(np.float64)

    def contamination(self, dataset: str, train: str, pairs: int) -> Contamination:
        """Return the masks of the contamination audit of a set of so many pairs."""
        packed = self._array(f"audit@{train}@{dataset}")
        shape = (AUDITED, -(-pairs // 8))
        if packed.shape != shape or packed.dtype != np.uint8:
            raise self._wrong(f"audit@{train}@{dataset}", packed, f"{shape} uint8 for {pairs} pairs")
        return Contamination(*np.unpackbits(packed, axis=1, count=pairs).astype(bool))

    def pairs_sample(self, tests: tuple[str, ...], dataset: str) -> Sample:
        """Return how the pairs of a set are resampled, where ``tests`` are tested together."""
        for i, together in enumerate(self.index.samples):
            if tuple(together.tests) == tests and dataset in together.sets:
                units, name = together.sets[dataset], f"members@{i}@{dataset}"
                members = self._array(name)
                beyond = bool(members.size) and members.max() >= units.units  # a set may have no pairs
                if members.ndim != 2 or members.dtype.kind != "u" or beyond:  # noqa: PLR2004
                    raise self._wrong(name, members, f"(pairs, 1 or 2) below {units.units} units")
                return Sample(units.group, units.units, members.astype(np.int64))
        raise InputError(
            f"{self.where}: samples: found none of {', '.join(tests)}, expected what is resampled"
        )

    def random_sample(self, dataset: str, drawn_as: str, train: str) -> Sample:
        """Return how the random pairs of a set are resampled."""
        rows = self.index.fresh_rows.get(train, {}).get(dataset)
        if rows is None:
            raise InputError(f"{self.where}: fresh_rows.{train}: found no {dataset}, expected its rows")
        return random_sample(drawn_as, random_pairs(drawn_as, rows), rows)

    def judged(self, dataset: str, counted: Mask, queries: int) -> Mask:
        """Return which judged queries (q,) count where the pairs in ``counted`` do: those all of whose do."""
        return ~np.isin(np.arange(queries), self._array("queries@" + dataset)[~counted])

    def pairs(self, dataset: str) -> int | None:
        """Return the number of judged pairs of a set; None of a set that is not judged."""
        queries: Ints | None = self.arrays.get("queries@" + dataset)
        return None if queries is None else len(queries)

    def _array(self, name: str) -> np.ndarray[Any, Any]:
        if name not in self.arrays:
            raise InputError(f"{self.where}: found no array {name}, expected it; harness labels makes it")
        return self.arrays[name]

    def _wrong(self, name: str, array: np.ndarray[Any, Any], expected: str) -> InputError:
        return InputError(f"{self.where}: {name}: found {array.shape} {array.dtype}, expected {expected}")


def read_labels(tree: Tree, suite: str) -> Labels:
    """Return the labels of a suite; raise InputError where there are none, or not as their index has them."""
    path = tree.labels(suite)
    if not path.is_file():
        raise InputError(f"{path}: not found, expected the labels of {suite}; harness labels makes them")
    index = parse_labels(path, read_stamped(path)[0])
    file = inside(tree.root, index.files.labels.path, f"{path}: files.labels")
    check_digest(file, index.files.labels.sha256)
    try:
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{file}: {error}, expected a readable .npz of labels") from error
    return Labels(str(file), index, arrays)
