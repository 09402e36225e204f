"""Clients that say nothing, or say it slowly, hold no connection of the server: over real sockets."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from harness.codecs.affine import Affine
from harness.codecs.pipeline import Pipeline
from harness.planning.steps import Step
from harness.server import limits
from harness.server.models import Model
from harness.server.serve import prepared, running
from harness.types import Floats

KEY = "kept-secret-7f3a"
MOST, SECONDS = 6, 1.0  # connections and time to send a header, for the tests
HEADER = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
BATCH = b"POST /api/v1/compress/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Return the address of a server of one codec that takes MOST connections."""
    monkeypatch.setattr(limits, "MOST_CONNECTIONS", MOST)
    monkeypatch.setattr(limits, "HEADER_SECONDS", SECONDS)
    pipeline = Pipeline(
        (Step("lens", {"dims": 2}),), (Affine(np.eye(4, 2, dtype=np.float32), np.zeros(2, np.float32)),)
    )
    pipeline.save(tmp_path / "mine" / "a.safetensors")
    np.save(tmp_path / "vectors.npy", np.eye(4, dtype=np.float32))
    codecs = [tmp_path / "mine" / "a.safetensors"]
    with (
        prepared(codecs, tmp_path / "vectors.npy", tmp_path, KEY) as prepared_server,
        running(prepared_server) as url,
    ):
        host, _, port = url.removeprefix("http://").partition(":")
        yield host, int(port)


def healthy(server: tuple[str, int]) -> bool:
    """Return whether a normal client is answered as always."""
    connection = http.client.HTTPConnection(*server, timeout=10)
    connection.request("GET", "/health")
    with connection.getresponse() as answer:
        body = json.loads(answer.read())
    connection.close()
    return (200, "ok") == (answer.status, body["status"])


def ended(client: socket.socket) -> bool:
    """Return whether the server ends a connection, waiting ten seconds at most."""
    client.settimeout(10)
    try:
        while client.recv(4096):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("sent", [b"", HEADER, BATCH], ids=["silent", "half a header", "half a body"])
def test_waiting_clients_hold_no_connection(server: tuple[str, int], sent: bytes) -> None:
    """Twice as many as there is room for, and normal clients are served meanwhile, each at once."""
    clients = [socket.create_connection(server, timeout=10) for _ in range(2 * MOST)]
    for client in clients:
        if sent:
            client.sendall(sent)
    started = time.monotonic()
    assert all(healthy(server) for _ in range(3))
    assert time.monotonic() - started < 5
    assert ended(clients[0])  # the oldest made room
    for client in clients:
        client.close()


@pytest.mark.parametrize("begun", [False, True], ids=["new", "after an answer"])
def test_a_header_has_a_deadline(server: tuple[str, int], begun: bool) -> None:
    """A client that drips a byte at a time is cut off, on a new connection and on one that was answered."""
    with socket.create_connection(server, timeout=10) as client:
        if begun:
            client.sendall(HEADER + b"\r\n")
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
        started = time.monotonic()
        dripping = threading.Event()

        def drip() -> None:
            try:
                while not dripping.wait(0.05):
                    client.sendall(b"X")
            except OSError:  # cut off, as it should be
                pass

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            assert ended(client)
        finally:
            dripping.set()
            thread.join()
        assert SECONDS / 2 < time.monotonic() - started < 8
    assert healthy(server)


def test_a_kept_connection_is_answered_again_and_again(server: tuple[str, int]) -> None:
    """The deadline begins anew with each answer; requests sent at once are answered in turn."""
    connection = http.client.HTTPConnection(*server, timeout=10)
    for _ in range(4):
        connection.request("GET", "/health")
        with connection.getresponse() as answer:
            assert 200 == answer.status
            answer.read()
        time.sleep(SECONDS / 2)
    connection.close()
    with socket.create_connection(server, timeout=10) as client:
        client.sendall((HEADER + b"\r\n") * 2 + HEADER + b"Connection: close\r\n\r\n")
        client.settimeout(10)
        answers = b""
        while piece := client.recv(4096):
            answers += piece
    assert 3 == answers.count(b"HTTP/1.1 200")


def test_who_finds_all_connections_at_work_is_told_so(
    server: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 in one line, with when to try again; and none of those at work is cut off."""
    release = threading.Event()

    def slowly(_model: Model, x: Floats) -> Floats:
        release.wait(10)
        return x[:, :2]

    monkeypatch.setattr(Model, "shortened", slowly)
    body = json.dumps({"vectors": [[1, 2, 3, 4]]}).encode()
    headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
    workers = [http.client.HTTPConnection(*server, timeout=15) for _ in range(MOST)]
    for worker in workers:
        worker.request("POST", "/api/v1/compress/batch", body, headers)
    time.sleep(0.5)  # until each is at work
    try:
        refused = http.client.HTTPConnection(*server, timeout=10)
        refused.request("GET", "/health")
        with refused.getresponse() as answer:
            assert (503, "1") == (answer.status, answer.getheader("Retry-After"))
            assert "found no free connection" in json.loads(answer.read())["detail"]
        refused.close()
    finally:
        release.set()
    for worker in workers:
        with worker.getresponse() as answer:
            assert 200 == answer.status
        worker.close()
    assert healthy(server)
