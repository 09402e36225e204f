"""What every search index has to keep to, and what each one does, on words encoded by a real transformer."""

from __future__ import annotations

import functools
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import faiss
import numpy as np
import pytest
from pydantic import ValidationError
from support.words import word_vectors

from harness.errors import InputError
from harness.evaluation.knn import unit
from harness.evaluation.search import Index
from harness.planning import registry
from harness.portability.steps import small
from harness.types import Floats, Ints

K = 10


@dataclass(frozen=True)
class Case:
    """The knn-recall@10 that an index has to reach with its defaults, and the bytes of its codes a vector."""

    recall: float
    code_bytes: int
    params: dict[str, Any] = field(default_factory=dict)


D = 384
CASES = {
    "flat": Case(1.0, 4 * D),
    "hnsw": Case(0.98, 4 * D),
    "ivf": Case(0.9, 4 * D),
    "pq": Case(0.75, 48, {"subvectors": 48, "iterations": 4}),
    "rabitq": Case(0.75, D // 8 + 8),  # a bit a dimension and two factors
    "turboquant": Case(0.85, D // 4 + 4, {"bits": 2, "extra_bytes": 4}),
    "turboquant-prod": Case(0.75, 3 * D // 8 + 8, {"bits": 3}),  # the last bit is the second stage's
    "eden": Case(0.85, D // 4 + 8),  # two bits a dimension, a scale and a squared length
    "usearch": Case(0.98, 4 * D),
}
every = pytest.mark.parametrize("name", registry.names("indexes"))


def case_of(name: str) -> Case:
    """Return the case of an index: as listed, else with the least parameters that fit and no bound."""
    return CASES.get(name) or Case(0.0, 0, small(_module(name).Params).model_dump())


def _words() -> Floats:
    return unit(word_vectors())


@pytest.fixture
def words() -> Floats:
    """Return the 1,341 different words of WordSim-353 and SimLex-999 as MiniLM encodes them, unit length."""
    return _words()


def _module(name: str) -> ModuleType:
    return registry.load("indexes", name, "here")


def _build(name: str, vectors: Floats, seed: int = 5, **params: Any) -> Index:
    module = _module(name)
    built: Index = module.build(vectors, module.Params(**(params or case_of(name).params)), seed)
    return built


@functools.cache
def _built(name: str) -> Index:
    """Return the index of all words with the parameters of CASES; searching changes nothing of it."""
    return _build(name, _words())


def _exact(vectors: Floats, queries: Floats, k: int) -> Ints:
    return np.argsort(-(queries @ vectors.T), axis=1, kind="stable")[:, :k].astype(np.int64)


def _recall(ranking: Ints, exact: Ints) -> float:
    return float((ranking[:, :, None] == exact[:, None, :]).any(axis=1).mean())


# -- Every index ---------------------------------------------------------------------------------------------


@every
def test_the_module_says_whether_it_draws_and_what_it_takes(name: str) -> None:
    """RANDOM is a bool, and Params refuses a key it does not know and a change after the fact."""
    module = _module(name)
    assert type(module.RANDOM) is bool
    with pytest.raises(ValidationError, match="surplus"):
        module.Params(surplus=1)
    assert hash(module.Params(**case_of(name).params)) == hash(module.Params(**case_of(name).params))


@every
def test_answers_are_row_numbers_best_first(name: str, words: Floats) -> None:
    """Numbers are int64, in range, none twice; the first is the query's own row, which is nearest."""
    ranking = _built(name).search(words[:50], K)
    assert (50, K) == ranking.shape
    assert np.int64 == ranking.dtype
    assert 0 <= ranking.min() <= ranking.max() < len(words)
    assert all(len(set(row)) == K for row in ranking.tolist())
    assert (ranking[:, 0] == np.arange(50)).mean() >= case_of(name).recall


@every
def test_the_same_seed_gives_the_same_answers_and_size(name: str, words: Floats) -> None:
    """Two indexes of the same rows, parameters and seed answer alike, however often they are asked."""
    first, second = _built(name), _build(name, words)
    answers = first.search(words[::10], 50)
    np.testing.assert_array_equal(answers, first.search(words[::10], 50))
    np.testing.assert_array_equal(answers, second.search(words[::10], 50))
    assert first.nbytes == second.nbytes


@every
def test_another_seed_matters_where_something_is_drawn_and_nowhere_else(name: str, words: Floats) -> None:
    """The answers to many queries under two seeds differ if, and only if, the module says it is random."""
    first, second = (_build(name, words, seed).search(words, 50) for seed in (5, 6))
    assert _module(name).RANDOM == (not np.array_equal(first, second))


@every
def test_what_goes_in_is_left_alone(name: str, words: Floats) -> None:
    """Rows and queries are not written to and need not be writeable; a change to them changes no answer."""
    rows, queries = words.copy(), words[:20].copy()
    rows.flags.writeable = queries.flags.writeable = False
    index = _build(name, rows)
    answers = index.search(queries, K)
    np.testing.assert_array_equal(words, rows)
    np.testing.assert_array_equal(words[:20], queries)
    rows.flags.writeable = True
    rows[:] = 0
    np.testing.assert_array_equal(answers, index.search(queries, K))


@every
def test_one_query_is_answered_as_in_a_batch(name: str, words: Floats) -> None:
    """A query's answer does not depend on the others; views that are not contiguous are as good as copies."""
    index = _built(name)
    together = index.search(words[::70], K)
    alone = np.concatenate([index.search(words[i : i + 1], K) for i in range(0, len(words), 70)])
    np.testing.assert_array_equal(alone, together)


@every
@pytest.mark.parametrize("queries", [1, 3])
def test_more_than_all_rows_are_filled_up_with_minus_one(name: str, queries: int, words: Floats) -> None:
    """Asked for 20 more than there are, an index gives rows none of which comes twice, and then -1 alone."""
    ranking = _built(name).search(words[:queries], len(words) + 20)
    assert (queries, len(words) + 20) == ranking.shape
    for row in ranking.tolist():
        there = row.index(-1)
        assert there <= len(words)
        assert there == len(set(row[:there]))
        assert {-1} == set(row[there:])


@every
def test_recall_of_real_vectors(name: str, words: Floats) -> None:
    """The share of the exact ten nearest that are among the ten found is at least what CASES states."""
    ranking = _built(name).search(words[::3], K)
    assert case_of(name).recall <= _recall(ranking, _exact(words, words[::3], K)) <= 1


@every
def test_an_index_is_no_smaller_than_its_codes(name: str, words: Floats) -> None:
    """The size holds at least the codes, and of a thousand more rows at least their codes."""
    small, large = (_build(name, words[:rows]).nbytes for rows in (341, 1341))
    assert 1341 * case_of(name).code_bytes <= large
    assert 1000 * case_of(name).code_bytes <= large - small


# -- Each index ----------------------------------------------------------------------------------------------


def test_flat_is_exact(words: Floats) -> None:
    """A hundred rows deep it finds the similarities that a product in float64, sorted by numpy, has there."""
    exact = words[::7].astype(np.float64) @ words.T.astype(np.float64)
    ranking = _built("flat").search(words[::7], 100)
    ranked = np.take_along_axis(exact, ranking, axis=1)
    np.testing.assert_allclose(ranked, -np.sort(-exact, axis=1)[:, :100], atol=1e-6)


def test_flat_by_hand() -> None:
    """Of (1, 0), (0, 1), (3, 4) / 5, the query (4, 3) / 5 is nearest to the third, then to the first."""
    rows = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
    ranking = _build("flat", rows).search(np.array([[0.8, 0.6]], np.float32), 3)
    np.testing.assert_array_equal([[2, 0, 1]], ranking)


def test_flat_is_as_large_as_its_vectors(words: Floats) -> None:
    """Beyond 4 bytes a number there is a header of less than a hundred bytes."""
    assert 0 < _built("flat").nbytes - words.nbytes < 100


def test_an_inverted_file_that_looks_into_every_list_is_exact(words: Floats) -> None:
    """With nprobe = nlist nothing is left out, and fewer lists looked into find less."""
    exact = _exact(words, words[::7], K)
    recalls = [
        _recall(_build("ivf", words, nlist=20, nprobe=probed).search(words[::7], K), exact)
        for probed in (1, 5, 20)
    ]
    assert 1 == recalls[2]
    assert recalls[0] < recalls[1] < recalls[2]


def test_inverted_lists_need_a_row_each_and_probes_a_list() -> None:
    """The error states how many rows there are and how many lists were asked for."""
    rows = np.eye(8, dtype=np.float32)
    with pytest.raises(InputError, match=r"ivf: found 8 rows, expected at least 9 \(nlist = 9"):
        _build("ivf", rows, nlist=9, nprobe=1)
    with pytest.raises(ValidationError, match="found nprobe = 9, expected at most nlist = 8"):
        _build("ivf", rows, nlist=8, nprobe=9)


@pytest.mark.parametrize("name", ["hnsw", "usearch"])
def test_a_wider_beam_finds_more(name: str, words: Floats) -> None:
    """With few links, ef_search 200 has a higher recall than 10, and no larger an index."""
    exact = _exact(words, words[::3], K)
    narrow, wide = (_build(name, words, m=4, ef_search=width) for width in (10, 200))
    assert _recall(narrow.search(words[::3], K), exact) < _recall(wide.search(words[::3], K), exact)
    assert narrow.nbytes == wide.nbytes


@pytest.mark.parametrize("name", ["hnsw", "usearch"])
def test_more_links_take_more_bytes(name: str, words: Floats) -> None:
    """Twice m links of 4 bytes on the lowest level: 96 bytes a row, less what fewer upper levels save."""
    few, many = (_build(name, words, m=m).nbytes for m in (4, 16))
    assert pytest.approx(2 * (16 - 4) * 4 * len(words), rel=0.1) == many - few


def test_usearch_keeps_rounded_rows_in_half_the_bytes(words: Floats) -> None:
    """Of 384 numbers a row, f16 saves 768 bytes, and still finds nearly all."""
    exact = _exact(words, words[::3], K)
    full, half = (_build("usearch", words, kept=kept) for kept in ("f32", "f16"))
    assert pytest.approx(2 * D * len(words), rel=0.01) == full.nbytes - half.nbytes
    assert 0.95 <= _recall(half.search(words[::3], K), exact)


def test_pq_ranks_by_the_inner_product_with_the_centroids(words: Floats) -> None:
    """Its answers are those of an exact search of the decoded rows, decoded by faiss's own quantizer."""
    built = _module("pq").build(words, _module("pq").Params(subvectors=64), 5)
    decoded = built.index.reconstruct_n(0, len(words))
    ranking = built.search(words[::7], K)
    np.testing.assert_array_equal(_exact(decoded, words[::7], 1), ranking[:, :1])
    assert 0.999 <= _recall(ranking, _exact(decoded, words[::7], K))


def test_pq_says_which_parts_fit() -> None:
    """Twelve dimensions have no eight equal parts, and a codebook of 16 needs 16 rows."""
    rows = np.eye(12, dtype=np.float32)
    with pytest.raises(InputError, match="subvectors = 8 for 12 dimensions, expected 1, 2, 3, 4, 6, 12"):
        _build("pq", rows, subvectors=8)
    with pytest.raises(InputError, match=r"pq: found 12 rows, expected at least 16 \(bits = 4"):
        _build("pq", rows, subvectors=4, bits=4)


def test_more_bits_find_more(words: Floats) -> None:
    """RaBitQ's recall rises from 1 bit a dimension to 4, and so does the size."""
    exact = _exact(words, words[::3], K)
    few, many = (_build("rabitq", words, bits=bits) for bits in (1, 4))
    assert _recall(few.search(words[::3], K), exact) < _recall(many.search(words[::3], K), exact)
    assert 3 * D // 8 * len(words) <= many.nbytes - few.nbytes


def test_sizes_are_those_of_the_file(tmp_path: Path, words: Floats) -> None:
    """A file of faiss or usearch has as many bytes as nbytes says."""
    path = tmp_path / "index"
    built = _module("hnsw").build(words, _module("hnsw").Params(), 5)
    faiss.write_index(built.index, str(path))
    assert path.stat().st_size == built.nbytes
    other = _module("usearch").build(words, _module("usearch").Params(), 5)
    other.index.save(str(path))
    assert path.stat().st_size == other.nbytes


def test_no_heavy_library_is_imported_before_it_is_needed() -> None:
    """Importing every index's module loads neither faiss nor usearch."""
    code = (
        "import sys; from harness.planning import registry\n"
        "for name in registry.names('indexes'): registry.load('indexes', name, 'here')\n"
        "print(sorted({'faiss', 'usearch', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()
