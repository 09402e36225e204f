"""Limits on what a file of vectors may ask for."""

from __future__ import annotations

from harness.limits import Limit

DIMENSIONS = Limit(2**16, "dimensions", "a row is held as a whole, and the longest embeddings have 20,000")
