"""What the checks of claim C6 share: where to ask, what was asked and answered, and reading it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from repro.api_client import Answer, Limits, fetch, fetch_moved
from repro.canonical import canonical

Vector = Sequence[float]

LARGEST = 1e30  # a component beyond it is no embedding's, and its square would overflow


class FailureError(Exception):
    """The server did something else than the contract says."""


class SkippedError(Exception):
    """A check that cannot be made here, and why."""


@dataclass
class Session:
    """Where to ask, and what the checks so far have found."""

    base: str
    aqed: str
    key: str | None
    sample: int
    limits: Limits
    server: str | None = None
    models: list[tuple[str, int]] = field(default_factory=list)
    start: int = 0
    shape: tuple[int, int] = (0, 0)
    rows: list[Vector] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def call(self, method: str, path: str, body: bytes | None = None, key: str | None = None) -> Answer:
        """Return the API's answer and note the request; the key is sent where it is given."""
        headers = {"Accept": "application/json", "User-Agent": "c6-smoke-test"}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        headers |= {"X-API-Key": key} if key else {}
        answer = fetch(method, self.base + path, headers, body, self.limits)
        self._note(method, urlsplit(self.base + path).path, answer, body)
        return answer

    def part(self, start: int, size: int) -> tuple[bytes, int]:
        """Return ``size`` bytes of the export from ``start`` on, and the size of the whole of it."""
        headers = {"Range": f"bytes={start}-{start + size - 1}", "User-Agent": "c6-smoke-test"}
        answer = fetch_moved(self.aqed, headers, self.limits)
        self._note("GET", urlsplit(self.aqed).path, answer, None)
        self.requests[-1]["range"] = headers["Range"]
        expect(answer, 206, "as a Range is asked for")
        content_range = answer.headers.get("content-range", "")
        match = re.fullmatch(rf"bytes {start}-{start + size - 1}/(\d{{1,15}})", content_range)
        if not match:
            raise FailureError(
                f"Content-Range: found another, expected bytes {start}-{start + size - 1}/SIZE"
            )
        if len(answer.body) != size:
            raise FailureError(f"found {len(answer.body)} bytes, expected the {size} that were asked for")
        sha256 = hashlib.sha256(answer.body).hexdigest()
        self.requests[-1].update(hashed="body", response_sha256=sha256)
        return answer.body, int(match[1])

    def hashed(self, names: str, value: Any) -> None:
        """Note the hash of what was read from the last answer, and what that is."""
        try:
            sha256 = hashlib.sha256(canonical(value).encode()).hexdigest()
        except (ValueError, RecursionError) as error:
            raise FailureError(f"{names}: found what has no canonical JSON") from error
        self.requests[-1].update(hashed=names, response_sha256=sha256)

    def redacted(self, text: str) -> str:
        """Return a server's text as it may be shown: one short line in ASCII, without the key."""
        shown = text.replace(self.key, "[key]") if self.key else text
        return re.sub(r"[^ -~]", "?", shown)[:80]

    def _note(self, method: str, path: str, answer: Answer, body: bytes | None) -> None:
        sent = None if body is None else hashlib.sha256(body).hexdigest()
        entry = {"method": method, "path": path, "status": answer.status, "request_sha256": sent}
        self.requests.append({**entry, "hashed": None, "response_sha256": None})


def expect(answer: Answer, status: int, why: str) -> None:
    """Raise FailureError unless the answer has this status."""
    if answer.status != status:
        raise FailureError(f"found status {answer.status}, expected {status} {why}")


def json_object(answer: Answer) -> dict[str, Any]:
    """Return the answer's JSON object; raise FailureError where it is none, or holds NaN."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON number")

    try:
        value = json.loads(answer.body, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise FailureError("found what is no JSON, expected an object") from error
    if not isinstance(value, dict):
        raise FailureError(f"found a JSON {type(value).__name__}, expected an object")
    return value


def is_number(value: Any) -> bool:
    """Return whether a JSON value is a number, finite and of a size that an embedding can have."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


def is_whole(value: Any, least: int, most: int) -> bool:
    """Return whether a JSON value is a whole number from ``least`` to ``most``."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def json_bytes(payload: Any) -> bytes:
    """Return the JSON of a request, always the same for the same value."""
    return json.dumps(payload, separators=(",", ":"), sort_keys=True).encode()
