"""Codecs from a stranger: whatever stands in the file, one line and no crash, in NumPy or in faiss."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from harness import limits
from harness.codecs.pipeline import load_pipeline, try_codec
from harness.codecs.storage import load_codec, save_codec, trained_on
from harness.errors import InputError
from harness.planning import registry
from harness.server.models import load_models
from harness.types import Floats, Training

DIM = 16
ROWS = np.random.default_rng(0).standard_normal((300, DIM)).astype(np.float32)
PARAMS: dict[str, dict[str, Any]] = {
    "pca": {"dims": 4},
    "pq": {"subvectors": 4},
    "lsq": {"subvectors": 2, "iterations": 1},
    "residual-quantizer": {"subvectors": 2, "iterations": 1},
    "product-residual-quantizer": {"subvectors": 2, "iterations": 1},
    "rabitq": {"bits": 2},
    "scalar": {"bits": 4},
    "sign": {},
    "normalize": {},
    "hierarchical-vq": {"levels": [4, 4]},
    "fsq": {"levels": [3, 3], "steps": 2},
    "autoencoder": {"dims": 4, "epochs": 1},
}

State = dict[str, NDArray[Any]]


@pytest.fixture(scope="module")
def states() -> dict[str, State]:
    """Return the state of a codec of each compressor, fitted to ROWS."""
    training = Training(ROWS, np.empty((0, 2), np.int64), None)
    modules = {name: registry.load("compressors", name, "test") for name in PARAMS}
    return {
        name: dict(module.fit(training, module.Params(**PARAMS[name]), 0).state())
        for name, module in modules.items()
    }


def used(path: Path) -> Floats:
    """Return what the codec in a file makes of ROWS."""
    pipeline = load_pipeline(path)
    return try_codec(pipeline.codecs[0], ROWS, str(path))


def refusal(path: Path) -> str | None:
    """Return how the codec in a file is refused, None where it brings back finite vectors."""
    try:
        assert np.isfinite(used(path)).all()
    except InputError as error:
        return str(error)
    return None


def cut(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array without its last row."""
    return array[:-1]


def flat(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array in one dimension more."""
    return array[None]


def not_a_number(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array with NaN in it, as floats."""
    changed = array.astype(np.float32)
    changed.flat[0] = np.nan
    return changed


def beyond(array: NDArray[Any]) -> NDArray[Any]:
    """Return numbers of the same shape that no count or index may have."""
    return np.full(array.shape, 2**62, np.int64)


def narrow(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array without its last column."""
    return array[..., :-1]


@pytest.mark.parametrize("name", PARAMS)
def test_the_codecs_that_these_tests_break_are_sound(
    name: str, states: dict[str, State], tmp_path: Path
) -> None:
    """Unbroken, they are read and used."""
    path = tmp_path / "a.safetensors"
    save_codec(path, [(name, PARAMS[name], states[name])])
    assert len(ROWS) == len(used(path))


@pytest.mark.parametrize(
    "damage", [cut, flat, narrow, not_a_number, beyond], ids=lambda damage: damage.__name__
)
@pytest.mark.parametrize("name", PARAMS)
def test_a_codec_whose_arrays_are_wrong_is_one_line(
    name: str, damage: Callable[[NDArray[Any]], NDArray[Any]], states: dict[str, State], tmp_path: Path
) -> None:
    """Each array in turn: refused, or used as what it then is, finite and a vector a row."""
    path = tmp_path / "a.safetensors"
    for key, array in states[name].items():
        save_codec(path, [(name, PARAMS[name], {**states[name], key: damage(array)})])
        message = refusal(path)
        if message is None:  # fewer codewords, or a bias as a row, make a codec too
            assert damage not in {not_a_number, beyond}
        else:
            assert message.startswith(str(path))
            assert "\n" not in message
            assert len(message) < 600


def written(path: Path, described: str) -> Path:
    """Write a codec's file of one array with any text as metadata."""
    header = {
        "__metadata__": {"harness": described},
        "steps": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]},
    }
    data = json.dumps(header).encode()
    path.write_bytes(len(data).to_bytes(8, "little") + data + (1).to_bytes(8, "little"))
    return path


def described(steps: Any) -> str:
    """Return metadata with ``steps``."""
    return json.dumps({"steps": steps, "trained_on": None})


METADATA = {
    "no JSON": ("{", "expected a codec saved by this harness"),
    "deep": ('{"steps": ' + "[" * 50_000, "found metadata too deep"),
    "deep parameters": (
        described([{"use": "pca", "params": json.loads('{"a":' * 50 + "1" + "}" * 50)}]),
        "levels of tables and lists, expected at most 16",
    ),
    "long": (described([]) + " " * 2**21, "bytes of metadata, expected at most 1,048,576"),
    "a list": ("[]", "expected a codec saved by this harness"),
    "a number": ("1", "expected a codec saved by this harness"),
    "steps that are none": (described(7), "found steps without parameters"),
    "steps of texts": (described(["pca"]), "expected a codec saved by this harness"),
    "a step without parameters": (described([{"use": "pca"}]), "expected a codec saved by this harness"),
    "no step": (described([]), "found no step"),
    "an unknown compressor": (
        described([{"use": "os.path", "params": {}}]),
        "found 'os.path', expected one of",
    ),
    "a parameter without end": (
        described([{"use": "residual-quantizer", "params": {"subvectors": 1, "beam": 10**9}}]),
        "beam: found 1,000,000,000 as a parameter, expected at most 100,000",
    ),
    "a number of thousands of digits": ('{"steps": ' + "9" * 5_000 + "}", "Exceeds the limit"),
}


@pytest.mark.parametrize(("text", "named"), METADATA.values(), ids=METADATA)
def test_metadata_that_are_wrong_are_one_line(text: str, named: str, tmp_path: Path) -> None:
    """Of any form, depth and length."""
    path = written(tmp_path / "a.safetensors", text)
    with pytest.raises(InputError) as raised:
        load_pipeline(path)
    assert str(raised.value).startswith(str(path))
    assert named in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("length", [2**63, 2**40, 10**6])
def test_a_header_longer_than_its_file_is_refused(length: int, tmp_path: Path) -> None:
    """Before anything is read of it."""
    path = tmp_path / "a.safetensors"
    path.write_bytes(length.to_bytes(8, "little") + b"{}")
    for read in (load_codec, trained_on):
        with pytest.raises(InputError, match=r"a\.safetensors: found no header, expected a codec"):
            read(path)


def test_a_codec_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """A file of holes takes no room on the disk and would take all memory."""
    path = tmp_path / "a.safetensors"
    with path.open("wb") as file:
        file.truncate(limits.CODEC_BYTES.most + 1)
    with pytest.raises(InputError, match="bytes of a codec, expected at most 1,073,741,824"):
        load_codec(path)


def test_a_codec_that_does_not_fit_together_is_not_served(states: dict[str, State], tmp_path: Path) -> None:
    """Its second step takes other vectors than the first gives."""
    path = tmp_path / "a.safetensors"
    save_codec(path, [(name, PARAMS[name], states[name]) for name in ("pca", "pq")])
    with pytest.raises(InputError, match=r"a\.safetensors: pq: .*expected arrays that fit together"):
        load_models([path])
