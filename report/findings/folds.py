"""Settings chosen inside STS-B train, by folds, beside those chosen on STS-B dev."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from report.evidence.paired import EVEN
from report.findings.finding import Finding
from report.findings.words import encoder, listed, points
from report.tables.folds import FINALS, SAME, SUITE, Choice, final_id
from report.tables.source import Source

_SETS = dict(zip(FINALS, ("STS12–16", "STS12–16 without dev's pairs"), strict=True))


def findings(source: Source) -> list[Finding]:
    """Return for each encoder where folds choose as dev does, and what their other choices are worth."""
    tables = source.tables.folds
    return [_finding(name, choices) for name in tables.encoders() if (choices := tables.choices(name))]


def _finding(name: str, choices: Sequence[Choice]) -> Finding:
    by_size = {size: list(group) for size, group in groupby(choices, key=lambda choice: choice.bytes)}
    same = [str(size) for size, group in by_size.items() if group[0].outcome == SAME]
    other = [str(size) for size, group in by_size.items() if group[0].outcome != SAME]
    chosen = [f"dev's settings at {listed(same)} bytes"] if same else []
    chosen += [f"other settings than dev at {listed(other)} bytes"] if other else []
    sentences = [f"On {encoder(name)}, three folds of STS-B train choose {listed(chosen)}."]
    sentences += filter(None, [_kept(choices, dataset) for dataset in _SETS])
    return Finding(" ".join(sentences), tuple(dict.fromkeys(_ids(choices))))


def _kept(choices: Sequence[Choice], dataset: str) -> str:
    """Return how much more or less the choices by folds keep on a set; nothing where none is compared."""
    compared = [
        (choice, choice.less)
        for choice in choices
        if choice.dataset == dataset and choice.less and choice.less.low is not None
    ]
    if not compared:
        return ""
    if dataset != FINALS[0] and all(choice.outcome == EVEN for choice, _ in compared):
        return f"On {_SETS[dataset]}, no difference is significant."
    none = ", none of them significant" if all(choice.outcome == EVEN for choice, _ in compared) else ""
    differences = listed(f"{points(less)} at {choice.bytes} bytes" for choice, less in compared)
    return f"On {_SETS[dataset]}, the differences are {differences}{none}."


def _ids(choices: Sequence[Choice]) -> list[str]:
    """Return the ids of the cells behind the choices, those of STS12–16 first."""
    lines = [line for choice in choices for line in (choice.by_folds, choice.by_dev)]
    return [*map(final_id, lines), *(f"{SUITE}/{line.setting.group}" for line in lines)]
