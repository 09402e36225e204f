"""Settings chosen inside STS-B train, by folds, beside those chosen on STS-B dev."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from report.findings.finding import Finding
from report.findings.words import compared, encoder, listed
from report.tables.folds import FINAL, FINALS, SAME, SUITE, TRAIN, Choice
from report.tables.source import Source

_SETS = dict(zip(FINALS, ("on STS12–16", "on its pairs that dev does not share"), strict=True))


def findings(source: Source) -> list[Finding]:
    """Return a sentence an encoder: where folds choose as dev does, and what else they choose is worth."""
    tables = source.tables.folds
    return [_sentence(name, choices) for name in tables.encoders() if (choices := tables.choices(name))]


def _sentence(name: str, choices: Sequence[Choice]) -> Finding:
    by_size = [list(group) for _, group in groupby(choices, key=lambda choice: choice.bytes)]
    same = [f"{group[0].bytes}" for group in by_size if group[0].outcome == SAME]
    other = [_other(group) for group in by_size if group[0].outcome != SAME]
    parts = [f"the same setting at {listed(same)} bytes"] if same else []
    sentence = f"On {encoder(name)}, three folds of STS-B train choose {'; '.join([*parts, *other])}."
    return Finding(sentence, tuple(dict.fromkeys(_ids(choices))))


def _other(group: Sequence[Choice]) -> str:
    first = group[0]
    comparisons = [
        f"{compared(choice.less)} {_SETS[choice.dataset]}"
        if choice.less
        else f"uncompared {_SETS[choice.dataset]}"
        for choice in group
        if choice.dataset in _SETS
    ]
    chosen = f"`{first.by_folds.name}` for dev's `{first.by_dev.name}` at {first.bytes} bytes"
    return f"{chosen}, which keeps {listed(comparisons)}"


def _ids(choices: Sequence[Choice]) -> list[str]:
    """Return the ids of the cells behind the choices, those of STS12–16 first."""
    lines = [line for choice in choices for line in (choice.by_folds, choice.by_dev)]
    groups = [line.setting.group for line in lines]
    of_folds, split = [f"{SUITE}/{group}" for group in groups], choices[0].by_folds.setting.train
    return [*(f"{FINAL}/{group.replace(split, TRAIN)}" for group in groups), *of_folds]
