"""A result: what was measured of one cell, and all that decides it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from harness.errors import InputError
from harness.evidence.schema.cell import CellSpec
from harness.evidence.schema.codes import Codes
from harness.evidence.schema.model import (
    Count,
    Measurement,
    Model,
    Name,
    Sha256,
    Versioned,
    check_place,
    parse,
)


class Inputs(Model):
    """All that decides a result: a cell with other inputs is measured again."""

    cell: CellSpec = Field(description="The parameters of the cell.")
    protocols: list[Name] = Field(min_length=1, description="Protocols of the suite.")
    combine: dict[str, dict[str, float]] = Field(
        description="Weighted sums of test sets: the weight of each set, by the name of the sum."
    )
    encoder: dict[str, Any] = Field(
        description="What identifies the encoder, as its plug-in says it; always with 'use' and 'dimension'."
    )
    datasets: dict[str, dict[str, Any]] = Field(
        description="What identifies each data set that the cell reads, as its source says it: 'use' names "
        "the source, 'origin' counts which of the data set's origins it was, and 'drawn_as' is the name that "
        "seeds random draws where that is not the set's own."
    )
    loaded: dict[str, Sha256] = Field(description="sha256 of each codec file that a step is loaded from.")
    code: list[str] = Field(description="Digests of the modules that the values are computed by, sorted.")
    device: Name | None = Field(
        default=None, description="The kind of device that computed them, where it was not the CPU."
    )


class IndexSize(Model):
    """The size of the search index over a test set."""

    rows: int = Field(ge=1, description="Vectors that the index holds.")
    bytes: Count = Field(description="Bytes of the index as it is written to a file.")


class Sizes(Model):
    """Measured sizes in bytes."""

    payload_bytes: Count = Field(description="Bytes of a code without side information.")
    side_bytes: Count = Field(description="Bytes of a vector's side information, such as its scale.")
    bytes_per_vector: int = Field(ge=1, description="Payload and side information of a vector.")
    original_bytes: int = Field(ge=1, description="Bytes of the uncompressed float32 vector.")
    ratio: float = Field(gt=0, description="original_bytes over bytes_per_vector.")
    state_bytes: Count = Field(description="Bytes of the codec's arrays, which all vectors share.")
    index: IndexSize | None = Field(default=None, description="Search index, where the cell has one.")


class Irregularities(Model):
    """How often a judged set has what is no grade of a document that a query may find."""

    own_documents_by_id: Count = Field(description="Queries that are a document, by identifier.")
    own_documents_by_text: Count = Field(description="Queries that are a document, by text.")
    negative_grades: Count = Field(description="Judgements with a grade under 0.")
    empty_documents: Count = Field(description="Documents without text.")
    judgements_of_missing_documents: Count = Field(description="Judgements of absent documents.")
    queries_without_a_relevant_document: Count = Field(description="Queries that no document answers.")


class Contamination(Model):
    """What the pairs of a test set share with the training split."""

    pairs: Count = Field(description="Pairs of the test set.")
    shared_pairs: Count = Field(description="Pairs that are a pair of the training split.")
    pairs_with_a_seen_sentence: Count = Field(description="Pairs of which a row is in the training split.")
    pairs_with_a_near_duplicate: Count = Field(description="Pairs of which a row nearly is.")
    unseen_pairs_with_a_near_duplicate: Count = Field(description="Those of them without a seen sentence.")
    pairs_by_protocol: dict[str, Count] = Field(description="Pairs that count under each protocol.")
    near_duplicates_by_protocol: dict[str, Count] = Field(description="Those of them with a near duplicate.")
    irregularities: Irregularities | None = Field(default=None, description="Of a judged set.")
    copies_within: Literal["bytes"] | None = Field(
        default=None, description="Of a large set, whose own rows are compared by their bytes, not by cosine."
    )
    rows_of_pairs: int | None = Field(
        default=None, ge=2, description="Of a large set, the sampled rows that its pairs are drawn among."
    )


class Interval(Model):
    """How intervals were made."""

    level: float = Field(gt=0, lt=100, description="Per cent of the resamples inside the interval.")
    resamples: int = Field(ge=1, description="Bootstrap resamples.")


class StatedValue(Measurement):
    """A measured value."""

    value: float = Field(description="Point estimate; shares and correlations are fractions.")
    low: float = Field(description="Lower end of the interval.")
    high: float = Field(description="Upper end of the interval.")
    n: int = Field(ge=1, description="Items behind the value: pairs or queries.")
    undefined: int | None = Field(
        default=None, ge=1, description="Resamples left out of the interval, where the value is undefined."
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.value <= self.high:
            ends = f"{self.low:g} … {self.value:g} … {self.high:g}"
            raise ValueError(f"{self}: found {ends}, expected low <= value <= high")
        return self


class LeftOut(Measurement):
    """A value that is undefined under one protocol, and measured under another."""

    why: Name = Field(description="Why it is undefined.")


class File(Model):
    """A file beside the result."""

    path: Name = Field(description="Path below the folder of evidence.")
    sha256: Sha256 = Field(description="Hex sha256 of its bytes.")


class Files(Model):
    """The files that belong to a result."""

    before: File = Field(description="Similarities before compression, which the encoder's cells share.")
    after: File = Field(description="Scores of single items after compression.")
    codec: File | None = Field(default=None, description="The fitted codec, where the suite keeps it.")


class Result(Versioned):
    """What was measured of one cell."""

    suite: Name = Field(description="Name of the suite.")
    cell: Name = Field(description="Name of the cell: encoder, split, pipeline, point, settings, seed.")
    inputs: Inputs = Field(description="All that decides the result.")
    sizes: Sizes = Field(description="Measured sizes in bytes.")
    training_rows: int = Field(ge=1, description="Different rows that the codec was fitted on.")
    contamination: dict[str, Contamination] = Field(description="Contamination of each test set.")
    interval: Interval = Field(description="How the intervals were made.")
    values: list[StatedValue] = Field(min_length=1, description="Measured values.")
    left_out: list[LeftOut] = Field(default=[], description="Values that are undefined.")
    codes: dict[str, Codes] = Field(
        default={}, description="What the codes of each test set are like, where they are symbols."
    )
    training: dict[str, dict[str, list[float]]] = Field(
        default={}, description="What a step noted while it was fitted, by its place and name: series."
    )
    files: Files = Field(description="Files beside the result.")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        places: set[tuple[str, str, str]] = set()
        for i, value in enumerate(self.values):
            if value.key in places:
                raise ValueError(f"values.{i}: found {value} twice, expected it once")
            places.add(value.key)
        measured = {key[1:] for key in places}
        for i, note in enumerate(self.left_out):
            if note.key in places or note.key[1:] not in measured:
                expected = "expected once, not among the values, and measured under another protocol"
                raise ValueError(f"left_out.{i}: found {note}, {expected}")
            places.add(note.key)
        return self


def parse_result(path: Path, content: Any) -> Result:
    """Return the result at ``path``, <suite>/<cell>.json; raise InputError if it is none."""
    if path.name.endswith(".suite.json"):
        raise InputError(f"{path}: found the name of a suite's record in its folder, expected <cell>.json")
    result = parse(Result, content, path)
    check_place(path, "suite", result.suite, path.parent.name)
    check_place(path, "cell", result.cell, path.name.removesuffix(".json"))
    return result


def check_result(path: Path, content: Any) -> dict[str, Any]:
    """Return the content of the result at ``path`` as it is; raise InputError if it is none."""
    parse_result(path, content)
    unchanged: dict[str, Any] = content
    return unchanged
