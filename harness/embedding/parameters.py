"""Types of parameters that several encoders have."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_tuple)]
"""Names as a tuple, so that parameters can be hashed; TOML has lists alone."""
