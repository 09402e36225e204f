"""The reference server, asked over a real socket: the contract, its limits, and the smoke test against it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.paths import ROOT

from harness.codecs.affine import Affine
from harness.codecs.pipeline import Chain
from harness.compressors import pq, scalar_per_vector
from harness.errors import InputError
from harness.planning.cells import Step
from harness.server.aqea_files import read_aqed
from harness.server.guard import LONGEST_BODY
from harness.server.models import load_models
from harness.server.serve import check, prepared, running
from harness.types import Training
from repro import api_smoketest
from repro.canonical import checksum

KEY = "kept-secret-7f3a"
DIM = 16
RNG = np.random.default_rng(7)
# Vectors whose first components say most, and maps that keep about these: a compressor worth the name.
WEIGHTS = (np.eye(DIM, 8) + 0.1 * RNG.standard_normal((DIM, 8))).astype(np.float32)
VECTORS = (RNG.standard_normal((20, DIM)) / np.arange(1, DIM + 1)).astype(np.float32)
BATCH, CODES, VERIFY = "/api/v1/compress/batch", "/api/v1/compress-pq", "/api/v1/auth/verify"
EXPORT = "/exports/sample.aqed"

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def lens(dims: int) -> Affine:
    """Return the map onto the first columns of WEIGHTS."""
    return Affine(np.ascontiguousarray(WEIGHTS[:, :dims]), np.arange(dims, dtype=np.float32) / 100)


def quantizer() -> pq.PQ:
    """Return codebooks of 4 parts for what ``lens(8)`` gives."""
    x = RNG.standard_normal((300, 8)).astype(np.float32)
    return pq.fit(Training(x, np.empty((0, 2), np.int64), None), pq.Params(subvectors=4), 0)


PQ = quantizer()
FIRST, LENS = Step("lens", {"dims": 8}), Step("lens", {"dims": 6})
CHAINS = {
    "a-codes": Chain((FIRST, Step("pq", {"subvectors": 4})), (lens(8), PQ)),
    "b-floats": Chain((LENS,), (lens(6),)),
    "c-short": Chain((Step("lens", {"dims": 3}),), (lens(3),)),
}


@dataclass(frozen=True)
class Answer:
    """An answer: status, headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the value of the body."""
        return json.loads(self.body)


Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder ``mine`` of three saved chains, with the vectors to export."""
    folder = tmp_path_factory.mktemp("serve") / "mine"
    for name, chain in CHAINS.items():
        chain.save(folder / f"{name}.safetensors")
    np.save(folder / "vectors.npy", VECTORS)
    return folder


def saved(folder: Path) -> list[Path]:
    """Return the chains in ``folder``."""
    return sorted(folder.glob("*.safetensors"))


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """Return the URL of a server of these chains."""
    with (
        prepared(saved(folder), folder / "vectors.npy", folder, KEY) as server,
        running(server) as base,
    ):
        yield base


@pytest.fixture
def ask(url: str) -> Ask:
    """Return a function that sends one request, with the key unless another is given."""

    def send(method: str, path: str, body: Any = None, key: str | None = KEY, **headers: str) -> Answer:
        given = {"Content-Type": "application/json"} | ({"X-API-Key": key} if key is not None else {})
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
        connection.request(method, path, data, given | headers)
        with connection.getresponse() as response:
            headers = {name.lower(): value for name, value in response.getheaders()}
            answer = Answer(response.status, headers, response.read())
        connection.close()
        return answer

    return send


# -- The contract


def test_models_are_listed_with_their_sizes(ask: Ask) -> None:
    """Ids are folder and file; sizes are those of the arrays; no key is needed."""
    listed = ask("GET", "/api/v1/models", key=None).json["models"]
    sizes = [
        (model["id"], model["input_dim"], model["compressed_dim"], model["code_bytes"]) for model in listed
    ]
    assert [
        ("mine/a-codes", 16, 8, 4),
        ("mine/b-floats", 16, 6, None),
        ("mine/c-short", 16, 3, None),
    ] == sizes


def test_health_and_key_are_answered(ask: Ask) -> None:
    """The server names itself; the key is valid."""
    answer = ask("GET", "/health", key=None)
    assert (200, "embedding-compression-evidence reference server") == (answer.status, answer.json["server"])
    assert (200, {"valid": True}) == (ask("GET", VERIFY).status, ask("GET", VERIFY).json)


@pytest.mark.parametrize(
    ("options", "dims", "model"),
    [
        ({}, 6, "mine/b-floats"),  # one without PQ comes first
        ({"options": {"targetDims": 0}}, 6, "mine/b-floats"),
        ({"options": {"targetDims": 3}}, 3, "mine/c-short"),
        ({"options": {"targetDims": 8}}, 8, "mine/a-codes"),
        ({"model": "mine/a-codes"}, 8, "mine/a-codes"),
    ],
)
def test_a_batch_is_what_the_map_gives(options: dict[str, Any], dims: int, model: str, ask: Ask) -> None:
    """The map x W + b by numpy; before PQ where there is any; the ratio is that of the dimensions."""
    answer = ask("POST", BATCH, {"vectors": VECTORS[:3].tolist(), **options}).json
    expected = VECTORS[:3].astype(np.float64) @ WEIGHTS[:, :dims] + np.arange(dims) / 100
    np.testing.assert_allclose(expected, answer["compressed"], rtol=1e-5, atol=1e-5)
    metadata = {"compressionRatio": DIM / dims, "originalDim": DIM, "compressedDim": dims, "model": model}
    assert metadata == answer["metadata"]


def test_codes_name_the_nearest_centroids(ask: Ask) -> None:
    """In each of 4 parts of 2 dimensions, by brute force; 64 bytes became 4; no quality is made up."""
    answer = ask("POST", CODES, {"vector": VECTORS[0].tolist(), "model": "mine/a-codes"}).json
    parts = (VECTORS[0].astype(np.float64) @ WEIGHTS + np.arange(8) / 100).reshape(4, 1, 2)
    expected = np.square(parts - PQ.centroids).sum(axis=2).argmin(axis=1).tolist()
    assert {"codes": expected, "metadata": {"expectedQuality": None, "compressionRatio": 16}} == answer


# -- The export


@pytest.mark.parametrize(
    ("requested", "start", "stop"),
    [("0-63", 0, 64), ("64-127", 64, 128), ("1300-", 1300, 1344), ("-4", 1340, 1344)],
)
def test_a_range_of_the_export_is_those_bytes(
    requested: str, start: int, stop: int, ask: Ask, tmp_path: Path
) -> None:
    """206 with Content-Range; the whole is an AQED file of the vectors, 64 + 20 · 16 · 4 = 1344 bytes."""
    whole = ask("GET", EXPORT, key=None)
    assert (200, 1344) == (whole.status, len(whole.body))
    (tmp_path / "x.aqed").write_bytes(whole.body)
    np.testing.assert_array_equal(VECTORS, read_aqed(tmp_path / "x.aqed").original)
    part = ask("GET", EXPORT, key=None, Range=f"bytes={requested}")
    assert (206, f"bytes {start}-{stop - 1}/1344") == (part.status, part.headers["content-range"])
    assert whole.body[start:stop] == part.body


def test_a_range_beyond_the_export_is_refused(ask: Ask) -> None:
    """416, with the size there is."""
    answer = ask("GET", EXPORT, key=None, Range="bytes=1344-1400")
    assert (416, "bytes */1344") == (answer.status, answer.headers["content-range"])


# -- What is refused


@pytest.mark.parametrize("key", [None, "", "wrong", KEY + "x", KEY[:-1], KEY.upper()])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", VERIFY), ("POST", BATCH), ("POST", CODES), ("GET", "/x")]
)
def test_nothing_else_answers_without_the_key(method: str, path: str, key: str | None, ask: Ask) -> None:
    """401 before the body is looked at, for what does not exist as well."""
    answer = ask(method, path, b"{" if method == "POST" else None, key)
    assert (401, {"detail": "X-API-Key: found no key, or a wrong one"}) == (answer.status, answer.json)


ROW = [1.0] * DIM


@pytest.mark.parametrize(
    ("path", "body", "status", "detail"),
    [
        (BATCH, b'{"vectors":[[1.0,', 422, "body.17: JSON decode error"),
        (BATCH, b"\xff\xff", 400, "There was an error parsing the body"),
        (BATCH, b"[" * 100_000, 400, "There was an error parsing the body"),
        (BATCH, b'{"vectors":[[NaN]]}', 422, "body.vectors.0.0: Input should be a finite number"),
        (BATCH, b'{"vectors":[[1,-Infinity]]}', 422, "body.vectors.0.1: Input should be a finite number"),
        (BATCH, b'{"vectors":[[1e999]]}', 422, "body.vectors.0.0: Input should be a finite number"),
        (BATCH, {"vectors": [[*ROW[1:], 1e39]]}, 422, "vectors: row 0 has NaN or infinity, expected finite"),
        (BATCH, {"vectors": [ROW, [0] * DIM]}, 422, "vectors: row 1 is a zero vector, expected a direction"),
        (BATCH, {"vectors": [ROW, ROW[1:]]}, 422, "vectors: found rows of different lengths, expected one"),
        (BATCH, {"vectors": [["1"]]}, 422, "body.vectors.0.0: Input should be a valid number"),
        (BATCH, {"vectors": [[True]]}, 422, "body.vectors.0.0: Input should be a valid number"),
        (BATCH, {"vectors": [[]]}, 422, "body.vectors.0: List should have at least 1 item"),
        (BATCH, {"vectors": []}, 422, "body.vectors: List should have at least 1 item"),
        (BATCH, {"vectors": [ROW] * 1025}, 422, "body.vectors: List should have at most 1024 items"),
        (BATCH, {"vectors": [[1.0] * 16385]}, 422, "body.vectors.0: List should have at most 16384 items"),
        (
            BATCH,
            {"vectors": [ROW[1:]]},
            422,
            "found 15 dimensions and no such targetDims, expected one of none",
        ),
        (
            BATCH,
            {"vectors": [ROW], "options": {"targetDims": 5}},
            422,
            "found 16 dimensions and no such targetDims, expected one of [3, 6, 8]",
        ),
        (
            BATCH,
            {"vectors": [ROW], "options": {"targetDims": -1}},
            422,
            "body.options.targetDims: Input should",
        ),
        (BATCH, {"vectors": [ROW], KEY: 1}, 422, "body: found an unknown key"),
        (BATCH, {"vectors": [ROW], "model": "\nx"}, 422, "model: found no such id, expected one that"),
        (BATCH, {}, 422, "body.vectors: Field required"),
        (BATCH, b"", 422, "body: Field required"),
        (CODES, {"vector": ROW, "model": "mine/x"}, 422, "model: found no such id, expected one that"),
        (CODES, {"vector": ROW, "model": "mine/b-floats"}, 409, "model mine/b-floats: there is no codebook"),
        (
            CODES,
            {"vector": ROW[1:], "model": "mine/a-codes"},
            422,
            "vector: found 15 dimensions, expected 16",
        ),
        ("/api/v1/compress/other", {}, 404, "Not Found"),
    ],
)
def test_wrong_input_is_one_line(path: str, body: Any, status: int, detail: str, ask: Ask) -> None:
    """The status that says whose fault it is, the place, and nothing of what was sent."""
    answer = ask("POST", path, body)
    assert (status, detail) == (answer.status, answer.json["detail"][: len(detail)])
    assert ["detail"] == list(answer.json)
    assert "\n" not in answer.json["detail"]
    assert KEY not in answer.body.decode()


@pytest.mark.parametrize("length", [LONGEST_BODY + 1, 3 * LONGEST_BODY])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_long_is_refused(length: int, chunked: bool, ask: Ask) -> None:
    """413, whether its length is said before or not; the client gets to read it, and the server goes on."""
    headers = {"Transfer-Encoding": "chunked"} if chunked else {}
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (length, b" " * length) if chunked else b" " * length
    assert 413 == ask("POST", BATCH, body, **headers).status
    assert 200 == ask("GET", "/health").status


# -- The smoke test against it


def test_the_smoke_test_passes_against_a_running_server(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With the key all ten checks pass; with another the server is not to blame, but the run fails."""
    monkeypatch.setenv("AQEA_API_KEY", KEY)
    out = tmp_path / "transcript.json"
    assert 0 == api_smoketest.main(["--base-url", url, "--out", str(out)])
    assert {"PASS": 10, "FAIL": 0, "SKIPPED": 0} == json.loads(out.read_bytes())["content"]["counts"]
    monkeypatch.setenv("AQEA_API_KEY", "another")
    assert 1 == api_smoketest.main(["--base-url", url, "--out", str(out)])
    statuses = {entry["name"]: entry["status"] for entry in json.loads(out.read_bytes())["content"]["checks"]}
    assert ("FAIL", "SKIPPED") == (statuses["auth-with-key"], statuses["compress-batch"])


def test_checking_is_one_call_and_comes_out_in_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Two runs, each with a port and a key of its own, write one certified transcript."""
    outs = [tmp_path / "one.json", tmp_path / "two.json"]
    lines: list[str] = []
    for out in outs:
        assert 0 == check(saved(folder), folder / "vectors.npy", out, tmp_path, lines.append)
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert checksum(json.loads(outs[0].read_bytes()))  # as repro/verify.py checks it
    assert 20 == len(lines)


def test_the_committed_codecs_are_checked_on_real_texts(cli: Cli, tmp_path: Path) -> None:
    """As ``make reproduce`` does it: 50 documents by MiniLM, all committed codecs, exit status 0."""
    out = tmp_path / "transcript.json"
    done = cli("serve", "--check", str(out), cwd=ROOT, env={"HARNESS_CACHE": str(tmp_path / "cache")})
    assert (0, "") == (done.returncode, done.stderr)
    assert ["PASS"] * 10 == [line.split()[0] for line in done.stdout.splitlines()]
    assert "50 vectors of 384 dimensions" in done.stdout


def test_a_server_started_by_hand_says_where_and_never_the_key(folder: Path) -> None:
    """Its output after right, wrong and broken requests holds no key; an interrupt ends it."""
    options = [f"--codec={path}" for path in saved(folder)]
    command = [sys.executable, "-c", "from harness.cli import main; main()", "serve", "--port", "0", *options]
    process = subprocess.Popen(
        [*command, "--vectors", str(folder / "vectors.npy")],
        cwd=ROOT,
        env={**os.environ, "AQEA_API_KEY": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("serving http://127.0.0.1:"), line
    connection = http.client.HTTPConnection(line.split()[1].removeprefix("http://"), timeout=20)
    for given, expected in ((KEY, 422), ("wrong", 401)):
        connection.request(
            "POST", f"{BATCH}?key={KEY}", b"{", {"X-API-Key": given, "Content-Type": "application/json"}
        )
        with connection.getresponse() as answer:
            assert (expected, False) == (answer.status, KEY in answer.read().decode())
    connection.close()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert (0, "") == (process.returncode, output)


# -- Starting it wrongly


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schlüssel"])
def test_there_is_no_server_without_a_key(key: str, folder: Path, cli: Cli) -> None:
    """Exit status 2 and one line that does not repeat what was found."""
    done = cli("serve", "--port", "0", cwd=folder, env={"AQEA_API_KEY": key})
    assert (2, "") == (done.returncode, done.stdout)
    expected = "AQEA_API_KEY: found no key, or one with spaces in it, expected the key to ask of clients"
    assert f"harness: {expected}\n" == done.stderr


def test_a_taken_port_is_one_line(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The port of the server of these tests."""
    from harness.server.serve import serve

    monkeypatch.setenv("AQEA_API_KEY", KEY)
    port = int(url.rsplit(":", 1)[1])
    with pytest.raises(InputError, match=f"--port {port}: Address already in use, expected a free address"):
        serve(saved(folder), folder / "vectors.npy", "127.0.0.1", port, folder, print)


def test_codecs_that_cannot_be_served_are_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None at all, one twice, one of any dimension, one that is no codec."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="artifacts/codecs: found no codec to serve"):
        load_models([])
    first = saved(folder)[0]
    with pytest.raises(InputError, match="found mine/a-codes twice"):
        load_models([first, first])
    scalar = scalar_per_vector.restore({}, scalar_per_vector.Params())
    Chain((Step("scalar-per-vector", {}),), (scalar,)).save(tmp_path / "any.safetensors")
    with pytest.raises(InputError, match="found a chain that takes any dimension"):
        load_models([tmp_path / "any.safetensors"])
    with pytest.raises(InputError, match="expected a codec saved by this harness"):
        load_models([folder / "vectors.npy"])


@pytest.mark.parametrize("data", [b"", b"\x93NUMPY", b"text"])
def test_vectors_that_are_no_array_are_named(data: bytes, folder: Path, tmp_path: Path) -> None:
    """Empty, cut off, something else."""
    (tmp_path / "x.npy").write_bytes(data)
    with (
        pytest.raises(InputError, match=r"x\.npy: .*expected a \.npy file of numbers"),
        prepared(saved(folder), tmp_path / "x.npy", folder, KEY),
    ):
        raise AssertionError("it was prepared")
