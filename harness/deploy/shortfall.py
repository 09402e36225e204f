"""What to fit instead where there are fewer rows than a codebook needs."""

from __future__ import annotations

from harness.codecs.codebooks import CENTROIDS
from harness.deploy.notation import parse_pipeline, pipeline_text
from harness.planning.steps import Step

_BITS = range(8, 0, -1)


def smaller(steps: tuple[Step, ...], rows: int, dimension: int) -> str:
    """Return a clause that names a pipeline of as many bytes for ``rows`` rows, empty where none is needed.

    It is for the quantizers of ``subvectors`` bytes, whose codebooks of 256 need as many rows. Other
    compressors name the parameter that would do in their own errors.
    """
    place = next((i for i, step in enumerate(steps) if "subvectors" in step.params), None)
    if place is None or rows >= max(CENTROIDS, dimension):
        return ""
    before, size = steps[:place], int(steps[place].params["subvectors"])
    width = min([dimension, *(int(step.params["dims"]) for step in before if "dims" in step.params)])
    bits = next((bits for bits in _BITS if bits * width <= 8 * size), None)
    if bits is not None:
        quantizer = parse_pipeline(f"scalar bits={bits}")
    else:
        quantizer = parse_pipeline(f"random-projection dims={8 * size} | sign")
    return f"; '{pipeline_text((*before, *quantizer))}' needs fewer rows and takes no more bytes"
