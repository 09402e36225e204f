"""Origins of data: what is read is what was pinned, and what cannot be had says how to get it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import spearmanr
from support.paths import ROOT

from harness.errors import BlockedError, InputError
from harness.planning import registry
from harness.planning.suite import load
from harness.sources import files, package, planted
from harness.sources import mirror as mirrored
from harness.types import PairSet, Place

SUITES = ROOT / "suites"
NOWHERE = Place(Path(), None, offline=True)
LINES = (
    b'{"sentence1": "a", "sentence2": "b", "score": 1}\n{"sentence1": "c", "sentence2": "d", "score": 2}\n'
)
PINNED = hashlib.sha256(LINES).hexdigest()
ALL_ROWS = {"array": None, "part": None, "share": 0.6, "seed": 0, "pairs": 0}


def origin(suite: str, dataset: str, use: str) -> dict[str, Any]:
    """Return the parameters of a shipped suite's origin."""
    origins = load(SUITES / f"{suite}.toml").datasets[dataset].origins
    chosen = next(raw for raw in origins if raw["use"] == use)
    return {key: value for key, value in chosen.items() if key != "use"}


# -- A mirror, every file by digest ------------------------------------------------------------------------


def test_a_mirrored_file_is_read_and_known_by_its_digest(tmp_path: Path) -> None:
    """The digest, not the place of the mirror, is what a result depends on."""
    (tmp_path / "sts").mkdir()
    (tmp_path / "sts" / "a.jsonl").write_bytes(LINES)
    params = mirrored.Params(path="sts/a.jsonl", sha256=PINNED)
    actual = mirrored.read(params, "mine", Place(Path(), tmp_path, offline=True))
    assert ("a", "c", "b", "d") == actual.texts
    assert {"use": "mirror", "path": "sts/a.jsonl", "sha256": PINNED, "rows": ALL_ROWS} == actual.origin


def test_a_mirror_may_be_a_snapshot_of_the_hubs_cache(tmp_path: Path) -> None:
    """Its files are links to others outside the snapshot: the digest says that they are the right ones."""
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / PINNED).write_bytes(LINES)
    snapshot = tmp_path / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "a.jsonl").symlink_to(Path("../../blobs") / PINNED)
    place = Place(Path(), snapshot, offline=True)
    assert 4 == mirrored.read(mirrored.Params(path="a.jsonl", sha256=PINNED), "mine", place).rows
    for outside in ("../../blobs/" + PINNED, str(tmp_path / "blobs" / PINNED)):
        with pytest.raises(InputError, match="leaves"):
            mirrored.locate(mirrored.Params(path=outside, sha256=PINNED), place)


@pytest.mark.parametrize("data", [LINES[:-1], LINES[:50], LINES.replace(b"2}", b"3}"), b""])
def test_a_mirrored_file_that_is_not_the_pinned_one_is_refused(tmp_path: Path, data: bytes) -> None:
    """Truncated by a byte, truncated in the middle, altered, empty: never read."""
    (tmp_path / "a.jsonl").write_bytes(data)
    params = mirrored.Params(path="a.jsonl", sha256=PINNED)
    with pytest.raises(InputError, match=rf"a\.jsonl: found sha256 .*, expected {PINNED[:12]}"):
        mirrored.read(params, "mine", Place(Path(), tmp_path, offline=True))


def test_without_a_mirror_the_error_says_how_to_give_one(tmp_path: Path) -> None:
    """Blocked, not broken: no mirror, or no such file in it."""
    params = mirrored.Params(path="sts/a.jsonl", sha256=PINNED)
    with pytest.raises(BlockedError, match="no mirror is given; set HARNESS_MIRROR=DIR or pass --mirror DIR"):
        mirrored.locate(params, NOWHERE)
    with pytest.raises(BlockedError, match=r"sts/a\.jsonl is not in the mirror; put it at"):
        mirrored.locate(params, Place(Path(), tmp_path, offline=True))


def test_a_mirror_is_not_left(tmp_path: Path) -> None:
    """A path out of the mirror is an error, even where the file is there."""
    (tmp_path / "a.jsonl").write_bytes(LINES)
    (tmp_path / "mirror").mkdir()
    params = mirrored.Params(path="../a.jsonl", sha256=PINNED)
    with pytest.raises(InputError, match="leaves"):
        mirrored.locate(params, Place(Path(), tmp_path / "mirror", offline=True))


def test_a_digest_is_64_hex_digits() -> None:
    """A shortened digest pins nothing."""
    with pytest.raises(ValidationError, match="sha256"):
        mirrored.Params(path="a", sha256=PINNED[:12])


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("dataset", "pairs"),
    [
        ("stsb-train", 5749),
        ("stsb-test", 1379),
        ("sts12", 3108),
        ("sts13", 1500),
        ("sts14", 3750),
        ("sts15", 3000),
        ("sts16", 1186),
    ],
)
def test_the_mirror_holds_the_pinned_sets(mirror: Path, dataset: str, pairs: int) -> None:
    """The published sizes of STS-B and STS12-16, scores on their scale from 0 to 5."""
    params = mirrored.Params(**origin("sts-generalization", dataset, "mirror"))
    actual = mirrored.read(params, dataset, Place(Path(), mirror, offline=True))
    assert actual.gold is not None
    assert (pairs, 2 * pairs) == (len(actual.pairs), actual.rows)
    assert (0.0, 5.0) == (actual.gold.min(), actual.gold.max())


# -- Data that ships in a package --------------------------------------------------------------------------


def packaged(dataset: str, **changes: Any) -> PairSet:
    """Return a data set of the shipped suite that comes with a package."""
    params = package.Params(**{**origin("sample", dataset, "package"), **changes})
    return package.read(params, dataset, NOWHERE)


@pytest.mark.parametrize(
    ("dataset", "pairs", "rows"), [("lee", 1225, 50), ("wordsim353", 353, 706), ("simlex999", 999, 1998)]
)
def test_the_packaged_sets_have_their_published_sizes(dataset: str, pairs: int, rows: int) -> None:
    """50 documents make 1225 pairs; the word sets are called after their sizes."""
    actual = packaged(dataset)
    assert actual.gold is not None
    assert (pairs, pairs, rows) == (len(actual.pairs), len(actual.gold), actual.rows)
    assert np.isfinite(actual.gold).all()


def test_a_matrix_gives_each_pair_of_documents_once_with_its_score() -> None:
    """Every i < j, whose score stands in row i and column j of the table; its lower half is empty."""
    actual = packaged("lee")
    folder = package._folder("gensim")  # the table itself, read in another way
    table = [
        line.split() for line in (folder / "test/test_data/similarities0-1.txt").read_text().splitlines()
    ]
    assert actual.gold is not None
    pairs = [(i, j) for i, j in actual.pairs.tolist()]
    assert sorted({(i, j) for i in range(50) for j in range(i + 1, 50)}) == sorted(pairs)
    assert [float(table[i][j]) for i, j in pairs] == actual.gold.tolist()
    assert {0.0} == {float(table[j][i]) for i, j in pairs}  # below the diagonal nothing is left behind


def test_a_corpus_of_stories_is_cut_into_different_sentences_without_pairs() -> None:
    """300 stories have many more sentences, each kept once, none blank, and no scores to train on."""
    actual = packaged("lee-background")
    assert actual.texts is not None
    assert len(set(actual.texts)) == len(actual.texts)
    assert 1500 < actual.rows < 5000
    assert (0, None) == (len(actual.pairs), actual.gold)
    assert [] == [text for text in actual.texts if not text.strip()]


def test_a_packaged_file_that_is_not_the_pinned_one_is_refused() -> None:
    """Another version of the package may ship other data: it is seen, for documents and for scores."""
    with pytest.raises(
        InputError, match=r"wordsim353\.tsv: found sha256 f92a022fc253.*, expected 000000000000"
    ):
        packaged("wordsim353", sha256="0" * 64)
    with pytest.raises(InputError, match=r"similarities0-1\.txt: found sha256 23762bc6b728"):
        packaged("lee", scores_sha256="0" * 64)


def test_a_matrix_needs_its_table() -> None:
    """Documents alone carry no human similarity."""
    with pytest.raises(InputError, match="lee: format 'matrix' needs the keys scores and scores_sha256"):
        packaged("lee", scores=None)


def test_a_table_that_does_not_fit_its_documents_is_refused() -> None:
    """The documents themselves, given as the table, are not even numbers; a corpus has other counts."""
    scores = origin("sample", "lee", "package")["scores"]
    digest = origin("sample", "lee", "package")["scores_sha256"]
    other = origin("sample", "lee-background", "package")
    params = package.Params(**{**other, "format": "matrix", "scores": scores, "scores_sha256": digest})
    with pytest.raises(InputError, match=r"found a table of \(50, 50\), expected 300 rows and columns"):
        package.read(params, "mine", NOWHERE)


def test_a_package_that_is_not_there_says_how_to_install_it() -> None:
    """Blocked, not broken."""
    name = "no_such_package"
    params = package.Params(package=name, path="a.tsv", sha256=PINNED, format="pairs")
    with pytest.raises(BlockedError, match=f"the package {name} is not installed; pip install {name}"):
        package.locate(params, NOWHERE)


def test_a_package_is_not_left() -> None:
    """A path out of the package is an error."""
    with pytest.raises(InputError, match=r"gensim: .* leaves"):
        packaged("wordsim353", path="../numpy/__init__.py")


# -- Your own files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.jsonl", "a.tsv"])
def test_own_files_are_read_by_their_ending_and_known_by_their_digest(tmp_path: Path, name: str) -> None:
    """The path is relative to the suite, and the digest is that of the bytes that lie there now."""
    x = np.random.default_rng(0).standard_normal((2, 3))
    if name == "a.npy":
        np.save(tmp_path / name, x)
    elif name == "a.npz":
        np.savez(tmp_path / name, left=x, right=x[::-1])
    elif name == "a.jsonl":
        (tmp_path / name).write_bytes(LINES)
    else:
        (tmp_path / name).write_text(
            "".join(
                "{sentence1}\t{sentence2}\t{score}\n".format(**json.loads(line))
                for line in LINES.splitlines()
            )
        )
    actual = files.read(files.Params(path=name), "mine", Place(tmp_path, None, offline=True))
    digest = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert {"use": "files", "path": name, "sha256": digest, "rows": ALL_ROWS} == actual.origin
    assert (0 if name == "a.npy" else 2) == len(actual.pairs)
    assert (name in {"a.npy", "a.npz"}) == (actual.vectors is not None) == (actual.texts is None)


def test_a_changed_file_is_another_input(tmp_path: Path) -> None:
    """So that results of before are out of date."""
    place, params = Place(tmp_path, None, offline=True), files.Params(path="a.jsonl")
    (tmp_path / "a.jsonl").write_bytes(LINES)
    before = files.locate(params, place)
    (tmp_path / "a.jsonl").write_bytes(LINES.replace(b"2}", b"3}"))
    assert before != files.locate(params, place)


def test_own_files_that_are_missing_or_outside_are_told_apart(tmp_path: Path) -> None:
    """A file to come blocks; a path out of the suite's folder is wrong."""
    place = Place(tmp_path, None, offline=True)
    with pytest.raises(BlockedError, match=r"a\.npy is not there; put the file there or mend its path"):
        files.locate(files.Params(path="a.npy"), place)
    with pytest.raises(InputError, match="leaves"):
        files.locate(files.Params(path="../a.npy"), place)


# -- Parts of a file of vectors, of your own or mirrored ---------------------------------------------------


@pytest.mark.parametrize("kind", ["files", "mirror"])
def test_two_sets_of_one_file_share_no_row(tmp_path: Path, kind: str) -> None:
    """A training and a test part, the second with pairs; the origin says what was taken of which bytes."""
    x = np.random.default_rng(0).standard_normal((100, 3)).astype(np.float32)
    np.savez(tmp_path / "a.npz", first=x, second=x[:5])
    digest = hashlib.sha256((tmp_path / "a.npz").read_bytes()).hexdigest()
    place = Place(tmp_path, tmp_path, offline=True)
    pinned = {"sha256": digest} if kind == "mirror" else {}
    sets = {}
    for part, pairs in (("train", 0), ("test", 2)):
        taken = {"array": "first", "part": part, "pairs": pairs}
        module = registry.load("sources", kind, "here")
        params = module.Params.model_validate({"path": "a.npz", "rows": taken, **pinned}, strict=True)
        sets[part] = module.read(params, part, place)
        expected = {"use": kind, "path": "a.npz", "sha256": digest, "rows": {**ALL_ROWS, **taken}}
        assert expected == sets[part].origin
        assert hash(params) == hash(params.model_copy())
    train, test = (set(map(bytes, vectors(sets[part]).astype(np.float32))) for part in ("train", "test"))
    assert (60, 40, set()) == (len(train), len(test), train & test)
    assert set(map(bytes, x)) == train | test
    assert (0, 80) == (len(sets["train"].pairs), len(sets["test"].pairs))


@pytest.mark.parametrize("changes", [{"part": "test"}, {"seed": 1}, {"share": 0.5}, {"pairs": 1}])
def test_other_rows_are_another_input(tmp_path: Path, changes: dict[str, Any]) -> None:
    """So that results of before are out of date, although the bytes are the same."""
    np.save(tmp_path / "a.npy", np.eye(9))
    place, rows = Place(tmp_path, None, offline=True), {"part": "train"}
    before, after = (
        files.locate(files.Params.model_validate({"path": "a.npy", "rows": taken}), place)
        for taken in (rows, {**rows, **changes})
    )
    assert before != after


# -- Planted answers ---------------------------------------------------------------------------------------


def plant(kind: str, **params: Any) -> PairSet:
    """Return a planted set."""
    return planted.read(
        planted.Params.model_validate({"kind": kind, "seed": 1, **params}), "planted", NOWHERE
    )


def vectors(data: PairSet) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a set's vectors in float64."""
    assert data.vectors is not None
    return data.vectors.astype(np.float64)


def test_a_planted_subspace_has_its_rank_and_is_one_for_training_and_test() -> None:
    """Rows of two seeds together span 5 dimensions of 32; another basis seed spans others."""
    first = plant("subspace", pairs=50, dimension=32, rank=5, basis_seed=7)
    second = plant("subspace", pairs=50, dimension=32, rank=5, basis_seed=7, seed=2)
    other = plant("subspace", pairs=50, dimension=32, rank=5, basis_seed=8, seed=2)
    assert (100, 32) == vectors(first).shape
    together = [
        np.linalg.matrix_rank(np.concatenate([vectors(first), vectors(x)]), tol=1e-3) for x in (second, other)
    ]
    assert [5, 10] == together
    assert not np.array_equal(vectors(first), vectors(second))
    assert (None, 50) == (first.gold, len(first.pairs))


@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.3, 0.8, 0.95])
def test_planted_noise_has_the_correlation_of_the_closed_form(rho: float) -> None:
    """Spearman is 6/pi asin(rho/2) (Pearson 1907), within four standard errors of at most 1/sqrt(n)."""
    data = plant("noise", pairs=20_000, dimension=8, rho=rho)
    assert data.gold is not None
    left, right = vectors(data)[data.pairs.T]
    cosine = np.einsum("ij,ij->i", left, right)
    expected = 6 / np.pi * np.arcsin(rho / 2)
    assert abs(expected - spearmanr(cosine, data.gold).statistic) < 4 / np.sqrt(20_000)


def test_planted_noise_has_unit_vectors() -> None:
    """So that the cosine is the scalar product, up to float32."""
    data = plant("noise", pairs=100, dimension=16, rho=0.5)
    assert np.allclose(1.0, np.linalg.norm(vectors(data), axis=1), atol=1e-6)


@pytest.mark.parametrize("bits", [4, 8])
def test_a_planted_uniform_has_the_quantization_error_of_the_closed_form(bits: int) -> None:
    """Rounded to steps of h its squared error is h^2/12, within four standard errors."""
    x = vectors(plant("uniform", pairs=1000, dimension=64))
    assert -1 <= x.min() < -0.999
    assert 0.999 < x.max() <= 1
    h = 2 / (2**bits - 1)
    errors = (np.round((x + 1) / h) * h - 1 - x) ** 2
    assert abs(h**2 / 12 - errors.mean()) < 4 * errors.std() / np.sqrt(errors.size)


@pytest.mark.parametrize("kind", ["subspace", "noise", "uniform"])
def test_planted_data_follow_from_their_parameters(kind: str) -> None:
    """The same parameters give the same bytes, another seed others; the parameters are the identity."""
    data, again, other = (plant(kind, pairs=20, dimension=4, seed=seed) for seed in (3, 3, 4))
    assert vectors(data).tobytes() == vectors(again).tobytes()
    assert vectors(data).tobytes() != vectors(other).tobytes()
    assert data.origin == again.origin
    assert data.origin != other.origin


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"pairs": 1}, "pairs"),
        ({"dimension": 1}, "dimension"),
        ({"rho": 1.0}, "rho"),
        ({"rank": 0}, "rank"),
        ({"shape": "round"}, "shape"),
        pytest.param({"rank": 5}, "rank"),
        pytest.param({"seed": -1}, "seed"),
    ],
)
def test_what_cannot_be_planted_is_refused_by_name(params: dict[str, Any], named: str) -> None:
    """Too few pairs or dimensions, no correlation, more ranks than dimensions, no seed."""
    with pytest.raises(ValidationError, match=named):
        plant("subspace", **{"pairs": 10, "dimension": 4, **params})


# -- All of them -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(SUITES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_origin_of_a_shipped_suite_has_valid_parameters(path: Path) -> None:
    """No origin is found out to be ill-typed only once an earlier one cannot be had."""
    for dataset in load(path).datasets.values():
        for raw in dataset.origins:
            fields = dict(raw)
            module = registry.load("sources", fields.pop("use"), str(path))
            params = module.Params.model_validate(fields, strict=True)
            assert fields == params.model_dump(mode="json", exclude_unset=True)  # lists, as TOML has them
