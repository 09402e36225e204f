"""Maps from some columns to the codes of others: planted relations, and against least squares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from harness.codecs.autoencoder_training import published_decay
from harness.codecs.networks import Coder
from harness.compressors import autoencoder, crossmap
from harness.errors import InputError
from harness.types import Doubles, Floats, Training

TARGET, SOURCE = {"start": 0, "stop": 40}, {"start": 40, "stop": 64}


def _space(rows: int, seed: int, *, bent: bool = False) -> Floats:
    """Return [target 40 | source 24]: both made of the same 8 hidden numbers, the source with some noise."""
    rng, fixed = np.random.default_rng(seed), np.random.default_rng(5)
    hidden = rng.standard_normal((rows, 8))
    large, small = fixed.standard_normal((8, 40)), fixed.standard_normal((8, 24))
    target = (np.maximum(hidden, 0) ** 2 if bent else hidden) @ large
    source = hidden @ small + 0.3 * rng.standard_normal((rows, 24))
    return np.concatenate([target, source], axis=1).astype(np.float32)


NONE = np.empty((0, 2), np.int64)
TRAIN, TEST = Training(_space(3000, 0), NONE, None), _space(500, 1)


def _params(**changed: Any) -> crossmap.Params:
    fields = {"source": SOURCE, "target": TARGET, "dims": 8, "hidden": 64, **changed}
    return crossmap.Params.model_validate(fields, strict=True)


def _fit(train: Training = TRAIN, **changed: Any) -> Coder:
    return crossmap.fit(train, _params(**changed), 3)


def _values(codec: Coder, x: Floats) -> Doubles:
    return codec.decode(codec.encode(x)).astype(np.float64)


def _cosines(x: Doubles) -> Doubles:
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    return (unit @ unit.T)[np.triu_indices(len(x), 1)]


def _correlation(codec: Coder, x: Floats) -> float:
    """Return Pearson's correlation of the target's centred cosines with those of the codes."""
    target = x[:, :40].astype(np.float64)
    return float(np.corrcoef(_cosines(target - target.mean(axis=0)), _cosines(_values(codec, x)))[0, 1])


def test_the_source_alone_is_encoded() -> None:
    """Whatever stands in the target's columns, the codes are the same bytes."""
    codec, other = _fit(epochs=1), TEST.copy()
    other[:, :40] = 7
    assert (500, 4 * 8) == codec.encode(TEST).shape
    assert codec.encode(TEST).tobytes() == codec.encode(other).tobytes()
    other[:, 40:] = 7
    assert codec.encode(TEST).tobytes() != codec.encode(other).tobytes()


@pytest.mark.parametrize(("hidden", "residual"), [(None, True), (64, True), (64, False)])
def test_a_linear_relation_is_found_by_every_form(hidden: int | None, *, residual: bool) -> None:
    """With a hidden layer, a linear path or both, cosines between codes are near those of the target."""
    codec = _fit(hidden=hidden, residual=residual)
    assert _correlation(codec, TEST) > 0.97
    assert residual == ("weights" in codec.state())
    assert (hidden is not None) == ("inner" in codec.state())


def test_a_linear_map_is_that_of_least_squares() -> None:
    """The auto-encoder's codes of the target, predicted nearly as well as numpy predicts them."""
    codec = _fit(hidden=None)
    target = Training(np.ascontiguousarray(TRAIN.vectors[:, :40]), NONE, None)
    teacher = autoencoder.fit(target, autoencoder.Params(dims=8), 3)
    train_codes, test_codes = (
        _values(teacher, np.ascontiguousarray(x[:, :40])) for x in (TRAIN.vectors, TEST)
    )
    train_source, test_source = (
        np.c_[x[:, 40:], np.ones(len(x))].astype(np.float64) for x in (TRAIN.vectors, TEST)
    )
    least = np.square(
        test_source @ np.linalg.lstsq(train_source, train_codes, rcond=None)[0] - test_codes
    ).mean()
    assert np.square(_values(codec, TEST) - test_codes).mean() < 1.15 * least
    assert least < 0.1 * test_codes.var()


def test_a_bent_relation_needs_the_hidden_layer() -> None:
    """The target is made of squares of what is positive, which no linear map of the source follows."""
    train, test = Training(_space(3000, 0, bent=True), NONE, None), _space(500, 1, bent=True)
    linear, bent = (_correlation(_fit(train, hidden=hidden), test) for hidden in (None, 128))
    assert bent > linear + 0.1


def test_the_history_is_the_maps() -> None:
    """The start and each epoch; the best is below the start."""
    history = _fit(epochs=3).history
    assert [4, 4] == [len(history[key]) for key in ("train", "held_out")]
    assert min(history["held_out"]) < 0.5 * history["held_out"][0]


def test_what_is_restored_codes_alike() -> None:
    """By the arrays and the parameters, as they come back from JSON."""
    codec, params = _fit(epochs=1), _params(epochs=1)
    again = crossmap.restore(codec.state(), crossmap.Params(**params.model_dump(mode="json")))
    assert codec.encode(TEST).tobytes() == again.encode(TEST).tobytes()


def test_the_schedule_is_the_auto_encoders() -> None:
    """Epochs and rate by default, and the decay by the same rule."""
    params, other = _params(), autoencoder.Params(dims=8)
    assert (other.epochs, other.rate) == (params.epochs, params.rate)
    assert 4e-4 == published_decay(params.dims)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"source": {"start": 40, "stop": 65}}, "columns 40 to 65, expected some of the 64 there are"),
        ({"target": {"start": 9, "stop": 9}}, "columns 9 to 9, expected some of the 64 there are"),
        ({"dims": 41}, "found dims = 41, expected at most the vectors' 40"),
    ],
)
def test_columns_that_are_not_there_are_refused(changed: dict[str, Any], message: str) -> None:
    """Outside the vectors, none at all, or fewer than the codes are to have."""
    with pytest.raises(InputError, match=message):
        _fit(**changed)


def test_a_map_of_nothing_is_refused() -> None:
    """Neither a hidden layer nor a linear path; a key that is not known."""
    with pytest.raises(ValidationError, match="found none and no residual path, expected one of them"):
        _params(hidden=None, residual=False)
    with pytest.raises(ValidationError, match="surplus"):
        _params(source={"stop": 4, "surplus": 1})
