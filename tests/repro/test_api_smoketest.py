"""The smoke test of claim C6 against a server that keeps the contract, and against those that do not."""

from __future__ import annotations

import hashlib
import itertools
import json
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rfc8785
from scipy import stats
from scipy.spatial import distance

from repro import api_client, api_smoketest, api_vectors
from repro.api_session import FailureError
from repro.api_vectors import related

KEY = "kept-secret-7f3a"
N, DIM, SHORT = 10, 8, 6
VECTORS = np.random.default_rng(5).standard_normal((N, DIM)).astype("<f4")
CHECKS = [
    *("health", "models", "aqed-header", "aqed-vectors", "auth-without-key"),
    *("auth-wrong-key", "auth-with-key", "compress-batch", "compress-pq", "bad-input"),
]

Route = Callable[["Handler", bytes], None]


def aqed(header: int = 64, flags: int = 1, rest: bytes = b"", rows: Any = VECTORS) -> bytes:
    """Return an export, written from the format's description and not by the harness."""
    fields = struct.pack("<4s7I", b"AQED", 1, len(rows), DIM, 0, flags, 0, 0)
    return bytes(fields.ljust(header, b"\0") + rows.tobytes() + rest)


class Handler(BaseHTTPRequestHandler):
    """A server of the contract in plain http.server; a test replaces single routes of it."""

    protocol_version = "HTTP/1.1"
    routes: dict[str, Route]
    seen: list[tuple[str, str | None]]
    calls: itertools.count[int]

    def do_GET(self) -> None:
        """Answer."""
        self._answer()

    def do_POST(self) -> None:
        """Answer."""
        self._answer()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.path, self.headers.get("X-API-Key")))
        self.routes.get(self.path, say({}, 404))(self, body)

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Send one whole answer."""
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def say(value: Any, status: int = 200) -> Route:
    """Return a route that answers with one JSON value."""
    return lambda handler, _: handler.send(json.dumps(value).encode(), status)


def keyed(route: Route) -> Route:
    """Return a route for those who have the key."""

    def answer(handler: Handler, body: bytes) -> None:
        right = handler.headers.get("X-API-Key") == KEY
        (route if right else say({"detail": "no"}, 401))(handler, body)

    return answer


def export(data: bytes) -> Route:
    """Return a route that gives the Range asked for."""

    def answer(handler: Handler, _: bytes) -> None:
        first, last = map(int, handler.headers["Range"].removeprefix("bytes=").split("-"))
        part = data[first : last + 1]
        where = f"bytes {first}-{first + len(part) - 1}/{len(data)}"
        handler.send(part, 206, Content_Range=where)

    return answer


def compress(shorten: Callable[[Any], Any] = lambda x: x[:, :SHORT], **metadata: Any) -> Route:
    """Return a route that keeps the first components, and refuses NaN and what is no JSON."""

    def answer(handler: Handler, body: bytes) -> None:
        try:
            sent = json.loads(body, parse_constant=lambda name: [][len(name)])
        except (ValueError, IndexError):
            handler.send(b'{"detail": "no JSON"}', 422)
            return
        details = {"compressionRatio": DIM / SHORT, "originalDim": DIM, "compressedDim": SHORT, **metadata}
        shortened = shorten(np.array(sent["vectors"]))
        say(
            {
                "compressed": shortened if isinstance(shortened, list) else shortened.tolist(),
                "metadata": details,
            }
        )(handler, b"")

    return answer


def codes(shown: Any, ratio: float = 4.0 * DIM / 3) -> Route:
    """Return a route of codes."""
    return keyed(say({"codes": shown, "metadata": {"expectedQuality": 0.9, "compressionRatio": ratio}}))


EXPORT, VERIFY = "/exports/sample.aqed", "/api/v1/auth/verify"
BATCH, CODES = "/api/v1/compress/batch", "/api/v1/compress-pq"
GOOD: dict[str, Route] = {
    "/health": say({"status": "ok", "server": "fake"}),
    "/api/v1/models": say({"models": [{"id": "m", "input_dim": DIM}]}),
    EXPORT: export(aqed()),
    VERIFY: keyed(say({"quota_used": 3, "quota_limit": 100})),
    BATCH: keyed(compress()),
    CODES: codes([0, 17, 255]),
}


@contextmanager
def serving(**routes: Route) -> Iterator[tuple[str, type[Handler]]]:
    """Yield the URL of a server with other routes than GOOD has, and what it has seen."""
    kind = type("Kind", (Handler,), {"routes": {**GOOD, **routes}, "seen": [], "calls": itertools.count()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that give up are the test
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", kind
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test the key, where the smoke test reads it, and no pauses between tries."""
    monkeypatch.setenv("AQEA_API_KEY", KEY)
    monkeypatch.setattr(api_client, "LONGEST_PAUSE", 0.01)


def checked(
    url: str, tmp_path: Path, *options: str, expected: int = 1
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Return the checks by name, and the transcript's content, of one run with this exit status."""
    out = tmp_path / "transcript.json"
    bounds = ["--timeout", "5", "--retries", "0", "--sample", "8"]
    given = ["--base-url", url, *bounds, "--out", str(out), *options]
    assert expected == api_smoketest.main(given)
    document = json.loads(out.read_bytes())
    assert document["sha256"] == hashlib.sha256(rfc8785.dumps(document["content"])).hexdigest()
    assert KEY not in out.read_text("utf-8")
    return {check["name"]: check for check in document["content"]["checks"]}, document["content"]


# -- A server that keeps the contract


def test_a_server_that_keeps_the_contract_passes(tmp_path: Path) -> None:
    """Ten checks pass, in order, and the transcript names the server and that it is on this machine."""
    with serving() as (url, _):
        checks, content = checked(url, tmp_path, expected=0)
    assert dict.fromkeys(CHECKS, "PASS") == {name: check["status"] for name, check in checks.items()}
    assert CHECKS == [check["name"] for check in content["checks"]]
    assert {"host": "loopback", "name": "fake"} == content["server"]
    assert {"PASS": 10, "FAIL": 0, "SKIPPED": 0} == content["counts"]


def test_the_transcript_has_the_hashes_of_what_was_sent_and_answered(tmp_path: Path) -> None:
    """The export's bytes and the request's are hashed as they are; the answer by its checked values."""
    with serving() as (url, _):
        checks, _ = checked(url, tmp_path, expected=0)
    (vectors,) = checks["aqed-vectors"]["requests"]
    assert hashlib.sha256(VECTORS[:8].tobytes()).hexdigest() == vectors["response_sha256"]
    rows = [[float(x) for x in row] for row in VECTORS[:8]]
    sent = json.dumps({"options": {"targetDims": 0}, "vectors": rows}, separators=(",", ":"))
    metadata = {"compressionRatio": DIM / SHORT, "originalDim": DIM, "compressedDim": SHORT}
    answered = rfc8785.dumps([[row[:SHORT] for row in rows], metadata])
    assert [
        {
            "method": "POST",
            "path": BATCH,
            "status": 200,
            "request_sha256": hashlib.sha256(sent.encode()).hexdigest(),
            "response_sha256": hashlib.sha256(answered).hexdigest(),
            "hashed": "compressed, metadata: compressionRatio, originalDim, compressedDim",
        }
    ] * 2 == checks["compress-batch"]["requests"]


def test_what_changes_with_every_request_is_not_in_the_transcript(tmp_path: Path) -> None:
    """A quota that is used up, request ids, clocks and another port leave the same bytes."""
    transcripts = []
    for start in (0, 50):
        ticks = itertools.count(start)
        ticking = {
            "/health": lambda h, b, t=ticks: say({"status": "ok", "server": "fake", "up": next(t)})(h, b),
            VERIFY: keyed(lambda h, b, t=ticks: say({"quota_used": next(t), "quota_limit": 100})(h, b)),
        }
        with serving(**ticking) as (url, _):
            checked(url, tmp_path, expected=0)
        transcripts.append((tmp_path / "transcript.json").read_bytes())
    assert transcripts[0] == transcripts[1]


def test_it_runs_with_the_standard_library_alone(tmp_path: Path) -> None:
    """As a file, from elsewhere, without any installed package; the key is in no output."""
    script = Path(api_smoketest.__file__)
    with serving() as (url, _):
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(script), "--base-url", url, "--json"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (0, "") == (done.returncode, done.stderr)
    assert {"PASS": 10, "FAIL": 0, "SKIPPED": 0} == json.loads(done.stdout)["content"]["counts"]
    assert KEY not in done.stdout


def test_the_key_goes_where_it_is_needed_and_nowhere_else(tmp_path: Path) -> None:
    """Health, models and the export are asked without it."""
    with serving() as (url, kind):
        checked(url, tmp_path, expected=0)
    assert {VERIFY, BATCH, CODES} == {path for path, key in kind.seen if key == KEY}


def test_without_a_key_the_checks_that_need_one_are_skipped_aloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 0, and each line says why."""
    monkeypatch.delenv("AQEA_API_KEY")
    with serving() as (url, _):
        checks, content = checked(url, tmp_path, expected=0)
    assert "AQEA_API_KEY holds no key" == checks["auth-with-key"]["found"]
    assert "needs auth-with-key, which did not pass" == checks["compress-batch"]["found"]
    assert {"PASS": 6, "FAIL": 0, "SKIPPED": 4} == content["counts"]
    assert capsys.readouterr().out.endswith("6 passed, 0 failed, 4 skipped\n")


# -- Servers that do not


def half(handler: Handler, _: bytes) -> None:
    """Promise more than is sent, and hang up."""
    handler.send(b'{"status":', Content_Length="100")
    handler.close_connection = True


def never(handler: Handler, _: bytes) -> None:
    """Wait for longer than the client does."""
    handler.connection.settimeout(10)
    handler.rfile.read(1)


def drip(handler: Handler, _: bytes) -> None:
    """Send a byte often enough for a time-out of the socket never to pass."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" ")
        threading.Event().wait(0.05)


ROWS = VECTORS.copy()
ROWS[2, 3] = np.nan
RANDOM = np.random.default_rng(1)
LIST = [{"id": "m", "input_dim": DIM}]

WRONG: list[tuple[str, Route, str, str]] = [
    ("/health", say({}, 500), "health", "found status 500, expected 200 of a server that is well"),
    ("/health", say([]), "health", "found a JSON list, expected an object"),
    ("/health", lambda h, _: h.send(b"<html>"), "health", "found what is no JSON, expected an object"),
    ("/health", lambda h, _: h.send(b"[" * 100_000), "health", "found what is no JSON, expected an object"),
    ("/health", half, "health", "no whole answer: IncompleteRead"),
    ("/api/v1/models", say({"models": []}), "models", "models: found none, expected a list of models"),
    ("/api/v1/models", say({"models": [*LIST, {"id": ""}]}), "models", "models[1]: found no id"),
    (
        "/api/v1/models",
        say({"models": [{"id": "m", "input_dim": True}]}),
        "models",
        "models[0]: found no inp",
    ),
    (EXPORT, lambda h, _: h.send(aqed()), "aqed-header", "found status 200, expected 206 as a Range is ask"),
    (EXPORT, export(aqed()[:-1]), "aqed-header", "found 383 bytes, expected 384, or 380 with the shorter"),
    (EXPORT, export(aqed() + b"\0"), "aqed-header", "found 385 bytes, expected 384, or 380 with the shorter"),
    (EXPORT, export(aqed(flags=5)[:-1]), "aqed-header", "found 383 bytes, expected at least 384, or at"),
    (EXPORT, export(b"AQEX" + aqed()[4:]), "aqed-header", "found another magic or version, expected AQED"),
    (EXPORT, export(aqed(flags=2)), "aqed-header", "found 10 vectors of 8 dimensions, flags 2, expected or"),
    (EXPORT, export(aqed()[:40]), "aqed-header", "Content-Range: found another, expected bytes 0-63/SIZE"),
    (
        EXPORT,
        lambda h, _: h.send(aqed()[:60], 206, Content_Range="bytes 0-63/384"),
        "aqed-header",
        "found 60 bytes, expected the 64 that were asked for",
    ),
    (EXPORT, export(aqed(rows=ROWS)), "aqed-vectors", "vector 2: found no finite direction"),
    (EXPORT, export(aqed(rows=VECTORS[:4])), "aqed-vectors", "found 4 vectors, expected at least 5"),
    (VERIFY, say({}), "auth-without-key", f"{VERIFY}: found status 200, expected 401 or 403"),
    (BATCH, compress(), "auth-wrong-key", f"{BATCH}: found status 200, expected 401 or 403"),
    (VERIFY, say({}, 403), "auth-with-key", "found status 403, expected 200 for the key in AQEA_API_KEY"),
    (VERIFY, keyed(say({"quota_used": "3"})), "auth-with-key", "quota_used: found no number"),
    (BATCH, keyed(compress(lambda x: x[:-1, :SHORT])), "compress-batch", "compressed: found another number"),
    (
        BATCH,
        keyed(compress(lambda x: x[:, :3])),
        "compress-batch",
        "compressed[0]: expected 6 finite numbers",
    ),
    (
        BATCH,
        keyed(compress(lambda x: x[:, :SHORT] * 0)),
        "compress-batch",
        "compressed[0]: expected 6 finite",
    ),
    (
        BATCH,
        keyed(compress(lambda x: x[:, :SHORT] * 1e39)),
        "compress-batch",
        "compressed[0]: expected 6 fin",
    ),
    (BATCH, keyed(compress(lambda x: x[:, :SHORT] * np.nan)), "compress-batch", "found what is no JSON"),
    (BATCH, keyed(compress(lambda x: (x * 0 + 1)[:, :SHORT])), "compress-batch", "cosines: found them all"),
    (
        BATCH,
        keyed(compress(lambda x: np.roll(x, 3, axis=0)[:, :SHORT])),
        "compress-batch",
        "compressed: found Spearman",
    ),
    (BATCH, keyed(compress(originalDim=9)), "compress-batch", "metadata: expected originalDim 8"),
    (BATCH, keyed(compress(compressedDim=8)), "compress-batch", "metadata: expected originalDim 8"),
    (BATCH, keyed(compress(compressionRatio=29)), "compress-batch", "compressionRatio: expected 1.333"),
    (BATCH, keyed(say({"compressed": []})), "compress-batch", "metadata: found none, expected an object"),
    (
        BATCH,
        keyed(compress(lambda x: x[:, :SHORT] + RANDOM.random() / 1e6)),
        "compress-batch",
        "found two answers to one request, expected the same twice",
    ),
    (
        "/api/v1/models",
        say({"models": [{"id": "m", "input_dim": 9}]}),
        "compress-batch",
        "found no model for",
    ),
    (CODES, codes([0, 1, 256]), "compress-pq", "codes: expected whole numbers from 0 to 255"),
    (CODES, codes([0, 1, 2.5]), "compress-pq", "codes: expected whole numbers from 0 to 255"),
    (CODES, codes([]), "compress-pq", "codes: expected whole numbers from 0 to 255"),
    (CODES, codes([0, 1, 2], ratio=32), "compress-pq", "compressionRatio: expected 10.67, within 5%"),
    (CODES, keyed(say({"detail": "overload"}, 500)), "compress-pq", "found status 500, expected 200 for re"),
    (
        BATCH,
        keyed(lambda h, b: (say({}) if b"NaN" in b else compress())(h, b)),
        "bad-input",
        "NaN: found status 200, expected 400 or 422",
    ),
    (
        BATCH,
        keyed(lambda h, b: (say({}, 500) if b.endswith(b",") else compress())(h, b)),
        "bad-input",
        "malformed JSON: found status 500, expected 400 or 422",
    ),
]


@pytest.mark.parametrize(("path", "route", "name", "message"), WRONG, ids=[case[3][:40] for case in WRONG])
def test_one_broken_promise_fails_its_check(
    path: str, route: Route, name: str, message: str, tmp_path: Path
) -> None:
    """The check that asks for it says what was found; no later check passes on what it should have given."""
    with serving(**{path: route}) as (url, _):
        checks, _ = checked(url, tmp_path)
    assert ("FAIL", message) == (checks[name]["status"], checks[name]["found"][: len(message)])
    before = CHECKS[: CHECKS.index(name)]
    assert ["PASS"] * len(before) == [checks[earlier]["status"] for earlier in before]


@pytest.mark.parametrize("route", [never, drip])
def test_a_server_that_never_ends_is_given_up_in_time(route: Route, tmp_path: Path) -> None:
    """Silence, and a byte now and then, both end with the time for one answer."""
    with serving(**{"/health": route}) as (url, _):
        checks, _ = checked(url, tmp_path, "--timeout", "0.4")
    assert "no whole answer within 0.4 seconds" == checks["health"]["found"]
    assert "needs health, which did not pass" == checks["auth-with-key"]["found"]


def test_an_answer_without_end_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More bytes than are allowed are a failure, and are not kept."""
    monkeypatch.setattr(api_client, "LONGEST", 100)
    with serving(**{"/health": lambda h, _: h.send(b" " * 101)}) as (url, _):
        checks, _ = checked(url, tmp_path)
    assert "found an answer of more than 100 bytes" == checks["health"]["found"]


def test_nobody_there_is_a_failure_and_no_traceback(tmp_path: Path) -> None:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    checks, content = checked(f"http://127.0.0.1:{port}", tmp_path)
    assert "no whole answer: ConnectionRefusedError" == checks["health"]["found"]
    assert {"PASS": 0, "FAIL": 2, "SKIPPED": 8} == content["counts"]


@pytest.mark.parametrize(("retries", "status", "requests"), [(2, "PASS", 3), (1, "FAIL", 2)])
def test_a_busy_server_is_asked_again_so_often_and_not_more(
    retries: int, status: str, requests: int, tmp_path: Path
) -> None:
    """Two answers of 503 before the right one: two retries reach it, one does not."""

    def busy(handler: Handler, body: bytes) -> None:
        (GOOD["/health"] if next(handler.calls) == 2 else say({}, 503))(handler, body)

    with serving(**{"/health": busy}) as (url, kind):
        checks, _ = checked(url, tmp_path, "--retries", str(retries), expected=int(status == "FAIL"))
    assert (status, requests) == (
        checks["health"]["status"],
        [path for path, _ in kind.seen].count("/health"),
    )


# -- The key


def test_a_redirect_does_not_take_the_key_along(tmp_path: Path) -> None:
    """The API is not followed elsewhere at all; the export is, without the key."""
    with serving() as (other, elsewhere):

        def away(handler: Handler, _: bytes) -> None:
            handler.send(b"", 302, Location=other + handler.path)

        with serving(**{VERIFY: keyed(away), BATCH: keyed(away), EXPORT: away}) as (url, _):
            checks, _ = checked(url, tmp_path)
    assert "found status 302, expected 200 for the key in AQEA_API_KEY" == checks["auth-with-key"]["found"]
    assert "PASS" == checks["aqed-vectors"]["status"]
    assert [(EXPORT, None)] * 2 == elsewhere.seen


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (EXPORT, "redirected more than 5 times"),
        ("file:///etc/hostname", "redirected to what is no http or https URL"),
        ("http://name:word@127.0.0.1/", "redirected to what is no http or https URL"),
    ],
)
def test_redirects_end_and_stay_with_http(target: str, message: str, tmp_path: Path) -> None:
    """A circle and another scheme are failures."""
    with serving(**{EXPORT: lambda h, _: h.send(b"", 302, Location=target)}) as (url, _):
        checks, _ = checked(url, tmp_path)
    assert message == checks["aqed-header"]["found"]


def test_a_server_that_says_the_key_back_does_not_get_it_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its name, its model's id and its errors hold the key, a line break and an escape sequence."""
    name = f"\x1b[31m{KEY}\n"
    routes = {
        "/health": say({"status": KEY, "server": name}),
        "/api/v1/models": say({"models": [{"id": name, "input_dim": DIM}]}),
        BATCH: keyed(say({"detail": KEY}, 500)),
    }
    with serving(**routes) as (url, _):
        _, content = checked(url, tmp_path)
    printed = capsys.readouterr()
    assert KEY not in printed.out + printed.err
    assert "\x1b" not in printed.out
    assert "?[31m[key]?" == content["server"]["name"]


@pytest.mark.parametrize(
    ("options", "key", "message"),
    [
        (["--base-url", "http://example.org"], KEY, "--base-url: found http and a key in AQEA_API_KEY"),
        (["--base-url", "ftp://example.org"], "", "--base-url: expected a URL like https://host"),
        (["--base-url", "https://example.org:99999"], "", "--base-url: Port out of range"),
        (["--base-url", "https://example.org/a b"], "", "--base-url: found a URL with spaces"),
        (["--aqed-url", "sample.aqed"], "", "--aqed-url: expected a URL like https://host"),
        (["--sample", "4"], "", "--sample: found 4, expected 5 to 64"),
        (["--timeout", "nan"], "", "--timeout: found nan, expected 0.05 to 600"),
        (["--retries", "6"], "", "--retries: found 6, expected 0 to 5"),
        ([], "two\nlines", "AQEA_API_KEY: found a key with spaces"),
    ],
)
def test_wrong_usage_is_one_line_without_the_key(
    options: list[str],
    key: str,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit status 2, before anything is asked for."""
    monkeypatch.setenv("AQEA_API_KEY", key)
    with pytest.raises(SystemExit) as stop:
        api_smoketest.main(options)
    shown = capsys.readouterr()
    assert (2, "") == (stop.value.code, shown.out)
    assert f"error: {message}" in shown.err
    assert not key or key not in shown.err


def test_a_transcript_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2 where the place is taken by a file."""
    (tmp_path / "file").write_text("")
    with serving() as (url, _):
        status = api_smoketest.main(["--base-url", url, "--out", str(tmp_path / "file" / "x.json")])
    assert 2 == status
    assert 1 == len(capsys.readouterr().err.splitlines())


# -- Vectors and what is made of them


@pytest.mark.parametrize(
    ("data", "start"),
    [(aqed(60), 60), (aqed(60, 5, b"\1" * 80), 60), (aqed(64, 5, b"\1" * 80), 64), (aqed(64), 64)],
)
def test_both_headers_are_told_apart(data: bytes, start: int, tmp_path: Path) -> None:
    """By the size of the whole where all sections are documented, else by the bytes in question."""
    with serving(**{EXPORT: export(data)}) as (url, _):
        checks, _ = checked(url, tmp_path, expected=0)
    assert f"10 vectors of 8 dimensions after a header of {start} bytes" == checks["aqed-header"]["found"]
    (request,) = checks["aqed-vectors"]["requests"]
    assert hashlib.sha256(VECTORS[:8].tobytes()).hexdigest() == request["response_sha256"]


def test_a_server_without_codebooks_is_skipped_as_such(tmp_path: Path) -> None:
    """It says so for every model that fits; the one that does not fit is not asked."""
    models = [{"id": str(i), "input_dim": DIM + (i == 1)} for i in range(3)]
    routes = {
        "/api/v1/models": say({"models": models}),
        CODES: keyed(say({"error": "No codebook loaded"}, 404)),
    }
    with serving(**routes) as (url, kind):
        checks, _ = checked(url, tmp_path, expected=0)
    details = "no codebook on the server for any of 2 models, as it says itself"
    assert ("SKIPPED", details) == (checks["compress-pq"]["status"], checks["compress-pq"]["found"])
    assert 2 == [path for path, _ in kind.seen].count(CODES)


def rho(x: Any, y: Any) -> float:
    """Return scipy's Spearman correlation of the cosines of all pairs."""
    return float(stats.spearmanr(*(distance.pdist(rows, "cosine") for rows in (x, y))).statistic)


def test_the_correlation_is_scipys() -> None:
    """Spearman's of the cosines of all pairs."""
    x, y = np.random.default_rng(0).standard_normal((2, 7, 3))
    assert rho(x, y) == pytest.approx(related(x.tolist(), y.tolist())[0], abs=1e-12)


def test_ties_have_their_mean_rank() -> None:
    """As scipy ranks them, less the mean of all ranks."""
    values = [3.0, 1.0, 3.0, 2.0, 3.0, 1.0]
    assert (stats.rankdata(values) - 3.5).tolist() == api_vectors._centred_ranks(
        values
    )  # ties do not occur above


def test_the_chance_is_that_of_all_orders() -> None:
    """Of the 120 orders of 5 rows that correlate with others as much, the share is met within 4 %."""
    x, y = np.random.default_rng(3).standard_normal((2, 5, 4))
    exact = [rho(x, y[list(order)]) for order in itertools.permutations(range(5))]
    expected = np.mean(np.array(exact) >= exact[0] - 1e-9)
    assert expected == pytest.approx(related(x.tolist(), y.tolist())[1], abs=0.04)
    assert 1 / 120 == pytest.approx(related(x.tolist(), x.tolist())[1], abs=0.008)


def test_equal_cosines_have_no_correlation() -> None:
    """Orthogonal vectors, all alike, are refused and not divided by zero."""
    with pytest.raises(FailureError, match="found them all equal"):
        related(np.eye(5).tolist(), VECTORS[:5].tolist())
