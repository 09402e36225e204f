"""The envelope of a result: when, where and with what it was made. No part of a content hash."""

from __future__ import annotations

import functools
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from harness.data.packages import installed_version
from harness.evidence.claims_lock import lock_sha256
from harness.evidence.schema.version import SCHEMA_VERSION
from harness.numerics import device
from harness.numerics.dispatch import recorded
from harness.parallel.memory import memory_of
from harness.parallel.resources import THREADS
from harness.run import checkout

PACKAGES = (
    "numpy",
    "scipy",
    "faiss-cpu",
    "torch",
    "sentence-transformers",
    "transformers",
    "datasets",
    "gensim",
)


def envelope(durations: Mapping[str, float]) -> dict[str, Any]:
    """Return the volatile facts of a measurement: ``durations`` in seconds, by name, and the machine."""
    return {
        "schema": SCHEMA_VERSION,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        **{name: round(seconds, 3) for name, seconds in durations.items()},
        "peak_memory_bytes": memory_of().peak,  # since ``forget_peak_memory``
        **_machine(),
    }


@functools.cache
def _machine() -> dict[str, Any]:
    return {
        "commit": _commit(),
        "claims_lock": lock_sha256(),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": THREADS,
        "device": device.described(),
        "numerics": recorded(),
        "packages": {name: version for name in PACKAGES if (version := installed_version(name))},
    }


def _commit() -> dict[str, Any] | None:
    sha = checkout.commit()
    return {"sha": sha, "dirty": bool(checkout.changes())} if sha else None


def processor() -> str:
    """Return the name of the processor, empty where the system does not say."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor()
