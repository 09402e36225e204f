"""HTTP for the smoke test, in the standard library: every wait, answer, redirect and retry has a bound.

Nothing that a server says is repeated in an error: one may say back the key that it was sent.
"""

from __future__ import annotations

import http.client
import ipaddress
import queue
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

T = TypeVar("T")

LONGEST = 32 * 2**20  # bytes of an answer
REDIRECTS = 5
LONGEST_PAUSE = 4.0  # seconds
_BUSY = {429, 502, 503, 504}
_MOVED = {301, 302, 303, 307, 308}


class NoAnswerError(Exception):
    """No whole answer came, however often it was asked for."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``seconds`` for one whole answer, and how many more ``retries`` there are after the first try."""

    seconds: float
    retries: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: ``headers`` by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def split(url: str) -> SplitResult:
    """Return the parts of an http or https URL; raise ValueError where it is none."""
    if not re.fullmatch(r"[!-~]+", url):
        raise ValueError("found a URL with spaces or other characters that have to be escaped")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError("expected a URL like https://host, without a name or password in it")
    if parts.port == 0:  # the property raises ValueError for what is no port
        raise ValueError("found the port 0, expected another")
    return parts


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself, by its name alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def fetch(method: str, url: str, headers: Mapping[str, str], body: bytes | None, limits: Limits) -> Answer:
    """Return the answer to one request, redirects not followed; raise NoAnswerError.

    What failed on the way, and 429, 502, 503 and 504, are asked for again after a pause. An answer
    to a Range that is 200, the whole file, is returned without its body.
    """
    for left in range(limits.retries, -1, -1):
        try:
            answer = _within(limits.seconds, lambda: _once(method, url, headers, body, limits.seconds))
            if answer.status not in _BUSY or not left:
                return answer
        except TimeoutError as error:
            if not left:
                raise NoAnswerError(f"no whole answer within {limits.seconds:g} seconds") from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            if not left:
                raise NoAnswerError(f"no whole answer: {type(error).__name__}") from error
        time.sleep(min(0.25 * 2 ** (limits.retries - left), LONGEST_PAUSE))
    raise AssertionError("the last try returns or raises")


def fetch_moved(url: str, headers: Mapping[str, str], limits: Limits) -> Answer:
    """Return the answer to a GET that carries no key, redirects followed, though never from https to http."""
    for _ in range(REDIRECTS + 1):
        answer = fetch("GET", url, headers, None, limits)
        if answer.status not in _MOVED:
            return answer
        target = urljoin(url, answer.headers.get("location", ""))
        try:
            safe = split(target).scheme == "https" or split(url).scheme == "http"
        except ValueError as error:
            raise NoAnswerError("redirected to what is no http or https URL") from error
        if not safe:
            raise NoAnswerError("redirected from https to http")
        url = target
    raise NoAnswerError(f"redirected more than {REDIRECTS} times")


def _once(method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float) -> Answer:
    parts = split(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=seconds)
    try:
        target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        connection.request(method, target, body, dict(headers))
        with connection.getresponse() as response:
            answered = {name.lower(): value for name, value in response.getheaders()}
            if response.status == http.client.OK and "Range" in headers:
                return Answer(response.status, answered, b"")
            data = response.read(LONGEST + 1)
            if len(data) > LONGEST:
                raise NoAnswerError(f"found an answer of more than {LONGEST} bytes")
            if response.length:  # read() with a size does not mind that the connection ended early
                raise http.client.IncompleteRead(b"", response.length)
            return Answer(response.status, answered, data)
    finally:
        connection.close()


def _within(seconds: float, work: Callable[[], T]) -> T:
    """Return what ``work`` returns; raise what it raises, or TimeoutError once the time is over.

    A socket's own time-out starts anew with every byte, and none covers names and handshakes.
    """
    done: queue.SimpleQueue[tuple[T | None, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((work(), None))
        except Exception as error:  # noqa: BLE001 - it is raised below, in the thread that waits
            done.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        answer, error = done.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value] # work() returned it
