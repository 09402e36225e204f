"""The file form of codecs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from harness.codecs.storage import load_codec, save_codec
from harness.errors import InputError


def _steps() -> list[tuple[str, dict[str, object], dict[str, np.ndarray]]]:
    state = {"weights": np.arange(6, dtype=np.float32).reshape(2, 3), "bias": np.zeros(3, np.float32)}
    return [("lens", {"dims": 3}, state), ("identity", {}, {}), ("sign", {}, {"dimension": np.array([3])})]


def test_steps_come_back_as_they_were_saved(tmp_path: Path) -> None:
    """Names, parameters and arrays of every step survive the file, also of a step without arrays."""
    save_codec(tmp_path / "deep" / "codec.safetensors", _steps())
    loaded = load_codec(tmp_path / "deep" / "codec.safetensors")
    assert [(name, params) for name, params, _ in _steps()] == [(name, params) for name, params, _ in loaded]
    for (_, _, saved), (_, _, state) in zip(_steps(), loaded, strict=True):
        assert set(saved) == set(state)
        for key, array in saved.items():
            assert array.dtype == state[key].dtype
            np.testing.assert_array_equal(state[key], array)


def test_eleven_steps_are_not_mixed_up(tmp_path: Path) -> None:
    """The arrays of step 1 are not those of step 10."""
    path = tmp_path / "codec.safetensors"
    save_codec(path, [("sign", {}, {"dimension": np.array([i])}) for i in range(11)])
    assert list(range(11)) == [int(state["dimension"][0]) for _, _, state in load_codec(path)]


def test_an_array_that_is_not_contiguous_is_saved_as_it_reads(tmp_path: Path) -> None:
    """A transposed view is written in its own order, not in its memory's."""
    path = tmp_path / "codec.safetensors"
    weights = np.arange(6, dtype=np.float32).reshape(2, 3).T
    save_codec(path, [("lens", {}, {"weights": weights})])
    np.testing.assert_array_equal(load_codec(path)[0][2]["weights"], weights)


def test_the_same_codec_is_the_same_bytes(tmp_path: Path) -> None:
    """Two files of one codec are equal, whatever the order of keys in parameters and state."""
    one, other = tmp_path / "one", tmp_path / "other"
    state = {"a": np.ones(2), "b": np.zeros(3)}
    save_codec(one, [("x", {"k": 1, "l": 2}, state)])
    save_codec(other, [("x", {"l": 2, "k": 1}, dict(reversed(state.items())))])
    assert hashlib.sha256(one.read_bytes()).hexdigest() == hashlib.sha256(other.read_bytes()).hexdigest()


def test_the_bytes_of_a_codec_are_these(tmp_path: Path) -> None:
    """Whatever the version of Python: another digest here makes every codec of before another file."""
    save_codec(tmp_path / "codec.safetensors", _steps(), {"name": "é", "rows": 0.1})
    digest = hashlib.sha256((tmp_path / "codec.safetensors").read_bytes()).hexdigest()
    assert "c833e36993339dff53aff8a9794e0bcc0906bc0edba0ac3ec198a66de201b2ea" == digest


def test_saving_leaves_no_other_file(tmp_path: Path) -> None:
    """The temporary file has become the codec."""
    save_codec(tmp_path / "codec.safetensors", _steps())
    assert ["codec.safetensors"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize(
    "kind", ["missing", "text", "empty", "truncated", "foreign", "folder", "wrong steps"]
)
def test_a_file_that_is_no_codec_is_one_line(kind: str, tmp_path: Path) -> None:
    """Whatever is wrong with the file, the error is an InputError of one line that names it."""
    path = tmp_path / "codec.safetensors"
    save_codec(path, _steps())
    whole = path.read_bytes()
    path.unlink()
    if kind == "text":
        path.write_text("these are no tensors, and never were")
    elif kind == "empty":
        path.touch()
    elif kind == "truncated":
        path.write_bytes(whole[:-5])
    elif kind == "foreign":
        save_file({"weights": np.ones(3)}, path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "wrong steps":
        save_file({"weights": np.ones(3)}, path, metadata={"steps": json.dumps([{"use": "lens"}])})
    with pytest.raises(InputError, match="expected a codec saved by this harness") as raised:
        load_codec(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)
