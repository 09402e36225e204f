"""Tables of the search on STS-B dev: its settings, the chosen ones, and their retention on STS12–16."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from harness.evidence.schema.cell import StepSpec
from harness.evidence.stamp import dumps
from report.evidence import paired
from report.evidence.means import Comparisons
from report.evidence.paired import Paired
from report.evidence.values import Mean
from report.tables.rows import Means, Rows, Setting, Steps, sort_value
from report.tables.sts import SUITE as FINAL
from report.tables.sts import UNSEEN

SUITE, DEV, RETENTION = "dev-search", "stsb-dev", "retention@human"
# What was wanted before the search: at most so many bytes a vector, at least so much retention.
GOALS = ((52, 1.0), (14, 0.975), (7, 0.945))
SIZES = {"dims", "subvectors"}


@dataclass(frozen=True, slots=True)
class DevLine:
    """A setting with its means on dev; ``taken`` where the suite that measures STS12–16 has its steps."""

    setting: Setting
    steps: list[StepSpec]
    taken: bool
    retention: Means
    intrinsic: Means
    random: Means


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal, and a setting of its size with its mean on STS12–16; ``asymmetric``: how that was compared."""

    limit: int
    goal: float
    line: DevLine
    asymmetric: bool
    final: Mean
    verdict: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A setting that differs from the best, ``of``, in one thing."""

    of: DevLine
    line: DevLine
    change: str
    paired: Paired


@dataclass(frozen=True, slots=True)
class Search:
    """Looks up the search for better settings; numbers are fractions and bytes."""

    rows: Rows
    steps: Steps
    comparisons: Comparisons

    def encoders(self) -> list[str]:
        """Return the encoders with evidence of a search."""
        return self.rows.encoders(SUITE)

    def lines(self, encoder: str) -> list[DevLine]:
        """Return every setting with its figures on dev, best first at each size."""
        lines = []
        for train in self.rows.trains(SUITE, encoder):
            final = [self._steps(FINAL, setting) for setting in self.rows.settings(FINAL, encoder, train)]
            for setting in self.rows.settings(SUITE, encoder, train):
                steps = self._steps(SUITE, setting)
                retention, intrinsic, random = (
                    self.rows.means(SUITE, encoder, DEV, metric, train, setting.place)
                    for metric in (RETENTION, "spearman@original", "spearman-random@original")
                )
                if any(retention.values()):
                    lines.append(DevLine(setting, steps, steps in final, retention, intrinsic, random))
        return sorted(lines, key=lambda line: (-line.setting.bytes, -sort_value(line.retention)))

    def goals(self, encoder: str) -> list[GoalLine]:
        """Return, for each goal, the chosen settings of its size with their means on STS12–16.

        The best on dev comes first. Steps that were measured both ways have two lines: ``asymmetric`` says
        how STS12–16 was compared, where dev always compares two decoded vectors. ``verdict`` compares the
        decontaminated mean over seeds with the goal, and says where the interval reaches what the mean does
        not.
        """
        taken = [line for line in self.lines(encoder) if line.taken]
        return [
            GoalLine(limit, goal, line, asymmetric, final, _met(goal, final))
            for limit, goal in GOALS
            for line in _of_size(taken, limit)
            for asymmetric, final in self._finals(encoder, line)
        ]

    def ablation(self, encoder: str) -> list[Changed]:
        """Return, for the best on dev of each size that was taken, the settings that differ in one thing.

        ``paired``: the best's decontaminated retention on dev minus the other's, and which is better.
        """
        lines = self.lines(encoder)
        changed = []
        for limit, _ in GOALS:
            for best in _of_size([line for line in lines if line.taken], limit)[:1]:
                for line in lines:
                    change = difference(best.steps, line.steps)
                    same = (line.setting.bytes, line.setting.train) == (
                        best.setting.bytes,
                        best.setting.train,
                    )
                    if same and len(change) == 1:
                        changed.append(Changed(best, line, change[0], self._against(best, line)))
        return changed

    def _against(self, best: DevLine, line: DevLine) -> Paired:
        key = "decontaminated", DEV, RETENTION
        less = self.comparisons.difference(SUITE, best.setting.group, line.setting.group, key)
        return paired.stated(less, (sort_value(best.retention), sort_value(line.retention)))

    def _finals(self, encoder: str, taken: DevLine) -> list[tuple[bool, Mean]]:
        """Return a setting's means on decontaminated STS12–16, the symmetric comparison first."""
        finals = []
        for setting in self.rows.settings(FINAL, encoder, taken.setting.train):
            if self._steps(FINAL, setting) == taken.steps:
                selector = (setting.train, setting.place)
                means = self.rows.means(FINAL, encoder, UNSEEN, RETENTION, *selector)
                if final := means["decontaminated"]:
                    finals.append((setting.asymmetric, final))
        return sorted(finals, key=lambda final: final[0])

    def _steps(self, suite: str, setting: Setting) -> list[StepSpec]:
        return self.steps[suite, setting.cells[0]]


def _of_size(lines: list[DevLine], limit: int) -> list[DevLine]:
    """Return the lines of at most ``limit`` bytes that no smaller goal is about."""
    smaller = [other for other, _ in GOALS if other < limit]
    return [line for line in lines if max(smaller, default=0) < line.setting.bytes <= limit]


def _met(goal: float, final: Mean) -> str:
    if final.value >= goal:
        return "reached"
    return "not reached, within its interval" if final.high >= goal else "not reached"


def difference(one: Sequence[StepSpec], other: Sequence[StepSpec]) -> list[str]:
    """Return how the other of two pipelines of equal bytes differs, a text for each difference.

    Added, removed or exchanged steps are one difference, where the pipelines share a step at all. Dimensions
    and sub-vectors follow from bytes and bits a dimension: they count only where nothing else differs.
    """
    uses, other_uses = ([step.use for step in steps] for steps in (one, other))
    changes: list[str] = []
    sizes: list[str] = []
    for kind, i, i_end, j, j_end in SequenceMatcher(None, uses, other_uses, autojunk=False).get_opcodes():
        before, after = ", ".join(uses[i:i_end]), ", ".join(other_uses[j:j_end])
        if kind == "equal":
            for step, changed in zip(one[i:i_end], other[j:j_end], strict=True):
                for name, text in _parameters(step, changed):
                    (sizes if name in SIZES else changes).append(text)
        else:
            texts = {"insert": "with " + after, "delete": "without " + before}
            changes.append(texts.get(kind, after + " for " + before))
    if not set(uses) & set(other_uses):
        return [*changes, "all steps"]
    return changes or [", ".join(sizes)] if sizes else changes


def _parameters(step: StepSpec, changed: StepSpec) -> list[tuple[str, str]]:
    """Return the parameters in which two steps of a kind differ, each with both values."""
    before, after = step.params, changed.params
    return [
        (name, step.use + "." + name + ": " + " for ".join(_text(p.get(name)) for p in (after, before)))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def _text(value: object) -> str:
    return dumps(value).decode().strip()
