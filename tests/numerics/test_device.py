"""The choice of a device, what it adds to identities, and exact rankings and products by torch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.command import Cli
from support.suites import SmallSuite

from harness.data.blocks import blocks
from harness.errors import InputError
from harness.evaluation import knn
from harness.numerics import device, device_products
from harness.numerics.ranking import ranked
from harness.parallel.workers import spread
from harness.planning.cells import cells
from harness.planning.resolve import locate
from harness.planning.suite import load
from harness.types import Floats, Ints, Place

NOBODY = (np.empty(0, np.int64), np.empty(0, np.int64))
without_cuda = pytest.mark.skipif(device.has_cuda(), reason="this machine has a CUDA device")


@pytest.fixture(autouse=True)
def _no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(device.VARIABLE, raising=False)


# -- The choice ----------------------------------------------------------------------------------------------


def test_a_process_that_chose_nothing_uses_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a CUDA device is there: committed bytes are the CPU's."""
    monkeypatch.setattr(device, "has_cuda", lambda: True)
    assert "cpu" == device.chosen()
    assert {} == device.identity()
    assert "cpu" == device.described()


@pytest.mark.parametrize(
    ("name", "there", "expected"),
    [
        ("auto", False, "cpu"),
        ("auto", True, "cuda"),
        ("cpu", True, "cpu"),
        ("cpu", False, "cpu"),
        ("cuda", True, "cuda"),
    ],
)
def test_auto_takes_cuda_where_it_is(
    name: str, there: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CPU is taken where it is named, and by auto on a machine without CUDA."""
    monkeypatch.setenv(device.VARIABLE, "")  # restored afterwards
    monkeypatch.setattr(device, "has_cuda", lambda: there)
    monkeypatch.setattr(device, "_hold", lambda: None)
    assert expected == device.choose(name)
    assert expected == device.chosen()
    assert ({"device": "cuda"} if expected == "cuda" else {}) == device.identity()
    assert ([0] if expected == "cuda" else []) == device.generators()


@without_cuda
def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By name, with what to take instead."""
    monkeypatch.setenv(device.VARIABLE, "cuda")
    with pytest.raises(
        InputError, match="device: found 'cuda', which torch cannot use here, expected 'auto'"
    ):
        device.chosen()


def test_a_name_that_is_no_device_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The choices are named."""
    monkeypatch.setenv(device.VARIABLE, "gpu")
    with pytest.raises(InputError, match="device: found 'gpu', expected one of auto, cpu, cuda"):
        device.chosen()


def _chosen(_item: int) -> str:
    return f"{device.VARIABLE} chosen: {device.chosen()}"


def test_workers_have_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that are started after the choice inherit it."""
    monkeypatch.setenv(device.VARIABLE, "")
    device.choose("auto")
    assert {_chosen(0)} == set(spread(_chosen, [0, 1, 2], 2))


def test_cuda_is_held_to_float32_and_to_repeatable_algorithms() -> None:
    """The settings are torch's own and need no device; a process of its own, because they stay."""
    code = """
import json, os, harness, torch
from harness.numerics import device
torch.backends.cuda.matmul.allow_tf32 = True
device._hold()
print(json.dumps([torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32,
    torch.are_deterministic_algorithms_enabled(), os.environ["CUBLAS_WORKSPACE_CONFIG"]]))
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [False, False, True, ":4096:8"] == json.loads(ended.stdout)


def test_a_device_decides_a_result_and_the_cpu_adds_nothing(
    small_suite: SmallSuite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results of before keep their identity, and those of another device are measured again on the CPU."""
    path = small_suite()
    suite = load(path)
    inputs = locate(suite, str(path), Place(path.parent, None, offline=True))
    cell = cells(suite, str(path))[0]
    on_cpu = inputs.identity(cell)
    assert "device" not in on_cpu
    monkeypatch.setattr(device, "chosen", lambda: "cuda")
    assert {**on_cpu, "device": "cuda"} == inputs.identity(cell)


@without_cuda
def test_the_command_refuses_a_device_that_is_not_there(quick: Cli, tmp_path: Path) -> None:
    """In one line, with exit status 2; auto plans for the CPU."""
    refused = quick("plan", "planted", "--device", "cuda", cwd=tmp_path)
    assert 2 == refused.returncode
    assert "device: found 'cuda', which torch cannot use here, expected 'auto' or 'cpu'" in refused.stderr
    on_cpu = quick("plan", "planted", "--device", "cpu", cwd=tmp_path)
    assert 0 == on_cpu.returncode
    assert on_cpu.stdout == quick("plan", "planted", cwd=tmp_path).stdout


# -- Rankings and products -----------------------------------------------------------------------------------


def _rows(count: int, dimension: int = 8, seed: int = 0) -> Floats:
    return knn.unit(np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32))


def _by_torch(queries: Floats, rows: Floats, depth: int, own: tuple[Ints, Ints] = NOBODY) -> Ints:
    """Return the ranking that a CUDA device would give, from torch on the CPU."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(device, "chosen", lambda: "cpu:0")  # torch's name of the CPU, which is not ours
        return ranked(queries, blocks(rows, 128), depth, own)


@pytest.mark.parametrize("scores", [1, 700, 10**6])
def test_torchs_ranking_is_numpys(scores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Best first, own rows last, a block of queries at a time or all at once.

    Products of small integers are exact in whatever order a library adds, and many are equal.
    """
    monkeypatch.setattr(device_products, "SCORES", scores)
    rows = np.random.default_rng(0).integers(-3, 4, (300, 8)).astype(np.float32)
    own = (np.array([0, 3, 39]), np.array([0, 3, 250]))
    expected = ranked(rows[:40], blocks(rows), 300, own)
    np.testing.assert_array_equal(expected, _by_torch(rows[:40], rows, 300, own))
    assert [0, 3, 250] == expected[[0, 3, 39], -1].tolist()


def test_equal_products_go_by_row_number() -> None:
    """Of copies the first row ranks first, also where only some of them are within the depth."""
    rows = np.repeat(_rows(5), 20, axis=0)
    for depth in (1, 7, 50, 100):
        ranking = _by_torch(rows[:1], rows, depth)
        np.testing.assert_array_equal(ranked(rows[:1], blocks(rows), depth, NOBODY), ranking)
        assert list(range(min(depth, 20))) == ranking[0, :20].tolist()


def test_similarities_of_both_signs_and_both_zeros_are_in_order() -> None:
    """Products from -1 to 1, zeros of either sign equal."""
    values = np.array([-0.0, 0.0, -1, 1, -1e-38, 1e-38, 0.5, -0.5, 0.0, -0.0], np.float32)
    queries: Floats = np.array([[1.0]], np.float32)
    expected = [3, 6, 5, 0, 1, 8, 9, 4, 7, 2]
    assert expected == _by_torch(queries, values[:, None], 10)[0].tolist()
    assert expected == ranked(queries, blocks(values[:, None]), 10, NOBODY)[0].tolist()


def test_a_read_only_array_is_taken() -> None:
    """Vectors of the store are memory-mapped and cannot be written to."""
    rows = _rows(30)
    rows.flags.writeable = False
    assert (30, 3) == _by_torch(rows, rows, 3).shape


def test_a_product_on_the_cpu_is_numpys() -> None:
    """The same bytes: it is the same call."""
    a, b = _rows(17), _rows(9, seed=1)
    assert (a @ b.T).tobytes() == device_products.product(a, b.T).tobytes()
