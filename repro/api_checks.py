"""What claim C6 asks of the HTTP API, a function a check; in the standard library.

The contract is the report's: health, models, a key in ``X-API-Key``, ``compress/batch`` and ``compress-pq``,
on vectors read from an AQED export by Range. Correlation here is a check that the numbers mean something,
no measurement of quality: a handful of vectors cannot carry one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from repro.api_client import Answer
from repro.api_session import (
    FailureError,
    Session,
    SkippedError,
    expect,
    is_number,
    is_whole,
    json_bytes,
    json_object,
)
from repro.api_vectors import WIDEST, aqed_header, aqed_vectors, related

RATIO_TOLERANCE = 0.05  # ratios are printed rounded
LARGEST_CHANCE = 0.05  # that the answer has to do with what was sent, in its order
TRIES = 8  # models asked for codes before it counts that none has a codebook
BATCH, CODES, VERIFY = "/api/v1/compress/batch", "/api/v1/compress-pq", "/api/v1/auth/verify"


def health(session: Session) -> str:
    """GET /health answers 200 with an object; it may name the server."""
    answer = session.call("GET", "/health")
    expect(answer, 200, "of a server that is well")
    document = json_object(answer)
    session.server = session.redacted(document["server"]) if isinstance(document.get("server"), str) else None
    session.hashed("status, server", [document.get("status"), document.get("server")])
    return "answers" + (f" as {session.server}" if session.server else "")


def models(session: Session) -> str:
    """GET /api/v1/models lists models, each with an id and the dimension of its input."""
    answer = session.call("GET", "/api/v1/models")
    expect(answer, 200, "without a key")
    listed = json_object(answer).get("models")
    if not isinstance(listed, list) or not listed:
        raise FailureError("models: found none, expected a list of models")
    for i, model in enumerate(listed):
        if not isinstance(model, dict) or not isinstance(model.get("id"), str) or not model["id"]:
            raise FailureError(f"models[{i}]: found no id, expected a text")
        if not is_whole(model.get("input_dim"), 1, WIDEST):
            raise FailureError(f"models[{i}]: found no input_dim, expected 1 to {WIDEST}")
    session.models = [(model["id"], model["input_dim"]) for model in listed]
    session.hashed("models: id, input_dim", [list(model) for model in session.models])
    return f"{len(listed)} models, of {sorted({dim for _, dim in session.models})} dimensions"


def _refused(session: Session, method: str, path: str, body: bytes | None, key: str | None) -> int:
    answer = session.call(method, path, body, key)
    if answer.status not in {401, 403}:
        raise FailureError(f"{path}: found status {answer.status}, expected 401 or 403")
    return answer.status


def auth_without_key(session: Session) -> str:
    """Nothing that needs a key answers without one."""
    return f"refused with {_refused(session, 'GET', VERIFY, None, None)}"


def auth_wrong_key(session: Session) -> str:
    """Have a wrong key refused, where it is verified and where it would be used."""
    body = json_bytes({"vectors": [[1.0, 2.0]], "options": {"targetDims": 0}})
    verify = _refused(session, "GET", VERIFY, None, "no-such-key")
    return f"refused with {verify}, and {_refused(session, 'POST', BATCH, body, 'no-such-key')} to compress"


def auth_with_key(session: Session) -> str:
    """Have the key accepted; a quota, where one is told, is a number."""
    if not session.key:
        raise SkippedError("AQEA_API_KEY holds no key")
    answer = session.call("GET", VERIFY, None, session.key)
    expect(answer, 200, "for the key in AQEA_API_KEY")
    document = json_object(answer)
    for name in ("quota_used", "quota_limit"):
        if document.get(name) is not None and not is_number(document[name]):
            raise FailureError(f"{name}: found no number, expected one, or nothing")
    session.hashed(
        "quota_limit", document.get("quota_limit")
    )  # what is used of it changes with every request
    return "accepted"


def _close(ratio: Any, expected: float) -> bool:
    return is_number(ratio) and math.isclose(ratio, expected, rel_tol=RATIO_TOLERANCE)


def _checked(session: Session, answer: Answer, name: str, keys: Sequence[str]) -> tuple[Any, Any]:
    """Return the entry ``name`` and the metadata of the last answer, having noted their hash."""
    expect(answer, 200, "for real vectors")
    document = json_object(answer)
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        raise FailureError("metadata: found none, expected an object")
    checked = document.get(name), {key: metadata.get(key) for key in keys}
    session.hashed(f"{name}, metadata: {', '.join(keys)}", list(checked))
    return checked


def compress_batch(session: Session) -> str:
    """Real vectors come back shorter, as many, finite, the same twice, and alike where they were alike."""
    count, dim = len(session.rows), len(session.rows[0])
    if dim not in {taken for _, taken in session.models}:
        raise FailureError(f"found no model for the {dim} dimensions of the export's vectors")
    body = json_bytes({"vectors": session.rows, "options": {"targetDims": 0}})
    keys = ("compressionRatio", "originalDim", "compressedDim")
    answers = (session.call("POST", BATCH, body, session.key) for _ in range(2))
    first, again = (_checked(session, answer, "compressed", keys) for answer in answers)
    compressed, metadata = first
    if not isinstance(compressed, list) or len(compressed) != count:
        raise FailureError(f"compressed: found another number of vectors, expected {count}")
    size = metadata["compressedDim"]
    if metadata["originalDim"] != dim or not is_whole(size, 1, dim - 1):
        raise FailureError(f"metadata: expected originalDim {dim} and a compressedDim below it")
    for i, row in enumerate(compressed):
        if not isinstance(row, list) or len(row) != size or not all(map(is_number, row)) or not any(row):
            raise FailureError(f"compressed[{i}]: expected {size} finite numbers, not all zero")
    if not _close(metadata["compressionRatio"], dim / size):
        raise FailureError(f"compressionRatio: expected {dim / size:.4g}, within {RATIO_TOLERANCE:.0%}")
    if first != again:
        raise FailureError("found two answers to one request, expected the same twice")
    rho, chance = related(session.rows, compressed)
    agreement = (
        f"Spearman of {count * (count - 1) // 2} pairs' cosines {rho:.4f}, by chance with p = {chance:.3f}"
    )
    if chance > LARGEST_CHANCE:
        raise FailureError(f"compressed: found {agreement}, expected at most {LARGEST_CHANCE}")
    return f"{count} vectors, {dim} to {size} dimensions, {agreement}"


def compress_pq(session: Session) -> str:
    """Get bytes for a real vector, the same twice; or hear from the server that it has no codebook."""
    vector = session.rows[0]
    fitting = [name for name, dim in session.models if dim == len(vector)][:TRIES]
    for model in fitting:
        body = json_bytes({"vector": vector, "model": model})
        answer = session.call("POST", CODES, body, session.key)
        if answer.status != 200 and b"codebook" in answer.body.lower():  # noqa: PLR2004 - HTTP's OK
            continue
        keys = ("expectedQuality", "compressionRatio")
        first = codes, metadata = _checked(session, answer, "codes", keys)
        if not isinstance(codes, list) or not codes or not all(is_whole(code, 0, 255) for code in codes):
            raise FailureError("codes: expected whole numbers from 0 to 255")
        if metadata["expectedQuality"] is not None and not is_number(metadata["expectedQuality"]):
            raise FailureError("expectedQuality: expected a number, or null where it is not known")
        ratio = 4 * len(vector) / len(codes)
        if not _close(metadata["compressionRatio"], ratio):
            raise FailureError(f"compressionRatio: expected {ratio:.4g}, within {RATIO_TOLERANCE:.0%}")
        if first != _checked(session, session.call("POST", CODES, body, session.key), "codes", keys):
            raise FailureError("found two answers to one request, expected the same twice")
        return f"{len(codes)} bytes a vector, {ratio:.4g} times fewer, by {session.redacted(model)}"
    raise SkippedError(f"no codebook on the server for any of {len(fitting)} models, as it says itself")


def bad_input(session: Session) -> str:
    """NaN and what is no JSON are refused as the input's fault, not answered."""
    for what, body in (("NaN", b'{"vectors":[[NaN,1.0]]}'), ("malformed JSON", b'{"vectors":[[1.0,')):
        answer = session.call("POST", BATCH, body, session.key)
        if answer.status not in {400, 422}:
            raise FailureError(f"{what}: found status {answer.status}, expected 400 or 422")
    return "NaN and malformed JSON are refused"


CHECKS: tuple[tuple[str, tuple[str, ...], Callable[[Session], str]], ...] = (
    ("health", (), health),
    ("models", ("health",), models),
    ("aqed-header", (), aqed_header),
    ("aqed-vectors", ("aqed-header",), aqed_vectors),
    ("auth-without-key", ("health",), auth_without_key),
    ("auth-wrong-key", ("health",), auth_wrong_key),
    ("auth-with-key", ("health",), auth_with_key),
    ("compress-batch", ("auth-with-key", "models", "aqed-vectors"), compress_batch),
    ("compress-pq", ("auth-with-key", "models", "aqed-vectors"), compress_pq),
    ("bad-input", ("auth-with-key",), bad_input),
)
