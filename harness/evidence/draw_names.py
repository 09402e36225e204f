"""The names that seed what was drawn for a result: those of its data sets and cell, unless it says others.

A data set that was renamed keeps its earlier name for draws (``drawn_as`` in its file, and in the ``inputs``
of each result): pairs, queries and resamples, and so values and intervals, stay the same.
"""

from __future__ import annotations

from harness.types import Json


def of_dataset(datasets: Json, name: str) -> str:
    """Return the name that draws from a data set are seeded by; ``datasets``: of the inputs of a result."""
    return str(datasets.get(name, {}).get("drawn_as", name))


def of_group(cell: str, encoder: str, train: str, datasets: Json) -> str:
    """Return the name that draws of seeds go by, of a cell's name: its own but for split and seed."""
    group, _, _ = cell.rpartition(".s")
    return f"{encoder}.{of_dataset(datasets, train)}.{group.removeprefix(f'{encoder}.{train}.')}"
