"""A self-contained page: its template, and a policy that allows its own style and script alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).parents[2] / "templates" / "page" / "script"
Filters = Mapping[str, Callable[..., str]]


def html(
    templates: Path, context: Mapping[str, Any], style: str, script: str, filters: Filters | None = None
) -> bytes:
    """Return ``index.html.j2`` of a folder, rendered with all text escaped; an undefined name is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= filters or {}
    text = environment.get_template("index.html.j2").render(
        context, style=style, script=script, style_hash=_hash(style), script_hash=_hash(script)
    )
    return text.encode()


def scripts(*names: str) -> str:
    """Return one script of named parts, each a file of SCRIPTS; they share what begin.js defines."""
    parts = ((SCRIPTS / f"{name}.js").read_text("utf-8") for name in ("begin", *names))
    return "\n".join(parts) + "})();\n"


def _hash(text: str) -> str:
    """Return a text's hash as a content security policy names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
