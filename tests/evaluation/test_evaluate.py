"""One cell: its training split, its measurement, and that what is tested never reaches a fit."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr

from harness.codecs.pipeline import Fitter
from harness.codecs.storage import load_codec
from harness.data.contamination import Overlap, overlap
from harness.data.pair_sets import paired
from harness.data.sampling import queries, random_pairs
from harness.data.vector_files import Rows, vector_set
from harness.errors import InputError
from harness.evaluation import neighbor_scores
from harness.evaluation.evaluate import Measured, measure, point_values
from harness.evaluation.evaluation_context import EvaluationContext, training_of
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped
from harness.planning.cells import Cell, Step
from harness.planning.status import entries
from harness.run.runner import run
from harness.sources import files
from harness.statistics import bootstrap, clusters
from harness.types import Doubles, Floats, PairSet, Place, Training, Value

D, PAIRS = 12, 120
ORIGIN = {"use": "files", "path": "here"}
TRUNCATION = Step("truncation", {"dims": 5})
SCALAR = Step("scalar", {"bits": 4})
AS_PUBLISHED, DECONTAMINATED = "as-published", "decontaminated"


# -- The training split --------------------------------------------------------------------------------------


def test_the_training_split_has_every_different_text_once() -> None:
    """Rows of the same text become one, in order of first appearance, and pairs point to it."""
    pairs = np.array([[0, 2], [1, 3]])
    gold = np.array([5.0, 1.0])
    data = PairSet("sts", ("a", "b", "a", "c"), None, pairs, gold, ORIGIN)
    vectors = np.array([[1, 0], [0, 1], [1, 0], [2, 2]], np.float32)
    training = training_of(data, vectors)
    assert [[1, 0], [0, 1], [2, 2]] == training.vectors.tolist()  # a, b, c
    assert [[0, 0], [1, 2]] == training.pairs.tolist()  # (a, a) and (b, c)
    assert gold is training.gold
    assert 2 == training.dimension


def test_rows_without_text_are_the_same_when_their_bytes_are() -> None:
    """Vectors as they come are told apart by their values; a corpus stays without pairs."""
    rows = np.array([[1, 0], [0, 1], [1, 0], [1, 1e-9]], np.float32)
    data = PairSet("corpus", None, rows, np.empty((0, 2), np.int64), None, ORIGIN)
    training = training_of(data, rows)
    np.testing.assert_array_equal(training.vectors, rows[[0, 1, 3]])
    assert (0, 2) == training.pairs.shape
    assert training.gold is None


def test_pairs_of_the_training_split_are_the_pairs_of_the_set() -> None:
    """With many repeats, each pair still joins the two vectors that it joined in the set."""
    rng = np.random.default_rng(0)
    texts = tuple(str(number) for number in rng.integers(20, size=100))
    vectors = np.array([[int(text), 1] for text in texts], np.float32)
    data = PairSet("sts", texts, None, paired(50), rng.random(50), ORIGIN)
    training = training_of(data, vectors)
    assert len(set(texts)) == len(training.vectors)
    np.testing.assert_array_equal(training.vectors[training.pairs], vectors[data.pairs])


# -- Measuring -----------------------------------------------------------------------------------------------


def _set(name: str, seed: int, *, gold: bool = True, pairs: int = PAIRS) -> PairSet:
    rng = np.random.default_rng(seed)
    left = rng.standard_normal((pairs, D))
    right = left + rng.standard_normal((pairs, D)) * (0.1 + 1.9 * rng.random((pairs, 1)))  # no copies
    cosines = (left * right).sum(axis=1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)
    scores = cosines + 0.2 * rng.standard_normal(pairs) if gold else None
    vectors = np.concatenate([left, right]).astype(np.float32)
    return PairSet(name, None, vectors, paired(pairs), scores, {**ORIGIN, "path": name})


def _vectors(data: PairSet) -> Floats:
    assert data.vectors is not None
    return data.vectors


def _gold(data: PairSet) -> Doubles:
    assert data.gold is not None
    return data.gold


def _cosines(vectors: Floats) -> Doubles:
    left, right = np.split(vectors.astype(np.float64), 2)
    return (left * right).sum(axis=1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)


def _context(train: PairSet, *tests: PairSet) -> EvaluationContext:
    return EvaluationContext(
        train=train,
        tests={test.name: test for test in tests},
        vectors={data.name: _vectors(data) for data in (train, *tests)},
        before={test.name: _cosines(_vectors(test)).astype(np.float32) for test in tests},
        overlaps={test.name: overlap(test, train) for test in tests},
        samples=lambda names: clusters.samples({test.name: test for test in tests if test.name in names}, {}),
        protocols=(AS_PUBLISHED,),
        combine={},
    )


def _cell(
    steps: tuple[Step, ...],
    metrics: Iterable[str],
    *tests: str,
    stages: bool = False,
    asymmetric: bool = False,
    target: int | None = None,
) -> Cell:
    names = tests or ("test",)
    return Cell(
        suite="planted",
        encoder="own",
        train="train",
        chain="chain",
        point=None,
        seed=0,
        steps=steps,
        tests=names,
        metrics=tuple((name, tuple(metrics)) for name in names),
        stages=stages,
        asymmetric=asymmetric,
        index=None,
        grid=(),
        guardrails=(),
        target_bytes=target,
        keep_codec=False,
        timings=False,
    )


def _measure(
    cell: Cell,
    context: EvaluationContext,
    protocols: Iterable[str] = (AS_PUBLISHED,),
    combine: dict[str, dict[str, float]] | None = None,
) -> Measured:
    fitter = Fitter(context.training, {"seed": 0})
    suite = dataclasses.replace(context, protocols=tuple(protocols), combine=combine or {})
    return measure(cell, suite, fitter)


def _by_key(measured: Measured) -> dict[tuple[str, str, str], Value]:
    return {(value.protocol, value.dataset, value.metric): value for value in measured.values}


def _six_digits(value: float) -> Any:
    return pytest.approx(value, rel=1e-5)  # results state six significant digits


def test_values_are_scipys_of_the_compressed_cosines() -> None:
    """Spearman, retention and loss are what scipy makes of the truncated vectors' cosines."""
    train, test = _set("train", 1), _set("test", 2)
    metrics = ("spearman@human", "spearman@original", "retention@human", "loss@human")
    measured = _measure(_cell((TRUNCATION,), metrics), _context(train, test))
    before = spearmanr(_cosines(_vectors(test)), _gold(test)).statistic
    compressed = _cosines(_vectors(test)[:, :5])
    after = spearmanr(compressed, _gold(test)).statistic
    values = {key[2]: value for key, value in _by_key(measured).items()}
    assert _six_digits(after) == values["spearman@human"].value
    assert (
        _six_digits(spearmanr(compressed, _cosines(_vectors(test))).statistic)
        == values["spearman@original"].value
    )
    assert _six_digits(after / before) == values["retention@human"].value
    assert _six_digits(before - after) == values["loss@human"].value
    np.testing.assert_allclose(measured.scores["test"], compressed, atol=1e-6)
    for value in values.values():
        assert value.low < value.value < value.high
        assert PAIRS == value.n


def test_added_loss_is_the_last_steps_alone() -> None:
    """Cosines before the last step are kept beside those after it, and the loss is their difference."""
    train, test = _set("train", 1), _set("test", 2)
    cell = _cell((TRUNCATION, Step("sign", {})), ["added-loss@human"], stages=True)
    measured = _measure(cell, _context(train, test))
    truncated = _vectors(test)[:, :5]
    stage = spearmanr(_cosines(truncated), _gold(test)).statistic
    # the sign's cosines tie (multiples of 2/5): rounded, so that float64's last bits rank no differently here
    after = spearmanr(_cosines(np.where(truncated >= 0, 1, -1)).round(6), _gold(test)).statistic
    [value] = measured.values
    assert _six_digits(stage - after) == value.value
    assert {"test", "test@stage"} == set(measured.scores)


def test_squared_error_is_a_mean_over_pairs() -> None:
    """It is the mean over all rows of a set in which every row stands in one pair."""
    train, test = _set("train", 1), _set("test", 2)
    measured = _measure(_cell((SCALAR,), ["squared-error@original"]), _context(train, test))
    decoded = measured.chain.decode(measured.chain.encode(_vectors(test)))
    expected = ((decoded.astype(np.float64) - _vectors(test)) ** 2).mean()
    [value] = measured.values
    assert _six_digits(expected) == value.value


def test_squared_error_of_a_narrower_codec_is_refused() -> None:
    """Five dimensions are no vectors of the original space."""
    with pytest.raises(InputError, match="test: squared-error@original: the codec does not decode into"):
        _measure(
            _cell((TRUNCATION,), ["squared-error@original"]), _context(_set("train", 1), _set("test", 2))
        )


def test_squared_error_of_a_rotating_codec_is_refused() -> None:
    """All principal components have the original's dimension, not its axes: the error means nothing."""
    with pytest.raises(InputError, match="the codec does not decode into the original space"):
        _measure(
            _cell((Step("pca", {"dims": D}),), ["squared-error@original"]),
            _context(_set("train", 1), _set("test", 2)),
        )


def test_combined_values_are_weighted_sums() -> None:
    """A combination adds the data sets' values, with their weights; its pairs are all of theirs."""
    train, one, other = _set("train", 1), _set("one", 2), _set("other", 3, pairs=80)
    cell = _cell((TRUNCATION,), ["spearman@human"], "one", "other")
    measured = _measure(cell, _context(train, one, other), combine={"gap": {"one": 1.0, "other": -0.5}})
    by_key = _by_key(measured)
    values = {name: by_key[AS_PUBLISHED, name, "spearman@human"] for name in ("one", "other", "gap")}
    expected = values["one"].value - 0.5 * values["other"].value
    assert pytest.approx(expected, abs=1e-5) == values["gap"].value
    assert PAIRS + 80 == values["gap"].n


def test_a_combination_of_sets_that_the_cell_has_not_is_left_out() -> None:
    """Where one of its data sets is not measured, the combination has no value."""
    cell = _cell((TRUNCATION,), ["spearman@human"])
    combine = {"both": {"test": 0.5, "other": 0.5}}
    measured = _measure(cell, _context(_set("train", 1), _set("test", 2)), combine=combine)
    assert {"test"} == {value.dataset for value in measured.values}


def test_sizes_are_those_of_the_codes() -> None:
    """Five float32 dimensions of twelve: 20 bytes of 48."""
    measured = _measure(_cell((TRUNCATION,), ["spearman@human"]), _context(_set("train", 1), _set("test", 2)))
    assert 20 == measured.sizes["payload_bytes"]
    assert 48 == measured.sizes["original_bytes"]
    assert 2.4 == measured.sizes["ratio"]


def test_a_codec_that_misses_its_bytes_is_an_error() -> None:
    """A point of 16 bytes is not met by 20."""
    context = _context(_set("train", 1), _set("test", 2))
    with pytest.raises(InputError, match="found 20 payload bytes, expected 16"):
        _measure(_cell((TRUNCATION,), ["spearman@human"], target=16), context)


def test_measuring_twice_gives_the_same() -> None:
    """Values, intervals and scores of two measurements from scratch are equal to the last bit."""
    context = _context(_set("train", 1), _set("test", 2))
    cell = _cell((Step("random-projection", {"dims": 4}),), ["spearman@human", "retention@human"])
    first, second = _measure(cell, context), _measure(cell, context)
    assert first.values == second.values
    assert first.scores["test"].tobytes() == second.scores["test"].tobytes()


# -- Random pairs and queries --------------------------------------------------------------------------------

SEARCH = ("recall@1", "recall@10", "overlap@10", "ndcg@10", "mrr@100", "rescored@2")


def test_random_pairs_are_ranked_as_scipy_ranks_them() -> None:
    """Spearman of the cosines after with those before, on the 2,000 pairs drawn of the set's 240 rows."""
    train, test = _set("train", 1), _set("test", 2)
    measured = _measure(
        _cell((TRUNCATION,), ["spearman-random@original", "spearman@original"]), _context(train, test)
    )
    left, right = random_pairs("test", 2 * PAIRS).T
    before, after = (
        _cosines(np.concatenate([rows[left], rows[right]]))
        for rows in (_vectors(test), _vectors(test)[:, :5])
    )
    value = _by_key(measured)[AS_PUBLISHED, "test", "spearman-random@original"]
    assert _six_digits(spearmanr(before, after).statistic) == value.value
    assert (len(left), PAIRS) == (value.n, _by_key(measured)[AS_PUBLISHED, "test", "spearman@original"].n)
    assert value.low < value.value < value.high
    np.testing.assert_allclose(measured.scores["test@random-pairs@compressed"], after, atol=1e-6)
    np.testing.assert_allclose(measured.scores["test@random-pairs@original"], before, atol=1e-6)
    assert {"test", "test@random-pairs@compressed", "test@random-pairs@original"} == set(measured.scores)


def test_scores_of_queries_are_means_over_queries() -> None:
    """Each value is the mean of what is kept a query, and that is what a search of all rows finds."""
    train, test = _set("train", 1), _set("test", 2)
    measured = _measure(_cell((TRUNCATION,), SEARCH), _context(train, test))
    rows, short = _vectors(test), _vectors(test)[:, :5]
    query_rows = queries("test", len(rows))
    expected = neighbor_scores.scores(
        neighbor_scores.ground_truth(rows, query_rows), short[query_rows], short
    )
    keys = {"mrr@100": "reciprocal-rank"}
    for metric in SEARCH:
        value = _by_key(measured)[AS_PUBLISHED, "test", metric]
        each = expected[keys.get(metric, metric)]
        assert (_six_digits(each.mean()), len(query_rows)) == (value.value, value.n)
        np.testing.assert_allclose(
            measured.scores["test@queries@" + keys.get(metric, metric)], each, atol=1e-7
        )
        assert value.low < value.value < value.high
    assert {"test@queries@" + keys.get(metric, metric) for metric in SEARCH} == set(measured.scores)


def test_what_is_drawn_has_nothing_of_the_training_split_under_any_protocol() -> None:
    """30 of the 240 rows are trained on: 210 queries are left, for both protocols, with the same values."""
    train, test = _contaminated(30)
    metrics = ["recall@10", "spearman-random@original", "spearman@original"]
    by_key = _by_key(
        _measure(_cell((TRUNCATION,), metrics), _context(train, test), [AS_PUBLISHED, DECONTAMINATED])
    )
    for metric in metrics[:2]:
        one, other = (by_key[protocol, "test", metric] for protocol in (AS_PUBLISHED, DECONTAMINATED))
        assert (one.value, one.low, one.high, one.n) == (other.value, other.low, other.high, other.n)
    assert 210 == by_key[AS_PUBLISHED, "test", "recall@10"].n
    assert (PAIRS, PAIRS - 30) == tuple(
        by_key[protocol, "test", "spearman@original"].n for protocol in (AS_PUBLISHED, DECONTAMINATED)
    )


def test_queries_do_not_change_what_pairs_come_to() -> None:
    """A suite that asks for more has the values and scores that it had before."""
    context = _context(_set("train", 1), _set("test", 2))
    few = _measure(_cell((TRUNCATION,), ["spearman@human"]), context)
    many = _measure(_cell((TRUNCATION,), ["spearman@human", *SEARCH]), context)
    key = (AS_PUBLISHED, "test", "spearman@human")
    assert _by_key(few)[key] == _by_key(many)[key]
    assert few.scores["test"].tobytes() == many.scores["test"].tobytes()
    assert few.audit == many.audit


def test_combined_values_of_queries_count_queries() -> None:
    """The mean over two sets of 240 and 160 rows has 400 queries behind it."""
    train, one, other = _set("train", 1), _set("one", 2), _set("other", 3, pairs=80)
    cell = _cell((TRUNCATION,), ["recall@10", "spearman@original"], "one", "other")
    by_key = _by_key(
        _measure(cell, _context(train, one, other), combine={"mean": {"one": 0.5, "other": 0.5}})
    )
    values = {name: by_key[AS_PUBLISHED, name, "recall@10"] for name in ("one", "other", "mean")}
    assert pytest.approx((values["one"].value + values["other"].value) / 2, abs=1e-5) == values["mean"].value
    assert (400, 200) == (values["mean"].n, by_key[AS_PUBLISHED, "mean", "spearman@original"].n)


def test_asymmetric_pairs_compare_the_first_as_it_is_with_the_second_as_stored() -> None:
    """Five components of the left row against the signs of the right row's."""
    train, test = _set("train", 1), _set("test", 2)
    cell = _cell((TRUNCATION, Step("sign", {})), ["spearman@human", "recall@10"], asymmetric=True)
    measured = _measure(cell, _context(train, test))
    left, right = np.split(_vectors(test)[:, :5], 2)
    expected = _cosines(np.concatenate([left, np.where(right >= 0, 1, -1)]))
    np.testing.assert_allclose(measured.scores["test"], expected, atol=1e-6)
    rows, query_rows = _vectors(test), queries("test", 2 * PAIRS)
    short, signs = rows[:, :5], np.where(rows[:, :5] >= 0, 1, -1).astype(np.float32)
    recall = neighbor_scores.scores(neighbor_scores.ground_truth(rows, query_rows), short[query_rows], signs)[
        "recall@10"
    ].mean()
    assert _six_digits(recall) == _by_key(measured)[AS_PUBLISHED, "test", "recall@10"].value
    # and both sides stored are something else
    both = _measure(_cell((TRUNCATION, Step("sign", {})), ["spearman@human"]), _context(train, test))
    assert both.scores["test"].tobytes() != measured.scores["test"].tobytes()


# -- What cannot be measured ---------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["spearman@human", "retention@human", "loss@human"])
def test_human_agreement_without_human_scores_is_refused(metric: str) -> None:
    """Where nobody rated the pairs, task preservation cannot be computed, and the error says so."""
    context = _context(_set("train", 1), _set("test", 2, gold=False))
    with pytest.raises(InputError, match="no human scores, and task preservation cannot be computed"):
        _measure(_cell((TRUNCATION,), [metric]), context)
    # what does not need them can be
    assert _measure(_cell((TRUNCATION,), ["spearman@original"]), context).values


def test_a_rank_that_the_set_has_not_rows_enough_for_is_refused() -> None:
    """31 pairs are 62 rows: nobody has a hundred neighbours."""
    context = _context(_set("train", 1), _set("test", 2, pairs=31))
    with pytest.raises(InputError, match="test: recall@100: there are not rows enough for 'recall@100'"):
        _measure(_cell((TRUNCATION,), ["recall@100"]), context)


def test_a_set_that_is_trained_on_has_nothing_to_draw_from() -> None:
    """Where fewer than thirty rows are new there are no queries; the set's own pairs are measured."""
    train, test = _contaminated(PAIRS)
    rows = np.concatenate([_vectors(train)[:PAIRS], _vectors(test)[PAIRS:]])
    train = PairSet("train", None, rows, train.pairs, train.gold, train.origin)
    context = _context(train, test)
    with pytest.raises(InputError, match="test: found 0 rows that train does not have, expected at least 30"):
        _measure(_cell((TRUNCATION,), ["recall@1"]), context)
    assert _measure(_cell((TRUNCATION,), ["spearman@original"]), context).values


@pytest.mark.parametrize("last", [Step("pca", {"dims": 6}), Step("pca", {"dims": D}), Step("normalize", {})])
def test_an_asymmetric_chain_that_ends_in_a_map_is_refused(last: Step) -> None:
    """What is before a projection is in another space than what is after it, even with as many dimensions."""
    context = _context(_set("train", 1), _set("test", 2))
    with pytest.raises(InputError, match="expected a quantizer as the last step") as caught:
        _measure(_cell((SCALAR, last), ["spearman@human"], asymmetric=True), context)
    assert f"asymmetric: {last.use} maps into another space, expected a quantizer as the last step" == str(
        caught.value
    )


def test_added_loss_without_stages_is_refused() -> None:
    """The chain has to say that the stage is to be kept."""
    context = _context(_set("train", 1), _set("test", 2))
    with pytest.raises(InputError, match="needs a chain with stages = true"):
        _measure(_cell((TRUNCATION, SCALAR), ["added-loss@human"]), context)


# -- Protocols -----------------------------------------------------------------------------------------------


def _contaminated(seen: int, pairs: int = PAIRS) -> tuple[PairSet, PairSet]:
    """Return a training and a test set; the first rows of the ``seen`` first test pairs are trained on."""
    train, test = _set("train", 1, pairs=pairs), _set("test", 2, pairs=pairs)
    rows = _vectors(train).copy()
    rows[:seen] = _vectors(test)[:seen]
    return PairSet("train", None, rows, train.pairs, train.gold, train.origin), test


def test_decontaminated_values_are_those_of_the_pairs_kept() -> None:
    """Of 120 pairs 30 have a seen sentence: 90 are kept, counted, and ranked on their own."""
    train, test = _contaminated(30)
    measured = _measure(
        _cell((TRUNCATION,), ["spearman@human"]), _context(train, test), [AS_PUBLISHED, DECONTAMINATED]
    )
    by_key = _by_key(measured)
    compressed, gold = _cosines(_vectors(test)[:, :5]), _gold(test)
    everything, clean = (by_key[name, "test", "spearman@human"] for name in (AS_PUBLISHED, DECONTAMINATED))
    assert _six_digits(spearmanr(compressed, gold).statistic) == everything.value
    assert _six_digits(spearmanr(compressed[30:], gold[30:]).statistic) == clean.value
    assert (120, 90) == (everything.n, clean.n)
    expected = {
        "pairs": 120,
        "shared_pairs": 0,
        "pairs_with_a_seen_sentence": 30,
        "pairs_with_a_near_duplicate": 0,
        "unseen_pairs_with_a_near_duplicate": 0,
        "kept": {AS_PUBLISHED: 120, DECONTAMINATED: 90},
        "kept_near_duplicates": {AS_PUBLISHED: 0, DECONTAMINATED: 0},
    }
    assert expected == measured.audit["test"]


@pytest.mark.parametrize("seen", [PAIRS - 9, PAIRS])
def test_a_protocol_that_leaves_too_few_pairs_has_no_value(seen: int) -> None:
    """Nine pairs, or none, say nothing: the protocol has no value, the other one has."""
    measured = _measure(
        _cell((TRUNCATION,), ["spearman@human"]),
        _context(*_contaminated(seen)),
        [AS_PUBLISHED, DECONTAMINATED],
    )
    assert [(AS_PUBLISHED, "test", "spearman@human")] == list(_by_key(measured))
    assert PAIRS - seen == measured.audit["test"]["kept"][DECONTAMINATED]


def test_a_protocol_that_leaves_ten_pairs_does_not_fail_the_cell() -> None:
    """Ten pairs kept of a thousand are measured, or left out as too few; the other protocol has its value."""
    measured = _measure(
        _cell((TRUNCATION,), ["spearman@human"]),
        _context(*_contaminated(990, pairs=1000)),
        [AS_PUBLISHED, DECONTAMINATED],
    )
    assert 10 == measured.audit["test"]["kept"][DECONTAMINATED]
    assert (AS_PUBLISHED, "test", "spearman@human") in _by_key(measured)


# -- Poisoning: what is tested never reaches a fit -----------------------------------------------------------

EVERY_STEP = [
    Step("lens", {"dims": 6, "steps": 5, "batch": 32}),
    Step("lens", {"dims": 6, "steps": 5, "batch": 32, "human_weight": 1.0}),
    Step("opq-rotation", {"subvectors": 3, "iterations": 1}),
    Step("pca", {"dims": 6}),
    Step("pq", {"subvectors": 3, "iterations": 2}),
    Step("random-projection", {"dims": 6}),
    Step("scalar", {"bits": 8}),
    Step("itq", {"dims": 6, "iterations": 2}),
    Step("normalize", {}),
    Step("residual-quantizer", {"subvectors": 2, "iterations": 1, "beam": 1}),
]


@pytest.mark.parametrize("step", EVERY_STEP, ids=lambda step: step.use)
def test_poisoned_test_data_does_not_change_a_fitted_codec(step: Step) -> None:
    """Other test vectors, labels and overlaps leave every array of the fitted codec as it was."""
    train, test = _set("train", 1, pairs=200), _set("test", 2)
    poisoned = PairSet("test", None, -9 * _vectors(test)[::-1], test.pairs, -_gold(test)[::-1], test.origin)
    clean = _context(train, test)
    other = EvaluationContext(
        train=train,
        tests={"test": poisoned},
        vectors={"train": _vectors(train), "test": _vectors(poisoned)},
        before={"test": -clean.before["test"]},
        overlaps={"test": Overlap(*(~np.array(mask) for mask in _masks(clean.overlaps["test"])))},
        samples=lambda _: clusters.samples({"test": poisoned}, {}),
        protocols=(AS_PUBLISHED,),
        combine={},
    )
    cell = _cell((step, SCALAR), ["spearman@human", "recall@10"])
    first, second = _measure(cell, clean), _measure(cell, other)
    assert first.values != second.values  # the poison was there
    for ours, theirs in zip(first.chain.codecs, second.chain.codecs, strict=True):
        assert {k: v.tobytes() for k, v in ours.state().items()} == {
            k: v.tobytes() for k, v in theirs.state().items()
        }


def _masks(overlap: Overlap) -> tuple[np.ndarray, ...]:
    return overlap.shared_pair, overlap.seen_sentence, overlap.near_duplicate


def test_a_fit_sees_other_training_rows() -> None:
    """The check above can fail: another training split changes the codec."""
    first, second = (
        Fitter(Training(_vectors(_set("train", seed)), paired(PAIRS), None), {"seed": 0}).fit((SCALAR,))
        for seed in (1, 2)
    )
    assert first.codecs[0].state()["ranges"].tobytes() != second.codecs[0].state()["ranges"].tobytes()


SUITE = """
name = "poisoned"
title = "Vectors"
question = "Does the test file reach the codec?"
metrics = ["spearman@human"]
protocols = ["as-published", "decontaminated"]
seeds = [0]
train = ["train"]
test = ["test"]
codecs = ["lens-pq"]

[[chains]]
name = "lens-pq"
label = "lens and PQ"
steps = [{ use = "lens", dims = 6, steps = 5, batch = 32 }, { use = "pq", subvectors = 3, iterations = 2 }]

[encoders.own]
use = "as-is"
dimension = 12

[datasets.test]
licence = "generated"
[[datasets.test.origins]]
use = "files"
path = "test.npz"

[datasets.train]
licence = "generated"
[[datasets.train.origins]]
use = "files"
path = "train.npz"
"""


def _run(folder: Path, train: PairSet, test: PairSet) -> Tree:
    folder.mkdir()
    (folder / "poisoned.toml").write_text(SUITE, "utf-8")
    for data in (train, test):
        left, right = np.split(_vectors(data), 2)
        np.savez(folder / f"{data.name}.npz", left=left, right=right, gold=_gold(data))
    tree = Tree(folder / "out")
    listed = entries(folder / "poisoned.toml", Place(folder, None, offline=True), tree)
    assert [] == run(listed, listed, tree, folder / "cache", 1, lambda *_: None)
    return tree


def test_a_poisoned_test_file_does_not_change_a_saved_codec(tmp_path: Path) -> None:
    """Two runs whose suites differ in the test file alone save the same codec, byte for byte."""
    train, test = _set("train", 1, pairs=200), _set("test", 2)
    poisoned = PairSet("test", None, -9 * _vectors(test)[::-1], test.pairs, -_gold(test)[::-1], test.origin)
    clean, other = _run(tmp_path / "clean", train, test), _run(tmp_path / "other", train, poisoned)
    cell = "own.train.lens-pq.s0"
    assert clean.codec("poisoned", cell).read_bytes() == other.codec("poisoned", cell).read_bytes()
    # the test file did matter to what was measured
    assert clean.result("poisoned", cell).read_bytes() != other.result("poisoned", cell).read_bytes()
    retrained = _run(tmp_path / "retrained", _set("train", 4, pairs=200), test)
    assert clean.codec("poisoned", cell).read_bytes() != retrained.codec("poisoned", cell).read_bytes()


ROWS = """
name = "poisoned"
title = "Vectors of one file"
question = "Do the rows that are tested on reach the codec?"
metrics = ["spearman@original", "spearman-random@original", "recall@10"]
protocols = ["as-published"]
seeds = [0]
train = ["train"]
test = ["test"]
codecs = ["pca-4"]

[[chains]]
name = "pca-4"
label = "PCA, 4 bits"
steps = [{ use = "pca", dims = 6 }, { use = "scalar", bits = 4 }]

[encoders.own]
use = "as-is"
dimension = 12

[datasets.train]
licence = "generated"
origins = [{ use = "files", path = "rows.npy", rows = { part = "train", share = 0.75, pairs = 1 } }]

[datasets.test]
licence = "generated"
origins = [{ use = "files", path = "rows.npy", rows = { part = "test", share = 0.75, pairs = 2 } }]
"""


def _run_rows(folder: Path, rows: Floats) -> Tree:
    folder.mkdir()
    (folder / "poisoned.toml").write_text(ROWS, "utf-8")
    np.save(folder / "rows.npy", rows)
    tree = Tree(folder / "out")
    listed = entries(folder / "poisoned.toml", Place(folder, None, offline=True), tree)
    assert [] == run(listed, listed, tree, folder / "cache", 1, lambda *_: None)
    return tree


def _arrays(path: Path) -> dict[str, bytes]:
    return {
        f"{i}.{key}": x.tobytes() for i, step in enumerate(load_codec(path)) for key, x in step[2].items()
    }


def _poisoned() -> tuple[Floats, Floats, Floats]:
    """Return vectors of a file, with other rows in the part tested on, and in the part trained on."""
    rows = np.concatenate([_vectors(_set("rows", seed, pairs=150)) for seed in (1, 2)])
    numbers = np.arange(len(rows), dtype=np.float32)[:, None] + 1
    places = (
        _vectors(vector_set(numbers, "test", {}, Rows(part="test", share=0.75), "here"))[:, 0].astype(int) - 1
    )
    assert 150 == len(places)
    poisoned, retrained = rows.copy(), rows.copy()
    poisoned[places] = -9 * rows[places[::-1]]
    retrained[np.setdiff1d(np.arange(600), places)] *= np.linspace(1, 9, 12, dtype=np.float32)
    return rows, poisoned, retrained


def test_poisoned_rows_of_a_file_do_not_change_a_saved_codec(tmp_path: Path) -> None:
    """The part of a file that is tested on may hold anything: what the other part gives is the same."""
    cell, names = "own.train.pca-4.s0", ("clean", "poisoned", "retrained")
    trees = [_run_rows(tmp_path / name, x) for name, x in zip(names, _poisoned(), strict=True)]
    clean, same, other = (_arrays(tree.codec("poisoned", cell)) for tree in trees)
    assert clean == same
    assert clean != other
    values = [read_stamped(tree.result("poisoned", cell))[0]["values"] for tree in trees]
    assert {"spearman@original", "spearman-random@original", "recall@10"} == {v["metric"] for v in values[0]}
    assert all(a != b for a, b in zip(values[0], values[1], strict=True))  # the poison was there


def test_poisoned_rows_of_a_file_do_not_reach_a_fit(tmp_path: Path) -> None:
    """Rows, pairs and every array of a lens and its codebooks, fitted with one seed on either file."""
    steps = (
        Step("lens", {"dims": 6, "steps": 5, "batch": 32}),
        Step("pq", {"subvectors": 3, "iterations": 2}),
    )
    fits = []
    for i, rows in enumerate(_poisoned()):
        np.save(tmp_path / f"{i}.npy", rows)
        params = files.Params(path=f"{i}.npy", rows=Rows(part="train", share=0.75, pairs=1))
        train = files.read(params, "train", Place(tmp_path, None, offline=True))
        fitted = Fitter(training_of(train, _vectors(train)), {"seed": 0}).fit(steps)
        arrays = [x.tobytes() for codec in fitted.codecs for x in codec.state().values()]
        fits.append((_vectors(train).tobytes(), train.pairs.tolist(), arrays))
    assert fits[0] == fits[1]
    assert fits[0][2] != fits[2][2]


# -- What is undefined ---------------------------------------------------------------------------------------


def _with_gold(data: PairSet, gold: Doubles) -> PairSet:
    return PairSet(data.name, None, data.vectors, data.pairs, gold, data.origin)


def test_a_constant_score_of_what_is_unseen_leaves_the_other_protocol() -> None:
    """Unseen pairs that all have one score have no correlation: left out and said, and the rest is there."""
    train, test = _set("train", 0), _set("test", 1)
    gold = _gold(test).copy()
    gold[PAIRS // 2 :] = 3.0
    constant = _with_gold(test, gold)
    clean = _context(train, constant)
    seen = Overlap(*(np.arange(PAIRS) < PAIRS // 2 for _ in range(3)))
    shared = dataclasses.replace(clean, overlaps={"test": seen})
    measured = _measure(_cell((SCALAR,), ["spearman@human"]), shared, (AS_PUBLISHED, "decontaminated"))
    assert [(AS_PUBLISHED, "test", "spearman@human")] == list(_by_key(measured))
    (note,) = measured.left_out
    assert ("decontaminated", "test", "spearman@human") == (note["protocol"], note["dataset"], note["metric"])
    assert note["why"].startswith(f"all {PAIRS - PAIRS // 2} values are equal (human)")


def test_a_score_that_is_constant_everywhere_is_refused_in_words() -> None:
    """The error names set, protocol, metric and series."""
    train, test = _set("train", 0), _set("test", 1)
    constant = _context(train, _with_gold(test, np.full(PAIRS, 3.0)))
    with pytest.raises(
        InputError, match=r"^test \(as-published\): retention@human is undefined: .*\(human\)"
    ):
        _measure(_cell((SCALAR,), ["retention@human"]), constant)


def test_resamples_without_the_one_label_are_counted() -> None:
    """A single 1 among the scores is not drawn in about e^-1 of the resamples, and the value says so."""
    train, test = _set("train", 0), _set("test", 1)
    rare = _context(train, _with_gold(test, (np.arange(PAIRS) == 7).astype(float)))
    (value,) = _measure(_cell((SCALAR,), ["spearman@human"]), rare).values
    assert 0.33 < value.undefined / bootstrap.RESAMPLES < 0.40
    assert value.low < value.value < value.high


def test_point_values_are_those_of_the_measurement_without_its_rounding() -> None:
    """Each value of a measurement, combinations included, to the six digits that it states."""
    train, tests = _set("train", 0), (_set("test", 1), _set("other", 2))
    cell = _cell((SCALAR,), ["retention@human", "recall@10"], "test", "other")
    shared, sums = _context(train, *tests), {"mean": {"test": 0.5, "other": 0.5}}
    suite = dataclasses.replace(shared, combine=sums)
    actual = point_values(cell, suite, Fitter(shared.training, {"seed": 0}))
    expected = {key: value.value for key, value in _by_key(_measure(cell, shared, combine=sums)).items()}
    assert expected == pytest.approx(actual, rel=1e-5)
