"""All tables of the technical report: each section's lines, which a template lays out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.evidence.schema.result import Contamination, Irregularities
from harness.evidence.schema.suite import DescribedMetric
from harness.evidence.schema.verdict import CellEvidence, TranscriptEvidence, VerdictRow
from report.evidence.results import Evidence
from report.evidence.rows import Row
from report.tables import default_tools, durations, encoder_steps, judged_bytes, scale, space_bits
from report.tables.autoencoder import AutoEncoders
from report.tables.bench import Benches
from report.tables.disputes import Disputes
from report.tables.folds import Folds
from report.tables.intrinsic import Intrinsic
from report.tables.jitter import Jitter
from report.tables.neighbours import Neighbours
from report.tables.noise import Noise
from report.tables.planners import Planners
from report.tables.portability import Portability
from report.tables.ranking import Ranking
from report.tables.rows import Rows
from report.tables.search import Search
from report.tables.semantic import SemanticIds
from report.tables.sharper import Sharper
from report.tables.stages import Stages
from report.tables.sts import Generalization
from report.verdicts.claims import Claim

PINNED = ("sha256", "revision")


@dataclass(slots=True)
class SuiteLine:
    """A suite with its title, its spaces and its number of results."""

    suite: str
    title: str
    results: int = 0
    encoders: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PipelineLine:
    """A pipeline's name, family and label, and the suites that have it so."""

    pipeline: str
    family: str
    label: str
    suites: list[str]


@dataclass(frozen=True, slots=True)
class ContaminationLine:
    """What a test set of a suite shares with a training split."""

    suite: str
    train: str
    dataset: str
    contamination: Contamination


@dataclass(frozen=True, slots=True)
class IrregularLine:
    """What is irregular in a judged set."""

    dataset: str
    counts: Irregularities


@dataclass(frozen=True, slots=True, order=True)
class DatasetLine:
    """A file of a data set: where it was read from, and its pin."""

    dataset: str
    place: str
    pin: str
    use: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A result or transcript that judged rows are based on, with its claims."""

    path: str
    sha256: str
    claims: list[str]


class Tables:
    """The tables of the report, an attribute for each section."""

    def __init__(self, evidence: Evidence, rows: Iterable[Row], claims: list[Claim]) -> None:
        indexed, results, root = Rows(rows), evidence.results, evidence.tree.root
        steps = {(measured.suite, measured.name): measured.cell.steps for measured in results}
        self.rows = indexed
        self.results = results
        self.records = evidence.suites
        self.sts = Generalization(indexed, claims)
        self.intrinsic = Intrinsic(indexed, claims)
        self.stages = Stages(indexed, steps, claims)
        self.search = Search(indexed, steps, evidence.comparisons)
        self.folds = Folds(indexed, evidence.comparisons)
        self.ranking = Ranking(results, root)
        self.autoencoders = AutoEncoders(results, root)
        self.encoder_steps = encoder_steps.lines(indexed, evidence.comparisons)
        self.neighbours = Neighbours(results, root)
        self.semantic = SemanticIds(results, root, evidence.comparisons)
        self.scale = scale.lines(results, evidence.tree)
        self.disputes = Disputes(results)
        self.default_tools = default_tools.lines(results)
        self.judged_bytes = judged_bytes.lines(results)
        self.sharper = Sharper(indexed)
        self.space_bits = space_bits.lines(indexed)
        self.judged_beside = judged_bytes.beside(self.judged_bytes, claims)
        self.noise = Noise.read(root)
        self.benches = Benches.read(root)
        self.seconds = durations.seconds_by_suite(results, root)
        self.seconds_goal = durations.GOAL
        self.planners = Planners.read(root)
        self.portability = Portability.read(root)
        self.jitter = Jitter(evidence.jitter)

    def compressors(self) -> set[str]:
        """Return the names of the compressors that results are made with."""
        return {step.use for measured in self.results for step in measured.cell.steps}

    def suites(self) -> list[SuiteLine]:
        """Return a line for each suite with evidence."""
        lines: dict[str, SuiteLine] = {}
        for measured in self.results:
            record = self.records.get(measured.suite)
            title = record.title if record else "–"
            line = lines.setdefault(measured.suite, SuiteLine(measured.suite, title))
            line.results += 1
            if measured.cell.encoder not in line.encoders:
                line.encoders.append(measured.cell.encoder)
        return list(lines.values())

    def pipelines(self) -> list[PipelineLine]:
        """Return what each suite calls its pipelines: those that suites say the same of are one line."""
        suites: dict[tuple[str, str, str], list[str]] = {}
        for name, record in self.records.items():
            for pipeline, described in record.pipelines.items():
                key = pipeline, described.family, described.label
                suites.setdefault(key, []).append(name)
        return [PipelineLine(*key, suites[key]) for key in sorted(suites)]

    def metrics(self) -> dict[str, DescribedMetric]:
        """Return how the values of each metric are read, by its name."""
        metrics = {name: read for record in self.records.values() for name, read in record.metrics.items()}
        return dict(sorted(metrics.items()))

    def contamination(self, suite: str) -> list[ContaminationLine]:
        """Return what each test set of a suite shares with each training split, a line for each pair."""
        return [line for line in self.contaminations() if line.suite == suite]

    def contaminations(self) -> list[ContaminationLine]:
        """Return the same as ``contamination``, of every suite."""
        lines = {
            (measured.suite, measured.cell.train, dataset): contamination
            for measured in self.results
            for dataset, contamination in measured.result.contamination.items()
        }
        return [ContaminationLine(*key, lines[key]) for key in sorted(lines)]

    def irregularities(self) -> list[IrregularLine]:
        """Return the irregularities of each judged set, a line for each."""
        lines = {
            dataset: contamination.irregularities
            for measured in self.results
            for dataset, contamination in measured.result.contamination.items()
            if contamination.irregularities
        }
        return [IrregularLine(dataset, lines[dataset]) for dataset in sorted(lines)]

    def datasets(self) -> list[DatasetLine]:
        """Return a line for each file of a data set in the results: where it was read from, and its pin."""
        lines: dict[DatasetLine, DatasetLine] = {}
        for measured in self.results:
            for name, origin in measured.result.inputs.datasets.items():
                files = [part for part in origin.values() if isinstance(part, dict) and part.get("path")]
                for file in files or [origin]:
                    location = str(file.get("repo") or file.get("path") or file.get("name") or "")
                    pin = next((str(file[key]) for key in PINNED if file.get(key)), "")
                    line = DatasetLine(name, location, pin, origin["use"])
                    lines[line] = line
        return sorted(lines.values())

    def certificates(self, judged: list[VerdictRow]) -> list[EvidenceLine]:
        """Return each result or transcript that judged rows are based on, once, with its claims."""
        lines: dict[str, EvidenceLine] = {}
        for row in judged:
            for entry in row.evidence:
                path = _path(entry)
                line = lines.setdefault(path, EvidenceLine(path, entry.sha256, []))
                if row.id not in line.claims:
                    line.claims.append(row.id)
        return [lines[path] for path in sorted(lines)]


def _path(entry: CellEvidence | TranscriptEvidence) -> str:
    if isinstance(entry, CellEvidence):
        return f"results/{entry.cell}.json"
    return f"transcripts/{entry.transcript}.json"
