"""What the models of evidence share: strict and frozen, no unknown key, no NaN; and how a file is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, Field, ValidationError

from harness.errors import InputError
from harness.evidence.schema.version import SCHEMA_VERSION, check_version
from harness.evidence.validation import explain_json

Name = Annotated[str, Field(min_length=1)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class Model(BaseModel, extra="forbid", frozen=True, strict=True, allow_inf_nan=False):
    """A part of a document of evidence."""


class Versioned(Model):
    """A document that states the version of its schema."""

    schema_version: int = Field(
        ge=SCHEMA_VERSION, le=SCHEMA_VERSION, alias="schema", description="Version of the schema."
    )


Content = TypeVar("Content", bound=Model)


class Stamped(Model, Generic[Content]):
    """A stamped file: its content, and the certificate of it."""

    content: Content = Field(description="What the certificate is over.")
    sha256: Sha256 = Field(description="Hex sha256 of the content's canonical JSON (RFC 8785).")


class Measurement(Model):
    """What a measured value is of."""

    protocol: Name = Field(description="Which items of the data set count, such as 'decontaminated'.")
    dataset: Name = Field(description="Test set, or the name of a weighted sum of test sets.")
    metric: Name = Field(description="Metric and reference, such as 'spearman@original'.")

    @property
    def key(self) -> tuple[str, str, str]:
        """Return protocol, data set and metric, which tell a value of a result from its others."""
        return self.protocol, self.dataset, self.metric

    def __str__(self) -> str:
        return " ".join(self.key)


Parsed = TypeVar("Parsed", bound=Model)


def parse(model: type[Parsed], content: Any, where: Path | str) -> Parsed:
    """Return ``content`` as a ``model``; raise InputError with one line: file, place, found, expected."""
    check_version(content, str(where))
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise InputError(f"{where}: {explain_json(error)}") from error


def check_place(where: Path, key: str, stated: str, expected: str) -> None:
    """Raise InputError where a document is of another suite, cell or server than its place says."""
    if stated != expected:
        raise InputError(f"{where}: {key}: found {stated!r}, expected {expected!r}, as its place")
