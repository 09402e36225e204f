"""Tables of the search on STS-B dev: its settings, which were taken, and what those came to on STS12–16."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from harness.evidence.stamp import dumps
from report.evidence import paired
from report.evidence.means import Comparisons
from report.tables.rows import Row, Rows, Steps, worth
from report.tables.sts import SUITE as FINAL
from report.tables.sts import UNSEEN

SUITE, DEV = "dev-search", "stsb-dev"
METRICS = {
    "retention": "retention@human",
    "intrinsic": "spearman@original",
    "random": "spearman-random@original",
}
# What was wanted before the search: at most so many bytes a vector, at least so much retention.
GOALS = ((52, 1.0), (14, 0.975), (7, 0.945))
SIZES = {"dims", "subvectors"}


@dataclass(frozen=True, slots=True)
class Search:
    """Looks up the search for better settings; numbers are fractions and bytes."""

    rows: Rows
    steps: Steps
    comparisons: Comparisons

    def encoders(self) -> list[str]:
        """Return the encoders with evidence of a search."""
        return self.rows.encoders(SUITE)

    def lines(self, encoder: str) -> list[Row]:
        """Return every setting with its figures on dev, best first at each size.

        ``taken``: the suite that measures STS12–16 has a chain of exactly these steps.
        """
        lines = []
        for train in self.rows.trains(SUITE, encoder):
            known = [self._steps(FINAL, line) for line in self.rows.settings(FINAL, encoder, train)]
            for line in self.rows.settings(SUITE, encoder, train):
                steps = self._steps(SUITE, line)
                found = {
                    name: self.rows.means(SUITE, encoder, DEV, metric, line)
                    for name, metric in METRICS.items()
                }
                if any(found["retention"].values()):
                    lines.append({**line, **found, "steps": steps, "taken": steps in known})
        return sorted(lines, key=lambda line: (-line["bytes"], -worth(line["retention"])))

    def goals(self, encoder: str) -> list[Row]:
        """Return, for each goal, what the settings of that size that were taken came to on STS12–16.

        The best on dev comes first. Steps that were measured both ways have two lines: ``asymmetric`` says
        how STS12–16 was compared, where dev always compares two decoded vectors. ``verdict`` compares the
        decontaminated mean over seeds with the goal, and says where the interval reaches what the mean does
        not.
        """
        taken = [line for line in self.lines(encoder) if line["taken"]]
        return [
            {**line, "limit": limit, "goal": goal, **final, "verdict": _met(goal, final["final"])}
            for limit, goal in GOALS
            for line in _of_size(taken, limit)
            for final in self._finals(encoder, line)
        ]

    def ablation(self, encoder: str) -> list[Row]:
        """Return, for the best on dev of each size that was taken, the settings that differ in one thing.

        ``change`` is that thing; ``less`` the best's decontaminated retention on dev minus the other's;
        ``outcome`` says whether the best is better (``report.evidence.paired``).
        """
        lines = self.lines(encoder)
        found = []
        for limit, _ in GOALS:
            for best in _of_size([line for line in lines if line["taken"]], limit)[:1]:
                for line in lines:
                    change = difference(best["steps"], line["steps"])
                    if (line["bytes"], line["train"], len(change)) == (best["bytes"], best["train"], 1):
                        found.append({**line, "of": best, "change": change[0], **self._against(best, line)})
        return found

    def _against(self, best: Row, line: Row) -> Row:
        key = "decontaminated", DEV, METRICS["retention"]
        less = self.comparisons.difference(SUITE, best["group"], line["group"], key)
        return paired.stated(less, (worth(best["retention"]), worth(line["retention"])))

    def _finals(self, encoder: str, taken: Row) -> list[Row]:
        """Return what a setting came to on decontaminated STS12–16, the symmetric comparison first."""
        found = []
        for line in self.rows.settings(FINAL, encoder, taken["train"]):
            if self._steps(FINAL, line) == taken["steps"]:
                means = self.rows.means(FINAL, encoder, UNSEEN, "retention@human", line)
                if final := means["decontaminated"]:
                    found.append({"asymmetric": line["asymmetric"], "final": final})
        return sorted(found, key=lambda line: line["asymmetric"])

    def _steps(self, suite: str, line: Row) -> list[Row]:
        return self.steps[suite, line["cells"][0]]


def _of_size(lines: list[Row], limit: int) -> list[Row]:
    """Return the lines of at most ``limit`` bytes that no smaller goal is about."""
    smaller = [other for other, _ in GOALS if other < limit]
    return [line for line in lines if max(smaller, default=0) < line["bytes"] <= limit]


def _met(goal: float, final: Row) -> str:
    if final["value"] >= goal:
        return "reached"
    return "not reached, within its interval" if final["high"] >= goal else "not reached"


def difference(one: list[Row], other: list[Row]) -> list[str]:
    """Return what the other of two chains of equal bytes has different, a text each.

    Steps more, fewer or of another kind are one thing, where the chains share a step at all. Dimensions and
    sub-vectors follow from bytes and bits a dimension: they count where nothing else differs.
    """
    mine, theirs = ([step["use"] for step in steps] for steps in (one, other))
    changes: list[str] = []
    sizes: list[str] = []
    for kind, i, i_end, j, j_end in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        before, after = ", ".join(mine[i:i_end]), ", ".join(theirs[j:j_end])
        if kind == "equal":
            for step, changed in zip(one[i:i_end], other[j:j_end], strict=True):
                for name, text in _parameters(step, changed):
                    (sizes if name in SIZES else changes).append(text)
        else:
            said = {"insert": "with " + after, "delete": "without " + before}
            changes.append(said.get(kind, after + " for " + before))
    if not set(mine) & set(theirs):
        return [*changes, "all steps"]
    return changes or [", ".join(sizes)] if sizes else changes


def _parameters(step: Row, changed: Row) -> list[tuple[str, str]]:
    """Return the parameters that two steps of a kind have different, each with both values."""
    before, after = (found.get("params", {}) for found in (step, changed))
    return [
        (name, step["use"] + "." + name + ": " + " for ".join(_text(p.get(name)) for p in (after, before)))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def _text(value: Any) -> str:
    return dumps(value).decode().strip()
