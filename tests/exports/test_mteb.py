"""Codecs and results in mteb: its own evaluator and its own classes read them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import mteb
import numpy as np
import pytest
from datasets import Dataset, DatasetDict
from mteb.abstasks import AbsTaskRetrieval
from mteb.abstasks.sts import AbsTaskSTS
from mteb.abstasks.task_metadata import TaskMetadata
from mteb.cache.result_cache import LoadExperimentEnum
from mteb.models import ModelMeta
from mteb.similarity_functions import cos_sim, pairwise_cos_sim
from scipy.stats import spearmanr
from support.command import Cli
from support.paths import ROOT

from harness.deploy import Codec, fit, parse_pipeline
from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.exports.mteb import CompressedEncoder
from harness.exports.mteb_results import export
from harness.types import Floats

WORDS = ["river", "stone", "cloud", "lamp", "violin", "bread", "harbour", "moss", "winter", "copper"]
TEXTS = [f"{a} {b}" for a in WORDS for b in WORDS]
LEFT, RIGHT = TEXTS[:60], TEXTS[7:67]
SCORES = [5 * len(set(a.split()) & set(b.split())) / 2 for a, b in zip(LEFT, RIGHT, strict=True)]
QUERIES, CORPUS = TEXTS[:5], TEXTS[5:45]


def metadata(name: str, kind: str, main_score: str) -> TaskMetadata:
    """Return what mteb has to know of a local task."""
    return TaskMetadata(
        name=name,
        description="A few rows of this test.",
        dataset={"path": "local/rows", "revision": "1"},
        type=kind,
        main_score=main_score,
        eval_splits=["test"],
        eval_langs=["eng-Latn"],
    )


class Pairs(AbsTaskSTS):
    """Pairs of texts, scored by how many words they share."""

    metadata = metadata("LocalPairs", "STS", "cosine_spearman")

    def load_data(self, **_options: Any) -> None:
        """Take the rows from this file."""
        rows = Dataset.from_dict({"sentence1": LEFT, "sentence2": RIGHT, "score": SCORES})
        self.dataset, self.data_loaded = DatasetDict({"test": rows}), True


class Search(AbsTaskRetrieval):
    """Queries, each with one document that answers it."""

    metadata = metadata("LocalSearch", "Retrieval", "ndcg_at_10")

    def load_data(self, **_options: Any) -> None:
        """Take the rows from this file."""
        rows = {
            "corpus": Dataset.from_dict({"id": [f"d{i}" for i in range(len(CORPUS))], "text": CORPUS}),
            "queries": Dataset.from_dict({"id": [f"q{i}" for i in range(len(QUERIES))], "text": QUERIES}),
            "relevant_docs": {f"q{i}": {f"d{3 * i}": 1} for i in range(len(QUERIES))},
            "top_ranked": None,
        }
        self.dataset, self.data_loaded = {"default": {"test": rows}}, True


class Words:
    """An encoder of mteb: a text is the mean of its words' random vectors."""

    def __init__(self) -> None:
        vectors = np.random.default_rng(0).standard_normal((len(WORDS), 16)) + 0.5
        self.vectors = dict(zip(WORDS, vectors.astype(np.float32), strict=True))
        self.mteb_model_meta = ModelMeta.create_empty({"name": "local/words", "revision": "1"})

    def of(self, texts: list[str]) -> Floats:
        """Return the vectors (n, 16) float32 of texts."""
        return np.stack([np.mean([self.vectors[word] for word in text.split()], axis=0) for text in texts])

    def encode(self, inputs: Any, **_options: Any) -> Floats:
        """Return the vectors of a data loader's texts."""
        return self.of([text for batch in inputs for text in batch["text"]])

    similarity = staticmethod(cos_sim)
    similarity_pairwise = staticmethod(pairwise_cos_sim)


MODEL = Words()
RESULTS = ROOT / "artifacts" / "results"


@pytest.fixture(scope="module")
def codec() -> Codec:
    """Return a codec fitted on the model's vectors."""
    return fit(MODEL.of(TEXTS), parse_pipeline("pca dims=6 | scalar bits=3"))


def decoded(codec: Codec, texts: list[str]) -> Floats:
    """Return unit vectors of texts behind the codec."""
    vectors = codec.decode(codec.encode(MODEL.of(texts)))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def evaluated(codec: Codec, task: Any, cache: Path) -> Any:
    """Return mteb's result of a task for the model behind the codec."""
    encoder = CompressedEncoder(MODEL, codec)
    result = mteb.evaluate(
        encoder, task, cache=mteb.ResultCache(cache), co2_tracker=False, show_progress_bar=False
    )
    [task_result] = result.task_results
    return task_result


def test_mteb_scores_the_decoded_vectors_of_pairs(codec: Codec, tmp_path: Path) -> None:
    """By Spearman's correlation of cosines, computed here by scipy; other than without the codec."""
    cosines = (decoded(codec, LEFT) * decoded(codec, RIGHT)).sum(axis=1)
    expected = spearmanr(SCORES, cosines).statistic
    [scores] = evaluated(codec, Pairs(), tmp_path).scores["test"]
    assert expected == pytest.approx(scores["cosine_spearman"], abs=1e-9)
    assert expected == pytest.approx(scores["spearman"], abs=1e-9)
    plain = (MODEL.of(LEFT) * MODEL.of(RIGHT)).sum(axis=1)
    assert abs(expected - spearmanr(SCORES, plain).statistic) > 1e-3


def test_mteb_searches_the_decoded_vectors(codec: Codec, tmp_path: Path) -> None:
    """By NDCG of the one relevant document, 1 / log2(1 + its rank) in the first ten."""
    cosines = decoded(codec, QUERIES) @ decoded(codec, CORPUS).T
    ranks = [1 + int((row > row[3 * i]).sum()) for i, row in enumerate(cosines)]
    expected = np.mean([1 / np.log2(1 + rank) if rank <= 10 else 0 for rank in ranks])
    [scores] = evaluated(codec, Search(), tmp_path).scores["test"]
    assert expected == pytest.approx(scores["ndcg_at_10"], abs=1e-5)


def test_mteb_stores_a_codec_as_an_experiment_of_its_model(codec: Codec, tmp_path: Path) -> None:
    """It never stands for the model itself: neither in the path nor in the description."""
    evaluated(codec, Pairs(), tmp_path)
    [written] = tmp_path.rglob("LocalPairs.json")
    assert "experiments" == written.parts[-3]
    described = json.loads((written.parent / "model_meta.json").read_text())
    assert "pca dims=6 | scalar bits=3" == described["experiment_kwargs"]["codec"]
    assert (6, "cosine") == (described["embed_dim"], described["similarity_fn_name"])


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return the committed results of three suites: all of them take seconds to read."""
    root = tmp_path_factory.mktemp("tree")
    for suite in ("autoencoder", "dev-overlap", "planted"):
        shutil.copytree(RESULTS / suite, root / "results" / suite)
    return Tree(root)


@pytest.mark.parametrize(
    ("suite", "metric", "tasks"),
    [
        ("dev-overlap", "spearman@human", ("STS12", "STS13", "STS14", "STS15", "STS16")),
        ("autoencoder", "ndcg@10", ("NFCorpus", "SciFact")),
    ],
)
def test_results_are_loaded_by_mteb(
    suite: str, metric: str, tasks: tuple[str, ...], tree: Tree, tmp_path: Path
) -> None:
    """Each cell's values are those of the committed result, under mteb's names of tasks and scores."""
    exported = export(tree, suite, tmp_path)
    cache = mteb.ResultCache(cache_path=tmp_path)
    loaded = cache.load_results(load_experiments=LoadExperimentEnum.MATCH_NAME)
    count = 0
    for cell in loaded.model_results:
        assert cell.model_meta is not None
        assert set(cell.task_names) <= set(tasks)
        path = RESULTS / suite / f"{cell.model_meta.experiment_kwargs['cell']}.json"
        stated = {
            (value["dataset"], value["metric"], value["protocol"]): value["value"]
            for value in json.loads(path.read_text())["content"]["values"]
        }
        for result in cell.task_results:
            assert stated[result.task_name.lower(), metric, "as-published"] == result.get_score()
            count += 1
    assert (exported.results, tuple(exported.left_out)) == (count, ())
    assert len(tasks) <= count


def test_the_command_writes_results_for_mteb(cli: Cli, tree: Tree, tmp_path: Path) -> None:
    """It says how many, and mteb finds as many."""
    done = cli("export", "dev-overlap", "--from", str(tree.root), "--to", "mteb", "-o", "to", cwd=tmp_path)
    assert (0, "to: 5 results of tasks\n", "") == (done.returncode, done.stdout, done.stderr)
    assert 5 == len(list((tmp_path / "to" / "results").rglob("STS1?.json")))


def test_a_suite_without_a_task_of_mteb_is_refused(tree: Tree, tmp_path: Path) -> None:
    """The line names its data sets; nothing is written."""
    with pytest.raises(InputError, match=r"^planted: found .*, expected a data set that is a task of mteb$"):
        export(tree, "planted", tmp_path / "to")
    assert [] == list(tmp_path.iterdir())
