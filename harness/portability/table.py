"""The same bytes under other processors: small steps as they are and under qemu, side by side.

``qemu-x86_64 -cpu MODEL`` shows a process another processor's name, vendor and instructions. Each kind of
step runs in one process for each processor and is kept in the store: an interrupted run goes on where it was.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.errors import BlockedError, RunError
from harness.evidence.files import store_folder, write_atomic
from harness.evidence.stamp import digest, dumps, read_json, write_stamped
from harness.numerics import pinning
from harness.numerics.dispatch import simd_flags
from harness.planning.registry import code_digest, names, transitive_imports
from harness.portability import networks
from harness.portability import steps as portable_steps
from harness.types import Json

PLAIN = "plain"
MODELS = ("Haswell", "Skylake-Client", "EPYC")  # two of Intel, one of AMD, none with AVX-512
KINDS = ("compressors", "networks", "libraries", "indexes", "encoders")  # the longest first
QEMU = "qemu-x86_64"
VERSIONS = ("numpy", "scipy", "scikit-learn", "torch", "transformers", "faiss-cpu", "usearch")
# What the steps of a kind run beside its plug-ins.
_STEPS = (
    "harness.numerics.pinning",
    "harness.numerics.products",
    "harness.portability.library_steps",
    "harness.portability.probes",
    "harness.portability.steps",
)
_PREPARING = threading.Lock()
_NETWORKS = (
    "harness.portability.networks",
    "harness.embedding.hf_models",
    "harness.encoders.sentence_transformer",
)


def table(out: Path, jobs: int, on_step: Callable[[str], None], kinds: tuple[str, ...] = KINDS) -> list[Json]:
    """Run what the store has not yet, write ``portability.json`` to ``out``, and return its rows of steps.

    Raises BlockedError where qemu is not installed, RunError where a process fails.
    """
    if shutil.which(QEMU) is None:
        raise BlockedError(f"{QEMU} is not installed", "apt-get install qemu-user")
    # Before there are threads: Python 3.11's parser of source is not safe in several.
    code = {kind: _identity(kind) for kind in kinds}
    runs = [(machine, kind) for kind in kinds for machine in (PLAIN, *MODELS)]
    with ThreadPoolExecutor(jobs) as pool:
        measured_runs = pool.map(functools.partial(_stored_or_measured, on_step), runs)
        digests = dict(zip(runs, measured_runs, strict=True))
    rows: list[Json] = []
    for kind in kinds:
        plain = digests[PLAIN, kind]
        for step in plain:
            same = {model: digests[model, kind].get(step) == plain[step] for model in MODELS}
            pinned = step not in portable_steps.UNPINNED
            rows.append({"kind": kind, "step": step, "digest": plain[step], "same": same, "pinned": pinned})
    content = {
        "models": list(MODELS),
        "numerics": dict(pinning.identity()),
        "plain_flags": simd_flags(),
        "libraries": _versions(),
        "code": code,
        "steps": rows,
    }
    write_stamped(out / "portability.json", content)
    return rows


def differing(rows: list[Json], *, pinned: bool) -> list[str]:
    """Return a line for each model and step that differs, of those that settings hold or of the others."""
    return [
        f"{row['kind']}: {row['step']}: {model}: found other bytes than without qemu, expected the same"
        for row in rows
        if row["pinned"] is pinned
        for model, same in row["same"].items()
        if not same
    ]


def _stored_or_measured(on_step: Callable[[str], None], run: tuple[str, str]) -> dict[str, str]:
    machine, kind = run
    path, identity = store_folder() / "portability" / f"{machine}.{kind}.json", _identity(kind)
    if path.is_file() and (stored := read_json(path))["identity"] == identity:
        steps: dict[str, str] = stored["steps"]
        return steps
    steps = measured(machine, kind)
    write_atomic(path, dumps({"identity": identity, "steps": steps}))
    on_step(f"{machine}: {kind}: {len(steps)} steps")
    return steps


def measured(machine: str, kind: str) -> dict[str, str]:
    """Return the digests of one kind's steps on a machine: 'plain', or a model of qemu."""
    emulator = [] if machine == PLAIN else [QEMU, "-cpu", machine]
    if kind != "networks":
        return _process(
            f"{machine}: {kind}", [*emulator, sys.executable, "-m", "harness.portability.steps", kind]
        )
    command = [sys.executable, "-m", "harness.portability.steps", kind, str(_inputs())]
    return _process(f"{machine}: {kind}", [*emulator, *command])


def _inputs() -> Path:
    """Return the folder of what networks are handed, prepared at first by a process of its own."""
    folder = store_folder() / "portability" / f"inputs-{_identity('networks')}"
    with _PREPARING:
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
                part = Path(temporary) / folder.name
                _process("inputs", [sys.executable, "-m", "harness.portability.networks", str(part)])
                part.rename(folder)
    return folder


def _process(what: str, command: list[str]) -> dict[str, str]:
    """Return the JSON object in the last line that a process prints, or none; RunError where it fails."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["no word of it"])[-1]
        raise RunError(f"portability: {what}: the process ended with {ended.returncode}: {last}")
    with contextlib.suppress(ValueError):
        steps: dict[str, str] = json.loads((ended.stdout.splitlines() or [""])[-1])
        return steps
    return {}


@functools.cache
def _identity(kind: str) -> str:
    """Return a digest of what decides a kind's steps: its code, libraries, and networks' weights."""
    modules = {*_STEPS, *(_NETWORKS if kind == "networks" else ())}
    weights: dict[str, str] = {}
    if kind in {"compressors", "indexes"}:
        for name in names(kind):
            modules |= transitive_imports(f"harness.{kind}.{name.replace('-', '_')}")
    elif kind == "encoders":
        modules |= {f"harness.encoders.{name}" for name in ("as_is", "concat", "tfidf_svd")}
    elif kind == "networks":
        weights = {repo: str(params.weights_sha256) for repo, params in networks.at_hand().items()}
    code = sorted(map(code_digest, modules))
    return digest({"code": code, "libraries": _versions(), "weights": weights, **pinning.identity()})[:16]


@functools.cache
def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in VERSIONS}
