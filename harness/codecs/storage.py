"""Fitted steps in one safetensors file; reading checks every number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness import limits
from harness.errors import InputError
from harness.evidence.files import write_atomic
from harness.types import Json

Steps = list[tuple[str, dict[str, Any], dict[str, NDArray[Any]]]]


def save_codec(path: Path, steps: Steps, trained_on: Json | None = None) -> None:
    """Write a pipeline's steps (compressor, parameters, state) as one safetensors file, atomically.

    ``trained_on`` identifies the training split, so that a reader can check for leakage.
    """
    from safetensors.numpy import save

    tensors = {
        str(i) + "." + key: np.ascontiguousarray(array)
        for i, (_, _, state) in enumerate(steps)
        for key, array in sorted(state.items())
    }
    # The format has no empty files: this tensor stands for steps without arrays.
    tensors["steps"] = np.array([len(steps)], dtype=np.int64)
    listed = [{"use": name, "params": params} for name, params, _ in steps]
    # A single entry, because the library writes several in no fixed order.
    described = json.dumps({"steps": listed, "trained_on": trained_on}, sort_keys=True)
    write_atomic(path, save(tensors, metadata={"harness": described}))


def load_codec(path: Path) -> Steps:
    """Return the steps that ``save_codec`` wrote; raise InputError for any other file.

    Every number is checked to be finite and within the limits of a parameter.
    """
    from safetensors import SafetensorError, safe_open

    where = str(path)
    described = _described(path)["steps"]
    steps: Steps = []
    try:
        with safe_open(path, framework="np") as file:
            arrays = {key: file.get_tensor(key) for key in file.keys() if key != "steps"}  # noqa: SIM118
        for key, array in arrays.items():
            _check_array(array, f"{where}: {key[:40]}")
        for i, step in enumerate(described):
            state = {
                key.split(".", 1)[1]: value for key, value in arrays.items() if key.startswith(str(i) + ".")
            }
            limits.check_document(step["params"], f"{where}: step {i}")
            limits.check_parameters(step["params"], f"{where}: step {i}")
            steps.append((str(step["use"]), dict(step["params"]), state))
    except (OSError, SafetensorError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{where}: {one_line(error)}, expected a codec saved by this harness") from error
    return steps


def trained_on(path: Path) -> Any:
    """Return the identity of a saved codec's training split, or None where the file has none."""
    return _described(path).get("trained_on")


def _described(path: Path) -> dict[str, Any]:
    """Return the metadata of a codec's file: its steps, and the identity of the training split."""
    from safetensors import SafetensorError, safe_open

    where = str(path)
    try:
        limits.CODEC_BYTES.check(path.stat().st_size, where)
        with path.open("rb") as file:  # the header's length comes first and is checked before parsing
            _check_header(int.from_bytes(file.read(8), "little"), path)
        with safe_open(path, framework="np") as opened:
            described = json.loads((opened.metadata() or {})["harness"])
        _check_steps(described["steps"])
    except RecursionError as error:
        raise InputError(f"{where}: found metadata too deep, expected a codec of this harness") from error
    except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{where}: {one_line(error)}, expected a codec saved by this harness") from error
    return dict(described)


def _check_header(length: int, path: Path) -> None:
    if length > path.stat().st_size:
        raise ValueError("found no header")
    limits.METADATA.check(length, str(path))


def _check_steps(steps: Any) -> None:
    if not isinstance(steps, list) or not all(isinstance(step["params"], dict) for step in steps):
        raise ValueError("found steps without parameters")


def _check_array(array: NDArray[Any], where: str) -> None:
    if array.dtype.kind not in "fiu":
        raise InputError(f"{where}: found {array.dtype}, expected numbers")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"{where}: found NaN or infinity, expected finite numbers")
    if array.dtype.itemsize > 1 and array.dtype.kind in "iu" and array.size:
        limits.PARAMETER.check(int(max(array.max(), -int(array.min()))), where)


def one_line(error: BaseException) -> str:
    """Return the message of an error in one line of at most 200 characters, or else its type."""
    return " ".join(str(error).split())[:200] or type(error).__name__
