"""Canonical JSON (RFC 8785), the sha256 of a stamped document, and the version of its schema."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

SCHEMA_VERSION = 2  # of the evidence: the only one that is read here


def canonical(value: Any) -> str:
    """Return the RFC 8785 form of a parsed JSON value; raise ValueError where it has none."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int) and abs(value) >= 2**53:
        raise ValueError("an integer beyond 2^53 - 1 has no exact canonical form")
    return json.dumps(value, ensure_ascii=False)  # a text, a smaller integer, true, false or null


def _number(x: float) -> str:
    # The digits are Python's (shortest that round-trip); where point and exponent stand is ECMAScript's rule.
    sign, decimals, exponent = Decimal(repr(x)).normalize().as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{x} is no JSON number")  # noqa: TRY004 - a value is wrong, no argument
    digits = "".join(map(str, decimals))
    point = len(digits) + exponent  # digits before the decimal point
    if x == 0:
        return "0"
    if point > 21 or point <= -6:  # noqa: PLR2004 - ECMA-262, Number::toString
        digits = digits[0] + f".{digits[1:]}".rstrip(".") + f"e{point - 1:+d}"
    elif point <= 0:
        digits = "0." + "0" * -point + digits
    else:
        digits = (digits.ljust(point, "0")[:point] + f".{digits[point:]}").rstrip(".")
    return "-" * sign + digits


def parse(data: bytes) -> Any:
    """Return the value of JSON bytes; raise ValueError for a key that stands twice, NaN or infinity."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) < len(keys):
            raise ValueError(f"the key {max(keys, key=keys.count)!r} stands twice")
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON number")

    return json.loads(data.decode(), object_pairs_hook=unique, parse_constant=refuse)


def checksum(value: Any) -> str:
    """Return the sha256 of a stamped document; raise ValueError where it is not that of its content."""
    if not isinstance(value, dict) or set(value) != {"content", "sha256"}:
        raise ValueError("expected the keys content and sha256, and no other")
    sha256 = hashlib.sha256(canonical(value["content"]).encode()).hexdigest()
    if sha256 != value["sha256"]:
        raise ValueError(f"its content has sha256 {sha256[:12]}, its certificate says another")
    return sha256


def check_version(content: Any) -> None:
    """Raise ValueError for a document of another schema: it may say what is not checked here."""
    version = content.get("schema", 1) if isinstance(content, dict) else 1
    if type(version) is not int or version < 1:
        raise ValueError(f"schema: found {version!r}, expected a version, a whole number from 1")
    if version != SCHEMA_VERSION:
        older = "an older version of the harness; run it again"
        made = older if version < SCHEMA_VERSION else "a newer version of the harness; update yours"
        raise ValueError(f"found evidence of schema {version}, expected {SCHEMA_VERSION}: made by {made}")
