"""How long a connection of ``harness serve`` may be idle, and how many there may be: uvicorn has neither.

A client that sends no whole header, or takes no answer, is cut off after a time. Where all connections are
taken, the next one replaces the one that has waited longest for its client: silent and slow clients block
nobody. If the server is working on an answer for every connection, the next one gets status 503.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 64
HEADER_SECONDS = 10.0  # from the connection, or the answer before, to the end of a header
ANSWER_SECONDS = 120.0  # from there to the end of the answer: a body has 30 of them (``server.guard``)

_DETAIL = b'{"detail":"found no free connection, expected fewer at a time: try again"}'
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
    b"Connection: close\r\nContent-Length: " + str(len(_DETAIL)).encode() + b"\r\n\r\n" + _DETAIL
)


class Bounded(H11Protocol):  # type: ignore[misc] # uvicorn is not type-checked
    """One connection: waiting for a request, or answering one."""

    deadline: asyncio.TimerHandle | None = None
    since = 0.0
    answering = False

    def connection_made(self, transport: Any) -> None:
        """Take the connection, in place of a waiting one if there is no room, or refuse it."""
        if len(self.connections) >= MOST_CONNECTIONS:
            idle = [other for other in self.connections if other.waits_for_client()]
            if not idle:
                transport.write(FULL)
                transport.close()
                return
            min(idle, key=lambda other: other.since).cut_off()
        super().connection_made(transport)
        self.wait(HEADER_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Read on; a whole header starts the time of the answer."""
        if self.transport is None:  # refused
            return
        super().data_received(data)
        self.note_request()

    def on_response_complete(self) -> None:
        """Wait for the next request, which may be there already."""
        self.answering = False
        self.wait(HEADER_SECONDS)
        super().on_response_complete()
        self.note_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline with the connection."""
        if self.deadline is not None:
            self.deadline.cancel()
        if self.transport is not None:
            super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass on what flow control says, of a connection that was taken."""
        if self.flow is not None:
            super().pause_writing()

    def resume_writing(self) -> None:
        """Pass on what flow control says, of a connection that was taken."""
        if self.flow is not None:
            super().resume_writing()

    def note_request(self) -> None:
        """Begin the time of an answer where a header is whole."""
        if not self.answering and self.cycle is not None and not self.cycle.response_complete:
            self.answering = True
            self.wait(ANSWER_SECONDS)

    def waits_for_client(self) -> bool:
        """Return whether the client has to go on: with a header, a body, or reading the answer."""
        whole = self.answering and not self.cycle.more_body
        return not whole or self.flow.write_paused

    def wait(self, seconds: float) -> None:
        """Cut the connection off unless it gets on within ``seconds``."""
        if self.deadline is not None:
            self.deadline.cancel()
        self.since = self.loop.time()
        self.deadline = self.loop.call_later(seconds, self.cut_off)

    def cut_off(self) -> None:
        """End the connection at once, whatever is left to be sent."""
        self.connections.discard(self)
        self.transport.abort()
