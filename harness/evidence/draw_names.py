"""The names that seed what was drawn for a result: those of its data sets and cell, unless it says others.

A data set that was renamed keeps its earlier name for draws (``drawn_as`` in its file, and in the ``inputs``
of each result): pairs, queries and resamples, and so values and intervals, stay the same.
"""

from __future__ import annotations

from typing import Any

from harness.types import Json


def of_dataset(content: Json, dataset: str) -> str:
    """Return the name that draws from a data set are seeded by in a result."""
    identity: Any = (content["inputs"].get("datasets") or {}).get(dataset) or {}
    return str(identity.get("drawn_as", dataset))


def of_group(content: Json) -> str:
    """Return the name that draws of seeds go by: of a result's cell and those of other seeds alone."""
    cell = content["inputs"]["cell"]
    encoder, train = str(cell["encoder"]), str(cell["train"])
    group, _, _ = str(content["cell"]).rpartition(".s")
    rest = group.removeprefix(f"{encoder}.{train}.")
    return f"{encoder}.{of_dataset(content, train)}.{rest}"
