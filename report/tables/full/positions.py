"""What single positions of short codes go with: associations with properties of texts."""

from __future__ import annotations

from collections.abc import Iterator

from harness.types import Json
from report.tables.source import Source


def rows(source: Source) -> Iterator[Json]:
    """Yield a line for each code, position and property; 'by chance' is the level without any association."""
    for table in source.tables.semantic.axes():
        line, axes = table.line, table.axes
        chance = {"by chance": axes.chance} if axes.chance else {}
        for name, values in {**axes.properties, **chance}.items():
            for position, value in enumerate(values, 1):
                yield {
                    "encoder": line.encoder,
                    "dataset": line.dataset,
                    "code": line.family,
                    "setting": line.setting,
                    "measure": axes.measure,
                    "texts": axes.n,
                    "position": position,
                    "property": name,
                    "value": value,
                }
