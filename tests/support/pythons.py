"""Other versions of Python, for what must come out alike on all of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

VERSIONS = ("3.11", "3.12", "3.13")  # all that the project supports


def interpreter(version: str) -> str:
    """Return the path of a Python of this version, on PATH or below pyenv's root; skip where none is."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [shutil.which("python" + version), *root.glob(f"versions/{version}*/bin/python")]
    for path in filter(None, candidates):
        command = [str(path), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        # A shim of pyenv lies on PATH also where its version is not selected, and fails.
        if version == subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip():
            return str(path)
    pytest.skip(f"found no Python {version} on PATH or below {root}, expected one to compare with")
