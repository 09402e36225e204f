"""Pages of the JSON Schemas, made from the models in ``harness/evidence/schema``."""

from __future__ import annotations

import functools
import json
from typing import Any

from pydantic import BaseModel

from harness.deploy.card import Card
from harness.deploy.record import Record
from harness.evidence.schema.audit import Audit
from harness.evidence.schema.kinds import KINDS, json_schema, schema_of
from harness.evidence.schema.model import Stamped

# What is made of a user's own vectors: where it stands, and what it says.
OWN: dict[str, tuple[str, type[BaseModel]]] = {
    "audit": ("AUDIT/audit.json", Stamped[Audit]),
    "codec": ("CODEC/card.json", Stamped[Card]),
    "codes": ("CODES.npy.json", Stamped[Record]),
}

INTRODUCTION = """\
# JSON Schemas

Every document that the harness writes has a JSON Schema (draft 2020-12). Readers refuse another version.
`harness schema KIND` prints the schema of a kind of evidence.

| kind | file |
|---|---|
"""
_BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


def navigation() -> list[tuple[str, str]]:
    """Return the title and path of each page: an overview, then a page a kind of document."""
    return [("Overview", "schemas/index.md"), *((kind, f"schemas/{kind}.md") for kind in documents())]


def pages() -> dict[str, str]:
    """Return the pages by path, and beside each page the schema itself."""
    rows = "".join(f"| [{kind}]({kind}.md) | `{place}` |\n" for kind, (place, _) in documents().items())
    contents = {"schemas/index.md": INTRODUCTION + rows}
    for kind, (place, schema) in documents().items():
        contents[f"schemas/{kind}.md"] = _page(kind, place, schema)
        contents[f"schemas/{kind}.json"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return contents


@functools.cache
def documents() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return where documents of each kind stand, and their JSON Schema."""
    evidence = {kind: (f"artifacts/{place}", json_schema(kind)) for kind, (place, _) in KINDS.items()}
    return evidence | {kind: (place, schema_of(model, kind, place)) for kind, (place, model) in OWN.items()}


def _page(kind: str, place: str, schema: dict[str, Any]) -> str:
    parts = [f"# {kind}\n\n`{place}` · [{kind}.json]({kind}.json)\n", _fields(schema)]
    for name, definition in schema.get("$defs", {}).items():
        parts.append(f"## {name}\n\n{_fields(definition)}")
    return "\n".join(parts)


def _fields(schema: dict[str, Any]) -> str:
    """Return an object's description and a table of its fields; of any other type, what it is."""
    text = f"{_line(schema)}\n\n" if "description" in schema else ""
    if "properties" not in schema:
        return f"{text}{_type(schema)}\n"
    required = set(schema.get("required", ()))
    rows = "".join(
        f"| `{name}` | {_type(field)} | {'yes' if name in required else 'no'} | {_line(field)} |\n"
        for name, field in schema["properties"].items()
    )
    return f"{text}| field | type | required | what it holds |\n|---|---|---|---|\n{rows}"


def _line(schema: dict[str, Any]) -> str:
    """Return the description on one line, as a cell of a table holds it."""
    return " ".join(schema.get("description", "").replace("|", "\\|").split())


def _type(schema: dict[str, Any]) -> str:
    """Return a type in words; a definition of the same schema is a link to it."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        return ", ".join(f"`{json.dumps(each)}`" for each in schema.get("enum", [schema.get("const")]))
    return _plain_type(schema)


def _plain_type(schema: dict[str, Any]) -> str:
    match schema.get("type", "any"):
        case "array":
            items = schema.get("prefixItems") or [schema["items"]]
            return f"list of {', '.join(dict.fromkeys(_type(each) for each in items))}"
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            return f"map of {_type(schema['additionalProperties'])}"
        case name:
            bounds = [f"{sign} {schema[key]}" for key, sign in _BOUNDS.items() if key in schema]
            return " ".join([name, *bounds])
