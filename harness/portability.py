"""The same bytes under other processors: small steps as they are and under qemu, side by side.

``qemu-x86_64 -cpu MODEL`` shows a process another processor's name, vendor and instructions. Each kind of
step runs in one process for each processor and is kept in a file of its own: an interrupted run goes on where
it was. qemu 7.2 ends a process in NumPy's AVX2 kernel of ``argsort``: both runs sort stably instead.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from harness import numerics
from harness.certificate import dumps, read_json, write_stamped
from harness.core import BlockedError, RunError
from harness.files import write_atomic
from harness.plugins import code_digest, stands_on

PLAIN = "plain"
MODELS = ("Haswell", "Skylake-Client", "EPYC")  # two of Intel, one of AMD, none with AVX-512
KINDS = ("libraries", "indexes", "compressors", "encoders")
QEMU = "qemu-x86_64"


def table(out: Path, jobs: int, on_step: Callable[[str], None], kinds: tuple[str, ...] = KINDS) -> list[str]:
    """Run what ``out`` has not yet, write ``portability.json`` there, and return the steps that differ.

    Raises BlockedError where qemu is not installed, RunError where a process fails.
    """
    if shutil.which(QEMU) is None:
        raise BlockedError(f"{QEMU} is not installed", "apt-get install qemu-user")
    runs = [(machine, kind) for kind in kinds for machine in (PLAIN, *MODELS)]
    with ThreadPoolExecutor(jobs) as pool:
        digests = dict(zip(runs, pool.map(functools.partial(_kept, out, on_step), runs), strict=True))
    rows: list[dict[str, Any]] = []
    for kind in kinds:
        plain = digests[PLAIN, kind]
        for step in plain:
            same = {model: digests[model, kind].get(step) == plain[step] for model in MODELS}
            rows.append({"kind": kind, "step": step, "digest": plain[step], "same": same})
    content = {"models": list(MODELS), "numerics": dict(numerics.identity()), "code": _code(), "steps": rows}
    write_stamped(out / "portability.json", content)
    return [
        f"{row['kind']}: {row['step']}: {model}: differs"
        for row in rows
        for model, same in row["same"].items()
        if not same
    ]


def _kept(out: Path, on_step: Callable[[str], None], run: tuple[str, str]) -> dict[str, str]:
    machine, kind = run
    path = out / f"{machine}.{kind}.json"
    if path.is_file() and (kept := read_json(path))["code"] == _code():
        steps: dict[str, str] = kept["steps"]
        return steps
    steps = measured(machine, kind)
    write_atomic(path, dumps({"code": _code(), "steps": steps}))
    on_step(f"{machine}: {kind}: {len(steps)} steps")
    return steps


def measured(machine: str, kind: str) -> dict[str, str]:
    """Return the digests of one kind's steps on a machine: 'plain', or a model of qemu."""
    emulator = [] if machine == PLAIN else [QEMU, "-cpu", machine]
    command = [*emulator, sys.executable, "-m", "harness.portability", kind]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    with contextlib.suppress(ValueError, IndexError):
        if ended.returncode == 0:
            steps: dict[str, str] = json.loads(ended.stdout.splitlines()[-1])
            return steps
    last = (ended.stderr.strip().splitlines() or ["nothing said"])[-1]
    raise RunError(f"portability: {machine}: {kind}: the process ended with {ended.returncode}: {last}")


@functools.cache
def _code() -> dict[str, str]:
    """Return the digests of the code that steps run, so that a change makes them out of date."""
    modules = set(stands_on("harness.portable_steps"))
    for kind in ("compressors", "indexes", "encoders"):
        for path in sorted((Path(__file__).parent / kind).glob("[a-z]*.py")):
            modules |= stands_on(f"harness.{kind}.{path.stem}")
    return {name: code_digest(name) for name in sorted(modules | {"harness.numerics", "harness.products"})}


def main(kind: str) -> None:
    """Print the digests of a kind's steps in this process, as the last line of what it prints."""
    import numpy as np

    from harness.portable_steps import STEPS

    argsort: Any = np.argsort
    np.argsort = lambda a, axis=-1, **_: argsort(a, axis=axis, kind="stable")
    steps = {}
    for name, value in STEPS[kind]():
        steps[name] = value
        sys.stderr.write(f"{name} done\n")
    sys.stdout.write("\n" + json.dumps(steps) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
