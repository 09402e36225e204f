"""The examples of databases, which their pages print: neighbours are those of exact search over the codec."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from support.codecs import fitted
from support.neighbours import assert_nearest
from support.paths import ROOT

from harness.deploy import Codec
from harness.types import Doubles, Floats

EXAMPLES = {
    "search_duckdb": "normalize | pca dims=11 | scalar bits=8",
    "search_lancedb": "normalize | pca dims=16",
    "search_sqlite_vec": "normalize | random-projection dims=128 | sign",
}
QUERIES = 20


@pytest.fixture
def example(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module of the example that the test is of."""
    monkeypatch.syspath_prepend(ROOT / "examples")
    return importlib.import_module(request.param)


def case(name: str) -> tuple[Codec, Floats, Floats, Doubles]:
    """Return a codec, the rows to store, queries, and all cosines of mapped queries with decoded rows."""
    codec, vectors = fitted(EXAMPLES[name])
    queries, rows = vectors[:QUERIES], vectors[QUERIES:]
    last = len(codec.pipeline.codecs) - (name == "search_duckdb")
    left, right = codec.pipeline.through(queries, last), codec.decode(codec.encode(rows))
    lengths = np.outer(np.linalg.norm(left, axis=1), np.linalg.norm(right, axis=1))
    return codec, rows, queries, left.astype(np.float64) @ right.T.astype(np.float64) / lengths


@pytest.mark.parametrize("example", ["search_duckdb"], indirect=True)
def test_duckdb_has_the_neighbours_of_exact_search(example: ModuleType) -> None:
    """Its SQL computes the cosines of decoded vectors from their codes."""
    import duckdb

    codec, rows, queries, cosines = case("search_duckdb")
    with duckdb.connect() as database:
        example.create(database, codec, rows)
        assert_nearest(example.search(database, codec, queries, 10), cosines)


@pytest.mark.parametrize("example", ["search_sqlite_vec"], indirect=True)
def test_sqlite_vec_has_the_neighbours_of_exact_search(example: ModuleType) -> None:
    """Hamming distances order as cosines of signs; rows of equal distance stand for one another."""
    codec, rows, queries, cosines = case("search_sqlite_vec")
    database = example.connect(":memory:")
    example.create(database, codec, rows)
    assert_nearest(example.search(database, codec, queries, 10), cosines)
    database.close()


@pytest.mark.parametrize("example", ["search_lancedb"], indirect=True)
def test_lancedb_has_the_neighbours_of_exact_search_up_to_float16(
    example: ModuleType, tmp_path: Path
) -> None:
    """Without its index; with it, nine in ten of them."""
    import lancedb

    codec, rows, queries, cosines = case("search_lancedb")
    table = example.create(lancedb.connect(tmp_path), codec, rows)
    assert_nearest(example.search(table, codec, queries, 10), cosines, tolerance=1e-3)
    example.index(table)
    assert_nearest(example.search(table, codec, queries, 10), cosines, tolerance=0.05, share=0.9)


@pytest.mark.parametrize("example", EXAMPLES, indirect=True)
def test_an_example_prints_recall_in_the_database_beside_ours(
    example: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first line is the database's, the last ours: equal, but for ties and float16."""
    codec, rows, queries, _ = case(example.__name__)
    codec.save(tmp_path / "codec")
    np.save(tmp_path / "rows.npy", rows)
    np.save(tmp_path / "queries.npy", queries)
    files = [str(tmp_path / name) for name in ("codec", "rows.npy", "queries.npy")]
    monkeypatch.setattr("sys.argv", [example.__name__, *files])
    example.main()
    lines = capsys.readouterr().out.splitlines()
    first, last = (float(lines[i].split()[-1]) for i in (0, -1))
    assert lines[-1].startswith("harness")
    assert abs(first - last) <= 0.05
    assert 0.3 < last <= 1


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_page_prints_the_code_that_is_tested_here(name: str) -> None:
    """It includes the file; nothing is copied."""
    page = ROOT / "docs" / "databases" / f"{name.removeprefix('search_').replace('_', '-')}.md"
    assert f'--8<-- "examples/{name}.py"' in page.read_text("utf-8")
