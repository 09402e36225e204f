"""Files of the mirror: a folder with what a user would download, each file pinned by its sha256."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field

from harness.errors import BlockedError
from harness.evidence.files import check_digest, inside
from harness.types import Place


class Pinned(BaseModel, extra="forbid", frozen=True):
    """``path`` inside the mirror and the ``sha256`` of its bytes."""

    path: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")

    def located(self, place: Place) -> Path:
        """Return where the file is; raise BlockedError without a mirror, or without the file in it."""
        if place.mirror is None:
            raise BlockedError("no mirror is given", "set HARNESS_MIRROR=DIR or pass --mirror DIR")
        path = inside(place.mirror, self.path, "mirror", pinned=True)
        if not path.exists():
            remedy = f"put it at {self.path} in the mirror's folder"
            raise BlockedError(f"{self.path} is not in the mirror", remedy)
        return path

    def checked(self, place: Place) -> Path:
        """Return where the file is; raise InputError unless its bytes have the pinned sha256."""
        path = self.located(place)
        check_digest(path, self.sha256)
        return path
