"""The digests of the code that an audit's values are computed by."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.planning import registry


def code(compressors: Iterable[str]) -> list[str]:
    """Return the sorted digests of the modules of the audit, of ``compressors``, and of their imports."""
    own = [f"harness.audit.{path.stem}" for path in Path(__file__).parent.glob("[a-z]*.py")]
    used = [f"harness.compressors.{name.replace('-', '_')}" for name in compressors]
    return registry.code_of(*own, *used)
