"""The affine codec that several compressors fit, and the file form of any codec."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.core import Bytes, Doubles, Floats, InputError, Json
from harness.files import write_atomic


def float_codes(x: Floats) -> Bytes:
    """Return float32 (n, d) as its little-endian bytes, uint8 (n, 4 d)."""
    return np.ascontiguousarray(x, dtype="<f4").view(np.uint8)


def code_floats(codes: Bytes) -> Floats:
    """Return the float32 (n, d) behind uint8 (n, 4 d); the inverse of ``float_codes``."""
    return np.ascontiguousarray(codes).view("<f4").astype(np.float32, copy=False)


@dataclass(frozen=True, slots=True)
class Affine:
    """x -> x W + b, stored as float32. ``weights`` (D, d) and ``bias`` (d,) are float32."""

    weights: Floats
    bias: Floats
    side_bytes: ClassVar[int] = 0
    reconstructs: ClassVar[bool] = False

    def encode(self, x: Floats) -> Bytes:
        """Return codes (n, 4 d) uint8 of vectors (n, D) float32."""
        return float_codes(x @ self.weights + self.bias)

    def decode(self, codes: Bytes) -> Floats:
        """Return the projected vectors (n, d) float32, exactly as they were stored."""
        return code_floats(codes)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return weights and bias."""
        return {"weights": self.weights, "bias": self.bias}


def restore_affine(state: Mapping[str, NDArray[Any]]) -> Affine:
    """Return the affine codec that ``state`` describes."""
    return Affine(np.asarray(state["weights"], np.float32), np.asarray(state["bias"], np.float32))


def principal_axes(vectors: Floats, dims: int) -> tuple[Doubles, Doubles]:
    """Return the mean (D,) and the leading ``dims`` principal axes (D, dims), in float64.

    Each axis has its largest component positive, so that the sign is no accident of the solver.
    Raises InputError where rows or dimensions are fewer than ``dims``.
    """
    rows, dimension = vectors.shape
    if dims > min(rows, dimension):
        raise InputError(
            f"pca: found dims = {dims}, expected at most {min(rows, dimension)} ({rows} rows × {dimension})"
        )
    x = vectors.astype(np.float64)
    mean = x.mean(axis=0)
    _, vectors_by_value = np.linalg.eigh(np.cov(x, rowvar=False).reshape(dimension, dimension))
    axes = vectors_by_value[:, ::-1][:, :dims]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(dims)])
    return mean, axes * signs


Steps = list[tuple[str, dict[str, Any], dict[str, NDArray[Any]]]]


def save_codec(path: Path, steps: Steps, trained_on: Json | None = None) -> None:
    """Write a chain's steps (compressor, parameters, state) as one safetensors file, atomically.

    ``trained_on`` identifies the training split: whoever loads the file can then audit for it.
    """
    from safetensors.numpy import save

    tensors = {
        str(i) + "." + key: np.ascontiguousarray(array)
        for i, (_, _, state) in enumerate(steps)
        for key, array in sorted(state.items())
    }
    # A step without arrays still has to leave a tensor: the format has no empty files.
    tensors["steps"] = np.array([len(steps)], dtype=np.int64)
    steps_said = [{"use": name, "params": params} for name, params, _ in steps]
    # One entry: the library writes several in no fixed order.
    described = json.dumps({"steps": steps_said, "trained_on": trained_on}, sort_keys=True)
    write_atomic(path, save(tensors, metadata={"harness": described}))


def load_codec(path: Path) -> Steps:
    """Return the steps that ``save_codec`` wrote; raise InputError where the file is not one of its."""
    from safetensors import SafetensorError, safe_open

    steps: Steps = []
    try:
        with safe_open(path, framework="np") as file:
            described = json.loads((file.metadata() or {})["harness"])["steps"]
            arrays = {key: file.get_tensor(key) for key in file.keys() if key != "steps"}  # noqa: SIM118
        for i, step in enumerate(described):
            state = {
                key.split(".", 1)[1]: value for key, value in arrays.items() if key.startswith(str(i) + ".")
            }
            steps.append((step["use"], step["params"], state))
    except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: {error}, expected a codec saved by this harness") from error
    return steps


def trained_on(path: Path) -> Any:
    """Return what a saved codec says of its training split, None where it says nothing."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            return json.loads((file.metadata() or {})["harness"])["trained_on"]
    except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: {error}, expected a codec saved by this harness") from error
