"""One matrix a space of OpenAI vectors: retrieval, similarity, latency and memory, with a certificate.

The last line is ``Certificate: sha256:`` and the digest of all bytes before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from harness.evidence.layout import Tree
from harness.evidence.stability import mark
from report.evidence.results import over_seeds, rows_of
from report.export.matrix_timings import Line, Row, table, timed
from report.verdicts.claims import percent

SUITE, PROTOCOL = "openai-matrix", "decontaminated"
SMALL = 6144  # bytes of the 1536 dimensions that the report compresses to 52

RETRIEVAL = ("recall@1", "recall@10", "recall@100", "overlap@10", "ndcg@10", "mrr@100")
RESCORED = ("overlap@10", "rescored@2", "rescored@4", "rescored@10")
SPEARMAN = ("spearman@original", "spearman-random@original")
READING = """\
Values are means over seeds, in per cent; 95 % intervals are over items and seeds. No
human score enters them: nothing here is task preservation."""
CANNOT_BE = """\
PQ with 64 disjoint sub-vectors of a vector of 52 dimensions cannot exist: the lens before PQ-64 has at least
64 dimensions here, where the report has targetDims of 52."""
FOUND = """\
The exact neighbours are those of the uncompressed vectors by cosine; nothing is rescored. The interval is
that of overlap@10."""
TWO_STAGES = """\
overlap@10 of the first stage alone, and after two, four and ten times as many candidates were ranked anew by
the original vectors, which then have to be kept as well."""
KEPT = "Spearman with the original cosines, on the set's pairs and on pairs of rows drawn at random."


def matrices(results: list[Row], tree: Tree, roles: Mapping[str, str]) -> dict[str, bytes]:
    """Return the Markdown file of each space of the suite that there is evidence for, by its name.

    Timings are read from the cells' envelopes in ``tree``; cells without are left out of that table.
    ``roles``: what each space is to the published claim.
    """
    mine = [result for result in results if result["suite"] == SUITE]
    spaces = dict.fromkeys(result["inputs"]["cell"]["encoder"] for result in mine)
    return {
        f"matrix_{space}.md": certified(_text(space, _of(mine, space), tree, roles.get(space)))
        for space in spaces
    }


def certified(text: str) -> bytes:
    """Return ``text`` with its certificate as the last line."""
    body = (text.rstrip("\n") + "\n\n").encode()
    return body + f"Certificate: sha256:{hashlib.sha256(body).hexdigest()}\n".encode()


def _of(results: list[Row], space: str) -> list[Row]:
    return [result for result in results if result["inputs"]["cell"]["encoder"] == space]


def _text(space: str, results: list[Row], tree: Tree, role: str | None) -> str:
    chains: dict[tuple[str, str], list[Row]] = {}
    for result in results:
        cell = result["inputs"]["cell"]
        chains.setdefault((cell["chain"], cell["point"] or ""), []).append(result)
    ordered = sorted(chains.items(), key=lambda item: (-item[1][0]["sizes"]["bytes_per_vector"], item[0]))
    means = [(name, _means(seeds)) for name, seeds in ordered]
    size = results[0]["sizes"]["original_bytes"]
    similar = ("chain", "point", "bytes", "pairs", "interval", "random pairs", "interval")
    return "\n\n".join(
        [
            f"# {space}: {size // 4} dimensions, {size} bytes a vector",
            f"To the published claim this space is: {role or 'no part of it'}.",
            _data(results),
            READING,
            *([CANNOT_BE] if size == SMALL else []),
            "## Exact neighbours found again",
            FOUND,
            table(("chain", "point", "bytes", "ratio", "seeds", *RETRIEVAL, "interval"), _retrieval(means)),
            "## Rescored from the originals",
            TWO_STAGES,
            table(("chain", "point", "bytes", *RESCORED), _lines(means, RESCORED)),
            "## Similarities kept",
            KEPT,
            table(similar, _similar(means)),
            *timed([(name, seeds[0]) for name, seeds in ordered], tree),
            "## Evidence",
            "\n".join(
                f"- `{result['suite']}/{result['cell']}` sha256:{result['sha256']}" for result in results
            ),
        ]
    )


def _data(results: list[Row]) -> str:
    """Return what the vectors are, as the results name it: where each set was read from, and its digest."""
    lines = []
    for name, origin in results[0]["inputs"]["datasets"].items():
        shown = ", ".join(f"{key} {_shown(value)}" for key, value in origin.items() if key != "origin")
        lines.append(f"- data set `{name}`: {shown}")
    encoder = results[0]["inputs"]["encoder"]
    shown = ", ".join(f"{key} {_shown(value)}" for key, value in encoder.items())
    return "\n".join(["The vectors:", "", f"- space: {shown}", *lines])


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        given = {key: inner for key, inner in value.items() if inner is not None}
        return "(" + ", ".join(f"{key} {_shown(inner)}" for key, inner in given.items()) + ")"
    return f"`{value}`"


def _means(seeds: list[Row]) -> dict[str, Row]:
    """Return the means over seeds by metric, of the test set that was timed as well; and the ratio."""
    together: dict[str, list[Row]] = {}
    places = {(PROTOCOL, seeds[0]["inputs"]["cell"]["tests"][0]), ("as-published", "")}
    for row in (row for result in seeds for row in rows_of(result)):
        if (row["protocol"], row["dataset"]) in places:
            together.setdefault(row["metric"], []).append(row)
    return {metric: over_seeds(rows) for metric, rows in together.items()}


Means = list[tuple[tuple[str, str], dict[str, Row]]]


def _lines(means: Means, metrics: Iterable[str]) -> list[Line]:
    return [
        [*name, str(found["ratio@bytes"]["bytes_per_vector"]), *(_value(found, metric) for metric in metrics)]
        for name, found in means
    ]


def _retrieval(means: Means) -> list[Line]:
    lines = []
    for line, (_, found) in zip(_lines(means, RETRIEVAL), means, strict=True):
        ratio = found["ratio@bytes"]
        sizes = [f"{ratio['value']:.1f}", str(ratio["seeds"])]
        lines.append([*line[:3], *sizes, *line[3:], _interval(found, "overlap@10")])
    return lines


def _similar(means: Means) -> list[Line]:
    return [
        [
            *line[:3],
            *(cell for metric in SPEARMAN for cell in (_value(found, metric), _interval(found, metric))),
        ]
        for line, (_, found) in zip(_lines(means, ()), means, strict=True)
    ]


def _value(found: Mapping[str, Row], metric: str) -> str:
    return percent(found[metric]["value"]) + mark(found[metric]) if metric in found else "–"


def _interval(found: Mapping[str, Row], metric: str) -> str:
    return f"{percent(found[metric]['low'])} … {percent(found[metric]['high'])}" if metric in found else "–"
