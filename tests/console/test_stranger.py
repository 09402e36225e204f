"""A suite and files from a stranger: little memory, little time, one line, and nothing that nobody named.

Every case runs the real command in a process of its own, with its address space and its time bounded.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet as pq
from support.forks import Forks
from support.suites import TRAIN_SET, SmallSuite

Done = subprocess.CompletedProcess[str]
Limited = Callable[..., Done]

BOMB = 2**28  # bytes that a file of less than a hundredth expands to
MEMORY = 3 * 2**30  # bytes of address space, libraries included
SECONDS = 60  # far more than a refusal takes, for machines that do other work
KEY = "sk-never-to-be-seen"


@pytest.fixture
def limited(tmp_path: Path, forks: Forks) -> Limited:
    """Return a function that runs the command ``harness`` in ``tmp_path`` within MEMORY and SECONDS."""

    def run(*args: str, **env: str) -> Done:
        return forks.run(*args, cwd=tmp_path, env=env, memory=MEMORY, seconds=SECONDS)

    return run


def refused(done: Done, *named: str) -> None:
    """Assert that the command ended with one line that names what it should."""
    assert 1 == done.stderr.count("\n"), done.stderr[-2000:]
    assert 2 == done.returncode, done.stderr
    assert done.stderr.startswith("harness: ")
    assert len(done.stderr) < 600, done.stderr
    assert [] == [part for part in named if part not in done.stderr], done.stderr


# -- Suites

LONG = "a" * 100
STEPS = 'steps = [{ use = "identity" }]'
TEST = 'use = "files"\npath = "test.npz"'
SHA = 'sha256 = "' + "0" * 64 + '"'
GRID = "\n".join(f'"lens.{key}" = {list(range(1, 1001))}' for key in ("dims", "steps", "batch"))
PLAIN_NAME = "expected the plain name of an installed Python package, such as gensim"

Edits = tuple[tuple[str, str], ...]


def seeds(text: str) -> Edits:
    """Return the edit that writes other seeds."""
    return (("seeds = [0]", f"seeds = {text}"),)


def step(text: str) -> Edits:
    """Return the edit that makes another first pipeline."""
    return ((STEPS, f"steps = [{{ {text} }}]"),)


def package(name: str) -> Edits:
    """Return the edit that reads the test set from a package."""
    return ((TEST, f'use = "package"\npackage = "{name}"\npath = "a.tsv"\n{SHA}\nformat = "pairs"'),)


SUITES: dict[str, tuple[Edits, str]] = {
    "lists in lists": (seeds("[" * 100_000), "found more levels of tables and lists, expected at most 16"),
    "seventeen levels": (
        seeds("[" * 17 + "]" * 17),
        "found 17 levels of tables and lists, expected at most 16",
    ),
    "a key of 20,000 parts": (
        (("seeds = [0]", ".".join("a" * 20_000) + " = 0"),),
        "found more levels of tables and lists, expected at most 16",
    ),
    "5,000 digits": (
        seeds("[" + "9" * 5_000 + "]"),
        "found a number of thousands of digits, expected 64 bits",
    ),
    "4,000 digits": (seeds("[" + "9" * 4_000 + "]"), "[seeds] 0: found a number beyond 64 bits"),
    "NUL in a path": (((TEST, TEST.replace("test", "a\\u0000b")),), "found the control character '\\x00'"),
    "a path too long": (
        ((TEST, TEST.replace("test", "a" * 300)),),
        "found 304 bytes in a name of a path, expected at most 255",
    ),
    "a billion dimensions": (
        step('use = "random-projection", dims = 1_000_000_000'),
        "steps.0.dims: found 1,000,000,000 dimensions, expected at most 16,384",
    ),
    "a billion hidden units": (
        step('use = "autoencoder", dims = 2, hidden = 1_000_000_000'),
        "steps.0.hidden: found 1,000,000,000 as a parameter, expected at most 100,000",
    ),
    "an encoder of a billion dimensions": (
        (("dimension = 8", "dimension = 1_000_000_000"),),
        "encoders/own.toml: dimension: found 1000000000, expected less than or equal to 16384",
    ),
    "ten million pairs a row": (
        (('path = "train.npy"', 'path = "train.npy"\nrows = { pairs = 10_000_000 }'),),
        "pairs: found 10000000, expected less than or equal to 1000",
    ),
    "planted data without end": (
        ((TEST, 'use = "planted"\nkind = "noise"\npairs = 10_000_000_000\ndimension = 8\nseed = 0'),),
        "expected at most 134,217,728 planted numbers",
    ),
    "a grid of a billion cells": (
        ((STEPS, f'steps = [{{ use = "lens" }}]\n[pipelines.grid]\n{GRID}'),),
        "found 1,000,000,001 cells, expected at most 20,000",
    ),
    "200,000 seeds": (seeds(str(list(range(200_000)))), "bytes, expected at most 262,144"),
    "5,000 seeds": (seeds(str(list(range(5_000)))), "seeds: found 5,000 seeds, expected at most 1,000"),
    "20,000 entries": (seeds(str([0] * 20_000)), "seeds: found 20,000 entries, expected at most 10,000"),
    "a cell's name too long": (
        (
            ('name = "identity"', f'name = "{LONG}"'),
            ('train = ["train-set"]', f'train = ["{LONG}"]'),
            (TRAIN_SET, TRAIN_SET.replace("train-set", LONG)),
        ),
        "found 208 bytes in the name of a cell's file, expected at most 200",
    ),
    "a data set's name too long": (
        (('test = ["test-set"]', f'test = ["{LONG}a"]'),),
        "expected at most 100 characters",
    ),
    "a dotted package": (package("planted_module.inner"), f"found 'planted_module.inner', {PLAIN_NAME}"),
    "a dot for a package": (package("."), f"package: found '.', {PLAIN_NAME}"),
    "the main module for a package": (package("__main__"), f"package: found '__main__', {PLAIN_NAME}"),
    "an encoder's dotted package": (
        (('use = "as-is"', 'use = "sentence-transformer"\nrepo = "a/b"\npackage = "planted_module.inner"'),),
        f"encoders/own.toml: package: found 'planted_module.inner', {PLAIN_NAME}",
    ),
    "a digest that is none": (
        ((TEST, TEST.replace("files", "mirror") + '\nsha256 = "abc"'),),
        "sha256: found 'abc', expected a sha256: 64 hex digits",
    ),
}


@pytest.mark.parametrize(("edits", "named"), SUITES.values(), ids=SUITES)
def test_a_suite_that_asks_for_too_much_is_refused_at_plan_time(
    limited: Limited, small_suite: SmallSuite, tmp_path: Path, edits: Edits, named: str
) -> None:
    """In one line that names the limit; nothing is imported, built or written."""
    small_suite(*edits)
    (tmp_path / "planted_module").mkdir()
    (tmp_path / "planted_module" / "__init__.py").write_text("open('imported', 'w').close()\n")
    refused(limited("plan", "mine"), named)
    assert {"suites", "planted_module"} == {path.name for path in tmp_path.iterdir()} - {"__pycache__"}


@pytest.mark.parametrize("name", ["no_such_package_here", "ast", "suites", "planted_module"])
def test_a_package_is_looked_for_and_not_imported(
    limited: Limited, small_suite: SmallSuite, tmp_path: Path, name: str
) -> None:
    """One that is not there, a module, a folder of the user's: blocked. Of one that is there nothing runs."""
    small_suite(*package(name))
    (tmp_path / "planted_module").mkdir()
    (tmp_path / "planted_module" / "__init__.py").write_text("open('imported', 'w').close()\n")
    done = limited("plan", "mine")
    assert (0, "") == (done.returncode, done.stderr)
    assert (f"the package {name} is not installed" in done.stdout) == (name != "planted_module")
    assert not (tmp_path / "imported").exists()


# -- Keys


API = """\
use = "embeddings-api"
model = "m"
url = "{url}"
key_env = "{variable}\""""


def test_a_suite_does_not_choose_which_key_goes_where(limited: Limited, small_suite: SmallSuite) -> None:
    """Blocked, with what to type; allowed by the option or the environment, and never shown."""
    variable, host = "AWS_SECRET_ACCESS_KEY", "collector.example.org"
    small_suite(('use = "as-is"', API.format(url=f"https://{host}/v1", variable=variable)))
    pair = f"{host}={variable}"
    done = limited("plan", "mine", "--json", **{variable: KEY})
    assert (0, 2) == (done.returncode, done.stdout.count('"blocked"'))
    assert f"if you trust it: --allow-api {pair}, or set HARNESS_ALLOW_API={pair}" in done.stdout
    for args, env in (
        (("--allow-api", pair), {}),
        ((), {"HARNESS_ALLOW_API": f"api.example.org=OTHER, {pair}"}),
    ):
        allowed = limited("plan", "mine", *args, **env, **{variable: KEY})
        assert "0 done, 2 to do, 0 blocked\n" == allowed.stdout[-27:]
        assert KEY not in allowed.stdout + allowed.stderr + done.stdout + done.stderr
    refused(limited("plan", "mine", "--allow-api", f"{host}={KEY}"), "expected HOST=VARIABLE")


# -- Files


def stated(shape: object, dtype: str = "<f4") -> bytes:
    """Return a ``.npy`` file of 64 bytes of numbers whose header declares ``shape``."""
    header = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(64)


def archive(method: int = zipfile.ZIP_DEFLATED, name: str = "left.npy", size: int = 0) -> bytes:
    """Return an archive of one array of ``size`` zeros."""
    buffer, array = io.BytesIO(), io.BytesIO()
    np.save(array, np.zeros((size // 32, 8), np.float32))
    with zipfile.ZipFile(buffer, "w", method) as file:
        file.writestr(name, array.getvalue())
    return buffer.getvalue()


def encrypted() -> bytes:
    """Return an archive whose member says that it is encrypted."""
    data = bytearray(archive(size=640))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    return bytes(data)


def method_99() -> bytes:
    """Return an archive whose member names a compression that there is not."""
    data = bytearray(archive(size=640))
    for signature, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(signature) + at] = 99
    return bytes(data)


ARRAYS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a terabyte declared": (
        "a.npy",
        lambda: stated((10**10, 25)),
        "before 64 bytes, expected as many bytes as",
    ),
    "no columns declared": ("a.npy", lambda: stated((10**12, 0)), "expected as many bytes as it declares"),
    "a negative shape": ("a.npy", lambda: stated((-4, -4)), "expected as many bytes as it declares"),
    "a shape of thousands of digits": ("a.npy", lambda: stated(f"({'9' * 5000},)"), "a.npy: "),
    "a header that nests": ("a.npy", lambda: stated("(" * 3000 + ")" * 3000), "a.npy: "),
    "an encrypted member": (
        "a.npz",
        encrypted,
        "'left': found an encrypted member, expected one that can be read",
    ),
    "an unknown compression": (
        "a.npz",
        method_99,
        "found the compression method 99, expected none or deflate",
    ),
    "bzip2": ("a.npz", lambda: archive(zipfile.ZIP_BZIP2, size=640), "found the compression method 12"),
    "a member that is no array": ("a.npz", lambda: archive(name="x.pkl"), "'x.pkl': found a member without"),
    "an archive that is a bomb": (
        "a.npz",
        lambda: archive(size=BOMB),
        "times its size, expected at most 100",
    ),
    "packed text that is a bomb": (
        "a.jsonl.gz",
        lambda: gzip.compress(bytes(BOMB), 1),
        "times its size, expected at most 100",
    ),
    "numbers of Parquet that are a bomb": (
        "a.parquet",
        lambda: parquet(pa.array(np.ones(BOMB // 4, np.float32)), BOMB // 8),
        "times its size, expected at most 100",
    ),
    "texts of Parquet that are a bomb": (
        "a.parquet",
        lambda: parquet(pa.array(["[1" + "0" * 900_000 + "]"] * 300), None),
        "times its size, expected at most 100",
    ),
    "a line of JSON that nests": (
        "a.jsonl",
        lambda: b"[" * 10**6,
        "row 0: found lists in lists, expected one",
    ),
    "a number of JSON without end": (
        "a.jsonl",
        lambda: b"9" * 10**6,
        "row 0: Exceeds the limit (4300 digits)",
    ),
    "a line without end": (
        "a.tsv",
        lambda: b"a" * 2**25,
        "row 0: found 33,554,432 characters in a line, expected at most 16,777,216",
    ),
}


def parquet(values: pa.Array, width: int | None) -> bytes:
    """Return a Parquet file of texts, or of lists of ``width`` numbers."""
    if width is not None:
        values = pa.FixedSizeListArray.from_arrays(values, width)
    buffer = io.BytesIO()
    table = pa.table({"embedding": values})
    pq.write_table(table, buffer, compression="zstd", dictionary_pagesize_limit=2**22)
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "data", "named"), ARRAYS.values(), ids=ARRAYS)
def test_a_file_that_lies_or_expands_is_refused(
    limited: Limited, small_suite: SmallSuite, name: str, data: Callable[[], bytes], named: str
) -> None:
    """In one line that names the file, before its memory is taken; there is no result."""
    folder = small_suite((TEST, TEST.replace("test.npz", name))).parent
    (folder / name).write_bytes(data())
    refused(limited("run", "mine"), name, named)
    assert not (folder.parent / "out").exists()


@pytest.mark.parametrize("pinned", [False, True])
def test_a_link_out_of_the_folder_is_followed_where_its_content_is_pinned(
    limited: Limited, small_suite: SmallSuite, tmp_path: Path, pinned: bool
) -> None:
    """A suite's own link is refused; a mirror may be the snapshot of a cache, links to files beside it."""
    source = "mirror" if pinned else "files"
    digest = '\nsha256 = "{}"' if pinned else ""
    folder = small_suite().parent
    data = (folder / "test.npz").read_bytes()
    digest = digest.format(hashlib.sha256(data).hexdigest())
    small_suite((TEST, TEST.replace("files", source) + digest))
    mirror, beside = tmp_path / "mirror", tmp_path / "beside"
    mirror.mkdir()
    beside.write_bytes(data)
    for link in (mirror / "test.npz", folder / "test.npz"):
        link.unlink(missing_ok=True)
        link.symlink_to(beside)
    done = limited("run", "mine", "--only", "*.identity.*", "--mirror", "mirror")
    if pinned:
        complaints = [line for line in done.stderr.splitlines() if not line.startswith("[")]
        assert (0, []) == (done.returncode, complaints)
        beside.write_bytes(data + b"x")
        refused(limited("run", "mine", "--force", "--mirror", "mirror"), "test.npz: found sha256 ")
    else:
        refused(done, "files: 'test.npz' leaves", "by a link, expected a path inside it")
