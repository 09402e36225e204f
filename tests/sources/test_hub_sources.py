"""Vectors, recordings and sequences of hub data sets, from a cache and from a small hub on this machine."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
import soundfile

from harness.data import hub_parquet
from harness.data.parquet import parquet_rows, read_parquet_values, read_parquet_vectors
from harness.data.sampling import Part, graded_pairs, random_pairs
from harness.data.vector_files import Rows
from harness.errors import BlockedError, InputError
from harness.evidence.files import sha256_file
from harness.sources import files, hub_audio, hub_sequences, hub_vectors, mirror
from harness.types import PairSet, Place

SHA = "0123456789abcdef0123456789abcdef01234567"
OFFLINE = Place(Path(), None, offline=True)
NAMES = tuple(f"data/train-0000{i}-of-00003.parquet" for i in range(3))
VECTORS = np.random.default_rng(0).standard_normal((10, 4)).astype(np.float32)
PINNED = {"repo": "who/set", "revision": SHA}

Cache = Callable[..., Path]


@pytest.fixture(autouse=True)
def _offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the hub's cache to an empty folder, and let nothing ask the network."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """Return a function that puts tables into the cache as files of a commit, with the list of its files."""

    def put(tables: dict[str, pa.Table], listed: tuple[str, ...] = ()) -> Path:
        root = tmp_path / "hub" / "datasets--who--set"
        folder = root / "snapshots" / SHA
        for name, table in tables.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            pyarrow.parquet.write_table(table, folder / name)
        (root / f"files-of-{SHA}.json").write_text(json.dumps([*(listed or tables), "README.md"]))
        return folder

    return put


def _table(rows: Any, column: str = "emb") -> pa.Table:
    kind = pa.list_(pa.float32())
    return pa.table({"title": [f"row {i}" for i in range(len(rows))], column: pa.array(list(rows), kind)})


def _written(tmp_path: Path, **columns: Any) -> Path:
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pa.table(columns), path)
    return path


# -- One Parquet file


@pytest.mark.parametrize(
    "kind",
    [
        pa.list_(pa.float64()),
        pa.list_(pa.float32()),
        pa.list_(pa.float16()),
        pa.large_list(pa.float32()),
        pa.list_(pa.float32(), 3),
        pa.list_(pa.int16()),
    ],
    ids=str,
)
def test_vectors_are_read_from_lists_of_any_kind(kind: pa.DataType, tmp_path: Path) -> None:
    """Numbers of any width, lists of any kind, and float32 comes out."""
    rows = [[1.0, 2.0, -3.0], [4.0, 0.0, 6.0], [7.0, 8.0, 9.0]]
    values = np.array(rows, np.float16) if kind == pa.list_(pa.float16()) else rows
    if "int" in str(kind):
        values = [[int(x) for x in row] for row in rows]
    path = _written(tmp_path, text=["a", "b", "c"], emb=pa.array(list(values), kind))
    actual = read_parquet_vectors(path)
    assert np.float32 == actual.dtype
    assert rows == actual.tolist()
    assert rows[1:2] == read_parquet_vectors(path, "emb", limit=1, skip=1).tolist()


def test_vectors_are_read_from_json_texts(tmp_path: Path) -> None:
    """Some sets keep each vector as a text."""
    path = _written(tmp_path, emb=["[1, 2.5]", "[-1e-3, 0]"])
    assert [[1.0, 2.5], [np.float32(-1e-3), 0.0]] == read_parquet_vectors(path, "emb").tolist()


def test_rows_are_the_same_however_the_file_is_cut(tmp_path: Path) -> None:
    """9,000 rows in groups of 700, read in pieces of 4,096: skip and limit count rows of the file."""
    x = np.random.default_rng(1).standard_normal((9000, 2)).astype(np.float32)
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(_table(x), path, row_group_size=700)
    assert 9000 == parquet_rows(path)
    for skip, limit in ((0, None), (0, 5), (4095, 2), (4096, 4096), (699, 8000), (8999, 10)):
        actual = read_parquet_vectors(path, "emb", limit, skip)
        assert x[skip : None if limit is None else skip + limit].tobytes() == actual.tobytes()
    assert ["row 4096", "row 4097"] == read_parquet_values(path, "title", 2, 4096)


@pytest.mark.parametrize(
    ("columns", "taken"),
    [
        ({"text": ["a"], "emb": [[1.0, 2.0]]}, "emb"),
        ({"title_embedding": [[1.0, 2.0]], "ids": [[7.0, 8.0]]}, "title_embedding"),
        ({"Embedding": ["[1, 2]"], "title": ["a"]}, "Embedding"),
        ({"embedding": [[1.0, 2.0]], "embedding_model": ["ada"], "ids": [[7.0, 8.0]]}, "embedding"),
    ],
    ids=[
        "the only lists",
        "called embedding",
        "called embedding, as a text",
        "the lists among those called so",
    ],
)
def test_a_column_needs_no_name_where_it_is_plain_which(
    columns: dict[str, Any], taken: str, tmp_path: Path
) -> None:
    """The single one with "embedding" in its name, or else the single one of lists."""
    path = _written(tmp_path, **columns)
    assert [[1.0, 2.0]] == read_parquet_vectors(path).tolist()
    assert [[1.0, 2.0]] == read_parquet_vectors(path, taken).tolist()


@pytest.mark.parametrize(
    ("columns", "listed"),
    [
        ({"a": [[1.0]], "b": [[2.0]], "c": ["x"]}, "a, b, c"),
        ({"c": ["[1, 2]"], "d": [1.5]}, "c, d"),
        (
            {"title-embedding": [[1.0]], "text-embedding": [[2.0]], "emb": [[3.0]]},
            "title-embedding, text-emb",
        ),
    ],
)
def test_where_it_is_not_plain_the_column_has_to_be_named(
    columns: dict[str, Any], listed: str, tmp_path: Path
) -> None:
    """Two, or none: the columns stand in the error."""
    path = _written(tmp_path, **columns)
    with pytest.raises(InputError, match=f"found the columns {listed}.*: name the column$"):
        read_parquet_vectors(path)


@pytest.mark.parametrize("module", [files, mirror])
def test_a_parquet_file_beside_the_suite_or_in_the_mirror_is_read(module: Any, tmp_path: Path) -> None:
    """By the same rule, with the same parts as any file of vectors; ``array`` names the column."""
    path = _written(tmp_path, title=["t"] * 10, embedding=VECTORS.tolist(), other=VECTORS[::-1].tolist())
    keys = {"path": path.name} | ({"sha256": sha256_file(path)} if module is mirror else {})
    place = Place(tmp_path, tmp_path, offline=True)
    actual = module.read(module.Params(**keys), "set", place).vectors
    assert VECTORS.tobytes() == actual.tobytes()
    rows = Rows(array="other", part="validation", share=0.5, validation=0.3)
    part = module.read(module.Params(**keys, rows=rows), "set", place)
    assert np.sort(np.random.default_rng(0).permutation(10)[5:8]).tolist() == part.index.tolist()
    assert VECTORS[::-1][part.index].tobytes() == part.vectors.tobytes()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[1.0, 2.0], [3.0]], r"column 'emb': row 1: found a list of 1 numbers, expected 2"),
        ([[1.0, 2.0], None], r"column 'emb': row 1: found no list, expected 2"),
        ([None, [1.0, 2.0]], r"column 'emb': row 0: found no list, expected numbers"),
        ([[], [1.0]], r"column 'emb': row 0: found a list of 0 numbers, expected numbers"),
        ([[1.0, 2.0], [3.0, None]], r"column 'emb': row 1: found a missing number, expected 2 numbers"),
        ([[1.0, 2.0], [3.0, float("nan")]], r"column 'emb': row 1 has NaN or infinity"),
        ([[1.0, 2.0], [0.0, 0.0]], r"column 'emb': row 1 is a zero vector"),
        ([["a"], ["b"]], r"found values of type list<.*string>, expected lists of numbers"),
        ([1.5, 2.5], r"found values of type double, expected lists of numbers"),
        (["[1]", "[1, 2]"], r"row 1: found a list of 2 numbers, expected 1"),
        (["[1]", '["2"]'], r"""row 1: found '\["2"\]', expected a JSON list of numbers"""),
        (["[1]", "[true]"], r"row 1: found '\[true\]', expected a JSON list of numbers"),
        (["[1]", "1"], r"row 1: found '1', expected a JSON list of numbers"),
        (["[1]", None], r"row 1: found 'None', expected a JSON list of numbers"),
        (["[1]", "[NaN]"], r"row 1 has NaN or infinity"),
        ([], r"column 'emb': found no rows after 0, expected vectors"),
    ],
)
def test_what_is_no_vector_is_named_by_file_column_and_row(
    values: list[Any], message: str, tmp_path: Path
) -> None:
    """Lists of different lengths, missing ones, missing numbers, no numbers, no lists."""
    path = _written(tmp_path, emb=values)
    with pytest.raises(InputError, match=message) as raised:
        read_parquet_vectors(path, "emb")
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    """The choices stand in the error."""
    path = _written(tmp_path, title=["a"], emb=[[1.0]])
    with pytest.raises(InputError, match="found no column 'vec', expected one of title, emb"):
        read_parquet_vectors(path, "vec")


@pytest.mark.parametrize("keep", [0, 4, 300, -1])
def test_a_file_that_is_cut_is_no_parquet(keep: int, tmp_path: Path) -> None:
    """One line with the path, whatever is missing."""
    path = _written(tmp_path, emb=[[1.0, 2.0]] * 100)
    path.write_bytes(path.read_bytes()[:keep])
    for read in (parquet_rows, read_parquet_vectors):
        with pytest.raises(InputError, match="expected a readable Parquet file") as raised:
            read(path)
        assert str(raised.value).startswith(f"{path}: ")


def test_a_file_whose_pages_are_altered_is_no_parquet(tmp_path: Path) -> None:
    """The footer is whole, the data are not."""
    path = _written(tmp_path, emb=VECTORS.tolist())
    data = bytearray(path.read_bytes())
    data[4:60] = b"\xff" * 56
    path.write_bytes(data)
    with pytest.raises(InputError, match="found no page at byte 4, expected one as the footer says"):
        read_parquet_vectors(path)


# -- Files of a commit


def test_rows_go_over_the_files_in_the_order_of_their_names(cache: Cache) -> None:
    """Of files of 4, 3 and 3 rows, rows 3 to 7 are one of the first, all of the second, one of the third."""
    folder = cache(
        {NAMES[2]: _table(VECTORS[7:]), NAMES[0]: _table(VECTORS[:4]), NAMES[1]: _table(VECTORS[4:7])}
    )
    parts = list(hub_parquet.parts("who/set", SHA, "*.parquet", OFFLINE, skip=3, rows=5))
    expected = [(folder / NAMES[0], 3, 1), (folder / NAMES[1], 0, 3), (folder / NAMES[2], 0, 1)]
    assert expected == [(part.path, part.skip, part.count) for part in parts]


def test_a_file_is_not_asked_for_before_its_rows_are(cache: Cache) -> None:
    """Six rows stand in two files: the third need not be there; with eight it is missed by name."""
    cache({NAMES[0]: _table(VECTORS[:4]), NAMES[1]: _table(VECTORS[4:7])}, NAMES)
    params = hub_vectors.Params(**PINNED, rows=6)
    assert 6 == hub_vectors.read(params, "set", OFFLINE).rows
    with pytest.raises(BlockedError, match=f"{NAMES[2]} of dataset who/set|could not be fetched"):
        hub_vectors.read(hub_vectors.Params(**PINNED, rows=8), "set", OFFLINE)


def test_rows_that_the_files_have_not_are_missed(cache: Cache) -> None:
    """Ten rows are no twelve, skipped ones included."""
    cache({NAMES[0]: _table(VECTORS)})
    with pytest.raises(InputError, match=r"who/set: files \*.parquet: found 10 rows, expected at least 12"):
        hub_vectors.read(hub_vectors.Params(**PINNED, rows=8, skip=4), "set", OFFLINE)


def test_a_pattern_chooses_the_files(cache: Cache) -> None:
    """One that matches none is an error."""
    cache({"data/test-0.parquet": _table(VECTORS[:2]), NAMES[0]: _table(VECTORS[2:])})
    params = hub_vectors.Params(**PINNED, rows=2, files="data/train-*")
    actual = hub_vectors.read(params, "set", OFFLINE).vectors
    assert actual is not None
    assert VECTORS[2:4].tobytes() == actual.tobytes()
    with pytest.raises(InputError, match=r"who/set: found no file \*.csv, expected Parquet files"):
        hub_parquet.file_names("who/set", SHA, "*.csv", OFFLINE)


def test_files_of_several_splits_are_put_together_only_on_demand(cache: Cache) -> None:
    """Parts of one split differ in their numbers alone; where names differ otherwise one has to be named."""
    tables = {"data/test-0.parquet": _table(VECTORS[:2]), NAMES[0]: _table(VECTORS[2:])}
    cache(tables)
    with pytest.raises(InputError, match=f"found files of several splits .data/test-0.parquet, {NAMES[0]}"):
        hub_vectors.read(hub_vectors.Params(**PINNED, rows=2), "set", OFFLINE)
    for pattern, rows in ((NAMES[0], VECTORS[2:5]), ("data/*.parquet", VECTORS[:3])):
        actual = hub_vectors.read(hub_vectors.Params(**PINNED, rows=3, files=pattern), "set", OFFLINE).vectors
        assert actual is not None
        assert rows.tobytes() == actual.tobytes()


def test_a_name_that_leaves_the_snapshot_is_refused(cache: Cache) -> None:
    """A list of files is somebody else's."""
    cache({NAMES[0]: _table(VECTORS)}, ("../../../x.parquet",))
    with pytest.raises(InputError, match=r"who/set: '\.\./\.\./\.\./x\.parquet' leaves"):
        hub_vectors.read(hub_vectors.Params(**PINNED, rows=2), "set", OFFLINE)


def test_without_the_list_of_files_the_set_is_blocked(cache: Cache) -> None:
    """Which rows come first must not follow from which files happen to be there."""
    folder = cache({NAMES[1]: _table(VECTORS)})
    (folder.parents[1] / f"files-of-{SHA}.json").unlink()
    with pytest.raises(BlockedError, match="the list of files of dataset who/set is not in the cache"):
        hub_vectors.read(hub_vectors.Params(**PINNED, rows=2), "set", OFFLINE)


# -- A hub on this machine


class _Hub(BaseHTTPRequestHandler):
    """Answers as much of the hub's interface as a download of files asks for; notes what is fetched."""

    files: dict[str, bytes]
    fetched: list[str]

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        name = path.rpartition(f"/resolve/{SHA}/")[2]
        if path.startswith(f"/api/datasets/who/set/tree/{SHA}"):
            listed = [
                {"type": "file", "path": name, "size": len(data), "oid": "0"}
                for name, data in self.files.items()
            ]
            self._send(json.dumps(listed).encode(), body=body)
        elif path.startswith("/api/datasets/who/set"):
            siblings = [{"rfilename": name} for name in self.files]
            self._send(json.dumps({"id": "who/set", "sha": SHA, "siblings": siblings}).encode(), body=body)
        elif path.startswith("/datasets/who/set/resolve/") and name in self.files:
            if body:
                self.fetched.append(name)
            self._send(self.files[name], body=body)
        else:
            self.send_error(404 if path != "/" else 200)

    def _send(self, data: bytes, *, body: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", SHA)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def do_GET(self) -> None:
        """Answer with a body."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """Answer without."""
        self._answer(body=False)

    def log_message(self, *_args: Any) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def hub_server() -> Iterator[tuple[str, type[_Hub]]]:
    """Return the address of a hub with the data set who/set in three files, and its handler."""
    handler = type("Hub", (_Hub,), {"files": {"README.md": b"#"}, "fetched": []})
    for name, rows in zip(NAMES, (VECTORS[:4], VECTORS[4:7], VECTORS[7:]), strict=True):
        buffer = io.BytesIO()
        pyarrow.parquet.write_table(_table(rows), buffer)
        handler.files[name] = buffer.getvalue()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", handler
        server.shutdown()
        thread.join()


# In a process of its own, since the hub's client reads its address when it is imported.
FETCH = """
import sys
from pathlib import Path
from harness.types import Place
from harness.sources import hub_vectors
params = hub_vectors.Params(repo="who/set", rows=5, pairs=0)
data = hub_vectors.read(params, "set", Place(Path(), None, offline=sys.argv[1] == "offline"))
print(data.origin["revision"], data.vectors.tobytes().hex())
"""


def test_only_the_files_that_are_needed_are_fetched(
    hub_server: tuple[str, type[_Hub]], tmp_path: Path
) -> None:
    """Five rows stand in two files of three; a later run offline has the same rows of the same commit."""
    address, handler = hub_server
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith("HF_")},
        "HF_ENDPOINT": address,
        "HF_HUB_CACHE": str(tmp_path / "cache"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",
    }
    outputs = []
    for access in ("online", "offline"):
        run = subprocess.run(
            [sys.executable, "-c", FETCH, access], env=env, capture_output=True, text=True, check=False
        )
        assert 0 == run.returncode, run.stderr
        outputs.append(run.stdout)
    assert [f"{SHA} {VECTORS[:5].tobytes().hex()}\n"] * 2 == outputs
    assert [NAMES[0], NAMES[1]] == handler.fetched


# -- Vectors


def test_vectors_of_the_hub_come_with_graded_pairs(cache: Cache) -> None:
    """The rows, the pairs that are drawn for such a set, nobody's scores, and what they were read from."""
    cache({NAMES[0]: _table(VECTORS)})
    actual = hub_vectors.read(hub_vectors.Params(**PINNED, rows=6, skip=2), "set", OFFLINE)
    assert actual.vectors is not None
    assert VECTORS[2:8].tobytes() == actual.vectors.tobytes()
    assert graded_pairs(VECTORS[2:8], "set").tolist() == actual.pairs.tolist()
    assert (None, None, None) == (actual.texts, actual.gold, actual.waves)
    assert {"use": "hub-vectors", **PINNED} == {key: actual.origin[key] for key in ("use", *PINNED)}
    assert {
        "rows": 6,
        "skip": 2,
        "column": None,
        "files": "*.parquet",
        "pairs": True,
    }.items() <= actual.origin.items()


def test_vectors_to_train_on_need_no_pairs(cache: Cache) -> None:
    """A corpus has m = 0."""
    cache({NAMES[0]: _table(VECTORS)})
    actual = hub_vectors.read(hub_vectors.Params(**PINNED, rows=6, pairs=0), "set", OFFLINE)
    assert (0, 2) == actual.pairs.shape


def test_a_part_of_the_rows_is_taken_by_their_numbers(cache: Cache) -> None:
    """Of rows 2 to 9: the validation part, with the numbers that these rows have in the files."""
    cache({NAMES[0]: _table(VECTORS)})
    take = Part(part="validation", share=0.5, validation=0.25, seed=42)
    actual = hub_vectors.read(hub_vectors.Params(**PINNED, rows=8, skip=2, take=take), "set", OFFLINE)
    expected = 2 + np.sort(np.random.default_rng(42).permutation(8)[4:6])
    assert actual.index is not None
    assert actual.vectors is not None
    assert expected.tolist() == actual.index.tolist()
    assert VECTORS[expected].tobytes() == actual.vectors.tobytes()
    assert take.identity() == actual.origin["take"]
    assert "take" not in hub_vectors.locate(hub_vectors.Params(**PINNED, rows=8), OFFLINE)


def test_files_of_different_dimensions_are_refused(cache: Cache) -> None:
    """Each file alone is consistent."""
    cache({NAMES[0]: _table(VECTORS[:2]), NAMES[1]: _table(VECTORS[:2, :3])})
    with pytest.raises(InputError, match=r"who/set: found vectors of \[3, 4\] dimensions"):
        hub_vectors.read(hub_vectors.Params(**PINNED, rows=4), "set", OFFLINE)


# -- Sequences


def test_sequences_are_read_in_order_with_pairs_drawn_at_random(cache: Cache) -> None:
    """In upper case and without the line breaks of a FASTA file."""
    cache({NAMES[0]: pa.table({"Sequence": ["MKV", "mkta\nYIA", "GA", "LL"]})})
    params = hub_sequences.Params(**PINNED, column="Sequence", rows=3)
    actual = hub_sequences.read(params, "proteins", OFFLINE)
    assert ("MKV", "MKTAYIA", "GA") == actual.texts
    assert random_pairs("proteins", 3).tolist() == actual.pairs.tolist()
    assert (None, None) == (actual.vectors, actual.gold)
    expected = {"use": "hub-sequences", "column": "Sequence", "rows": 3, **PINNED}
    assert expected.items() <= actual.origin.items()


@pytest.mark.parametrize("value", ["", None, "MK-V", "M1"])
def test_what_is_no_sequence_is_named_by_its_row(value: Any, cache: Cache) -> None:
    """Empty, missing, with a gap, with a digit; the row is that of the file."""
    cache({NAMES[0]: pa.table({"seq": ["MKV", "GA", "LL", value]})})
    params = hub_sequences.Params(**PINNED, column="seq", rows=2, skip=2)
    with pytest.raises(InputError, match=r"who/set: train-.*: column 'seq', row 3: found .*, expected a seq"):
        hub_sequences.read(params, "proteins", OFFLINE)


# -- Recordings


def _sound(samples: Any, rate: int, form: str = "WAV", kind: str = "FLOAT") -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=form, subtype=kind)
    return buffer.getvalue()


def _audio(cache: Cache, *files: bytes | None) -> PairSet:
    values = [{"bytes": data, "path": f"{i}.wav"} for i, data in enumerate(files)]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    cache({"clean/validation-00000-of-00001.parquet": pa.table({"audio": pa.array(values, kind)})})
    return hub_audio.read(hub_audio.Params(**PINNED, rows=len(files)), "speech", OFFLINE)


def test_recordings_keep_their_samples(cache: Cache) -> None:
    """At 16 kHz and mono nothing changes; two channels are averaged; the samples' digest is the name."""
    rng = np.random.default_rng(0)
    mono = rng.uniform(-1, 1, 500).astype(np.float32)
    stereo = rng.uniform(-1, 1, (300, 2)).astype(np.float32)
    actual = _audio(cache, _sound(mono, 16_000), _sound(stereo, 16_000), _sound(mono, 16_000))
    assert actual.waves is not None
    assert mono.tobytes() == actual.waves[0].tobytes()
    averaged = ((stereo[:, 0].astype(np.float64) + stereo[:, 1]) / 2).astype(np.float32)
    assert averaged.tobytes() == actual.waves[1].tobytes()
    name = "sha256:" + hashlib.sha256(mono.tobytes()).hexdigest()
    assert actual.texts is not None
    assert (name, name) == (actual.texts[0], actual.texts[2])
    assert actual.texts[1] != name
    assert random_pairs("speech", 3).tolist() == actual.pairs.tolist()
    assert (None, None) == (actual.vectors, actual.gold)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_recordings_are_brought_to_16_khz(rate: int, cache: Cache) -> None:
    """A tone of 440 Hz and one second stays one of 440 Hz and one second, but for the ends."""
    tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate) / 2
    waves = _audio(cache, _sound(tone, rate), _sound(tone, rate)).waves
    assert waves is not None
    expected = np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000) / 2
    assert (np.float32, 16_000) == (waves[0].dtype, len(waves[0]))
    np.testing.assert_allclose(waves[0][500:-500], expected[500:-500], atol=2e-3)


def test_a_lossless_file_has_the_samples_it_was_made_of(cache: Cache) -> None:
    """FLAC of 16 bits, as LibriSpeech comes, in steps of 1/32768."""
    steps = np.random.default_rng(0).integers(-32768, 32768, 400).astype(np.int16)
    waves = _audio(cache, *[_sound(steps, 16_000, "FLAC", "PCM_16")] * 2).waves
    assert waves is not None
    assert (steps / np.float32(32768)).tolist() == waves[0].tolist()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"no sound", r"row 1: .*, expected a sound file that libsndfile reads"),
        (None, r"row 1: found no bytes, expected a whole sound file in `bytes`"),
        (_sound(np.empty(0), 16_000), r"row 1: found 0 samples, expected some, all finite"),
        (_sound(np.array([0.5, np.nan]), 16_000), r"row 1: found 2 samples, expected some, all finite"),
    ],
    ids=["text", "nothing", "empty", "nan"],
)
def test_what_is_no_sound_is_named_by_its_row(data: bytes | None, message: str, cache: Cache) -> None:
    """One line with repository, file, column and row."""
    good = _sound(np.ones(9, np.float32) / 2, 16_000)
    with pytest.raises(InputError, match=r"who/set: validation-.*: column 'audio', " + message) as raised:
        _audio(cache, good, data)
    assert "\n" not in str(raised.value)


def test_without_the_decoder_recordings_are_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings it is named."""
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(BlockedError, match="the package soundfile is not installed") as raised:
        hub_audio.locate(hub_audio.Params(**PINNED, rows=2), OFFLINE)
    assert "pip install '.[audio]'" == raised.value.remedy


# -- All three


@pytest.mark.parametrize(
    ("module", "params"),
    [
        (hub_vectors, hub_vectors.Params(**PINNED, rows=2)),
        (hub_audio, hub_audio.Params(**PINNED, rows=2)),
        (hub_sequences, hub_sequences.Params(**PINNED, rows=2, column="seq")),
    ],
    ids=["vectors", "audio", "sequences"],
)
def test_a_set_that_is_not_in_the_cache_is_blocked_offline(module: Any, params: Any) -> None:
    """Before anything is read."""
    with pytest.raises(BlockedError, match="dataset who/set is not in the cache and the run is offline"):
        module.locate(params, OFFLINE)
