"""Run a notebook in an empty folder, and write its outputs into it: ``python examples/run.py NOTEBOOK``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

SECONDS = 300  # longest that a cell may take


def run(path: Path) -> None:
    """Run the notebook at ``path`` and replace its outputs; raise CellExecutionError where a cell fails."""
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(
            notebook,
            # Sockets in the folder, which no one else can open, rather than ports.
            km=AsyncKernelManager(transport="ipc", connection_file=str(Path(folder) / "kernel.json")),
            timeout=SECONDS,
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
        ).execute()
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(notebook, path)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
