"""The first thing that a model refuses, in one line: for suites, claims and evidence alike."""

from __future__ import annotations

from pydantic import ValidationError

LONGEST = 80  # characters of what was found: a line stays a line
# What a pattern wants, in words: whoever reads an error need not read regular expressions.
PATTERNS = {
    r"^[a-z0-9][a-z0-9-]*$": "a name of small letters, digits and dashes",
    "^[0-9a-f]{64}$": "a sha256: 64 hex digits",
    "^[0-9a-f]{40}$": "a commit: 40 hex digits",
    "^[0-9a-f]{40,64}$": "a commit: 40 to 64 hex digits",
    "^[A-Z][A-Z0-9_]*$": "the name of an environment variable",
}


def explain(error: ValidationError) -> str:
    """Return pydantic's first error as TOML is read: '[table] key: found …, expected …'."""
    keys, message = first_error(error)
    if not keys:
        return message
    table = f"[{'.'.join(keys[:-1])}] " if keys[:-1] else ""
    return f"{table}{keys[-1]}: {message}"


def explain_json(error: ValidationError) -> str:
    """Return pydantic's first error as JSON is read: 'key.0.key: found …, expected …'."""
    keys, message = first_error(error)
    return ": ".join([*([".".join(keys)] if keys else []), message])


def first_error(error: ValidationError) -> tuple[list[str], str]:
    """Return the keys that lead to pydantic's first error, and what was found and expected there.

    A validator's own message that says what was expected stands as it is: it names the place itself.
    """
    first = error.errors()[0]
    keys = [str(part) for part in first["loc"]]
    if first["type"] == "extra_forbidden":
        return keys, "unknown key"
    if first["type"] == "missing":
        return keys, "the key is missing"
    message = first["msg"]
    for before in ("Input should be ", "String should have ", "Value error, "):
        message = message.removeprefix(before)
    if first["type"] == "value_error" and "expected" in message:
        return keys, message
    expected = PATTERNS.get(str(first.get("ctx", {}).get("pattern")), message)
    shown = repr(first["input"])
    short = shown if len(shown) < LONGEST else shown[: LONGEST - 3] + "…"
    return keys or ["(whole)"], f"found {short}, expected {expected}"
