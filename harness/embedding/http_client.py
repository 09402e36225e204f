"""One POST of JSON with a key: bounded in time, size and tries, over the standard library.

Redirects are not followed and no proxy is used, so that the key goes to the named host alone. An error names
only the status of an answer, since servers quote the key in their texts.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

from harness.errors import BlockedError, InputError

LARGEST = 256 * 1024 * 1024  # bytes of an answer
LONGEST_PAUSE = 60.0  # seconds, whatever the server asks for
_PIECE = 1 << 16
_OK, _TOO_MANY, _SERVER_ERRORS = 200, 429, 500
_REFUSED = {401, 403}
_PASSING = {408, 425, _TOO_MANY}  # and every 5xx: a retry may succeed


class _PassingError(Exception):
    """A failure that may pass; ``after`` is how many seconds the server asked to wait, or None."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


def post(
    url: str,
    body: bytes,
    *,
    key: str,
    key_name: str,
    timeout: float,
    retries: int,
    pause: float,
    sleep: Callable[[float], object] = time.sleep,
) -> Any:
    """Return the JSON that the server at ``url`` answers to ``body`` with; ``timeout`` in seconds a try.

    Raises BlockedError where the key is refused or no try was answered, InputError for any other status
    than 200 and for an answer that is no JSON.
    """
    for left in range(retries, -1, -1):
        try:
            return _parsed(url, _once(url, body, key, key_name, timeout))
        except _PassingError as failure:
            if not left:
                tries = f"after {retries + 1} tries" if retries else "at the first try"
                raise BlockedError(f"{url}: {failure} {tries}", "run again later") from None
            wait = pause * 2 ** (retries - left) if failure.after is None else failure.after
            sleep(min(wait, LONGEST_PAUSE))
    raise AssertionError  # the last try returns or raises


def _once(url: str, body: bytes, key: str, key_name: str, timeout: float) -> bytes:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    headers = {
        "Authorization": "Bearer " + key,
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    deadline = time.monotonic() + timeout
    try:
        connection.request("POST", parts.path, body, headers)
        with connection.getresponse() as response:
            if response.status != _OK:
                _refuse(url, response, key_name)
            return _whole(url, response, deadline)
    except TimeoutError:
        raise _PassingError(f"no answer within {timeout:g} seconds") from None
    except (OSError, http.client.HTTPException) as error:
        raise _PassingError(f"the connection failed ({type(error).__name__})") from None
    finally:
        connection.close()


def _refuse(url: str, response: http.client.HTTPResponse, key_name: str) -> NoReturn:
    status = response.status
    if status in _REFUSED:
        raise BlockedError(
            f"{url}: refuses the key in {key_name} (status {status})", f"set {key_name} to a valid key"
        )
    if status in _PASSING or status >= _SERVER_ERRORS:
        raise _PassingError(f"status {status}", _retry_after(response.getheader("Retry-After")))
    raise InputError(f"{url}: found status {status}, expected {_OK}: mend model, dimension, batch or url")


def _retry_after(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header, which holds a number or a date (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _whole(url: str, response: http.client.HTTPResponse, deadline: float) -> bytes:
    """Return an answer's bytes; a server that sends a little at a time has the same deadline."""
    declared = response.length  # None where the answer comes in chunks or ends with the connection
    body = bytearray()
    while declared is None or len(body) < declared:
        piece = response.read1(_PIECE if declared is None else min(_PIECE, declared - len(body)))
        body += piece
        if len(body) > LARGEST:
            raise InputError(f"{url}: found more than {LARGEST} bytes, expected a smaller answer")
        if time.monotonic() > deadline:
            raise TimeoutError
        if not piece:
            break
    if declared is not None and len(body) < declared:
        raise http.client.IncompleteRead(b"")
    return bytes(body)


def _parsed(url: str, body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise InputError(f"{url}: found an answer that is no JSON, expected an object with data") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)  # Python would take NaN and Infinity, which JSON has not
