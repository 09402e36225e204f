"""The evidence that the report reads: results with checksums, blocked cells, transcripts of servers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.errors import InputError
from harness.evidence import stability
from harness.evidence.layout import Tree
from harness.evidence.schema.cell import CellSpec
from harness.evidence.schema.result import Result, Sizes, parse_result
from harness.evidence.schema.suite import BlockedCell, DescribedPipeline, SuiteRecord, parse_suite
from harness.evidence.schema.transcript import Transcript, parse_transcript
from harness.evidence.schema.verdict import CellEvidence
from harness.evidence.stability import Stability
from harness.evidence.stamp import read_stamped
from report.evidence.means import CellMeans, Comparisons, SeedMeans, read_means
from report.evidence.values import MeasuredValue


@dataclass(frozen=True, slots=True)
class Measured:
    """A result with its sha256, and its values with their means over seeds and their jitter.

    ``label`` and ``family`` of its pipeline are what the suite says: its name and nothing without a record.
    """

    result: Result
    sha256: str
    values: tuple[MeasuredValue, ...]
    label: str = ""
    family: str = ""

    @property
    def suite(self) -> str:
        """Return the name of the suite."""
        return self.result.suite

    @property
    def name(self) -> str:
        """Return the name of the cell."""
        return self.result.cell

    @property
    def cell(self) -> CellSpec:
        """Return the parameters of the cell."""
        return self.result.inputs.cell

    @property
    def sizes(self) -> Sizes:
        """Return the measured sizes."""
        return self.result.sizes

    @property
    def searched_bytes(self) -> float:
        """Return the bytes per searched vector: its share of the index and of the codec's state.

        Raises InputError for a result without a search index.
        """
        index = self.sizes.index
        if index is None:
            raise InputError(f"{self.suite}/{self.name}: sizes.index: found nothing, expected an index")
        return float((index.bytes + self.sizes.state_bytes) / index.rows)

    @property
    def evidence(self) -> CellEvidence:
        """Return what a verdict on the result names."""
        return CellEvidence(cell=f"{self.suite}/{self.name}", sha256=self.sha256)


@dataclass(frozen=True, slots=True)
class BlockedEntry:
    """A cell of a suite that could not run where the evidence was made."""

    suite: str
    cell: BlockedCell

    @property
    def reason(self) -> str:
        """Return what is missing and how to get it, as a verdict prints it."""
        return f"{self.cell.missing}; to unblock: {self.cell.remedy}"


@dataclass(frozen=True, slots=True)
class StampedTranscript:
    """What the smoke test saw of a server, with its sha256."""

    transcript: Transcript
    sha256: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that verdicts are based on: results, blocked cells, and transcripts by the server's name.

    ``suites``: what each suite says of itself. ``comparisons``: the differences of methods that a run
    computed. ``jitter``: how far values move when vectors do. ``tree``: the folder of all of it, and of the
    envelopes.
    """

    results: list[Measured]
    blocked: list[BlockedEntry]
    transcripts: dict[str, StampedTranscript]
    suites: dict[str, SuiteRecord]
    comparisons: Comparisons
    jitter: Stability
    tree: Tree


def gather(tree: Tree) -> Evidence:
    """Return the evidence in ``tree``; raise InputError for a file that does not match its checksum."""
    contents = _contents(tree)
    means, comparisons = read_means(tree, contents)
    suites = records(tree)
    jitter = stability.read(tree)
    measured = _measured(contents, means, jitter, suites)
    return Evidence(measured, blocked(suites), transcripts(tree), suites, comparisons, jitter, tree)


def results(tree: Tree) -> list[Measured]:
    """Return every result, in order of suite and cell.

    A value has its ``mean`` over seeds, where one averages these results; a value of an unstable pipeline has
    its ``jitter`` (``stability``). Raises InputError without any result, and for a file that does not match
    its checksum or is no result.
    """
    contents = _contents(tree)
    means, _ = read_means(tree, contents)
    return _measured(contents, means, stability.read(tree), records(tree))


def seed_groups(results: Iterable[Measured]) -> list[list[Measured]]:
    """Return results in groups that differ in their seed alone, each group where its first result stands."""
    groups: dict[tuple[str | None, ...], list[Measured]] = {}
    for measured in results:
        cell = measured.cell
        key = (measured.suite, cell.encoder, cell.train, cell.pipeline, cell.point, str(cell.grid))
        groups.setdefault(key, []).append(measured)
    return list(groups.values())


def _contents(tree: Tree) -> list[tuple[Result, str]]:
    """Return the content and sha256 of every result."""
    paths = sorted((tree.root / "results").glob("*/*.json"))
    if not paths:
        raise InputError(f"{tree.root}: found no results, expected results/<suite>/<cell>.json")
    stamped = [(path, *read_stamped(path)) for path in paths]
    return [(parse_result(path, content), sha256) for path, content, sha256 in stamped]


def _measured(
    contents: list[tuple[Result, str]], means: SeedMeans, jitter: Stability, suites: dict[str, SuiteRecord]
) -> list[Measured]:
    measured = []
    for result, sha256 in contents:
        values = _values(result, means.get((result.suite, result.cell), {}), jitter)
        pipeline = _pipeline(result, suites)
        label, family = (pipeline.label, pipeline.family) if pipeline else (result.inputs.cell.pipeline, "")
        measured.append(Measured(result, sha256, values, label, family))
    return measured


def _pipeline(result: Result, suites: dict[str, SuiteRecord]) -> DescribedPipeline | None:
    """Return what the suite of a result says of its pipeline; None where it says nothing."""
    record = suites.get(result.suite)
    return record.pipelines.get(result.inputs.cell.pipeline) if record else None


def _values(result: Result, means: CellMeans, jitter: Stability) -> tuple[MeasuredValue, ...]:
    cell = result.inputs.cell
    moves = jitter.noted((result.suite, cell.encoder, cell.pipeline, cell.point))
    return tuple(
        MeasuredValue(
            protocol=each.protocol,
            dataset=each.dataset,
            metric=each.metric,
            value=each.value,
            low=each.low,
            high=each.high,
            n=each.n,
            undefined=each.undefined,
            jitter=None if moves is None else moves.get(each.key, 0.0),
            mean=means.get(each.key),
        )
        for each in result.values
    )


def records(tree: Tree) -> dict[str, SuiteRecord]:
    """Return what each suite says of itself, by its name."""
    paths = sorted(tree.suite("*").parent.glob("*.suite.json"))
    parsed = [parse_suite(path, read_stamped(path)[0]) for path in paths]
    return {record.suite: record for record in parsed}


def blocked(suites: dict[str, SuiteRecord]) -> list[BlockedEntry]:
    """Return every cell that could not run where the evidence was made."""
    return [BlockedEntry(record.suite, cell) for record in suites.values() for cell in record.blocked]


def transcripts(tree: Tree) -> dict[str, StampedTranscript]:
    """Return what the smoke test saw of each server, by its name."""
    return {
        path.stem: StampedTranscript(parse_transcript(path, content), sha256)
        for path in sorted(tree.transcript("*").parent.glob("*.json"))
        for content, sha256 in [read_stamped(path)]
    }
