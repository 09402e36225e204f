"""What default tools report of their codes, and what the codes hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from report.evidence.values import Mean
from report.findings.finding import Finding
from report.findings.words import encoder, listed, share, value
from report.tables.default_tools import DECODED, ToolLine
from report.tables.source import Source

JUDGED = {"nfcorpus": "NFCorpus", "scifact": "SciFact"}
WRAPPER = [name for name in DECODED if name.startswith("wrapper-")]


def findings(source: Source) -> list[Finding]:
    """Return the reported and the decoded values, the pairs of settings in another order, and int8 search."""
    spaces = dict.fromkeys(line.encoder for line in source.tables.default_tools)
    by_space = {
        name: {line.pipeline: line for line in source.tables.default_tools if line.encoder == name}
        for name in spaces
    }
    return [
        *_reported(by_space),
        *(finding for name, own in list(by_space.items())[:1] for finding in _order(name, own)),
        *(finding for name, own in by_space.items() for finding in _search(name, own)),
    ][:3]


def _reported(spaces: dict[str, dict[str, ToolLine]]) -> Iterator[Finding]:
    """Yield what the wrapper reports at 8 bits, beside the same codes decoded and no compression."""
    phrases: list[str] = []
    used: list[str] = []
    for name, lines in spaces.items():
        chosen = [lines.get(key) for key in ("wrapper-int8", DECODED["wrapper-int8"], "identity")]
        pairs = [(line, line.pairs) for line in chosen if line and line.pairs]
        if len(pairs) == len(chosen):
            reported, decoded, whole = (value(mean, 2) for _, mean in pairs)
            phrases.append(f"{reported} on {encoder(name)} (decoded {decoded}, uncompressed {whole})")
            used += [line.id for line, _ in pairs]
    if phrases:
        yield Finding(
            f"As mean Spearman of STS12–16, mteb's CompressionWrapper reports for int8 {listed(phrases)}.",
            tuple(used),
            ("M1",),
        )


def _order(name: str, lines: dict[str, ToolLine]) -> Iterator[Finding]:
    """Yield the pairs of the wrapper's settings that it ranks differently from their codes decoded."""
    settings = {
        key: (line, reported, decoded)
        for key in WRAPPER
        if (line := lines.get(key)) and (other := lines.get(DECODED[key]))
        if (reported := line.pairs) and (decoded := other.pairs)
    }
    moved = [
        (one, other) if _sign(settings[one][1], settings[other][1]) > 0 else (other, one)
        for one, other in combinations(settings, 2)
        if _sign(*(settings[key][1] for key in (one, other)))
        != _sign(*(settings[key][2] for key in (one, other)))
    ]
    total = len(settings) * (len(settings) - 1) // 2
    if total:
        above = listed(f"{_short(one)} above {_short(other)}" for one, other in moved) if moved else "none"
        yield Finding(
            f"On {encoder(name)}, CompressionWrapper ranks {len(moved)} of {total} pairs of its settings "
            f"differently from the same codes decoded: {above}. A pair counts too where the decoded codes "
            "tie (mean of STS12–16, without regard to intervals).",
            tuple(line.id for line, _, _ in settings.values()),
            ("M2",),
        )


def _search(name: str, lines: dict[str, ToolLine]) -> Iterator[Finding]:
    """Yield what inner products of calibrated codes keep of retrieval, and the same codes decoded."""
    chosen = [lines.get(key) for key in ("calibrated-inner-product", "calibrated-decoded")]
    measured = [line for line in chosen if line and all(_kept(line, dataset) for dataset in JUDGED)]
    if len(measured) == len(chosen):
        retentions = [
            listed(
                f"{share(mean)} on {title}"
                for dataset, title in JUDGED.items()
                if (mean := _kept(line, dataset))
            )
            for line in measured
        ]
        yield Finding(
            f"Of {encoder(name)}'s nDCG@10, inner products of quantize_embeddings' int8 codes keep "
            f"{retentions[0]}; the same codes decoded keep {retentions[1]}.",
            tuple(line.id for line in measured),
            ("M3", "M4"),
        )


def _kept(line: ToolLine, dataset: str) -> Mean | None:
    return line.values.get((dataset, "ndcg-retention@10"))


def _sign(one: Mean, other: Mean) -> int:
    return (one.value > other.value) - (one.value < other.value)


def _short(pipeline: str) -> str:
    return pipeline.removeprefix("wrapper-")
