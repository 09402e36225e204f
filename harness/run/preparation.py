"""What the cells of an encoder share, made before they run: vectors, cosines before compression, audits."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from harness.data.identity import is_large
from harness.evaluation.context import EncoderSpec, open_context
from harness.evaluation.means import OnProgress
from harness.evidence import npz
from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.run.engine import Engine


def encode(spec: EncoderSpec, engine: Engine, on_progress: OnProgress) -> None:
    """Encode what the store lacks of the sets of an encoder."""
    engine.embed(spec, functools.partial(on_progress, f"vectors of {spec.encoder} for {spec.suite}"))


def audit(spec: EncoderSpec, trains: Sequence[str], tree: Tree, on_progress: OnProgress) -> bool:
    """Write the similarities before compression, and audit; return whether that file changed."""
    context = open_context(spec)
    sets = [spec.read(name) for name in spec.sets]
    # The rows of a large part follow from its definition, and would be a file of their own size.
    indices = {
        "rows@" + data.name: data.index for data in sets if data.index is not None and not is_large(data)
    }
    path, content = tree.scores(spec.suite, spec.encoder), npz.dumps({**context.before, **indices})
    changed = path.is_file() and path.read_bytes() != content
    write_atomic(path, content)
    step = f"contamination audit of {spec.suite}"
    for i, train in enumerate(trains):
        on_progress(step, i, len(trains))
        for test in spec.tests:
            context.contamination(test, train)
    on_progress(step, len(trains), len(trains))
    return changed
