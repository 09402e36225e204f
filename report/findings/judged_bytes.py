"""Retrieval of judged documents at few bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from report.findings.finding import Finding
from report.findings.words import encoder, listed, share
from report.tables.judged_bytes import ByteLine
from report.tables.source import Source

TITLES = {"nfcorpus": "NFCorpus", "scifact": "SciFact"}
OTHER, SEARCHED = "decontaminated", "fitted-on-searched"


def findings(source: Source) -> list[Finding]:
    """Return the published retentions beside those here, the best pipelines, and the gain of the fit."""
    lines = source.tables.judged_bytes
    return [*_published(source, lines), *_best(lines), *_fit(lines)]


def _published(source: Source, lines: list[ByteLine]) -> Iterator[Finding]:
    """Yield what untrained signs keep at the smallest published ratio that was measured."""
    claim = source.claim("J1")
    for row in [row for row in claim.rows if row.headline] if claim else []:
        own = [
            line
            for line in lines
            if (line.pipeline, line.protocol) == (row.pipeline, OTHER) and f"{line.bytes}-bytes" == row.point
        ]
        if own:
            values = listed(f"{share(line.retention)} on {TITLES[line.dataset]}" for line in own)
            yield Finding(
                f"In {own[0].bytes} bytes, untrained signs keep of {encoder(own[0].encoder)}'s nDCG@10 "
                f"{values}. Published at this ratio, of another model: {row.printed}.",
                tuple(line.id for line in own),
                ("J1",),
            )
            return


def _best(lines: list[ByteLine]) -> Iterator[Finding]:
    """Yield the pipeline that has most nDCG at the most sizes of each set, fitted on the other set."""
    phrases: dict[str, list[str]] = {}
    used: list[str] = []
    for dataset, title in TITLES.items():
        own = [line for line in lines if (line.dataset, line.protocol) == (dataset, OTHER)]
        by_size: dict[int, list[ByteLine]] = {}
        for line in own:
            if line.family and line.family != "uncompressed":
                by_size.setdefault(line.bytes, []).append(line)
        best = [max(rivals, key=lambda line: line.ndcg.value) for rivals in by_size.values()]
        if best:
            (label, sizes), *_ = Counter(line.label for line in best).most_common(1)
            phrases.setdefault(label, []).append(f"at {sizes} of {len(best)} sizes on {title}")
            used += [line.id for line in best]
    if phrases:
        winners = listed(f"{listed(where)} by {label}" for label, where in phrases.items())
        yield Finding(
            f"Fitted on the other set, most is kept {winners}, selected here.",
            tuple(dict.fromkeys(used)),
        )


def _fit(lines: list[ByteLine]) -> Iterator[Finding]:
    """Yield in how many settings a fit on the searched documents keeps more, of all that are fitted."""
    by_fit = {(line.pipeline, line.bytes, line.dataset, line.protocol): line for line in lines}
    pairs = [
        (line, other)
        for (pipeline, size, dataset, protocol), line in by_fit.items()
        if protocol == OTHER and line.family not in {"uncompressed", "projection"}
        if (other := by_fit.get((pipeline, size, dataset, SEARCHED)))
    ]
    if pairs:
        more = sum(other.ndcg.value > line.ndcg.value for line, other in pairs)
        clear = sum(other.ndcg.low > line.ndcg.high for line, other in pairs)
        yield Finding(
            f"Fitted on the searched documents, {more} of {len(pairs)} settings have a higher nDCG@10 than "
            f"fitted on the other set; in {clear} the intervals do not meet.",
            tuple(dict.fromkeys(line.id for pair in pairs for line in pair)),
        )
