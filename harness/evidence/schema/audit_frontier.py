"""The frontier of an audit: each configuration with its sizes, values, tail, prediction and baseline."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from harness.evidence.schema.model import Count, Model, Name

QueryForm = Literal["compressed", "uncompressed"]


class MetricValue(Model):
    """A value with its 95 % interval."""

    metric: Name = Field(description="Metric, such as 'knn-recall@10', 'ndcg@10' or 'spearman@human'.")
    value: float = Field(description="Point estimate, a fraction or a correlation.")
    low: float = Field(description="Lower end of the 95 % bootstrap interval.")
    high: float = Field(description="Upper end of the interval.")
    n: int = Field(ge=1, description="Items behind the value: queries or pairs.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.value <= self.high:
            ends = f"{self.low:g} … {self.value:g} … {self.high:g}"
            raise ValueError(f"{self.metric}: found {ends}, expected low <= value <= high")
        return self


class AuditSizes(Model):
    """Measured sizes in bytes; the rows of the corpus share the state of the codec."""

    payload_bytes: Count = Field(description="Bytes of a code without side information.")
    side_bytes: Count = Field(description="Bytes of a vector's side information, such as its norm.")
    bytes_per_vector: int = Field(ge=1, description="Payload and side information of a vector.")
    state_bytes: Count = Field(description="Bytes of the codec's arrays: projections, codebooks, ranges.")
    amortised_bytes: float = Field(
        gt=0, description="bytes_per_vector plus state_bytes over the rows of the corpus: the honest bytes."
    )
    corpus_bytes: Count = Field(description="Codes of the corpus and the codec's state.")
    original_bytes: int = Field(ge=1, description="Bytes of an uncompressed float32 vector.")
    ratio: float = Field(gt=0, description="original_bytes over amortised_bytes.")


class Tail(Model):
    """The worst queries: how the metric is spread over them."""

    metric: Name = Field(description="Metric per query, a fraction.")
    p5: float = Field(description="5th percentile over queries.")
    minimum: float = Field(description="Smallest value of a query.")
    lost: MetricValue = Field(description="Share of queries that lose everything: their value is 0.")
    histogram: list[Count] = Field(
        min_length=10, max_length=10, description="Queries in [0, 0.1), [0.1, 0.2) … [0.9, 1]."
    )


class SizePoint(Model):
    """The value at one size of the corpus, the mean over disjoint parts of that size."""

    rows: int = Field(ge=2, description="Rows that are searched.")
    parts: int = Field(ge=1, description="Disjoint parts of the corpus that each query searches.")
    value: float = Field(description="Mean over queries and parts.")
    low: float = Field(description="Lower end of the 95 % bootstrap interval over queries.")
    high: float = Field(description="Upper end of the interval.")


class Form(Model):
    """One form of the fall of a value with the rows of the corpus, fitted and extrapolated."""

    name: Name = Field(
        description="'log-log-rows': the logit is linear in ln ln(2 N / k); other names: in ln N."
    )
    intercept: float = Field(description="Logit of the value where the regressor is 0.")
    slope: float = Field(description="Change of the logit for each unit of the regressor.")
    value: float = Field(description="Extrapolated value.")


class HoldOut(Model):
    """The largest measured size, predicted from the smaller ones and measured."""

    rows: int = Field(ge=2, description="Rows of the largest size, which was held out.")
    fitted: list[int] = Field(min_length=3, description="Sizes that the forms were fitted to for the check.")
    predicted: float = Field(description="Predicted value.")
    low: float = Field(description="Lower end of the prediction's interval.")
    high: float = Field(description="Upper end of the prediction's interval.")
    measured: float = Field(description="Measured value.")
    covered: bool = Field(description="Whether the interval contains the measured value.")


class Prediction(Model):
    """The target's metric at full size, from the sizes measured."""

    metric: Name = Field(description="Metric that is predicted.")
    rows: int = Field(ge=2, description="Rows of the corpus that the value is predicted for.")
    points: list[SizePoint] = Field(min_length=3, description="Sizes measured, from the smallest.")
    forms: list[Form] = Field(min_length=1, description="Forms fitted to all sizes; value is their mean.")
    bounds: list[Form] = Field(
        default=[],
        description="Further forms that the interval spans: 'recent' is fitted to the largest three sizes,"
        " 'level' stays at the largest.",
    )
    value: float = Field(description="Predicted value.")
    low: float = Field(description="Lower end of the 95 % prediction interval.")
    high: float = Field(description="Upper end of the interval.")
    hold_out: HoldOut = Field(description="The check against the largest size.")


class Guard(Model):
    """A trained configuration against the best untrained one that takes no more bytes."""

    baseline: Name = Field(description="Id of the untrained configuration.")
    metric: Name = Field(description="Metric compared, on the same queries or pairs.")
    difference: MetricValue = Field(description="Trained minus untrained, with a paired interval.")
    required: float = Field(ge=0, description="1.25 times the half-width of the interval.")
    better: bool = Field(description="Whether the difference exceeds what is required.")


class PlannedStep(Model):
    """One compressor of a pipeline."""

    use: Name = Field(description="Name of the compressor.")
    params: dict[str, Any] = Field(description="All its parameters.")


class Configuration(Model):
    """A pipeline, with queries compressed or not, and what it costs and keeps."""

    id: Name = Field(description="Stable id: the digest of pipeline and form of the query, 8 hex digits.")
    pipeline: Name = Field(description="The pipeline as text, which harness fit --pipeline takes.")
    steps: list[PlannedStep] = Field(min_length=1, description="The same as data.")
    family: Name = Field(description="Compressors without parameters, such as 'pca | scalar'.")
    trained: bool = Field(description="Whether a map, codebook or mean is learned from the training rows.")
    query: QueryForm = Field(description="Whether queries are compressed as the corpus is.")
    sizes: AuditSizes = Field(description="Measured sizes.")
    values: list[MetricValue] = Field(min_length=1, description="Single-pass values, at the measured size.")
    rescored: list[MetricValue] = Field(
        description="'rescored@t': recall after the original vectors rerank the first k t; needs them stored."
    )
    tail: Tail | None = Field(description="The worst queries; null where only pairs are measured.")
    prediction: Prediction | None = Field(description="The target's metric at full size, where predicted.")
    guard: Guard | None = Field(description="Of a trained configuration; null where it has no baseline.")
    pareto: bool = Field(description="Whether none of fewer amortised bytes has a higher target value.")
    decided_by: MetricValue = Field(
        description="The value that is held against the target: predicted at full size, else measured."
    )
    meets_target: bool = Field(description="Whether the lower end of decided_by meets the target.")
    within_budget: bool = Field(description="Whether amortised_bytes are within the budget; true without.")

    def value(self, metric: str) -> MetricValue | None:
        """Return the single-pass value of a metric, None where it was not measured."""
        return next((value for value in self.values if value.metric == metric), None)
