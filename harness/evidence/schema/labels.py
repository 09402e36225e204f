"""Index of a suite's labels: what values depend on beside score files, without a label or a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from harness.evidence.schema.model import Count, Model, Name, Sha256, Versioned, check_place, parse


class LabelFile(Model):
    """The file that an index is of."""

    path: Name = Field(description="Path below the folder of evidence.")
    sha256: Sha256 = Field(description="Hex sha256 of its bytes.")


class Files(Model):
    """The files of an index."""

    labels: LabelFile = Field(description="Arrays (.npz).")


class Units(Model):
    """What is resampled of a set's pairs."""

    group: Name = Field(description="Name of the resamples, which all sets of a group share.")
    units: Count = Field(description="Clusters, or rows, that are resampled.")


class Together(Model):
    """Sets that a cell tests together."""

    tests: list[Name] = Field(description="Test sets, in the cell's order.")
    sets: dict[Name, Units] = Field(description="What is resampled, by set.")


class LabelIndex(Versioned):
    """What the values of a suite depend on beside score files."""

    suite: Name = Field(description="Name of the suite.")
    code: list[str] = Field(description="Digests of the modules that the labels are computed by, sorted.")
    datasets: dict[Name, Sha256] = Field(description="Digest of each data set's identity in the results.")
    audits: dict[Name, list[Name]] = Field(description="Test sets audited, by training split.")
    samples: list[Together] = Field(description="What is resampled, by sets that are tested together.")
    fresh_rows: dict[Name, dict[Name, Count]] = Field(
        description="Rows that random pairs are drawn from, by training split and test set."
    )
    files: Files = Field(description="The arrays.")


def parse_labels(path: Path, content: Any) -> LabelIndex:
    """Return the index at ``path``, labels/<suite>.json; raise InputError if it is none."""
    index = parse(LabelIndex, content, path)
    check_place(path, "suite", index.suite, path.stem)
    return index
