"""A decoder of a few lines that needs NumPy alone, beside the arrays that it reads."""

from __future__ import annotations

from pathlib import Path

from harness.deploy import Codec
from harness.deploy.folder import ARRAYS
from harness.deploy.numpy_decoder import numpy_decoder
from harness.errors import InputError
from harness.evidence.files import write_atomic
from harness.exports.folder import new_folder

_README = """# {pipeline}, decoded with NumPy alone

`decoder.py` reads `codec.safetensors` beside it. Nothing but NumPy is needed.

```python
import numpy as np
from decoder import decode, load

vectors = decode(np.load("codes.npy"), load("codec.safetensors"))
```

`codes.npy` has {width} bytes a vector, uint8; `vectors` has {dimension} dimensions, float32.
"""


def export(codec: Codec, target: Path) -> None:
    """Write ``decoder.py``, the arrays that it reads, and a README to the folder ``target``.

    Raises InputError where ``target`` is not empty, or no decoder is written for the last step.
    """
    card = codec.card
    source = numpy_decoder(codec.pipeline, card.decoded_dimension, card.bytes_per_vector)
    if source is None:
        last = codec.pipeline.steps[-1].use
        raise InputError(f"numpy: found the step {last!r}, expected one with a decoder (harness decompress)")
    readme = _README.format(
        pipeline=card.pipeline, width=card.bytes_per_vector, dimension=card.decoded_dimension
    )
    with new_folder(target) as folder:
        codec.pipeline.save(folder / ARRAYS)
        write_atomic(folder / "decoder.py", source.encode())
        write_atomic(folder / "README.md", readme.encode())
