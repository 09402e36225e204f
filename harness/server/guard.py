"""What stands before the routes of ``harness serve``: a request's key, its size and its time."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.responses import JSONResponse
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_BODY = 8 * 2**20  # bytes that are kept
LONGEST_READ = 64 * 2**20  # bytes that are read and dropped, so that the client gets to read the refusal
BODY_SECONDS = 30.0


def refusal(status: int, detail: str) -> JSONResponse:
    """Return the answer that an error is: its status and one line."""
    from starlette.responses import JSONResponse

    return JSONResponse({"detail": detail}, status)


class Guard:
    """Reads a request's whole body and lets it pass if it has the key, or its path is one ``without``.

    Refuses with 401 no key or a wrong one, 408 a body that does not come, 413 one that is too long.
    """

    def __init__(self, app: ASGIApp, key: str, without: Collection[str]) -> None:
        self._app = app
        self._key = key.encode()
        self._without = without

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(receive)
        except TimeoutError:
            await refusal(408, "found no whole body, expected it sooner")(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-api-key", b"")
        if scope["path"] not in self._without and not hmac.compare_digest(given, self._key):
            await refusal(401, "X-API-Key: found no key, or a wrong one")(scope, receive, send)
        elif body is None:
            longest = f"found a longer body, expected {LONGEST_BODY} bytes at most"
            await refusal(413, longest)(scope, receive, send)
        else:
            whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

            async def again() -> Message:
                return whole.pop() if whole else await receive()

            await self._app(scope, again, send)


async def _read(receive: Receive) -> bytes | None:
    """Return the body, None where it is too long; stop at far too much, or when the client is gone."""
    body, length, more = bytearray(), 0, True
    while more and length <= LONGEST_READ:
        message = await receive()
        part = message.get("body", b"")
        length += len(part)
        if length <= LONGEST_BODY:
            body += part
        more = message.get("more_body", False)
    return bytes(body) if length <= LONGEST_BODY else None
