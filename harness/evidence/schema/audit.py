"""An audit of a file of vectors: data, split, frontier, prediction, advice; a page needs nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from harness.evidence.schema.audit_frontier import Configuration, MetricValue
from harness.evidence.schema.model import Count, Model, Name, Sha256, Versioned, parse
from harness.evidence.schema.result import File, Interval


class BrokenRows(Model):
    """Rows of the file that are no vectors, of one reason."""

    reason: Name = Field(description="What is wrong with them, such as 'NaN' or 'length 383'.")
    count: int = Field(ge=1, description="How many rows.")
    first: list[Count] = Field(min_length=1, description="Their first row numbers, at most ten.")


class Source(Model):
    """A file that the audit read."""

    role: Name = Field(description="'vectors', 'pairs', 'queries', 'qrels' or 'against'.")
    name: Name = Field(description="Its name, without folder.")
    sha256: Sha256 = Field(description="Hex sha256 of its bytes.")
    rows: Count = Field(description="Rows in it: vectors, pairs, queries or judgements.")
    dimension: Count = Field(description="Dimensions of its vectors; 0 where it has none.")
    dtype: str = Field(description="Type of the stored numbers; empty where it has no vectors.")
    encoder: str = Field(description="Encoder that made vectors of its texts; empty where it holds vectors.")
    broken: list[BrokenRows] = Field(description="Broken rows, which --drop-broken left out.")
    exact_duplicates: Count = Field(
        default=0, description="Rows with the bytes of an earlier row, in the whole file."
    )


class DataProfile(Model):
    """What the vectors are like."""

    rows: int = Field(
        ge=2, description="Rows read: without broken ones, and a random sample of a large file."
    )
    sampled_rows: int = Field(ge=2, description="Rows that the statistics below are computed from.")
    dimension: int = Field(ge=1, description="Dimensions.")
    norm_min: float = Field(ge=0, description="Smallest norm.")
    norm_median: float = Field(ge=0, description="Median norm.")
    norm_max: float = Field(ge=0, description="Largest norm.")
    mean_cosine: float = Field(description="Mean cosine of random pairs of rows: anisotropy.")
    mean_direction_norm: float = Field(ge=0, description="Norm of the mean of the unit vectors.")
    effective_dimension: float = Field(
        ge=0, description="Participation ratio of the covariance's eigenvalues: (sum)² / sum of squares."
    )
    dimensions_90: Count = Field(description="Principal components that hold 90 % of the variance.")
    dimensions_95: Count = Field(description="Principal components that hold 95 % of the variance.")
    dimensions_99: Count = Field(description="Principal components that hold 99 % of the variance.")
    exact_duplicates: Count = Field(description="Rows with the bytes of an earlier row.")
    near_duplicates: Count = Field(description="Further rows that are copies of an earlier one by cosine.")


class SplitRecord(Model):
    """Which rows codecs are fitted on, and which they are measured on; split.npz has the row numbers."""

    train: int = Field(ge=1, description="Rows that codecs are fitted on.")
    corpus: int = Field(ge=1, description="Held-out rows that are searched.")
    queries: Count = Field(description="Queries: held-out rows of the corpus, or rows of --queries.")
    pairs: Count = Field(description="Pairs of --pairs whose two rows are held out.")
    unused: Count = Field(description="Rows that no part has, because the time does not suffice.")
    groups: int = Field(ge=1, description="Groups of rows that are never split: copies, and rows of a pair.")
    duplicates: Count = Field(description="Rows that are copies of another row of their group.")
    grouping: Name = Field(description="'copies', or 'copies and pairs'.")
    file: File = Field(description="split.npz: row numbers of the file, arrays train, corpus and queries.")


class LeftOutConfiguration(Model):
    """A configuration that was not measured."""

    pipeline: Name = Field(description="The pipeline as text.")
    reason: Name = Field(description="'time', or why it cannot be fitted here.")


class TimePlan(Model):
    """What fits into the time; elapsed seconds stand in envelope.json."""

    limit_s: float = Field(gt=0, description="Seconds of --time.")
    estimated_s: float = Field(gt=0, description="Estimated seconds of what was planned.")
    planned: Count = Field(description="Pipelines planned.")
    measured: Count = Field(description="Pipelines measured.")
    left_out: list[LeftOutConfiguration] = Field(description="Pipelines left out, and why.")


class Task(Model):
    """What is measured, and what the advice is held against."""

    k: int = Field(ge=1, description="Neighbours of the target's recall.")
    tolerance: float = Field(
        ge=0, description="Cosine within which tolerant-knn-recall forgives a neighbour."
    )
    target_metric: Name = Field(description="Metric that decides.")
    target_value: float | None = Field(description="What its lower bound has to reach; null without target.")
    target_text: str = Field(description="The target as given or as chosen by default; empty without.")
    default_target: bool = Field(description="Whether the audit chose the target, because none was given.")
    budget_bytes: float | None = Field(description="Most amortised bytes a vector; null without budget.")
    rows: int = Field(ge=2, description="Rows of the corpus that the audit is for.")
    labels: list[Name] = Field(
        description="Labels at hand: 'pairs', 'scored pairs', 'queries', 'judgements'."
    )


class PredictionSummary(Model):
    """Whether full size can be predicted from the rows at hand, and how the check came out."""

    rows: int = Field(ge=2, description="Rows asked for with --rows.")
    possible: bool = Field(description="Whether the corpus is large enough to fit and check a prediction.")
    reason: str = Field(description="Why not; empty where it is possible.")
    rows_needed: Count = Field(description="Rows that the file needs for a prediction; 0 where it has them.")
    checked: Count = Field(description="Configurations whose largest size was held out and predicted.")
    covered: Count = Field(description="Those of them whose interval contains the measured value.")
    largest_error: float = Field(ge=0, description="Largest difference of predicted and measured; 0 if none.")


class RuleWarning(Model):
    """Something to heed, with the rule that fired."""

    rule: Name = Field(description="Name of the rule, such as 'near-duplicates' or 'codebook-rows'.")
    message: Name = Field(description="What it means here, one sentence.")
    numbers: dict[str, float] = Field(description="The numbers that made the rule fire, by name.")


class Advice(Model):
    """What to take, and by which rule."""

    rule: Name = Field(description="The rule that chose, as a sentence.")
    recommended: str | None = Field(description="Id of the configuration to take; null if none qualifies.")
    sentence: Name = Field(description="The advice in one or two sentences, with its numbers.")
    nearest: str | None = Field(
        description="Where nothing is recommended: id of the configuration with the highest lower bound."
    )
    warnings: list[RuleWarning] = Field(description="Warnings.")


class Storage(Model):
    """Bytes of the corpus, uncompressed and by the recommended configuration."""

    rows: int = Field(ge=2, description="Rows of the corpus that the audit is for.")
    original_bytes: int = Field(ge=1, description="float32 vectors of the corpus.")
    compressed_bytes: Count | None = Field(description="Codes and codec state; null without recommendation.")
    codes_bytes: Count | None = Field(description="Codes alone; null without recommendation.")
    state_bytes: Count | None = Field(description="State of the codec; null without recommendation.")
    with_originals_bytes: Count | None = Field(
        description="Codes, state and the originals that rescoring needs; null without recommendation."
    )


class Drift(Model):
    """How another file differs from the one that codecs are fitted on."""

    name: Name = Field(description="Name of the other file, without folder.")
    rows: int = Field(ge=2, description="Rows compared.")
    mean_cosine: float = Field(description="Cosine between the mean directions of the two files.")
    mean_shift: float = Field(ge=0, description="Distance of the means over the spread of the first file.")
    noise_shift: float = Field(ge=0, description="The same between two random halves of the first file, p95.")
    explained_here: float = Field(description="Variance of held-out rows inside the leading components.")
    explained_there: float = Field(description="Variance of the other file's rows inside them.")
    here: MetricValue | None = Field(description="Metric of the recommended configuration on held-out rows.")
    there: MetricValue | None = Field(description="The same on rows of the other file, same corpus size.")
    drifted: bool = Field(description="Whether the rule of drift fired.")


class NextCommand(Model):
    """A command to run next."""

    purpose: Name = Field(description="What it does.")
    command: Name = Field(description="The command line.")


class AuditFiles(Model):
    """Files beside the audit."""

    scores: File = Field(description="scores.npz: the value of each query or pair, '<id>/<metric>'.")
    codec: str | None = Field(description="Folder of the recommended codec; null without recommendation.")


class Audit(Versioned):
    """What was measured of a file of vectors, and what follows."""

    sources: list[Source] = Field(min_length=1, description="Files read; the first holds the vectors.")
    code: list[str] = Field(description="Digests of the modules that the values are computed by, sorted.")
    task: Task = Field(description="What is measured and decided.")
    interval: Interval = Field(description="How the intervals were made.")
    profile: DataProfile = Field(description="The data.")
    split: SplitRecord = Field(description="Training rows and held-out rows.")
    plan: TimePlan = Field(description="What fits into the time.")
    original: list[MetricValue] = Field(description="Labelled metrics before compression, such as ndcg@10.")
    frontier: list[Configuration] = Field(min_length=1, description="From fewest amortised bytes.")
    prediction: PredictionSummary | None = Field(description="Null without --rows.")
    advice: Advice = Field(description="What to take.")
    storage: Storage = Field(description="Bytes of the corpus.")
    drift: Drift | None = Field(description="Against another file; null without --against.")
    commands: list[NextCommand] = Field(description="Commands to run next.")
    files: AuditFiles = Field(description="Files beside the audit.")

    @model_validator(mode="after")
    def _refers(self) -> Self:
        ids = [configuration.id for configuration in self.frontier]
        if len(set(ids)) != len(ids):
            raise ValueError("frontier: found an id twice, expected different ids")
        for name in (self.advice.recommended, self.advice.nearest):
            if name is not None and name not in ids:
                raise ValueError(f"advice: found {name!r}, expected an id of the frontier")
        return self

    @property
    def recommended(self) -> Configuration | None:
        """Return the configuration that the advice names, or None."""
        return next((each for each in self.frontier if each.id == self.advice.recommended), None)


def parse_audit(path: Path, content: Any) -> Audit:
    """Return the audit at ``path``; raise InputError if it is none."""
    return parse(Audit, content, path)
