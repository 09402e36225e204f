"""Results as a notebook shows them: rows selected by their columns, as an HTML table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from harness.errors import InputError
from harness.evidence.layout import Tree
from report.evidence.rows import COLUMNS, Row, rows
from report.evidence.values import Mean, over_seeds

SHOWN = 40  # rows of a table; more are counted
# What the other columns already say, and what differs between seeds of one setting.
_LEFT_OUT = {"cell", "seed", "value", "low", "high", "jitter", "n"}
_SETTING = tuple(name for name in COLUMNS if name not in _LEFT_OUT)


@dataclass(frozen=True, slots=True)
class RowSet:
    """Measured values, one a row; a notebook shows their means over seeds with 95 % intervals."""

    rows: tuple[Row, ...]

    @classmethod
    def read(cls, folder: str | Path) -> RowSet:
        """Return all values of a folder of evidence: ``artifacts``, or ``out`` of a run.

        Raises InputError for a folder without results, and for a damaged result.
        """
        tree = Tree(Path(folder))
        if not tree.results():
            raise InputError(f"{folder}: found no results, expected a folder that harness run wrote to")
        return cls(tuple(rows(tree)))

    def where(self, **columns: object) -> RowSet:
        """Return the rows that have these values in these columns; a tuple or list allows several values.

        Raises InputError for a column that rows do not have.
        """
        wrong = sorted(set(columns) - set(COLUMNS))
        if wrong:
            raise InputError(f"columns: found {wrong[0]!r}, expected one of {', '.join(COLUMNS)}")
        allowed = {
            name: value if isinstance(value, (tuple, list)) else (value,) for name, value in columns.items()
        }
        return RowSet(
            tuple(
                row
                for row in self.rows
                if all(getattr(row, name) in values for name, values in allowed.items())
            )
        )

    def means(self) -> list[tuple[Row, Mean]]:
        """Return the mean over seeds of each setting, with a row of it; fewest bytes first."""
        settings: dict[tuple[object, ...], list[Row]] = {}
        for row in self.rows:
            settings.setdefault(_setting(row), []).append(row)
        means = [(group[0], over_seeds(group)) for group in settings.values()]
        return sorted(means, key=lambda each: (each[0].bytes_per_vector, -each[1].value))

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def _repr_html_(self) -> str:
        """Return a table of the means: the columns that differ, under a line of those that do not."""
        means = self.means()
        if not means:
            return "<p>no values</p>"
        columns = {name: [_text(getattr(row, name)) for row, _ in means] for name in _SETTING}
        varying = {name: texts for name, texts in columns.items() if len(set(texts)) > 1}
        common = [f"{name} {texts[0]}" for name, texts in columns.items() if name not in varying and texts[0]]
        more = [f"{len(means) - SHOWN} more rows"] if len(means) > SHOWN else []
        head = _cells([*varying, "value", "95 % interval", "n", "seeds"], "th")
        lines = [
            _cells([*(texts[number] for texts in varying.values()), *_measured(mean)])
            for number, (_, mean) in enumerate(means[:SHOWN])
        ]
        return (
            f"<table><caption>{escape(' · '.join(common + more))}</caption>"
            f"<thead>{head}</thead><tbody>{''.join(lines)}</tbody></table>"
        )


def _setting(row: Row) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _SETTING)


def _measured(mean: Mean) -> list[str]:
    return [f"{mean.value:.4g}", f"{mean.low:.4g} … {mean.high:.4g}", f"{mean.n:,}", str(mean.seeds)]


def _text(value: object) -> str:
    if value is None or value is False:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _cells(texts: Iterable[str], tag: str = "td") -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(text)}</{tag}>' for text in texts)}</tr>"
