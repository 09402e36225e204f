"""Encodes the texts of a suite, no more: ``python -m harness.bench.encoding_alone SUITE ONLY JOBS [MIRROR]``.

What ``harness run SUITE --only ONLY`` does before its first cell, with the same functions, into the store of
HARNESS_CACHE.
"""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.evaluation.context import EncoderSpec, spec_of
from harness.evidence.files import store_folder
from harness.evidence.layout import Tree
from harness.parallel.resources import use_threads
from harness.planning.shipped import suite_paths
from harness.planning.status import entries
from harness.run.engine import Processes
from harness.run.preparation import encode
from harness.types import Place


def specs(suite: str, only: str, mirror: Path | None, store: Path) -> list[EncoderSpec]:
    """Return what each encoder of a suite has to encode for those of its cells that match and can run."""
    (path,) = suite_paths([suite])
    with TemporaryDirectory(prefix="harness-bench-") as folder:  # nothing is done there
        listed = entries(path, Place(path.parent.resolve(), mirror, offline=True), Tree(Path(folder)))
    able = [entry for entry in listed if entry.can_run and fnmatchcase(entry.cell.id, only)]
    by_encoder = {entry.cell.encoder: entry.inputs for entry in able}
    return [
        spec_of(inputs, name, [entry.cell for entry in able if entry.cell.encoder == name], store)
        for name, inputs in by_encoder.items()
    ]


def main(suite: str, only: str, jobs: int, *mirror: str) -> None:
    """Encode what the cells that match ``only`` and can run here need."""
    use_threads()
    for spec in specs(suite, only, Path(mirror[0]) if mirror else None, store_folder()):
        encode(spec, Processes(jobs), lambda _step, _done, _of: None)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
