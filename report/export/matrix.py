"""A matrix for each space of OpenAI vectors: retrieval, similarity, latency and memory, with a checksum.

The last line is ``Certificate: sha256:`` and the digest of all bytes before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.evidence.layout import Tree
from harness.evidence.stability import mark
from report.evidence.results import Measured
from report.evidence.rows import Row, rows_of
from report.evidence.values import Mean, over_seeds
from report.export.matrix_timings import Line, Name, table, timed
from report.verdicts.claims import percent

SUITE, PROTOCOL = "openai-matrix", "decontaminated"
SMALL = 6144  # bytes of the 1536 dimensions that the report compresses to 52

RETRIEVAL = ("success@1", "success@10", "success@100", "knn-recall@10", "knn-ndcg@10", "mrr@100")
RESCORED = ("knn-recall@10", "rescored@2", "rescored@4", "rescored@10")
SPEARMAN = ("spearman@original", "spearman-random@original")
READING = """\
Values are means over seeds, in per cent; 95 % intervals are over items and seeds. No
human score enters them: nothing here is task preservation."""
CANNOT_BE = """\
PQ with 64 disjoint sub-vectors of a vector of 52 dimensions cannot exist: the lens before PQ-64 has at least
64 dimensions here, where the report has targetDims of 52."""
NEIGHBOURS = """\
The exact neighbours are those of the uncompressed vectors by cosine; nothing is rescored. The interval is
that of knn-recall@10."""
TWO_STAGES = """\
knn-recall@10 of the first stage alone, and after two, four and ten times as many candidates were ranked anew
by the original vectors, which then have to be kept as well."""
SPEARMAN_NOTE = "Spearman with the original cosines, on the set's pairs and on pairs of rows drawn at random."


@dataclass(frozen=True, slots=True)
class _Line:
    """A pipeline and point: bytes a vector, and the mean over seeds of each metric."""

    name: Name
    bytes_per_vector: int
    means: Mapping[str, Mean]


def matrices(results: list[Measured], tree: Tree, roles: Mapping[str, str]) -> dict[str, bytes]:
    """Return the Markdown file of each space of the suite that there is evidence for, by its name.

    Timings are read from the cells' envelopes in ``tree``; cells without are left out of that table.
    ``roles``: what each space is to the published claim.
    """
    spaces: dict[str, list[Measured]] = {}
    for measured in results:
        if measured.suite == SUITE:
            spaces.setdefault(measured.cell.encoder, []).append(measured)
    return {
        f"matrix_{space}.md": with_checksum(_text(space, cells, tree, roles.get(space)))
        for space, cells in spaces.items()
    }


def with_checksum(text: str) -> bytes:
    """Return ``text`` with its sha256 as the last line."""
    body = (text.rstrip("\n") + "\n\n").encode()
    return body + f"Certificate: sha256:{hashlib.sha256(body).hexdigest()}\n".encode()


def _text(space: str, results: list[Measured], tree: Tree, role: str | None) -> str:
    pipelines: dict[Name, list[Measured]] = {}
    for measured in results:
        pipelines.setdefault((measured.cell.pipeline, measured.cell.point or ""), []).append(measured)
    ordered = sorted(pipelines.items(), key=lambda item: (-item[1][0].sizes.bytes_per_vector, item[0]))
    lines = [_Line(name, seeds[0].sizes.bytes_per_vector, _means(seeds)) for name, seeds in ordered]
    size = results[0].sizes.original_bytes
    similar = ("pipeline", "point", "bytes", "pairs", "interval", "random pairs", "interval")
    return "\n\n".join(
        [
            f"# {space}: {size // 4} dimensions, {size} bytes a vector",
            f"To the published claim this space is: {role or 'no part of it'}.",
            _data(results[0]),
            READING,
            *([CANNOT_BE] if size == SMALL else []),
            "## Exact neighbours found again",
            NEIGHBOURS,
            table(
                ("pipeline", "point", "bytes", "ratio", "seeds", *RETRIEVAL, "interval"), _retrieval(lines)
            ),
            "## Rescored from the originals",
            TWO_STAGES,
            table(("pipeline", "point", "bytes", *RESCORED), [_cells(line, RESCORED) for line in lines]),
            "## Similarities kept",
            SPEARMAN_NOTE,
            table(similar, _similar(lines)),
            *timed([(name, seeds[0]) for name, seeds in ordered], tree),
            "## Evidence",
            "\n".join(
                f"- `{measured.suite}/{measured.name}` sha256:{measured.sha256}" for measured in results
            ),
        ]
    )


def _data(measured: Measured) -> str:
    """Return the origin of the vectors, as the result has it: each set's source and digest."""
    inputs, lines = measured.result.inputs, []
    for name, origin in inputs.datasets.items():
        shown = ", ".join(f"{key} {_shown(value)}" for key, value in origin.items() if key != "origin")
        lines.append(f"- data set `{name}`: {shown}")
    shown = ", ".join(f"{key} {_shown(value)}" for key, value in inputs.encoder.items())
    return "\n".join(["The vectors:", "", f"- space: {shown}", *lines])


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        given = {key: inner for key, inner in value.items() if inner is not None}
        return "(" + ", ".join(f"{key} {_shown(inner)}" for key, inner in given.items()) + ")"
    return f"`{value}`"


def _means(seeds: Sequence[Measured]) -> dict[str, Mean]:
    """Return the means over seeds by metric, of the test set that was timed as well; and the ratio."""
    together: dict[str, list[Row]] = {}
    wanted = {(PROTOCOL, seeds[0].cell.tests[0]), ("as-published", "")}
    for row in (row for measured in seeds for row in rows_of(measured)):
        if (row.protocol, row.dataset) in wanted:
            together.setdefault(row.metric, []).append(row)
    return {metric: over_seeds(rows) for metric, rows in together.items()}


def _cells(line: _Line, metrics: Iterable[str]) -> Line:
    return [*line.name, str(line.bytes_per_vector), *(_value(line, metric) for metric in metrics)]


def _retrieval(lines: Iterable[_Line]) -> list[Line]:
    table_lines = []
    for line in lines:
        cells, ratio = _cells(line, RETRIEVAL), line.means["ratio@bytes"]
        sizes = [f"{ratio.value:.1f}", str(ratio.seeds)]
        table_lines.append([*cells[:3], *sizes, *cells[3:], _interval(line, "knn-recall@10")])
    return table_lines


def _similar(lines: Iterable[_Line]) -> list[Line]:
    return [
        [
            *_cells(line, ()),
            *(cell for metric in SPEARMAN for cell in (_value(line, metric), _interval(line, metric))),
        ]
        for line in lines
    ]


def _value(line: _Line, metric: str) -> str:
    mean = line.means.get(metric)
    return percent(mean.value) + mark(mean.jitter) if mean else "–"


def _interval(line: _Line, metric: str) -> str:
    mean = line.means.get(metric)
    return f"{percent(mean.low)} … {percent(mean.high)}" if mean else "–"
