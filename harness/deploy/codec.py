"""A fitted pipeline with its card: encode, decode and compare vectors; save to and load from a folder."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from harness.codecs.pipeline import Pipeline
from harness.deploy import folder
from harness.deploy.card import Card
from harness.deploy.limits import batch_rows
from harness.errors import InputError
from harness.evaluation.cosines import cosines
from harness.evidence.schema.model import parse
from harness.types import Bytes, Floats, check_vectors


@dataclass(frozen=True, slots=True)
class Codec:
    """A fitted pipeline and its card. ``harness.deploy.fit`` makes one, ``Codec.load`` reads one."""

    pipeline: Pipeline
    card: Card

    @classmethod
    def load(cls, path: str | Path) -> Codec:
        """Return the codec of a folder that ``save`` wrote.

        Raises InputError, one line, where a file is missing, altered or of another version.
        """
        return cls(*folder.read(Path(path)))

    def save(self, path: str | Path) -> None:
        """Write the codec as a folder: ``codec.safetensors``, ``card.json`` and ``README.md``; all or none.

        Does nothing where the folder holds this codec already. Raises InputError where ``path`` holds
        anything else, and where the disk is full.
        """
        folder.write(Path(path), self.pipeline, self.card)

    def with_card(self, **fields: Any) -> Codec:
        """Return the codec with other ``fields`` of its card, such as ``measured`` or ``decoder``."""
        content = {**self.card.model_dump(by_alias=True), **fields}
        return Codec(self.pipeline, parse(Card, content, "card"))

    @property
    def dimension(self) -> int:
        """Return D, the dimensions of the vectors that ``encode`` takes."""
        return self.card.dimension

    @property
    def bytes_per_vector(self) -> int:
        """Return B, the bytes of a code, side information included."""
        return self.card.bytes_per_vector

    def encode(self, x: Floats) -> Bytes:
        """Return the codes (n, B) uint8 of vectors (n, D) float32.

        Raises InputError for vectors of other dimensions, and for a row with NaN, infinity or norm 0.
        """
        rows = check_vectors(np.asarray(x), "vectors", self.dimension)
        size = batch_rows(self.dimension)
        return np.concatenate([self.pipeline.encode(rows[i : i + size]) for i in range(0, len(rows), size)])

    def decode(self, codes: Bytes) -> Floats:
        """Return the vectors (n, d) float32 behind ``codes`` (n, B) uint8.

        Their cosines stand for those of the encoded vectors; d is ``card.decoded_dimension``. Raises
        InputError for an array of another type or width.
        """
        rows = self._checked(np.asarray(codes))
        size = batch_rows(self.card.decoded_dimension)
        return np.concatenate([self.pipeline.decode(rows[i : i + size]) for i in range(0, len(rows), size)])

    def similarity(self, codes_a: Bytes, codes_b: Bytes) -> Floats:
        """Return the cosine similarity (n,) float32 of each row of ``codes_a`` and ``codes_b`` (n, B) uint8.

        It is that of the decoded vectors. Raises InputError where the arrays have other numbers of rows.
        """
        if len(codes_a) != len(codes_b):
            raise InputError(f"codes: found {len(codes_a)} and {len(codes_b)} rows, expected equal numbers")
        return cosines(self.decode(codes_a), self.decode(codes_b), "codes")

    @property
    def describe(self) -> str:
        """Return one line: the pipeline, its dimensions and its bytes."""
        card = self.card
        ratio = 4 * card.dimension / card.bytes_per_vector
        return (
            f"{card.pipeline}: {card.dimension} dimensions in {card.bytes_per_vector} bytes"
            f" ({ratio:.3g} times smaller than float32)"
        )

    def _repr_html_(self) -> str:
        card = self.card
        rows = {
            "pipeline": card.pipeline,
            "dimensions": f"{card.dimension:,}",
            "bytes a vector": f"{card.bytes_per_vector:,} (float32: {4 * card.dimension:,})",
            "codec": f"{card.state_bytes:,} bytes",
            "fitted on": f"{card.data.fitted_rows:,} rows of {card.data.name}",
            **{m.metric: f"{m.value:.3f} [{m.low:.3f}, {m.high:.3f}]" for m in card.measured},
        }
        cells = (f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows.items())
        return f"<table>{''.join(cells)}</table>"

    def _checked(self, codes: Bytes) -> Bytes:
        if codes.dtype != np.uint8 or codes.shape[1:] != (self.bytes_per_vector,) or not len(codes):
            actual = f"{codes.dtype} {codes.shape}"
            raise InputError(
                f"codes: found {actual}, expected uint8 (rows, {self.bytes_per_vector}), one at least"
            )
        return codes
