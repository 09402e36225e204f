"""The numerics of this process, set before a library is imported: AVX2, one thread, IEEE 754 rounding.

A library chooses its instructions, and with them the order of its sums, by the processor. Here each library
uses what nearly every x86-64 processor since 2015 has, so that the same inputs give the same bytes on all of
them. A library reads the variables when it is first imported: ``harness/__init__.py`` calls ``pin`` before
anything else, and child processes inherit them. Other values that a user has set are overridden and reported.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

VERSION = 1  # another number, another result: raise it whenever what follows can change bytes
INSTRUCTIONS = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "DNNL_MAX_CPU_ISA": "AVX2",  # its older name
    # MKL has paths by vendor under every value but this one, the slowest: products.py keeps from it
    # what takes time.
    "MKL_CBWR": "COMPATIBLE",
    "OPENBLAS_CORETYPE": "Haswell",
    "FAISS_SIMD_LEVEL": "AVX2",
    "FAISS_OPT_LEVEL": "avx2",  # its older name
}
THREADS = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_DYNAMIC": "FALSE",
    "MKL_DYNAMIC": "FALSE",
    # With more processes than free cores, threads that wait by spinning make k-means several times slower.
    "OMP_WAIT_POLICY": "passive",
    "TOKENIZERS_PARALLELISM": "false",
}
# Variables that a library heeds and that have to be absent.
ABSENT = (
    "MKL_ENABLE_INSTRUCTIONS",
    "MKL_DEBUG_CPU_TYPE",
    "MKL_VML_MODE",
    "NPY_ENABLE_CPU_FEATURES",
    "FAISS_DISABLE_CPU_FEATURES",
    "ONEDNN_DEFAULT_FPMATH_MODE",
    "DNNL_DEFAULT_FPMATH_MODE",
    "OPENBLAS_VERBOSE",
)
NUMPY = "NPY_DISABLE_CPU_FEATURES"
LIBRARIES = ("numpy", "scipy", "torch", "faiss")  # that read the variables when they are imported
OVERRIDDEN = "HARNESS_OVERRIDDEN"  # carries the user's values to child processes
_NEEDED = frozenset({"avx2", "fma", "bmi1", "bmi2", "f16c", "movbe"})
# NumPy's features above AVX2, and the flag of Linux without which a processor has them not.
_ABOVE = {"X86_V4": "avx512f", "AVX512_ICL": "avx512_vbmi2", "AVX512_SPR": "avx512_fp16"}
_ABOVE_BEFORE_2_4 = {
    "AVX512F": "avx512f",
    "AVX512CD": "avx512cd",
    "AVX512_SKX": "avx512vl",
    "AVX512_CLX": "avx512_vnni",
    "AVX512_CNL": "avx512_vbmi",
    "AVX512_ICL": "avx512_vbmi2",
    "AVX512_SPR": "avx512_fp16",
}


def pin() -> None:
    """Set the variables for this process and its children; warn where a library read others before."""
    wanted: dict[str, str | None] = {**THREADS, **dict.fromkeys(ABSENT), NUMPY: numpy_disabled()}
    if obstacle() is None:  # a library told to use instructions that are not there ends the process
        wanted |= INSTRUCTIONS
    changed = {name for name, value in wanted.items() if os.environ.get(name) != value}
    users = {name: os.environ[name] for name in sorted(changed) if name in os.environ}
    for name, value in wanted.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    if users:  # kept over child processes, whose environment has the pins already
        os.environ[OVERRIDDEN] = json.dumps({**overridden(), **users}, sort_keys=True)
    early = [name for name in LIBRARIES if name in sys.modules] if changed else []
    if "torch" in sys.modules:
        _replace_products()
    else:
        sys.meta_path.insert(0, _Torch())
    if early:
        warnings.warn(
            f"{', '.join(early)} was imported before the harness, import harness first: bytes may differ",
            RuntimeWarning,
            stacklevel=3,
        )


class _Torch(MetaPathFinder):
    """Has torch's products replaced once it is imported, whoever imports it, and costs nothing before."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return torch's own specification, with more to do after its loading; None for other modules.

        Libraries look torch up without importing it: the finder stays for the import that comes later.
        """
        if fullname != "torch":
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        specs = (finder.find_spec(fullname, path, target) for finder in others)
        spec = next((spec for spec in specs if spec is not None), None)
        loader: Any = spec and spec.loader
        if loader is None:
            return spec
        load = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            load(module)
            _replace_products()

        loader.exec_module = exec_module
        return spec


def _replace_products() -> None:
    from harness.numerics.products import install  # it imports NumPy, which has to come after the variables

    install()


def numpy_disabled() -> str | None:
    """Return the features above AVX2 that NumPy must not use on this processor; None where it has none."""
    version = tuple(int(part) for part in importlib.metadata.version("numpy").split(".")[:2])
    above = _ABOVE if version >= (2, 4) else _ABOVE_BEFORE_2_4
    # NumPy warns of names that it or the processor does not know.
    return " ".join(name for name, flag in above.items() if flag in cpu_flags()) or None


def overridden() -> dict[str, str]:
    """Return the user's values that the harness overrides, by variable."""
    try:
        values = json.loads(os.environ.get(OVERRIDDEN, "{}"))
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in values.items()} if isinstance(values, dict) else {}


@cache
def cpu_flags() -> frozenset[str]:
    """Return the processor's flags as Linux names them; none where the system has no /proc/cpuinfo."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - pathlib takes time to import
            return next(
                (frozenset(line.split()[2:]) for line in file if line.startswith("flags")), frozenset()
            )
    except OSError:
        return frozenset()


def obstacle() -> str | None:
    """Return why this machine gives other bytes than those that are committed, or None."""
    if platform.machine() not in {"x86_64", "AMD64"}:
        return f"the processor is {platform.machine()}, not x86-64"
    missing = sorted(_NEEDED - cpu_flags()) if cpu_flags() else []
    return f"the processor lacks {', '.join(missing)}" if missing else None


def identity() -> Mapping[str, object]:
    """Return what of the numerics decides bytes, for the keys of what is stored: small JSON.

    A machine that cannot keep the pins has its architecture in it, so that stored bytes never cross over.
    """
    return {"version": VERSION, "simd": "avx2" if obstacle() is None else obstacle()}
