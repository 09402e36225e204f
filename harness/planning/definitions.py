"""What a data set and an encoder may say in their files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, PrivateAttr, StringConstraints

from harness import limits

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=100)]
Sentence = Annotated[str, StringConstraints(min_length=1)]


class _Strict(BaseModel, extra="forbid", frozen=True, strict=True, allow_inf_nan=False):
    pass


class _OfFile(_Strict):
    """What has a file of its own, ``<folder>/<kind>/<name>.toml``, and knows it."""

    _file: Path = PrivateAttr(default=Path())

    @property
    def file(self) -> Path:
        """Return the file that says this."""
        return self._file

    def read_from(self, file: Path) -> Self:
        """Note the file, and return self."""
        self._file = file
        return self


class Dataset(_OfFile):
    """One split of a data set: ``suites/datasets/<name>.toml``.

    ``title``: one line that says what it is, and what a row or a pair of it. ``origins``: where it can be
    read from, in order; the first that can be had wins. ``rows`` and ``pairs``: how many it has; other counts
    are an error when it is read. ``large``: what it costs, in words, where that is over a gigabyte or hours;
    it is then left out of a run that does not ask for all, and decides no result. ``drawn_as``: the name
    that random draws are seeded by, where that is not its own: values made under an earlier name stay.
    """

    title: Sentence
    licence: str
    rows: int | None = Field(default=None, ge=2)
    pairs: int | None = Field(default=None, ge=0)
    large: Sentence | None = None
    drawn_as: Name | None = None
    origins: list[dict[str, Any]] = Field(min_length=1)

    @property
    def folder(self) -> Path:
        """Return the folder that relative paths of ``origins`` start from: the one that holds datasets/."""
        return self.file.parent.parent.resolve()


class Prefixes(_Strict):
    """Texts that go before a query and before a document."""

    query: str
    document: str


class Encoder(_OfFile, extra="allow"):
    """What makes vectors: ``suites/encoders/<name>.toml``. Every other key is a parameter of the plug-in.

    ``use``: the plug-in. ``prefixes``: what the model wants before a query, and before any other text.
    ``title`` and ``large``: as of a data set.
    """

    title: Sentence
    use: str
    dimension: int = Field(ge=1, le=limits.DIMENSIONS.most)
    prefixes: Prefixes | None = None
    large: Sentence | None = None

    def raw(self) -> dict[str, Any]:
        """Return the plug-in's table: its name and its parameters."""
        return {"use": self.use, "dimension": self.dimension, **(self.model_extra or {})}
