"""What to fit instead where there are fewer rows than a codebook needs."""

from __future__ import annotations

from harness.codecs.codebooks import CENTROIDS
from harness.deploy.notation import parse_pipeline, pipeline_text
from harness.planning.steps import Step

_ROTATION = "opq-rotation"
_BITS = range(8, 0, -1)


def smaller(steps: tuple[Step, ...], rows: int, dimension: int) -> str:
    """Return a clause that names a pipeline of no more bytes for ``rows`` rows, empty where none is needed.

    It is for the quantizers of ``subvectors`` bytes, whose codebooks of 256 need as many rows, and for the
    rotation before them, which needs a row a dimension. Other compressors name the parameter that would do in
    their own errors.
    """
    place = next((i for i, step in enumerate(steps) if "subvectors" in step.params), None)
    if place is None:
        return ""
    maps, size = steps[:place], int(steps[place].params["subvectors"])
    width = min([dimension, *(int(step.params["dims"]) for step in maps if "dims" in step.params)])
    rotated = any(step.use == _ROTATION for step in steps)
    if rows >= max(CENTROIDS, width if rotated else 0):
        return ""
    instead = (
        tuple(step for step in steps if step.use != _ROTATION)
        if rows >= CENTROIDS
        else (*maps, *_scalars(size, width))
    )
    return f"; '{pipeline_text(instead)}' needs fewer rows and takes no more bytes"


def _scalars(size: int, width: int) -> tuple[Step, ...]:
    """Return quantizers of at most ``size`` bytes for ``width`` dimensions that need no codebook."""
    bits = next((bits for bits in _BITS if bits * width <= 8 * size), None)
    return parse_pipeline(
        f"random-projection dims={8 * size} | sign" if bits is None else f"scalar bits={bits}"
    )
