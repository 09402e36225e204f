"""No step of a training mixes tensors of two devices: checked without one, by torch's fake tensors.

A fake tensor has a device and a shape and no numbers, and torch refuses an operation on tensors of two
devices as a real one would. ``lazy`` is a device that fake tensors can be on in every build of torch.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import ShapeEnv

from harness.numerics import device
from harness.planning import registry
from harness.types import Training

OTHER = "lazy"
TRAININGS: list[tuple[str, dict[str, Any]]] = [
    ("autoencoder", {"dims": 8, "hidden": 16, "epochs": 1}),
    (
        "crossmap",
        {"source": {"stop": 16}, "target": {"start": 16, "stop": 32}, "dims": 4, "hidden": 8, "epochs": 1},
    ),
    ("fsq", {"steps": 3, "hidden": 8, "residuals": 2}),
    ("lens", {"dims": 8, "steps": 3, "human_weight": 0.5, "through_bits": 4}),
    ("listwise", {"dims": 8, "epochs": 1, "queue": 300, "mse_weight": 1.0}),
]
_tensor, _optimizers = torch.tensor, {name: getattr(torch.optim, name) for name in ("Adam", "AdamW")}


def _made(data: Any, *, device: str = "cpu", requires_grad: bool = False, **options: Any) -> torch.Tensor:
    """Return ``torch.tensor`` of the arguments; it makes none itself on a device that no build has."""
    return _tensor(data, **options).to(device).requires_grad_(requires_grad)


def _numbers(tensor: torch.Tensor) -> NDArray[Any]:
    assert "cpu" == tensor.device.type
    return np.ones(tuple(tensor.shape), np.float32)


def _unfused(optimizer: Any, weights: Any, **options: Any) -> Any:
    return optimizer(weights, **{**options, "fused": False})


@contextmanager
def _on_another_device(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have ``harness.numerics.device`` choose the device, and tensors without numbers give ones."""
    with monkeypatch.context() as patch:
        patch.setattr(device, "chosen", lambda: OTHER)
        patch.setattr(torch, "tensor", _made)
        patch.setattr(torch.Tensor, "numpy", _numbers)
        patch.setattr(torch.Tensor, "__array__", lambda tensor, *_, **__: _numbers(tensor))
        patch.setattr(torch.Tensor, "__float__", lambda _: 1.0)
        for name, optimizer in _optimizers.items():  # fused ones are for devices that are there
            patch.setattr(torch.optim, name, functools.partial(_unfused, optimizer))
        with FakeTensorMode(allow_non_fake_inputs=True, shape_env=ShapeEnv()):
            yield


def _training() -> Training:
    rng = np.random.default_rng(0)
    pairs = np.column_stack([np.arange(150), np.arange(150, 300)])
    return Training(rng.standard_normal((300, 32)).astype(np.float32), pairs, rng.random(150))


@pytest.mark.parametrize(("name", "params"), TRAININGS, ids=[name for name, _ in TRAININGS])
def test_a_training_stays_on_its_device(
    name: str, params: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends, with arrays that were brought back to the CPU."""
    module = registry.load("compressors", name, "test")
    with _on_another_device(monkeypatch):
        codec = module.fit(_training(), module.Params(**params), 5)
    assert all(isinstance(array, np.ndarray) for array in codec.state().values())


def test_tensors_of_two_devices_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test before relies on."""
    with (
        _on_another_device(monkeypatch),
        pytest.raises(RuntimeError, match="at least two devices"),
    ):
        torch.ones(3, 3).to(OTHER) @ torch.ones(3, 3)
