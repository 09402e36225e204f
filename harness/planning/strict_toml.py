"""TOML files read strictly: within the limits, and every error one line that names file, table and key."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from harness import limits
from harness.errors import InputError
from harness.evidence.validation import explain

Model = TypeVar("Model", bound=BaseModel)

# A key of more parts than a suite is deep. The library takes the square of their number in time and memory.
_KEY = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_DEEP_KEY = re.compile(rf"(?<![A-Za-z0-9_-]){_KEY}(?:[ \t]*+\.[ \t]*+{_KEY}){{{limits.DEPTH.most},}}")

_WHOLE = 2**53 - 1  # what float64 counts to: the certificates' bound, no limit of ours


def read(path: Path, what: str) -> dict[str, Any]:
    """Return the tables of a TOML file; ``what`` it should be, as 'a suite', is for the error.

    Raises InputError for a file that cannot be read, is no TOML, or passes the limits of a suite.
    """
    document = _parsed(path, what)
    limits.check_document(document, str(path))
    _check_whole(document, str(path), "")
    return document


def validated(model: type[Model], document: dict[str, Any], path: Path) -> Model:
    """Return the model of a document; raise InputError for the first key that does not fit it."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise InputError(f"{path}: {explain(error)}") from error


def _parsed(path: Path, what: str) -> dict[str, Any]:
    try:
        limits.SUITE_BYTES.check(path.stat().st_size, str(path))
        text = path.read_text("utf-8")
        if _DEEP_KEY.search(text):
            raise _too_deep(path)
        return tomllib.loads(text)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}, expected {what}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}, expected TOML") from error
    except ValueError as error:  # Python's own limit on the digits of a number
        raise InputError(f"{path}: found a number of thousands of digits, expected 64 bits") from error
    except RecursionError as error:
        raise _too_deep(path) from error


def _too_deep(path: Path) -> InputError:
    message = f"found more {limits.DEPTH.unit}, expected at most {limits.DEPTH.most}: {limits.DEPTH.reason}"
    return InputError(f"{path}: {message}")


def _check_whole(value: Any, where: str, key: str) -> None:
    """Raise InputError for a whole number that a certificate cannot hold: those of JSON are float64."""
    if isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            _check_whole(inner, where, f"{key}.{name}" if key else str(name))
    elif isinstance(value, int) and abs(value) > _WHOLE:
        raise InputError(f"{where}: {key}: found {value}, expected at most {_WHOLE} either way, as in JSON")
