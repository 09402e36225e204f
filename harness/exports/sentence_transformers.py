"""A codec as modules of a sentence-transformers model, which the library alone loads.

Maps become ``Dense`` and ``Normalize`` modules behind the model's own. Quantizers are no modules there: signs
and 8-bit scalars are what ``encode(precision=…)`` and ``quantize_embeddings`` compute.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.codecs.networks import Coder
from harness.compressors.identity import Identity
from harness.compressors.normalize import Normalize
from harness.compressors.scalar import Scalar
from harness.compressors.sign import Sign
from harness.deploy import Codec
from harness.errors import InputError, one_line
from harness.evidence.files import write_atomic
from harness.exports.folder import new_folder
from harness.exports.parts import Part, linear, parts_of, refused, widened
from harness.types import Floats

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BYTE = 8  # bits of the only scalars that the library has
NEVER_LEFT = np.float32(1e30)  # width of the only cell of a component that does not vary

_README = """# {pipeline}, behind a sentence-transformers model

{lines}

The model's own vectors have {dimension} dimensions; these have {decoded}. Compare them by cosine.
"""
_LOAD = """```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer(".")
{use}
```"""
_FLOATS = 'vectors = model.encode(["a text"])'
_SIGNS = 'codes = model.encode(["a text"], precision="ubinary")'
_SCALARS = """import numpy as np
from sentence_transformers.util import quantize_embeddings

codes = quantize_embeddings(model.encode(["a text"]), "uint8", ranges=np.load("ranges.npy"))"""


def export(codec: Codec, target: Path, model: str) -> None:
    """Write a model with the codec's steps behind its own modules, and a README, to the folder ``target``.

    ``model``: a folder, or a name that sentence-transformers looks for; nothing of it is executed. Raises
    InputError where the model cannot be loaded or has other dimensions than the codec, ``target`` is not
    empty, or where a step is none that the library has.
    """
    parts = parts_of(codec.pipeline, "sentence-transformers")
    use, ranges = _quantizer(parts.quantizer)
    extended = _loaded(model, codec.dimension)
    for module in _modules(parts.maps, codec.dimension):
        extended.append(module)
    extended.similarity_fn_name = "cosine"  # what the codec was measured by
    card = codec.card
    readme = _README.format(
        pipeline=card.pipeline,
        lines=_LOAD.format(use=use),
        dimension=card.dimension,
        decoded=card.decoded_dimension,
    )
    with new_folder(target) as folder:
        extended.save(str(folder), create_model_card=False)
        write_atomic(folder / "README.md", readme.encode())
        if ranges is not None:
            np.save(folder / "ranges.npy", ranges)


def _quantizer(part: Part | None) -> tuple[str, Floats | None]:
    """Return the lines that give codes, and the ranges that they read; raise InputError for other codes."""
    if part is None:
        return _FLOATS, None
    match part.codec:
        case Sign():
            return _SIGNS, None
        case Scalar(bits, ranges) if bits == BYTE:
            low, width = np.split(ranges, 2)
            return _SCALARS, np.stack([low, low + np.where(width > 0, width, NEVER_LEFT)])
        case _:
            expected = "sign or scalar bits=8 as the only quantizer"
            raise refused("sentence-transformers", part.use, expected, "faiss, onnx or numpy")


def _loaded(model: str, dimension: int) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        loaded = SentenceTransformer(model, device="cpu", trust_remote_code=False)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise InputError(
            f"{model}: {one_line(error).partition('. ')[0]}, expected a sentence-transformers model"
        ) from error
    actual = loaded.get_embedding_dimension()
    if actual != dimension:
        raise InputError(f"{model}: found {actual} dimensions, expected the codec's {dimension}")
    return loaded


def _modules(maps: tuple[Part, ...], dimension: int) -> list[Any]:
    from sentence_transformers.sentence_transformer import modules as library

    modules: list[Any] = []
    for part in maps:
        match part.codec, linear(part.codec, dimension):
            case Identity(), _:
                pass
            case Normalize(mean), _:
                if mean.any():
                    modules.append(_dense(np.eye(dimension, dtype=np.float32), -mean))
                modules.append(library.Normalize())
            case _, (weights, bias):
                modules.append(_dense(weights, bias))
                dimension = len(bias)
            case Coder() as coder, None:
                modules += _network(coder, dimension)
                dimension = len(coder.network["bias"])
    return modules


def _network(coder: Coder, dimension: int) -> list[Any]:
    """Return two layers that compute x W + b + relu(x U + u) V: x W = relu(x W) - relu(-x W)."""
    network, columns = coder.network, coder.columns
    inner, outer = [network["inner"]], [network["outer"]]
    dims = len(network["bias"])
    if "weights" in network:
        inner += [network["weights"], -network["weights"]]
        outer += [np.eye(dims, dtype=np.float32), -np.eye(dims, dtype=np.float32)]
    hidden = widened(np.concatenate(inner, axis=1), columns, dimension)
    bias = np.zeros(hidden.shape[1], np.float32)
    bias[: len(network["inner_bias"])] = network["inner_bias"]
    return [_dense(hidden, bias, rectified=True), _dense(np.concatenate(outer), network["bias"])]


def _dense(weights: Floats, bias: Floats, *, rectified: bool = False) -> Any:
    import torch
    from sentence_transformers.sentence_transformer import modules as library

    return library.Dense(
        *weights.shape,
        bias=bool(bias.any()),
        activation_function=torch.nn.ReLU() if rectified else torch.nn.Identity(),
        init_weight=torch.tensor(np.ascontiguousarray(weights.T)),
        init_bias=torch.tensor(bias) if bias.any() else None,
    )
