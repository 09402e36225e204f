"""An endpoint of embeddings, answered by a small server on this machine over a real socket."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from harness.data.pair_sets import paired
from harness.embedding import http_client
from harness.embedding.api_keys import parse_allowed
from harness.encoders import embeddings_api
from harness.errors import BlockedError, InputError
from harness.types import PairSet, Place

KEY = "sk-never-to-be-seen"
ONLINE = Place(Path(), None, offline=False)
TEXTS = ("a cat", "the dog", "Äpfel — and pears", "a fourth text", "five")

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Notes each request and answers it with the first of the answers left, the last one for good."""

    server: Server

    def do_POST(self) -> None:
        """Read the request, note it, answer."""
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.body = json.loads(raw)
        self.server.seen.append((self.path, self.headers["Authorization"], self.body))
        answers = self.server.answers
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    def send(self, data: bytes, status: int = 200, **headers: str) -> None:
        """Answer with a status, headers and a body."""
        self.send_response(status)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Length": str(len(data)), **given}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: Any) -> None:
        """Keep the test's output clean."""


class Server(ThreadingHTTPServer):
    """A server on a free port; ``seen`` holds path, authorization and body of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, str, dict[str, Any]]] = []
        self.answers: list[Answer] = [correct]

    def handle_error(self, *_args: Any) -> None:
        """Say nothing of connections that a test has cut."""


def vector(text: str) -> list[float]:
    """Return the vector that the server has for a text: three numbers that follow from it."""
    return [float(len(text)), text.count("a") + 0.25, -1.0]


def items(handler: Handler) -> list[dict[str, Any]]:
    """Return the right answer's items, last text first: the order is in the index alone."""
    vectors = [{"index": i, "embedding": vector(text)} for i, text in enumerate(handler.body["input"])]
    return vectors[::-1]


def correct(handler: Handler) -> None:
    """Answer as an endpoint does."""
    handler.send(json.dumps({"object": "list", "data": items(handler), "model": "m"}).encode())


def altered(change: Callable[[list[dict[str, Any]]], Any]) -> Answer:
    """Return an answer whose items are what ``change`` makes of the right ones."""
    return lambda handler: handler.send(json.dumps({"data": change(items(handler))}).encode())


def status(code: int, **headers: str) -> Answer:
    """Return an answer of a status, whose text quotes the key as servers do."""
    return lambda handler: handler.send(f"Incorrect API key provided: {KEY}".encode(), code, **headers)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return a running server, with a key in the environment."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def allowing(params: embeddings_api.Params) -> Place:
    """Return a place whose user lets the key that ``params`` names go to the host that they name."""
    host = params.url.split("/")[2]
    return Place(Path(), None, offline=False, allowed_keys=frozenset({(host, params.key_env)}))


def _params(server: Server | None = None, **changed: Any) -> embeddings_api.Params:
    port = server.server_address[1] if server else 1
    given = {
        "dimension": 3,
        "model": "m",
        "url": f"http://127.0.0.1:{port}/v1",
        "pause": 0.01,
        "timeout": 5.0,
    }
    return embeddings_api.Params(**{**given, **changed})


def _set(texts: tuple[str, ...] = TEXTS) -> PairSet:
    return PairSet("sts", texts, None, paired(len(texts) // 2), None, {"use": "files"})


def _encode(server: Server, rows: list[int] | None = None, **changed: Any) -> Any:
    params = _params(server, **changed)
    return embeddings_api.encode(_set(), [0, 1] if rows is None else rows, params, allowing(params))


# -- What is asked and what comes back


def test_vectors_come_in_the_order_of_the_rows(server: Server) -> None:
    """The server answers last text first: the index decides, within each batch of two."""
    actual = _encode(server, [4, 0, 2, 1, 3], batch=2)
    assert np.float32 == actual.dtype
    assert [vector(TEXTS[i]) for i in (4, 0, 2, 1, 3)] == actual.tolist()
    requests = [body["input"] for _, _, body in server.seen]
    assert [["five", "a cat"], ["Äpfel — and pears", "the dog"], ["a fourth text"]] == requests


def test_a_request_has_the_form_of_the_endpoint(server: Server) -> None:
    """Path, key and body; dimensions are sent where the vectors are to be shortened, and not otherwise."""
    _encode(server, [0], prefix="query: ")
    _encode(server, [0], shorten=True, url=f"http://127.0.0.1:{server.server_address[1]}/v1/")
    plain = {"model": "m", "input": ["query: a cat"]}
    short = {"model": "m", "input": ["a cat"], "dimensions": 3}
    authorization = "Bearer " + KEY
    assert [("/v1/embeddings", authorization, plain), ("/v1/embeddings", authorization, short)] == server.seen


def test_an_answer_in_chunks_is_read_whole(server: Server) -> None:
    """Chunked transfer coding has no length beforehand."""

    def chunked(handler: Handler) -> None:
        handler.protocol_version = "HTTP/1.1"
        data = json.dumps({"data": items(handler)}).encode()
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for piece in (data[:10], data[10:]):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\n\r\n")

    server.answers = [chunked]
    assert [vector("a cat"), vector("the dog")] == _encode(server).tolist()


def test_a_connection_kept_open_does_not_hold_the_answer_up(server: Server) -> None:
    """The declared length ends the answer, not the connection."""

    def keep_open(handler: Handler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.close_connection = False
        correct(handler)

    server.answers = [keep_open]
    started = time.monotonic()
    assert 2 == len(_encode(server, timeout=30.0))
    assert time.monotonic() - started < 10


# -- Answers that are wrong


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:1], "found 1 vectors, expected 2 with index 0 to 1"),
        (lambda data: [*data, data[0]], "found 3 vectors, expected 2"),
        (lambda data: [data[0], data[0]], "found 2 vectors, expected 2 with index 0 to 1"),
        (lambda data: [{**data[0], "index": 7}, data[1]], "expected 2 with index 0 to 1"),
        (lambda data: [{**data[0], "embedding": [1, 2]}, data[1]], "vector 1: found 2 numbers, expected 3"),
        (lambda data: [{**data[0], "embedding": "AACAPw=="}, data[1]], "vector 1: found no list, expected 3"),
        (lambda data: [{**data[0], "embedding": [1, "2", 3]}, data[1]], "found what is no number"),
        (lambda data: [{**data[0], "embedding": [1, True, 3]}, data[1]], "found what is no number"),
        (lambda data: [{**data[0], "embedding": [1, None, 3]}, data[1]], "found what is no number"),
        (lambda data: [{**data[0], "embedding": [1, 10**400, 3]}, data[1]], "found a number out of range"),
        (lambda data: [{**data[0], "embedding": [1, 1e300, 3]}, data[1]], "row 1 has NaN or infinity"),
        (lambda data: [{**data[0], "embedding": [0, 0, 0]}, data[1]], "row 1 is a zero vector"),
        (lambda data: [{**data[0], "embedding": [1, float("nan"), 3]}, data[1]], "answer that is no JSON"),
        (lambda data: [item["embedding"] for item in data], "found no data of index and embedding"),
        (lambda data: [{**data[0], "index": [1]}, data[1]], "found no data of index and embedding"),
        (lambda _: 3, "found no data of index and embedding"),
    ],
)
def test_a_wrong_answer_is_one_line(change: Any, message: str, server: Server) -> None:
    """Too few, too many, twice, of another dimension, no numbers: never vectors, never a retry."""
    server.answers = [altered(change)]
    with pytest.raises(InputError, match=r"^http://127\.0\.0\.1:\d+/v1/embeddings: ") as raised:
        _encode(server)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert 1 == len(server.seen)


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b'{"data": [', b"[]", b'"text"', b"\xff\xfe", b"[" * 200_000]
)
def test_an_answer_that_is_no_json_object_is_one_line(data: bytes, server: Server) -> None:
    """Nothing, a page, a part, another type, no UTF-8, or nested without end."""
    server.answers = [lambda handler: handler.send(data)]
    with pytest.raises(InputError, match=r"^http://\S+/v1/embeddings: found .*, expected ") as raised:
        _encode(server)
    assert "\n" not in str(raised.value)


def test_an_answer_without_end_is_cut(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size of an answer is bounded."""
    monkeypatch.setattr(http_client, "LARGEST", 1000)
    server.answers = [lambda handler: handler.send(b" " * 2000)]
    with pytest.raises(InputError, match="found more than 1000 bytes, expected a smaller answer"):
        _encode(server)


# -- Failures that may pass, and those that do not


@pytest.mark.parametrize("code", [408, 429, 500, 503])
def test_a_failure_that_may_pass_is_tried_again(code: int, server: Server) -> None:
    """Two failures, then the answer: three requests, one result."""
    server.answers = [status(code), status(code), correct]
    assert [vector("a cat"), vector("the dog")] == _encode(server, retries=2).tolist()
    assert 3 == len(server.seen)


def test_the_number_of_tries_is_bounded(server: Server) -> None:
    """With two retries a server that never recovers is asked three times."""
    server.answers = [status(503)]
    with pytest.raises(BlockedError, match=r"embeddings: status 503 after 3 tries; run again later"):
        _encode(server, retries=2)
    assert 3 == len(server.seen)


@pytest.mark.parametrize("code", [400, 404, 413, 422])
def test_a_request_that_is_wrong_is_not_tried_again(code: int, server: Server) -> None:
    """The same request would be as wrong again."""
    server.answers = [status(code)]
    with pytest.raises(InputError, match=f"embeddings: found status {code}, expected 200"):
        _encode(server)
    assert 1 == len(server.seen)


def test_a_key_that_is_refused_is_blocked(server: Server) -> None:
    """With the name of the variable to set, and without the server's text, which quotes the key."""
    server.answers = [status(401)]
    with pytest.raises(BlockedError, match=r"refuses the key in OPENAI_API_KEY \(status 401\)") as raised:
        _encode(server)
    assert "set OPENAI_API_KEY to a valid key" == raised.value.remedy
    assert 1 == len(server.seen)


def test_a_redirect_is_not_followed(server: Server) -> None:
    """The key is for the host that was named."""
    with Server() as other:
        server.answers = [status(307, Location=f"http://127.0.0.1:{other.server_address[1]}/v1/embeddings")]
        with pytest.raises(InputError, match="found status 307, expected 200"):
            _encode(server)
        assert [] == other.seen


def test_a_server_that_says_nothing_is_given_up(server: Server) -> None:
    """After the time-out, as often as tries were allowed."""
    server.answers = [lambda _: time.sleep(1.0)]
    with pytest.raises(BlockedError, match=r"no answer within 0\.1 seconds after 2 tries"):
        _encode(server, timeout=0.1, retries=1)


def test_a_server_that_drips_is_given_up(server: Server) -> None:
    """Each byte comes in time, the whole does not."""

    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.02)

    server.answers = [drip]
    started = time.monotonic()
    with pytest.raises(BlockedError, match=r"no answer within 0\.3 seconds at the first try"):
        _encode(server, timeout=0.3, retries=0)
    assert time.monotonic() - started < 1.5


def test_a_server_that_stops_mid_answer_is_tried_again(server: Server) -> None:
    """Fewer bytes than declared are no answer."""

    def cut(handler: Handler) -> None:
        data = json.dumps({"data": items(handler)}).encode()
        handler.send(data[:20], Content_Length=str(len(data)))
        handler.close_connection = True

    server.answers = [cut, correct]
    assert 2 == len(_encode(server, retries=1))
    server.answers = [cut]
    with pytest.raises(BlockedError, match=r"the connection failed \(IncompleteRead\) at the first try"):
        _encode(server, retries=0)


def test_a_port_where_nobody_listens_is_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server at all."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with Server() as closed:
        params = _params(closed, retries=0)
    with pytest.raises(BlockedError, match=r"the connection failed \(ConnectionRefusedError\)"):
        embeddings_api.encode(_set(), [0], params, allowing(params))


def _pauses(server: Server, *answers: Answer, pause: float = 0.5) -> list[float]:
    """Return how long ``post`` would have slept before each retry."""
    server.answers, slept = list(answers), []
    url = f"http://127.0.0.1:{server.server_address[1]}/x"
    request = {"key": KEY, "key_name": "K", "timeout": 5.0, "retries": len(answers) - 1, "pause": pause}
    http_client.post(url, b'{"input": []}', sleep=slept.append, **request)  # type: ignore[arg-type]
    return slept


def test_pauses_double_up_to_a_cap(server: Server) -> None:
    """0.5, 1, 2 seconds; from 20 seconds it is 20, 40, and then 60 instead of 80."""
    assert [0.5, 1.0, 2.0] == _pauses(server, *[status(500)] * 3, correct)
    assert [20.0, 40.0, 60.0] == _pauses(server, *[status(500)] * 3, correct, pause=20.0)


def test_what_the_server_asks_to_wait_is_waited_up_to_a_cap(server: Server) -> None:
    """Retry-After in seconds, too long, no number, and as a date that has passed."""
    past = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    pauses = [status(429, Retry_After=value) for value in ("7", "86400", "soon", past)]
    assert [7.0, 60.0, 2.0, 0.0] == _pauses(server, *pauses, correct)


def test_a_date_to_come_is_waited_for(server: Server) -> None:
    """Half a minute from now is between 25 and 31 seconds from the answer."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    (slept,) = _pauses(server, status(503, Retry_After=date), correct)
    assert 25 < slept < 31


# -- The key


def test_the_key_is_in_no_identity_and_no_error(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    """Not in what is stored, not in what any refusal says, not on the terminal."""
    params = _params(server, retries=0)
    texts = [repr(embeddings_api.locate(params, allowing(params))), repr(params)]
    for answer in (status(401), status(400), status(500), altered(lambda _: KEY), correct):
        server.answers = [answer]
        try:
            texts.append(repr(embeddings_api.encode(_set(), [0], params, allowing(params))))
        except (InputError, BlockedError) as error:
            texts += [str(error), repr(error), repr(error.__cause__)]
    assert 5 == len(server.seen)
    assert [] == [text for text in (*texts, *capfd.readouterr()) if KEY in text]


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "Schlüssel", "tab\t"])
def test_a_key_that_no_header_may_hold_is_not_quoted(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The HTTP library would repeat it in its complaint."""
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(BlockedError, match="OPENAI_API_KEY holds a character that no key has") as raised:
        embeddings_api.locate(_params(), allowing(_params()))
    assert key not in str(raised.value)


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "MISTRAL_API_KEY"])
def test_without_a_key_the_encoder_is_blocked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset or empty, with the variable to set; another endpoint has another variable."""
    params = _params(key_env=name)
    for setting in (monkeypatch.delenv, lambda key, **_: monkeypatch.setenv(key, "")):
        setting(name, raising=False)
        with pytest.raises(BlockedError, match=f"m needs a key and {name} is not set") as raised:
            embeddings_api.locate(params, allowing(params))
        assert f"set {name}" == raised.value.remedy


def test_offline_the_encoder_is_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is of no use without a network."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(BlockedError, match="the run is offline"):
        embeddings_api.locate(_params(), Place(Path(), None, offline=True))


def test_what_identifies_the_encoder() -> None:
    """Endpoint, model and what changes the vectors; not how patiently they were asked for."""
    given = {"url": "https://api.mistral.ai/v1/", "key_env": "MISTRAL_API_KEY"}
    params = embeddings_api.Params(dimension=1024, model="mistral-embed", **given)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MISTRAL_API_KEY", KEY)
        located = embeddings_api.locate(params, ONLINE)
    expected = {"url": "https://api.mistral.ai/v1", "model": "mistral-embed", "shorten": False, "prefix": ""}
    assert {"use": "embeddings-api", **expected} == located


@pytest.mark.parametrize(
    "url",
    [
        "http://api.openai.com/v1",
        "http://127.0.0.1.example.org/v1",
        "http://localhost@example.org/v1",
        "https://user:secret@api.openai.com/v1",
        "https://api.openai.com/v1?key=1",
        "https:///v1",
        "file:///etc",
        "api.openai.com/v1",
        "https://[::1",
        "https://api.openai.com:99999/v1",
        "https://api.openai.com/v1\r\nHost: example.org",
        "https://api.openai.com/v 1",
    ],
)
def test_a_url_that_could_give_the_key_away_is_refused(url: str) -> None:
    """In the clear only on this machine; no credentials and no query in it."""
    with pytest.raises(ValidationError, match="url"):
        _params(url=url)


@pytest.mark.parametrize("url", ["http://localhost:1/v1", "http://[::1]:1/v1", "https://api.openai.com/v1"])
def test_a_url_that_keeps_the_key_is_taken(url: str) -> None:
    """On this machine, or with TLS."""
    assert url == _params(url=url).url


# -- Which key may go where


@pytest.mark.parametrize(
    ("url", "variable"),
    [
        ("https://example.org/v1", "AWS_SECRET_ACCESS_KEY"),
        ("https://example.org/v1", "OPENAI_API_KEY"),
        ("https://api.openai.com/v1", "AWS_SECRET_ACCESS_KEY"),
        ("https://api.openai.com/v1", "MISTRAL_API_KEY"),
        ("https://api.openai.com.example.org/v1", "OPENAI_API_KEY"),
        ("https://api.openai.com:8443/v1", "OPENAI_API_KEY"),
        ("http://localhost:8080/v1", "OPENAI_API_KEY"),
    ],
)
def test_a_key_goes_nowhere_that_the_user_has_not_named(
    url: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither host nor variable alone is enough; the remedy is what to type, and the key is not in it."""
    monkeypatch.setenv(variable, KEY)
    params, host = _params(url=url, key_env=variable), url.split("/")[2]
    others = frozenset({(host, "OTHER_KEY"), ("other.example.org", variable)})
    for place in (ONLINE, Place(Path(), None, offline=False, allowed_keys=others)):
        for ask in (
            lambda place=place: embeddings_api.locate(params, place),
            lambda place=place: embeddings_api.encode(_set(), [0], params, place),
        ):
            with pytest.raises(BlockedError, match=f"the key in {variable} to {host}") as raised:
                ask()
            assert f"--allow-api {host}={variable}" in raised.value.remedy
            assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "variable"),
    [("https://api.openai.com/v1", "OPENAI_API_KEY"), ("https://api.mistral.ai/v1", "MISTRAL_API_KEY")],
)
def test_a_known_provider_has_its_own_key(url: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Host and variable are both the provider's: nothing has to be allowed."""
    monkeypatch.setenv(variable, KEY)
    assert url == embeddings_api.locate(_params(url=url, key_env=variable), ONLINE)["url"]


def test_what_is_allowed_is_read_strictly() -> None:
    """A host, with its port where it has one, and a variable; a key given by mistake is not repeated."""
    allowed = parse_allowed(["example.org=MY_KEY", "localhost:8080=X1", "[::1]:1=K"])
    assert {("example.org", "MY_KEY"), ("localhost:8080", "X1"), ("[::1]:1", "K")} == allowed
    for wrong in (
        "example.org",
        "=K",
        "example.org=",
        "https://example.org=K",
        f"example.org={KEY}",
        "a=B=C",
    ):
        with pytest.raises(InputError, match="expected HOST=VARIABLE") as raised:
            parse_allowed([wrong])
        assert KEY not in str(raised.value)


# -- What cannot be encoded


def test_what_is_no_text_is_refused_before_anything_is_sent(server: Server) -> None:
    """Vectors, recordings and empty texts."""
    params, pairs = _params(server), paired(1)
    own = PairSet("own", None, np.ones((2, 3), np.float32), pairs, None, {})
    speech = PairSet("speech", ("x", "y"), None, pairs, None, {}, (np.ones(9, np.float32),) * 2)
    for data in (own, speech):
        with pytest.raises(InputError, match=f"{data.name}: found no texts, expected some"):
            embeddings_api.encode(data, [0], params, ONLINE)
    with pytest.raises(InputError, match="sts: row 1: found an empty text, expected one with words"):
        embeddings_api.encode(_set(("a", " \n")), [0, 1], params, ONLINE)
    assert [] == server.seen
