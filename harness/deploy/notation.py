"""The textual form of a pipeline: ``pca dims=64 | scalar bits=4``.

Steps are separated by ``|``. A step is the name of a compressor and its parameters, ``name=value``. A value
is JSON, or a word without quotes. Parameters at their default are left out.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from harness import limits
from harness.errors import InputError
from harness.planning import registry
from harness.planning.parameters import validated
from harness.planning.steps import Step

_SPACE, _NAME, _KEY = re.compile(r"\s*"), re.compile(r"[a-z][a-z0-9-]*"), re.compile(r"([a-z][a-z0-9_]*)=")
_WORD = re.compile(r"[A-Za-z][\w.-]*")
_CONSTANTS = {"true": True, "false": False, "null": None}


def parse_pipeline(text: str, where: str = "pipeline") -> tuple[Step, ...]:
    """Return the steps that ``text`` describes, each with all its parameters.

    ``where`` begins the line of an InputError, which is raised for what is no pipeline: other characters, an
    unknown compressor or parameter, or a value that the parameter cannot have.

    >>> parse_pipeline("truncation dims=64 | sign")
    (Step(use='truncation', params={'dims': 64}, load=None), Step(use='sign', params={}, load=None))
    """
    limits.TEXT.check(len(text), where)
    steps, at = [], _skip_space(text, 0)
    while True:
        step, at = _step(text, at, where)
        steps.append(step)
        if at == len(text):
            return tuple(steps)
        at = _skip_space(text, at + 1)  # after '|'


def pipeline_text(steps: tuple[Step, ...]) -> str:
    """Return the text that ``parse_pipeline`` reads as ``steps``; raise InputError for a step from a file.

    >>> pipeline_text(parse_pipeline("pca  whiten=0.0 dims=64|scalar bits=4"))
    'pca dims=64 | scalar bits=4'
    """
    return " | ".join(map(_step_text, steps))


def _step(text: str, at: int, where: str) -> tuple[Step, int]:
    """Return the step that begins at ``at``, and where it ends: at '|' or at the end of ``text``."""
    name = _NAME.match(text, at)
    if name is None:
        _refuse(text, at, "the name of a compressor", where)
    module = registry.load("compressors", name[0], where)
    fields: dict[str, Any] = {}
    end = name.end()
    while (at := _skip_space(text, end)) < len(text) and text[at] != "|":
        key = _KEY.match(text, at)
        if key is None or at == end:
            _refuse(text, at, "name=value or '|'", where)
        if key[1] in fields:
            raise InputError(f"{where}: {name[0]}: found {key[1]} twice, expected it once")
        fields[key[1]], end = _value(text, key.end(), where)
    params = validated(module.Params, fields, f"{where}: {name[0]}").model_dump()
    limits.check_parameters(params, f"{where}: {name[0]}")
    return Step(name[0], params), at


def _value(text: str, at: int, where: str) -> tuple[Any, int]:
    """Return the value that begins at ``at``, and where it ends."""
    word = _WORD.match(text, at)
    if word is not None:
        return _CONSTANTS.get(word[0], word[0]), word.end()
    try:
        value: tuple[Any, int] = json.JSONDecoder().raw_decode(text, at)
    except (ValueError, RecursionError):
        _refuse(text, at, "a value", where)
    return value


def _step_text(step: Step) -> str:
    if step.load is not None:
        raise InputError(f"{step.load}: {step.use} is loaded from a file, expected parameters")
    fields = registry.load("compressors", step.use, "steps").Params.model_fields
    stated = [
        f"{name}={_value_text(step.params[name])}"
        for name, field in fields.items()
        if field.is_required() or step.params[name] != field.get_default(call_default_factory=True)
    ]
    return " ".join([step.use, *stated])


def _value_text(value: Any) -> str:
    if isinstance(value, str) and _WORD.fullmatch(value) and value not in _CONSTANTS:
        return value
    return json.dumps(value, separators=(",", ":"), sort_keys=True, allow_nan=False)


def _skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _refuse(text: str, at: int, expected: str, where: str) -> NoReturn:
    shown = repr(text[at : at + 20]) if at < len(text) else "the end"
    raise InputError(f"{where}: found {shown} at character {at + 1}, expected {expected}")
