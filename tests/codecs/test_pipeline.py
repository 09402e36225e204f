"""Compressors in series: shared prefixes, seeds, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.codecs.pipeline import Fitter, Pipeline, codec_path, load_pipeline
from harness.codecs.storage import save_codec
from harness.errors import InputError
from harness.planning.registry import load
from harness.planning.steps import Step
from harness.types import Floats, Training

D = 16
LENS = Step("lens", {"dims": 8, "steps": 5, "batch": 32})
PQ = Step("pq", {"subvectors": 4, "iterations": 2})
PROJECTION = Step("random-projection", {"dims": 8})
IDENTITY = Step("identity", {})
SIGN = Step("sign", {})


def _x(seed: int, rows: int = 300) -> Floats:
    return np.random.default_rng(seed).standard_normal((rows, D)).astype(np.float32)


def _fitter(seed: int = 0, rows: Floats | None = None) -> Fitter:
    train = Training(_x(0) if rows is None else rows, np.empty((0, 2), np.int64), None)
    return Fitter(train, {"encoder": {"use": "as-is"}, "train": {"path": "a.npy"}, "seed": seed})


def _state(pipeline: Pipeline, step: int = 0) -> dict[str, bytes]:
    return {key: array.tobytes() for key, array in pipeline.codecs[step].state().items()}


# -- What a pipeline does


def test_a_pipeline_encodes_what_the_step_before_decodes() -> None:
    """Its codes are the last codec's of the vectors that came through the others."""
    pipeline = _fitter().fit((PROJECTION, SIGN))
    first, last = pipeline.codecs
    x = _x(1)
    between = first.decode(first.encode(x))
    np.testing.assert_array_equal(pipeline.through(x, 1), between)
    np.testing.assert_array_equal(pipeline.encode(x), last.encode(between))
    np.testing.assert_array_equal(pipeline.decode(pipeline.encode(x)), np.where(between >= 0, 1, -1))
    np.testing.assert_array_equal(pipeline.through(x, 0), x)


def test_the_next_step_is_fitted_on_what_the_one_before_decodes() -> None:
    """PQ after a projection has codebooks of the projected training rows, not of the rows."""
    fitter = _fitter()
    pipeline = fitter.fit((PROJECTION, Step("scalar", {"bits": 8})))
    ranges = pipeline.codecs[1].state()["ranges"]
    projected = pipeline.through(_x(0), 1)
    np.testing.assert_allclose(ranges[:8], projected.min(axis=0), rtol=1e-5)


def test_sizes_are_measured() -> None:
    """Projecting to 8 dimensions and keeping signs takes 1 byte; all state counts, not the last step's."""
    pipeline = _fitter().fit((PROJECTION, SIGN))
    sizes = pipeline.sizes(pipeline.encode(_x(1)), original_bytes=4 * D)
    # state: 16 x 8 weights and 8 biases of 4 bytes = 544, and the sign's dimension, an int64
    expected = {
        "payload_bytes": 1,
        "side_bytes": 0,
        "bytes_per_vector": 1,
        "original_bytes": 64,
        "ratio": 64.0,
        "state_bytes": 544 + 8,
    }
    assert expected == sizes


def test_training_rows_that_lose_their_direction_are_an_error() -> None:
    """A step that maps a training row to zero is named: nothing after it could be fitted."""
    x = _x(0)
    x[7, :4] = 0
    with pytest.raises(InputError, match="training vectors after truncation: row 7 is a zero vector"):
        _fitter(rows=x).fit((Step("truncation", {"dims": 4}), SIGN))


def test_the_last_step_may_lose_training_rows() -> None:
    """Nothing is fitted after it: training rows are not encoded by it."""
    x = _x(0)
    x[7, :4] = 0
    pipeline = _fitter(rows=x).fit((Step("truncation", {"dims": 4}),))
    assert 4 == pipeline.decode(pipeline.encode(_x(1))).shape[1]


def test_an_unknown_compressor_is_named_with_the_choices() -> None:
    """The error lists what there is."""
    with pytest.raises(InputError, match=r"found 'zip', expected one of .*identity, .*lens, .*pca, "):
        _fitter().fit((Step("zip", {}),))


# -- Prefixes and seeds


def test_a_prefix_that_pipelines_share_is_fitted_once() -> None:
    """The lens of lens + PQ is the lens alone: the same object, so nothing was fitted anew."""
    fitter = _fitter()
    alone, before_pq = fitter.fit((LENS,)), fitter.fit((LENS, PQ))
    assert alone.codecs[0] is before_pq.codecs[0]


@pytest.mark.parametrize("prefix", [LENS, PROJECTION, PQ], ids=lambda step: step.use)
def test_a_prefix_is_bit_identical_whatever_follows(prefix: Step) -> None:
    """Fitted separately, in another order and with another step behind it, it is the same to the last bit."""
    alone = _fitter().fit((prefix,))
    fitter = _fitter()
    fitter.fit((IDENTITY, prefix))
    followed = fitter.fit((prefix, SIGN))
    assert _state(alone) == _state(followed)
    np.testing.assert_array_equal(alone.through(_x(1), 1), followed.through(_x(1), 1))


def test_the_seed_of_a_step_depends_on_what_is_before_it() -> None:
    """A projection after the identity, which changes no vector, is another projection."""
    fitter = _fitter()
    assert _state(fitter.fit((PROJECTION,))) != _state(fitter.fit((IDENTITY, PROJECTION)), 1)


def test_the_seed_of_a_step_depends_on_the_parameters_before_it() -> None:
    """What differs anywhere in the prefix makes another draw."""
    fitter = _fitter()
    narrow = fitter.fit((Step("truncation", {"dims": 12}), PROJECTION))
    wide = fitter.fit((Step("truncation", {"dims": 13}), PROJECTION))
    shared = slice(0, 4 * 8 * 12)  # the rows of the weights that both have
    assert _state(narrow, 1)["weights"][shared] != _state(wide, 1)["weights"][shared]


@pytest.mark.parametrize(
    "identity",
    [
        {"encoder": {"use": "as-is"}, "train": {"path": "a.npy"}, "seed": 1},
        {"encoder": {"use": "as-is"}, "train": {"path": "b.npy"}, "seed": 0},
        {"encoder": {"use": "other"}, "train": {"path": "a.npy"}, "seed": 0},
    ],
    ids=["seed", "training split", "encoder"],
)
def test_the_seed_of_a_step_depends_on_the_identity(identity: dict[str, object]) -> None:
    """Another seed, training split or encoder is another draw; the same identity is the same one."""
    other = Fitter(Training(_x(0), np.empty((0, 2), np.int64), None), identity)
    assert _state(_fitter().fit((PROJECTION,))) != _state(other.fit((PROJECTION,)))
    assert _state(_fitter().fit((PROJECTION,))) == _state(_fitter().fit((PROJECTION,)))


# -- Files


def test_a_pipeline_comes_back_from_its_file(tmp_path: Path) -> None:
    """Steps, parameters, codes and decoded bytes are those of the pipeline that was saved."""
    pipeline, x = _fitter().fit((LENS, IDENTITY, PQ)), _x(1)
    pipeline.save(tmp_path / "pipeline.safetensors")
    loaded = load_pipeline(tmp_path / "pipeline.safetensors")
    assert [(step.use, dict(step.params)) for step in pipeline.steps] == [
        (step.use, dict(step.params)) for step in loaded.steps
    ]
    codes = pipeline.encode(x)
    assert codes.tobytes() == loaded.encode(x).tobytes()
    assert pipeline.decode(codes).tobytes() == loaded.decode(codes).tobytes()
    assert pipeline.sizes(codes, 64) == loaded.sizes(codes, 64)


def test_a_loaded_step_is_the_trained_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps loaded from a saved pipeline encode like the pipeline, although nothing is fitted."""
    monkeypatch.chdir(tmp_path)
    pipeline, x = _fitter().fit((LENS, PQ)), _x(1)
    pipeline.save(tmp_path / "codecs" / "pipeline.safetensors")
    saved = "codecs/pipeline.safetensors"
    other = Training(_x(5), np.empty((0, 2), np.int64), None)
    loaded = Fitter(other, {"seed": 9}).fit((Step("lens", {}, saved), Step("pq", {}, saved)))
    assert pipeline.encode(x).tobytes() == loaded.encode(x).tobytes()
    lens = Fitter(other, {"seed": 9}).fit((Step("lens", {}, saved),))
    assert pipeline.through(x, 1).tobytes() == lens.through(x, 1).tobytes()


def test_a_step_that_the_file_has_not_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The compressor that a step names has to be in the file exactly once."""
    monkeypatch.chdir(tmp_path)
    _fitter().fit((IDENTITY, IDENTITY)).save(tmp_path / "twice.safetensors")
    with pytest.raises(InputError, match=r"^twice.safetensors: found 2 steps 'identity', expected one"):
        _fitter().fit((Step("identity", {}, "twice.safetensors"),))
    with pytest.raises(InputError, match=r"^twice.safetensors: found 0 steps 'pca', expected one"):
        _fitter().fit((Step("pca", {}, "twice.safetensors"),))


@pytest.mark.parametrize("content", [None, b"no tensors"], ids=["missing", "no codec"])
def test_a_file_that_is_no_codec_is_one_line(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step cannot be loaded from what is not there or no codec; the error is an InputError of one line."""
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / "no.safetensors").write_bytes(content)
    with pytest.raises(InputError, match=r"no.safetensors.*expected a codec saved by this harness") as raised:
        _fitter().fit((Step("lens", {}, "no.safetensors"),))
    assert "\n" not in str(raised.value)


def test_a_file_of_an_unknown_compressor_is_one_line(tmp_path: Path) -> None:
    """A pipeline whose compressor is no longer here is an InputError that names the file and the choices."""
    path = tmp_path / "old.safetensors"
    save_codec(path, [("zip", {}, {})])
    with pytest.raises(InputError, match=r"old.safetensors: found 'zip', expected one of .*identity, "):
        load_pipeline(path)


@pytest.mark.parametrize(
    ("params", "state"),
    [({"surplus": 1}, {"dimension": np.array([16])}), ({}, {})],
    ids=["unknown parameter", "missing array"],
)
def test_a_file_with_other_parameters_or_arrays_is_one_line(
    params: dict[str, object], state: dict[str, np.ndarray], tmp_path: Path
) -> None:
    """A codec of another version of a compressor is an InputError, not a traceback."""
    path = tmp_path / "old.safetensors"
    save_codec(path, [("sign", params, state)])
    with pytest.raises(InputError, match=r"old.safetensors"):
        load_pipeline(path)


@pytest.mark.parametrize("path", ["../codec.safetensors", "/etc/hostname"])
def test_a_step_is_loaded_from_below_the_folder_alone(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path that leaves the folder the harness runs in is refused."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"^load: .* leaves .*, expected a path inside it"):
        codec_path(path)


def test_a_pipeline_is_what_its_compressors_are() -> None:
    """A pipeline of one step encodes like the compressor fitted by itself with the step's seed."""
    module = load("compressors", "scalar", "here")
    codec = module.fit(Training(_x(0), np.empty((0, 2), np.int64), None), module.Params(bits=8), 0)
    pipeline = _fitter().fit((Step("scalar", {"bits": 8}),))
    np.testing.assert_array_equal(pipeline.encode(_x(1)), codec.encode(_x(1)))


def test_a_codec_trained_on_another_split_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit is of the split that the cell names: a codec from elsewhere would slip past it."""
    monkeypatch.chdir(tmp_path)
    train = Training(_x(0), np.empty((0, 2), np.int64), None)
    steps = (Step("pca", {"dims": 3}),)
    Fitter(train, {"train": "one"}).fit(steps).save(tmp_path / "c.safetensors", "one")  # type: ignore[arg-type]
    loaded = (Step("pca", {}, "c.safetensors"),)
    assert 1 == len(Fitter(train, {"train": "one"}).fit(loaded).codecs)
    with pytest.raises(InputError, match="was trained on another split"):
        Fitter(train, {"train": "other"}).fit(loaded)


def test_a_codec_of_other_dimensions_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors that a loaded codec cannot take are one line, not a traceback."""
    monkeypatch.chdir(tmp_path)
    x = _x(0)
    Fitter(Training(x, np.empty((0, 2), np.int64), None), {}).fit((Step("pca", {"dims": 3}),)).save(
        tmp_path / "c.safetensors"
    )
    narrow = Training(np.ascontiguousarray(x[:, :-1]), np.empty((0, 2), np.int64), None)
    with pytest.raises(InputError, match=r"c\.safetensors: pca: .*, expected .* vectors of 15 dimensions"):
        Fitter(narrow, {}).fit((Step("pca", {}, "c.safetensors"),))
