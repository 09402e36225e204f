"""A fitted pipeline with its card: encode, decode and compare vectors; save to and load from a folder."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from harness.codecs.pipeline import Pipeline
from harness.deploy import folder
from harness.deploy.card import Card
from harness.errors import InputError
from harness.evaluation.cosines import cosines
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
        anything else, and OSError where the disk is full.
        """
        folder.write(Path(path), self.pipeline, self.card)

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
        return self.pipeline.encode(check_vectors(np.asarray(x), "vectors", self.dimension))

    def decode(self, codes: Bytes) -> Floats:
        """Return the vectors (n, d) float32 behind ``codes`` (n, B) uint8.

        Their cosines stand for those of the encoded vectors; d is ``card.decoded_dimension``. Raises
        InputError for an array of another type or width.
        """
        return self.pipeline.decode(self._checked(np.asarray(codes)))

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
        if codes.ndim != 2 or codes.dtype != np.uint8 or codes.shape[1] != self.bytes_per_vector:  # noqa: PLR2004 - a matrix
            actual = f"{codes.dtype} {codes.shape}"
            raise InputError(f"codes: found {actual}, expected uint8 (rows, {self.bytes_per_vector})")
        return codes
