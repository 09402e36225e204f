"""What each test set shares with each training split, in pairs."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each suite, training split and test set."""
    for line in source.tables.contaminations():
        counts = line.contamination
        yield {
            "suite": line.suite,
            "train": line.train,
            "dataset": line.dataset,
            "pairs": counts.pairs,
            "pair_in_training": counts.shared_pairs,
            "row_in_training": counts.pairs_with_a_seen_sentence,
            **{f"pairs {name}": n for name, n in sorted(counts.pairs_by_protocol.items())},
            **{
                f"near duplicates {name}": n for name, n in sorted(counts.near_duplicates_by_protocol.items())
            },
        }
