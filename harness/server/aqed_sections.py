"""What an ``.aqed`` file holds: sections about the same vectors, and the header that says which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.errors import InputError
from harness.types import Bytes, Floats

_CENTROIDS = 256  # at most: a code is one byte

Sections: TypeAlias = dict[str, tuple[str, tuple[int, ...]]]


@dataclass(frozen=True, slots=True)
class Vectors:
    """What an ``.aqed`` holds: sections about the same n vectors, None for those that are not there.

    ``original`` (n, D) and ``aqea`` (n, d) float32; ``int8`` (n, D) int8; ``pq_codes`` (n, m) uint8 and, of
    the same quantizer, ``pq_codebooks`` (m, centroids, width) float32; ``tsne`` (n, 2) float32.
    """

    original: Floats | None = None
    aqea: Floats | None = None
    int8: NDArray[np.int8] | None = None
    pq_codes: Bytes | None = None
    pq_codebooks: Floats | None = None
    tsne: Floats | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The numbers of an ``.aqed`` header, in the order of the file."""

    n: int
    original_dim: int
    aqea_dim: int
    flags: int
    subvectors: int
    centroids: int

    def sections(self, where: str) -> Sections:
        """Return type and shape of each section, in the order of the file; InputError for what cannot be."""
        n, m = self.n, self.subvectors
        width = -(-(self.aqea_dim or self.original_dim) // max(m, 1))
        by_flag: tuple[Sections, ...] = (
            {"original": ("<f4", (n, self.original_dim))},
            {"aqea": ("<f4", (n, self.aqea_dim))},
            {"int8": ("i1", (n, self.original_dim))},
            {"pq_codes": ("u1", (n, m)), "pq_codebooks": ("<f4", (m, self.centroids, width))},
            {"tsne": ("<f4", (n, 2))},
        )
        if not 0 < self.flags < 2 ** len(by_flag):
            raise InputError(f"{where}: flags: found {self.flags}, expected 1 to {2 ** len(by_flag) - 1}")
        sections = {
            name: section
            for bit, group in enumerate(by_flag)
            if self.flags >> bit & 1
            for name, section in group.items()
        }
        for name, (_, shape) in sections.items():
            if 0 in shape:
                raise InputError(f"{where}: {name}: found the shape {shape}, expected no zero in it")
        if "pq_codes" in sections and self.centroids > _CENTROIDS:
            raise InputError(f"{where}: found {self.centroids} centroids, expected at most {_CENTROIDS}")
        return sections


def header_of(arrays: Mapping[str, NDArray[Any]], where: str) -> Header:
    """Return the header of what is there; ``sections`` then says whether it fits together."""
    if ("pq_codes" in arrays) != ("pq_codebooks" in arrays):
        raise InputError(f"{where}: found PQ codes or codebooks alone, expected both or neither")
    for name, array in arrays.items():
        if array.ndim != (3 if name == "pq_codebooks" else 2) or max(array.shape) >= 2**32:
            raise InputError(f"{where}: {name}: found the shape {array.shape}, expected rows and columns")
    flags = ("original", "aqea", "int8", "pq_codes", "tsne")
    original = next((arrays[name].shape[1] for name in ("original", "int8") if name in arrays), 0)
    m, centroids, width = arrays["pq_codebooks"].shape if "pq_codebooks" in arrays else (0, 0, 0)
    return Header(
        n=next((len(arrays[name]) for name in flags if name in arrays), 0),
        original_dim=original,
        aqea_dim=arrays["aqea"].shape[1] if "aqea" in arrays else m * width,
        flags=sum(2**bit for bit, name in enumerate(flags) if name in arrays),
        subvectors=m,
        centroids=centroids,
    )


def check_codes(arrays: Mapping[str, NDArray[Any]], where: str) -> None:
    """Raise InputError where a PQ code names no centroid."""
    if "pq_codes" in arrays:
        largest, centroids = int(arrays["pq_codes"].max()), arrays["pq_codebooks"].shape[1]
        if largest >= centroids:
            raise InputError(f"{where}: pq_codes: found code {largest}, expected less than {centroids}")
