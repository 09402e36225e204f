"""A codec as ONNX models: from vectors to codes, and from codes to vectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.deploy import Codec
from harness.evidence.files import write_atomic
from harness.exports import onnx_decode, onnx_steps
from harness.exports.folder import new_folder
from harness.exports.installed import check_installed
from harness.exports.onnx_graph import Graph
from harness.exports.parts import parts_of, refused

if TYPE_CHECKING:
    import onnx

_README = """# {pipeline}, as ONNX

```python
import numpy as np
import onnxruntime

{lines}
```

{notes}
"""
_ENCODE = """encoder = onnxruntime.InferenceSession("encode.onnx")
[{output}] = encoder.run(None, {{"vectors": np.load("vectors.npy")}})"""
_DECODE = """decoder = onnxruntime.InferenceSession("decode.onnx")
[decoded] = decoder.run(None, {"codes": codes})"""
_LOADED = 'codes = np.load("codes.npy")'
_SIZES = "`vectors` have {dimension} dimensions, float32; {result}."


def export(codec: Codec, target: Path) -> None:
    """Write ``encode.onnx`` and ``decode.onnx``, or the one that there is, and a README to ``target``.

    A pipeline of maps alone encodes to float32 vectors, which are decoded already. Raises InputError where
    ``target`` is not empty, or neither model can be written.
    """
    models = models_of(codec)
    with new_folder(target) as folder:
        for name, model in models.items():
            write_atomic(folder / name, model.SerializeToString())
        write_atomic(folder / "README.md", _readme(codec, models).encode())


def models_of(codec: Codec) -> dict[str, onnx.ModelProto]:
    """Return the models by the names of their files; raise InputError for a step that has none."""
    check_installed("onnx", "exports")
    parts = parts_of(codec.pipeline, "onnx")
    card, models = codec.card, {}
    encoder, x = Graph(), "vectors"
    for part in parts.maps:
        x = onnx_steps.mapped(encoder, part.codec, x)
    source = ("vectors", np.float32, card.dimension)
    if parts.quantizer is None:
        result = ("decoded", np.float32, card.decoded_dimension)
        return {"encode.onnx": encoder.model(card.pipeline, source, result)}
    codes = ("codes", np.uint8, card.bytes_per_vector)
    if onnx_steps.encoded(encoder, parts.quantizer.codec, x):
        models["encode.onnx"] = encoder.model(card.pipeline, source, codes)
    decoder = Graph()
    if onnx_decode.decoded(decoder, parts.quantizer.codec, "codes"):
        result = ("decoded", np.float32, card.decoded_dimension)
        models["decode.onnx"] = decoder.model(card.pipeline, codes, result)
    if not models:
        raise refused("onnx", parts.quantizer.use, "a quantizer that operators of ONNX compute", "numpy")
    return models


def _readme(codec: Codec, models: dict[str, onnx.ModelProto]) -> str:
    card = codec.card
    lines, notes = [], []
    last = codec.pipeline.steps[-1].use
    if "encode.onnx" in models:
        output = "codes" if "decode.onnx" in models else "decoded"
        lines.append(_ENCODE.format(output=output))
    else:
        lines.append(_LOADED)
        notes.append(f"There is no `encode.onnx`: the search for codes of `{last}` is no ONNX operator.")
    if "decode.onnx" in models:
        lines.append(_DECODE)
        result = (
            f"`codes` {card.bytes_per_vector} bytes, uint8; `decoded` {card.decoded_dimension} dimensions"
        )
    else:
        result = f"`decoded` {card.decoded_dimension} dimensions, whose bytes are the codes"
    notes.insert(0, _SIZES.format(dimension=card.dimension, result=result))
    return _README.format(pipeline=card.pipeline, lines="\n".join(lines), notes="\n".join(notes))
