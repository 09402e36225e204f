"""The stranger's check: every way to tamper with evidence is seen and named."""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from support.checkouts import relist
from support.evidence import a_suite

from harness.evidence.schema.version import SCHEMA_VERSION
from repro import suites, values, verify
from repro.canonical import canonical

SCRIPT = Path(verify.__file__)
RESULT = "artifacts/results/s/enc.train.pca.s0.json"
AFTER = "artifacts/scores/s/enc.train.pca.s0.npz"
BEFORE = "artifacts/scores/s/enc.npz"
CLAIMS = "artifacts/report/claims.json"
MATRIX = "artifacts/report/matrix_x.md"
LIST = "artifacts/results/s.suite.json"
MEANS = "artifacts/means/s.json"
ENVELOPE = "artifacts/envelopes/s/enc.train.pca.s0.json"
FIGURE = "artifacts/report/figure_x.svg"
TRANSCRIPT = "artifacts/transcripts/loopback.json"


def sha256(data: bytes) -> str:
    """Return the digest as sha256sum prints it."""
    return hashlib.sha256(data).hexdigest()


def stamped(content: Any) -> bytes:
    """Return a stamped document, made with another implementation of RFC 8785 than the checked one."""
    content = {"schema": SCHEMA_VERSION, **content} if isinstance(content, dict) else content
    return json.dumps({"content": content, "sha256": sha256(rfc8785.dumps(content))}, indent=2).encode()


# A number with an exponent: its canonical form is tested with it.
VALUE: dict[str, Any] = {
    "protocol": "p", "dataset": "d", "metric": "m", "low": 1e-7, "value": 0.5, "high": 0.6, "n": 40,
}  # fmt: skip


NOTE = {"protocol": "p", "dataset": "d", "metric": "m", "why": "it divides by 0"}


def stated(**changes: Any) -> bytes:
    """Return an envelope from a clean commit, with changes."""
    commit = {"sha": "a" * 40, "dirty": False}
    return json.dumps({"schema": SCHEMA_VERSION, "seconds": 1.5, "commit": commit, **changes}).encode()


def put(root: Path, path: str, data: bytes) -> None:
    """Write a file below ``root``."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)


def copied(root: Path, cell: str, **changes: Any) -> None:
    """Put the one result, with changes, in the place of another cell as well."""
    put(root, f"artifacts/results/s/{cell}.json", stamped({**content_of(root), "cell": cell, **changes}))
    put(root, f"artifacts/envelopes/s/{cell}.json", stated())


def averaged(root: Path) -> None:
    """Write the means over the seeds of the one pipeline, as its results are now."""
    results = {path.stem: json.loads(path.read_bytes()) for path in (root / RESULT).parent.glob("*.json")}
    named = {cell: result["sha256"] for cell, result in results.items()}
    (first, *_) = results.values()
    values = [{**value, "units": value["n"]} for value in first["content"]["values"]]
    of = {"encoder": None, "train": None, "bytes_per_vector": None, "baselines": [], "results": named}
    groups = [{"group": "enc.train.pca", "results": named, "values": values}]
    put(root, MEANS, stamped({"suite": "s", "batches": [{"of": of, "groups": groups, "comparisons": []}]}))


def draw(root: Path, figure: bytes) -> None:
    """Add a figure to the report, and its numbers."""
    put(root, FIGURE, figure)
    put(root, "artifacts/report/figures_data.json", b'{"x": {}}')


def content_of(root: Path) -> dict[str, Any]:
    """Return the content of the one result."""
    content: dict[str, Any] = json.loads((root / RESULT).read_bytes())["content"]
    return content


def restamp(root: Path, **changes: Any) -> None:
    """Change the result's content and give it a fresh checksum."""
    put(root, RESULT, stamped({**content_of(root), **changes}))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a checkout with one result, one transcript, and everything that belongs to them."""
    root = tmp_path / "checkout"
    put(root, BEFORE, b"cosines before")
    put(root, AFTER, b"cosines after")
    files = {
        "before": {"path": BEFORE.removeprefix("artifacts/"), "sha256": sha256(b"cosines before")},
        "after": {"path": AFTER.removeprefix("artifacts/"), "sha256": sha256(b"cosines after")},
    }
    content: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "suite": "s",
        "cell": "enc.train.pca.s0",
        "files": files,
        "inputs": {"cell": {"seed": 0}},
        "sizes": {"ratio": 4.0},
        "values": [VALUE],
    }
    put(root, RESULT, stamped(content))
    averaged(root)
    put(root, "artifacts/results/s.suite.json", stamped(a_suite("s")))
    put(root, "artifacts/envelopes/s/enc.train.pca.s0.json", stated())
    transcript: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "server": {"host": "loopback", "name": "a server"},
        "checks": [],
    }
    put(root, TRANSCRIPT, stamped(transcript))
    put(root, MATRIX, b"# title\n\n" + b"Certificate: sha256:" + sha256(b"# title\n\n").encode() + b"\n")
    evidence = [
        {"cell": "s/enc.train.pca.s0", "sha256": sha256(rfc8785.dumps(content))},
        {"transcript": "loopback", "sha256": sha256(rfc8785.dumps(transcript))},
    ]
    row = {"id": "C1", "row": "r", "protocol": "p", "verdict": "HOLDS", "number": None}
    board = [{**row, "evidence": ["s/enc.train.pca.s0", "transcripts/loopback"]}]
    claims = {"schema": SCHEMA_VERSION, "claims": [{**row, "evidence": evidence}], "board": board}
    put(root, CLAIMS, json.dumps(claims).encode())
    relist(root)
    return root


def test_sound_evidence_has_no_problem_and_says_what_was_checked(root: Path) -> None:
    """Nine files, of which five are stamped and one of them is a result."""
    assert ([], "checked 9 files, 5 certificates, 1 results: all as hashed") == verify.problems(root)


def test_a_drawing_that_refers_to_its_own_parts_is_sound(root: Path) -> None:
    """What matplotlib writes: references inside the file, addresses of schemas, styles."""
    draw(
        root,
        b'<svg xmlns="http://www.w3.org/2000/svg"><style>*{stroke:1}</style><use xlink:href="#m"/></svg>',
    )
    relist(root)
    assert [] == verify.problems(root)[0]


def test_seeds_of_which_no_interval_has_a_width_may_be_alike(root: Path) -> None:
    """Two seeds that find all neighbours of all queries measured the same, and neither is made up."""
    exact = [{**VALUE, "low": 1.0, "value": 1.0, "high": 1.0}]
    put(root, CLAIMS, b'{"schema": 2, "claims": []}')
    restamp(root, values=exact)
    copied(root, "enc.train.pca.s1", inputs={"cell": {"seed": 1}})
    averaged(root)
    relist(root)
    assert [] == verify.problems(root)[0]


def test_a_value_that_is_undefined_under_one_protocol_may_be_left_out(root: Path) -> None:
    """It says why, and is stated under another."""
    put(root, CLAIMS, b'{"schema": 2, "claims": []}')
    restamp(root, left_out=[{**NOTE, "protocol": "q"}], values=[{**VALUE, "undefined": 3}])
    averaged(root)
    relist(root)
    assert [] == verify.problems(root)[0]


def edit_listing(old: str, new: str) -> Callable[[Path], None]:
    """Return a change of the listing's text."""

    def change(root: Path) -> None:
        listing = root / "ARTIFACTS.sha256"
        text = listing.read_text("utf-8")
        assert old in text
        listing.write_text(text.replace(old, new), "utf-8")

    return change


def reverse_listing(root: Path) -> None:
    """Put the listing's lines in the opposite order."""
    lines = (root / "ARTIFACTS.sha256").read_text("utf-8").splitlines(keepends=True)
    (root / "ARTIFACTS.sha256").write_text("".join(reversed(lines)), "utf-8")


def repeat_line(root: Path) -> None:
    """List the last file twice."""
    lines = (root / "ARTIFACTS.sha256").read_text("utf-8").splitlines(keepends=True)
    (root / "ARTIFACTS.sha256").write_text("".join([*lines, lines[-1]]), "utf-8")


def list_a_file_outside(root: Path, path: str) -> None:
    """List a file that is there, with its right digest, but is not evidence."""
    (root / "secret").write_bytes(b"secret")
    text = (root / "ARTIFACTS.sha256").read_text("utf-8")
    (root / "ARTIFACTS.sha256").write_text(f"{sha256(b'secret')}  {path}\n{text}", "utf-8")


def link(root: Path, path: str, target: Path) -> None:
    """Put a symbolic link where evidence stands."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).symlink_to(target)


def cut(path: str) -> Callable[[Path], None]:
    """Return the loss of a file's second half."""

    def change(root: Path) -> None:
        data = (root / path).read_bytes()
        (root / path).write_bytes(data[: len(data) // 2])

    return change


TAMPERED: dict[str, tuple[Callable[[Path], Any], str]] = {
    "changed byte": (lambda root: put(root, AFTER, b"cosines aftEr"), f"{AFTER}: has sha256"),
    "extra file": (
        lambda root: put(root, "artifacts/report/x.md", b"x"),
        "artifacts/report/x.md: not listed",
    ),
    "hidden extra file": (lambda root: put(root, "artifacts/.x/.y", b"x"), "artifacts/.x/.y: not listed"),
    "missing file": (lambda root: (root / BEFORE).unlink(), f"{BEFORE}: listed, but there is no such file"),
    "no evidence at all": (lambda root: shutil.rmtree(root / "artifacts"), f"{RESULT}: listed, but there is"),
    "wrong order": (reverse_listing, "is out of order"),
    "listed twice": (repeat_line, "listed twice"),
    "short digest": (edit_listing(f"  {AFTER}", f"0  {AFTER}"), "expected a sha256, two spaces"),
    "one space": (edit_listing(f"  {AFTER}", f" {AFTER}"), "expected a sha256, two spaces"),
    "Windows line ends": (edit_listing("\n", "\r\n"), f"{AFTER}: not listed"),
    "truncated listing": (cut("ARTIFACTS.sha256"), "ARTIFACTS.sha256: empty, or its last line has no end"),
    "empty listing": (lambda root: put(root, "ARTIFACTS.sha256", b""), "ARTIFACTS.sha256: empty"),
    "binary listing": (
        lambda root: put(root, "ARTIFACTS.sha256", b"\xff\x00\n"),
        "line 1: expected a sha256",
    ),
    "listed outside": (
        lambda root: list_a_file_outside(root, "artifacts/../secret"),
        "artifacts/../secret: listed, but there is no such file inside",
    ),
    "listed beside": (
        lambda root: list_a_file_outside(root, "secret"),
        "line 1: expected a sha256, two spaces",
    ),
    "linked file": (
        lambda root: link(root, "artifacts/report/x", root / RESULT),
        "artifacts/report/x: cannot be read: no plain file",
    ),
    "linked folder": (
        lambda root: link(root, "artifacts/x", root / "artifacts" / "report"),
        "artifacts/x: cannot be read: no plain file",
    ),
    "old certificate": (
        lambda root: put(root, RESULT, (root / RESULT).read_bytes().replace(b"0.5", b"0.9")),
        f"{RESULT}: its content has sha256",
    ),
    "no certificate": (
        lambda root: put(root, RESULT, json.dumps({"content": content_of(root)}).encode()),
        f"{RESULT}: expected the keys content and sha256",
    ),
    "certificate of another kind": (
        lambda root: put(root, RESULT, json.dumps({"content": content_of(root), "sha256": 5}).encode()),
        f"{RESULT}: its content has sha256",
    ),
    "stamped report with an old certificate": (
        lambda root: put(root, "artifacts/report/x.json", b'{"content": {"a": 1}, "sha256": "00"}'),
        "artifacts/report/x.json: its content has sha256",
    ),
    "record with an old certificate": (
        lambda root: put(root, "artifacts/results/s.suite.json", b'{"content": {}, "sha256": "00"}'),
        "artifacts/results/s.suite.json: its content has sha256",
    ),
    "result that is no JSON file": (
        lambda root: put(root, "artifacts/results/s/x.txt", b"fine"),
        "artifacts/results/s/x.txt: expected the keys content and sha256",
    ),
    "result in a place of its own": (
        lambda root: put(root, "artifacts/results/x.json", stamped({"suite": "s", "cell": "x"})),
        "artifacts/results/x.json: its suite and cell are not those of its place",
    ),
    "re-stamped under another cell": (
        lambda root: restamp(root, cell="other"),
        f"{RESULT}: its suite and cell",
    ),
    "re-stamped under another suite": (
        lambda root: restamp(root, suite="t"),
        f"{RESULT}: its suite and cell",
    ),
    "re-stamped without files": (lambda root: restamp(root, files={}), f"{RESULT}: names no files"),
    "re-stamped with files of another kind": (
        lambda root: restamp(root, files=[1]),
        f"{RESULT}: names no files",
    ),
    "re-stamped with an entry of another kind": (
        lambda root: restamp(root, files={"before": 1, "after": None}),
        f"{RESULT}: before: no such file inside artifacts/",
    ),
    "re-stamped with a file outside": (
        lambda root: restamp(
            root,
            files={**content_of(root)["files"], "codec": {"path": "../secret", "sha256": sha256(b"secret")}},
        ),
        f"{RESULT}: codec: no such file inside artifacts/",
    ),
    "re-stamped with another value": (
        lambda root: restamp(root, values=[{**VALUE, "value": 0.55}]),
        f"{CLAIMS}: no cell has the name",
    ),
    **{
        f"re-stamped with {name}": (
            lambda root, values=values: restamp(root, values=values),
            f"{RESULT}: {message}",
        )
        for name, values, message in (
            ("no values", None, "values: expected a list of measured values"),
            ("an empty list of values", [], "values: expected a list of measured values"),
            ("a value of another kind", [5], "values: found 5, expected a protocol"),
            ("a value of no set", [{**VALUE, "dataset": None}], "values: found {"),
            (
                "low above high",
                [{**VALUE, "low": 0.7}],
                "p d m: found [0.7, 0.5, 0.6], expected low <= value",
            ),
            ("a value above high", [{**VALUE, "value": 0.7}], "p d m: found [1e-07, 0.7, 0.6], expected"),
            ("a true value", [{**VALUE, "value": True}], "p d m: found [1e-07, True, 0.6], expected"),
            ("no undefined resample", [{**VALUE, "undefined": 0}], "p d m: undefined: found 0, expected"),
            ("a value of no items", [{**VALUE, "n": 0}], "p d m: n: found 0, expected at least 1 item"),
            ("a value twice", [VALUE, {**VALUE, "value": 0.4}], "p d m: found twice, expected it once"),
        )
    },
    **{
        f"re-stamped with {name}": (
            lambda root, notes=notes: restamp(root, left_out=notes),
            f"{RESULT}: left_out: {message}",
        )
        for name, notes, message in (
            ("nothing left out", 5, "expected a list of values that are undefined"),
            ("a value left out without a reason", [dict.fromkeys(values.NAME, "x")], "found {"),
            ("a value left out and stated", [NOTE], "p d m: expected once, not stated"),
            ("a value left out that nobody states", [{**NOTE, "metric": "x"}], "p d x: expected once, not"),
        )
    },
    "re-stamped without its cell": (
        lambda root: restamp(root, inputs={}),
        f"{RESULT}: inputs.cell: expected",
    ),
    "re-stamped without sizes": (lambda root: restamp(root, sizes=None), f"{RESULT}: sizes: expected"),
    "another seed made of the first": (
        lambda root: copied(root, "enc.train.pca.s1", inputs={"cell": {"seed": 1}}),
        f"artifacts/results/s/enc.train.pca.s1.json: says what {RESULT} says: one measurement, twice",
    ),
    "another cell made of the first": (
        lambda root: copied(root, "enc.train.sign.s0", values=[{**VALUE, "value": 0.3}]),
        f"artifacts/results/s/enc.train.sign.s0.json: says what {RESULT} says: one measurement, twice",
    ),
    "result with the name of a list": (
        lambda root: copied(root, "x.suite"),
        "artifacts/results/s/x.suite.json: has the name of a suite's record, expected <cell>.json",
    ),
    "no record of a suite": (
        lambda root: (root / LIST).unlink(),
        f"artifacts/results/s: has no record {LIST}",
    ),
    "record of another suite": (
        lambda root: put(root, LIST, stamped(a_suite("t"))),
        f"{LIST}: its suite is not that of its place",
    ),
    "record without a title": (
        lambda root: put(root, LIST, stamped(a_suite("s", title=None))),
        f"{LIST}: expected suite_file, title and question of the suite",
    ),
    "record of a pipeline without a family": (
        lambda root: put(root, LIST, stamped(a_suite("s", pipelines={"pca": {"label": "PCA"}}))),
        f"{LIST}: pipelines: expected label and family of each, by name",
    ),
    "record of a metric whose direction is a word": (
        lambda root: put(
            root, LIST, stamped(a_suite("s", metrics={"m": {"unit": "u", "higher_is_better": "no"}}))
        ),
        f"{LIST}: metrics: expected unit and higher_is_better of each, by name",
    ),
    "blocked list that is none": (
        lambda root: put(root, LIST, stamped(a_suite("s", blocked=[5]))),
        f"{LIST}: blocked: expected a list of blocked cells",
    ),
    "blocked cell without a remedy": (
        lambda root: put(root, LIST, stamped(a_suite("s", blocked=[{"cell": "x"}]))),
        f"{LIST}: blocked: found {{'cell': 'x'}}, expected cell, encoder, train, missing, remedy",
    ),
    "blocked cell twice": (
        lambda root: put(root, LIST, stamped(a_suite("s", blocked=[dict.fromkeys(suites.BLOCKED, "x")] * 2))),
        f"{LIST}: blocked: x stands twice",
    ),
    "no envelope": (lambda root: (root / ENVELOPE).unlink(), f"{RESULT}: has no envelope {ENVELOPE}"),
    "envelope without a result": (
        lambda root: put(root, "artifacts/envelopes/s/x.json", stated()),
        "artifacts/envelopes/s/x.json: an envelope without a result",
    ),
    "envelope of changed files": (
        lambda root: put(root, ENVELOPE, stated(commit={"sha": "a" * 40, "dirty": True})),
        f"{ENVELOPE}: commit.dirty: made from changed files",
    ),
    "envelope of no commit": (
        lambda root: put(root, ENVELOPE, stated(commit=None)),
        f"{ENVELOPE}: commit.sha: expected the commit",
    ),
    "verdict without evidence": (
        lambda root: put(
            root, CLAIMS, b'{"schema": 2, "claims": [{"id": "C1", "row": "r", "verdict": "HOLDS"}]}'
        ),
        f"{CLAIMS}: C1 r: HOLDS without evidence",
    ),
    "a verdict of another vocabulary": (
        lambda root: put(root, CLAIMS, (root / CLAIMS).read_bytes().replace(b'"HOLDS"', b'"PROVEN"', 1)),
        f"{CLAIMS}: row C1 r: verdict: PROVEN, expected one of HOLDS, INCONCLUSIVE, FAILS, BLOCKED, NOT_RUN",
    ),
    "a number of another vocabulary": (
        lambda root: put(root, CLAIMS, (root / CLAIMS).read_bytes().replace(b"null", b'"NEARLY"', 1)),
        f"{CLAIMS}: row C1 r: number: NEARLY, expected one of REPRODUCED, ABOVE, BELOW, another space, null",
    ),
    "a board that says more than its row": (
        lambda root: put(root, CLAIMS, (root / CLAIMS).read_bytes().replace(b'"HOLDS"', b'"FAILS"', 1)),
        f"{CLAIMS}: board: C1 r: no row has its verdict HOLDS",
    ),
    "a board that names no evidence of its row": (
        lambda root: put(root, CLAIMS, (root / CLAIMS).read_bytes().replace(b"transcripts/loop", b"x/loop")),
        f"{CLAIMS}: board: C1: found no x/loopback, expected evidence",
    ),
    "script in a figure": (
        lambda root: draw(root, b"<svg><script>alert(1)</script></svg>"),
        f"{FIGURE}: has '<script', expected a drawing alone",
    ),
    "figure that does something when it is shown": (
        lambda root: draw(root, b"<svg onload = 'alert(1)'></svg>"),
        f"{FIGURE}: has 'onload =', expected a drawing alone",
    ),
    "figure that loads something": (
        lambda root: draw(root, b'<svg><use xlink:href="http://a.invalid/x"/></svg>'),
        f"{FIGURE}: has 'href=\"', expected a drawing alone",
    ),
    "file that nothing names": (
        lambda root: put(root, "artifacts/codecs/s/x.safetensors", b"x"),
        "artifacts/codecs/s/x.safetensors: no result names it",
    ),
    "score file swapped": (
        lambda root: put(root, AFTER, b"better cosines"),
        f"{RESULT}: {AFTER} is not the file that it was computed with",
    ),
    "orphaned score file": (
        lambda root: put(root, "artifacts/scores/s/x.npz", b"x"),
        "artifacts/scores/s/x.npz: no result names it",
    ),
    "result taken away": (lambda root: (root / RESULT).unlink(), f"{AFTER}: no result names it"),
    "claim about no cell": (
        lambda root: put(
            root, CLAIMS, b'{"schema": 2, "claims": [{"evidence": [{"cell": "s/none", "sha256": "00"}]}]}'
        ),
        f"{CLAIMS}: no cell has the name and certificate of",
    ),
    "claim without a hash": (
        lambda root: put(root, CLAIMS, b'{"schema": 2, "claims": [{"evidence": [{"cell": "s/none"}]}]}'),
        f"{CLAIMS}: no cell has the name and certificate of",
    ),
    "claim whose evidence is text": (
        lambda root: put(root, CLAIMS, b'{"schema": 2, "claims": [{"evidence": "believe me"}]}'),
        f"{CLAIMS}: no cell has the name and certificate of believe me",
    ),
    "claim about no transcript": (
        lambda root: put(
            root,
            CLAIMS,
            b'{"schema": 2, "claims": [{"evidence": [{"transcript": "s/none", "sha256": "00"}]}]}',
        ),
        f"{CLAIMS}: no transcript has the name and certificate of",
    ),
    "claim about a transcript that says something else now": (
        lambda root: put(root, TRANSCRIPT, stamped({"server": {"host": "loopback"}, "checks": ["PASS"]})),
        f"{CLAIMS}: no transcript has the name and certificate of",
    ),
    "a result passed off as a transcript": (
        lambda root: put(root, CLAIMS, (root / CLAIMS).read_bytes().replace(b'"cell"', b'"transcript"')),
        f"{CLAIMS}: no transcript has the name and certificate of",
    ),
    "transcript with an old certificate": (
        lambda root: put(root, TRANSCRIPT, (root / TRANSCRIPT).read_bytes().replace(b"a server", b"another")),
        f"{TRANSCRIPT}: its content has sha256",
    ),
    "transcript without a certificate": (
        lambda root: put(root, TRANSCRIPT, b'{"checks": []}'),
        f"{TRANSCRIPT}: expected the keys content and sha256",
    ),
    "transcript of another server": (
        lambda root: put(root, "artifacts/transcripts/api.aqea.ai.json", (root / TRANSCRIPT).read_bytes()),
        "artifacts/transcripts/api.aqea.ai.json: its server is not that of its place",
    ),
    "transcript that is no JSON file": (
        lambda root: put(root, "artifacts/transcripts/x.txt", b"all passed"),
        "artifacts/transcripts/x.txt: expected the keys content and sha256",
    ),
    "edited matrix": (
        lambda root: put(root, MATRIX, (root / MATRIX).read_bytes().replace(b"title", b"tidal")),
        f"{MATRIX}: its last line is not the certificate",
    ),
    "matrix that goes on behind its certificate": (
        lambda root: put(root, MATRIX, (root / MATRIX).read_bytes() + b"more\n"),
        f"{MATRIX}: its last line is not the certificate",
    ),
    "matrix without a certificate": (
        lambda root: put(root, MATRIX, b"# title\n"),
        f"{MATRIX}: its last line is not the certificate",
    ),
    "empty matrix": (lambda root: put(root, MATRIX, b""), f"{MATRIX}: its last line is not the certificate"),
    "malformed claims": (lambda root: put(root, CLAIMS, b"{"), f"{CLAIMS}: cannot be read"),
    "truncated result": (cut(RESULT), f"{RESULT}: cannot be read"),
    "truncated envelope": (
        cut("artifacts/envelopes/s/enc.train.pca.s0.json"),
        "artifacts/envelopes/s/enc.train.pca.s0.json: cannot be read",
    ),
    "result in UTF-16": (
        lambda root: put(root, RESULT, (root / RESULT).read_text("utf-8").encode("utf-16")),
        f"{RESULT}: cannot be read",
    ),
    "key given twice": (
        lambda root: put(
            root, RESULT, (root / RESULT).read_bytes().replace(b'"suite"', b'"suite": "t", "suite"')
        ),
        f"{RESULT}: cannot be read: the key 'suite' stands twice",
    ),
    "NaN": (
        lambda root: put(root, RESULT, (root / RESULT).read_bytes().replace(b"0.5", b"NaN")),
        f"{RESULT}: cannot be read: NaN is no JSON number",
    ),
    "infinity by overflow": (
        lambda root: put(root, RESULT, (root / RESULT).read_bytes().replace(b"0.5", b"1e999")),
        f"{RESULT}: inf is no JSON number",
    ),
    "integer beyond the exact ones": (
        lambda root: put(root, RESULT, (root / RESULT).read_bytes().replace(b"0.5", b"9007199254740993")),
        f"{RESULT}: an integer beyond 2^53 - 1",
    ),
    "half a surrogate pair": (
        lambda root: put(root, RESULT, (root / RESULT).read_bytes().replace(b"0.5", b'"\\ud800"')),
        f"{RESULT}: 'utf-8' codec can't encode",
    ),
    "nested without end": (lambda root: put(root, RESULT, b"[" * 100_000), f"{RESULT}: cannot be read"),
    "line break in a name": (
        lambda root: put(root, "artifacts/a\nchecked 6 files: all as hashed", b"x"),
        r"artifacts/a\nchecked 6 files: all as hashed: not listed",
    ),
}


@pytest.mark.parametrize(("change", "expected"), TAMPERED.values(), ids=TAMPERED)
def test_what_was_tampered_with_is_named_in_one_line(
    root: Path, change: Callable[[Path], None], expected: str
) -> None:
    """Whatever is changed without hashing anew, a line says which file and what is wrong with it."""
    change(root)
    lines, checked = verify.problems(root)
    assert [] != [line for line in lines if expected in line], lines
    assert lines == [line for line in lines if line.isprintable()]
    assert checked.endswith(f": {len(lines)} problems")


HASHED_ANEW = [
    "old certificate",
    "no certificate",
    "result that is no JSON file",
    "re-stamped under another cell",
    "re-stamped without files",
    "re-stamped with another value",
    "score file swapped",
    "orphaned score file",
    "claim about no cell",
    "claim about no transcript",
    "transcript with an old certificate",
    "transcript of another server",
    "edited matrix",
    "truncated result",
    "key given twice",
    "NaN",
]


@pytest.mark.parametrize("name", HASHED_ANEW)
def test_hashing_anew_does_not_cover_it_up(root: Path, name: str) -> None:
    """A fresh listing hides no broken checksum, no swapped scores and no unfounded claim."""
    change, expected = TAMPERED[name]
    change(root)
    relist(root)
    lines, _ = verify.problems(root)
    assert [] != [line for line in lines if expected in line], lines
    assert [] == [line for line in lines if "ARTIFACTS.sha256" in line]


def test_what_is_wrong_with_a_result_is_not_said_of_its_files(root: Path) -> None:
    """A result that is refused names its files all the same, and no line is there twice."""
    put(root, AFTER, b"better cosines")
    rows = json.loads((root / CLAIMS).read_bytes())["claims"]
    put(
        root,
        CLAIMS,
        json.dumps(
            {"schema": SCHEMA_VERSION, "claims": [*rows, {**rows[0], "evidence": "none"}, *rows]}
        ).encode(),
    )
    put(root, "artifacts/scores/s/x.npz", b"x")
    relist(root)
    lines, _ = verify.problems(root)
    assert ["artifacts/scores/s/x.npz"] == [line.partition(":")[0] for line in lines if "names it" in line]
    assert sorted(set(lines)) == lines


@pytest.mark.parametrize("path", [RESULT, CLAIMS])
def test_no_depth_of_nesting_is_too_much(root: Path, path: str) -> None:
    """As deep as the parser goes, or a little less: a problem of the file, not of the checker."""
    for depth in (*range(900, 1000, 10), 5000):
        nested = '{"content": ' * depth + "[]" + "}" * depth
        put(root, path, f'{{"content": {nested}, "sha256": "", "evidence": ["none"]}}'.encode())
        relist(root)
        lines, _ = verify.problems(root)
        assert [] != [line for line in lines if line.startswith(f"{path}: ")]


def test_a_linked_artifacts_folder_is_a_problem(root: Path) -> None:
    """The evidence has to stand in the checkout itself."""
    (root / "artifacts").rename(root / "elsewhere")
    (root / "artifacts").symlink_to(root / "elsewhere")
    assert "artifacts: cannot be read: no plain file or folder" in verify.problems(root)[0]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@given(JSON)
def test_the_canonical_form_is_that_of_an_independent_implementation(value: Any) -> None:
    """For any JSON value the standard-library form is, byte for byte, that of the package rfc8785."""
    assert rfc8785.dumps(value) == canonical(value).encode()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_canonical_form_of_a_number_reads_back_as_the_number(value: float) -> None:
    """No bit of a double is lost in its canonical form."""
    assert value == float(canonical(value))


# RFC 8785, appendix B: the bits of a double and its form.
APPENDIX_B = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "form"), APPENDIX_B.items(), ids=APPENDIX_B)
def test_numbers_have_the_form_that_the_standard_prints(bits: str, form: str) -> None:
    """Every finite sample of RFC 8785, appendix B."""
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    assert form == canonical(value)


def test_keys_are_sorted_by_utf_16_code_units() -> None:
    """RFC 8785, section 3.2.3: an emoji (d83d and another) comes before a Hebrew form (fb33)."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\x80", "\u00f6"]
    expected = ["\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert expected == list(json.loads(canonical(dict.fromkeys(keys))))


def run(script: Path, *args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the script as a stranger does: isolated, without any installed package."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(script), *args], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_the_script_leaves_with_0_where_all_is_well(root: Path, tmp_path: Path) -> None:
    """It needs the standard library alone, and stands anywhere."""
    done = run(SCRIPT, str(root), cwd=tmp_path)
    assert (0, "checked 9 files, 5 certificates, 1 results: all as hashed\n", "") == (
        done.returncode,
        done.stdout,
        done.stderr,
    )


def test_the_script_leaves_with_1_and_names_the_problems(root: Path, tmp_path: Path) -> None:
    """A line a problem, then what was checked."""
    put(root, "artifacts/report/\u00fcber.md", b"x")
    done = run(SCRIPT, str(root), cwd=tmp_path)
    expected = [
        r"artifacts/report/\xfcber.md: no result names it",
        r"artifacts/report/\xfcber.md: not listed in ARTIFACTS.sha256",
        "checked 10 files, 5 certificates, 1 results: 2 problems",
    ]
    assert (1, expected, "") == (done.returncode, done.stdout.splitlines(), done.stderr)


def test_the_script_leaves_with_2_where_there_is_nothing_to_verify(tmp_path: Path) -> None:
    """A folder that lists no evidence is not sound evidence."""
    done = run(SCRIPT, str(tmp_path), cwd=tmp_path)
    assert (2, "") == (done.returncode, done.stdout)
    assert 1 == len(done.stderr.splitlines())
    assert "ARTIFACTS.sha256" in done.stderr


def test_the_script_checks_the_checkout_it_stands_in(root: Path, tmp_path: Path) -> None:
    """Without an argument it is its own checkout, not the working directory, that is verified."""
    for script in SCRIPT.parent.glob("*.py"):
        put(root, f"repro/{script.name}", script.read_bytes())
    put(root, RESULT, b"{}")
    done = run(root / "repro" / "verify.py", cwd=tmp_path)
    assert 1 == done.returncode
    assert RESULT in done.stdout


def test_the_committed_evidence_verifies() -> None:
    """What this checkout claims is as hashed."""
    checkout = SCRIPT.resolve().parent.parent
    if not (checkout / "ARTIFACTS.sha256").is_file():
        pytest.skip("this checkout holds no evidence: there is no ARTIFACTS.sha256")
    assert [] == verify.problems(checkout)[0]
