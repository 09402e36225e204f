"""Tables of students and search back ends: fidelity to teacher and student, and the cheapest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from report.evidence import paired
from report.evidence.envelopes import envelope_of
from report.evidence.paired import Difference, Paired
from report.evidence.results import Measured, seed_groups
from report.evidence.values import Mean
from report.tables.rows import AXES, PCA
from report.tables.students import (
    PLAIN,
    SCOPES,
    STUDENT,
    Latency,
    StudentLine,
    Trained,
    change,
    line_of,
    trained,
    varied,
)

SUITE = "search"
STAGES = {"one": "knn-recall@10", "two, 2x": "rescored@2", "two, 4x": "rescored@4", "two, 10x": "rescored@10"}
COMPARED = {(STUDENT, PLAIN), (STUDENT, AXES), (STUDENT, PCA), (PLAIN, AXES), (PLAIN, PCA)}
TARGET = 0.7  # the knn-recall@10 that a configuration has to reach (the published sweep's constraint)


@dataclass(frozen=True, slots=True)
class Against:
    """A line beside another at equal dimensions; ``paired``: the line's knn-recall@10 minus the other's."""

    line: StudentLine
    base: StudentLine
    paired: Paired


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A setting of a validation suite beside the best student of its space.

    ``change``: what it has different, and what else it is; ``less`` and ``outcome``: None and empty of the
    best itself. ``taken``: the search has a pipeline of the same first step.
    """

    line: StudentLine
    change: str
    less: Difference | None
    outcome: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Configuration:
    """A line that reaches the target, its mean, and its bytes a row."""

    line: StudentLine
    reached: Mean
    whole: float

    @property
    def cost(self) -> tuple[float, bool, float]:
        """Return the sort key: bytes, then trained ones last, then the mean, greatest first."""
        return self.whole, self.line.method in {STUDENT, PLAIN}, -self.reached.value


@dataclass(frozen=True, slots=True)
class Selected:
    """The cheapest configuration of a space by stages and rule; None where nothing reaches the target."""

    encoder: str
    stage: str
    rule: str
    cheapest: Configuration | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Looks up results of the suites of this section; shares are fractions, bytes those of an index's row.

    ``root``: the folder of evidence, whose score files have a value a query and whose envelopes the
    latencies; None where there is none.
    """

    results: list[Measured]
    root: Path | None
    target: float = TARGET

    def encoders(self) -> list[str]:
        """Return the spaces with evidence of the search."""
        return list(dict.fromkeys(line.encoder for line in self.lines(SUITE)))

    def lines(self, suite: str) -> list[StudentLine]:
        """Return a line for each space, pipeline, point and grid setting of a suite: means over seeds."""
        searched = (x for x in self.results if x.suite == suite and x.cell.index and x.sizes.index)
        return [line_of(seeds, self._latency(seeds[0])) for seeds in seed_groups(searched)]

    def compared(self) -> list[Against]:
        """Return what is COMPARED, the student beside simpler maps, at equal dimensions.

        The difference is the student's mean knn-recall@10 with the teacher minus the other's, over queries
        and averaged over seeds (``report.evidence.paired``).
        """
        lines = [line for line in self.lines(SUITE) if line.use == "flat"]
        pairs = [
            Against(line, base, self._against(line, base))
            for line in lines
            for base in lines
            if (line.encoder, line.dims) == (base.encoder, base.dims)
            and (line.method, base.method) in COMPARED
        ]
        order = [STUDENT, PLAIN]
        return sorted(pairs, key=lambda x: (x.line.encoder, -x.line.dims, order.index(x.line.method)))

    def settings(self, suite: str) -> list[SettingLine]:
        """Return the settings of a validation suite, best first in each space, beside its best student.

        Pipelines of equal steps are one setting. ``taken``: a pipeline of the search has the same first step,
        as far as the suite varies its parameters.
        """
        searched = self.lines(SUITE)
        spaces: dict[str, list[StudentLine]] = {}
        for line in {line.encoder + _named(line): line for line in self.lines(suite)}.values():
            spaces.setdefault(line.encoder, []).append(line)
        settings = []
        for encoder, lines in spaces.items():
            ordered = sorted(lines, key=lambda line: -line.knn_recall.value)
            best = next(line for line in ordered if line.method in {STUDENT, PLAIN})
            chosen = ", ".join(f"{key} {value}" for key, value in varied(lines, best)[1].items())
            own = [varied(lines, line) for line in searched if line.encoder == encoder]
            for line in ordered:
                taken = varied(lines, line) in own
                if line is best:
                    settings.append(SettingLine(line, f"the best student: {chosen}", None, "", taken))
                else:
                    against = self._against(best, line)
                    text = change(best, line)
                    settings.append(SettingLine(line, text, against.less, against.outcome, taken))
        return settings

    def selected(self) -> list[Selected]:
        """Return the cheapest configuration of each space that reaches TARGET, by stages and by rule.

        Strict: the interval's lower end does; loose: the mean does. Cheapest is by bytes of index and map,
        and of the originals with two stages; of as many bytes what is not trained for neighbours comes first,
        then what finds most.
        """
        lines = self.lines(SUITE)
        return [
            Selected(encoder, stage, rule, _cheapest(own, stage, strict=rule == "strict"))
            for encoder in self.encoders()
            for own in [[line for line in lines if line.encoder == encoder]]
            for stage in STAGES
            for rule in ("strict", "loose")
        ]

    def trained(self) -> list[Trained]:
        """Return the first and last training statistics of each student in the search, over its seeds."""
        lines = (line for line in self.lines(SUITE) if line.histories and line.use == "flat")
        return [trained(line) for line in {_named(line) + line.encoder: line for line in lines}.values()]

    def _latency(self, measured: Measured) -> Latency | None:
        envelope = envelope_of(self.root, measured.suite, measured.name)
        timings = next(iter(envelope.timings.values()), None) if envelope else None
        if envelope is None or timings is None:
            return None
        named = {stage: stage.replace("two", "two stages") for stage in STAGES} | {"one": "one stage"}
        search = {stage: timings.search_ms[name] for stage, name in named.items()}
        return Latency(search, timings.index_build_seconds, envelope.machine)

    def _against(self, line: StudentLine, base: StudentLine) -> Paired:
        key = line.dataset + "@index@vs-teacher knn-recall@10"
        means = (line.knn_recall.value, base.knn_recall.value)
        return paired.compared(self.root, (line.files, base.files), key, means)


def _cheapest(lines: Sequence[StudentLine], stage: str, *, strict: bool) -> Configuration | None:
    fitting = [
        Configuration(line, mean, line.whole + (stage != "one") * line.original)
        for line in lines
        for mean in [line.values.get(SCOPES["vs_teacher"] + STAGES[stage])]
        if mean and (mean.low if strict else mean.value) >= TARGET
    ]
    return min(fitting, key=lambda configuration: configuration.cost, default=None)


def _named(line: StudentLine) -> str:
    """Return the steps of a line as text: lines of equal steps are one."""
    return str(line.steps)
