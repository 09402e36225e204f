"""A codec as a faiss index: transforms of vectors, then the quantizer with the codec's own arrays.

faiss ranks by the inner product of the mapped query with the decoded vectors. Where codes are float32 numbers
or signs, that is the cosine; elsewhere cosines of decoded vectors differ by the vectors' lengths.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.compressors.identity import Identity
from harness.compressors.normalize import Normalize
from harness.compressors.rabitq import RaBitQ
from harness.compressors.sign import Sign
from harness.deploy import Codec
from harness.evidence.files import write_atomic
from harness.exports import faiss_quantizers
from harness.exports.folder import new_folder
from harness.exports.parts import Part, Parts, linear, parts_of, refused
from harness.types import Bytes, Floats

if TYPE_CHECKING:
    import faiss

_README = """# {pipeline}, as a faiss index

`index.faiss` takes vectors of {dimension} dimensions, float32, and has {rows:,} rows.

```python
import faiss
import numpy as np

index = faiss.read_index("index.faiss")
{add}scores, rows = index.search(np.load("queries.npy"), 10)
```

{ranking}
"""
_INNER = """The index ranks by the inner product of the mapped query with decoded vectors. To rank by cosines,
let it return more, and divide by the lengths of the decoded vectors:

```python
scores, rows = index.search(np.load("queries.npy"), 100)
decoded = index.index.reconstruct_batch(rows.ravel()).reshape(*rows.shape, -1)
cosines = scores / np.linalg.norm(decoded, axis=2)  # of a query, up to its own length
rows = np.take_along_axis(rows, np.argsort(-cosines, axis=1)[:, :10], axis=1)
```"""
_ADD = 'index.add(np.load("vectors.npy"))\n'
_COSINE = "The index ranks by cosine."
_SIGNS_FIRST = """

Of codes of several bits faiss compares the signs first, and passes over a near row now and then."""
_HAMMING = "The index ranks by Hamming distance, which orders signs as cosines do."


def export(codec: Codec, target: Path, codes: Iterable[Bytes] = ()) -> None:
    """Write ``index.faiss`` and a README to the folder ``target``.

    Batches of ``codes`` (n, B) uint8 of the codec fill the index; without them it is empty, and trained.
    Raises InputError where ``target`` is not empty, or a step is none that faiss has.
    """
    import faiss

    index = index_of(codec, codes)
    parts = parts_of(codec.pipeline, "faiss")
    readme = _README.format(
        pipeline=codec.card.pipeline,
        dimension=codec.dimension,
        rows=index.ntotal,
        add="" if index.ntotal else _ADD,
        ranking=_ranking(parts.quantizer),
    )
    with new_folder(target) as folder:
        write_atomic(folder / "index.faiss", faiss.serialize_index(index).tobytes())
        write_atomic(folder / "README.md", readme.encode())


def index_of(codec: Codec, codes: Iterable[Bytes] = ()) -> faiss.IndexPreTransform:
    """Return the trained index of a codec, filled with batches of ``codes`` (n, B) uint8.

    Raises InputError for a step that faiss does not have, and for codes of another width.
    """
    import faiss

    parts = parts_of(codec.pipeline, "faiss")
    transforms = _transforms(parts, codec.dimension)
    if parts.quantizer is None:
        width = codec.card.decoded_dimension
        transforms.append(faiss.NormalizationTransform(width))
        inner: faiss.Index = faiss.IndexFlatIP(width)
    else:
        more, inner = faiss_quantizers.index_of(parts.quantizer)
        transforms += more
    index = faiss.IndexPreTransform(inner)
    for transform in reversed(transforms):
        index.prepend_transform(transform)
    for batch in codes:
        _add(codec, parts.quantizer, inner, batch)
    index.ntotal = inner.ntotal
    return index


def _ranking(quantizer: Part | None) -> str:
    """Return what the README says of the order of neighbours."""
    match quantizer.codec if quantizer else None:
        case None:
            return _COSINE
        case Sign():
            return _HAMMING
        case RaBitQ(bits) if bits > 1:
            return _INNER + _SIGNS_FIRST
        case _:
            return _INNER


def _add(codec: Codec, quantizer: Part | None, inner: faiss.Index, codes: Bytes) -> None:
    decoded = codec.decode(codes)  # checks the codes, too
    if quantizer is None:
        lengths = np.linalg.norm(decoded.astype(np.float64), axis=1, keepdims=True)
        inner.add((decoded / lengths).astype(np.float32))
    else:
        inner.add_sa_codes(faiss_quantizers.native_codes(quantizer.codec, codes, decoded))


def _transforms(parts: Parts, dimension: int) -> list[faiss.VectorTransform]:
    import faiss

    transforms: list[faiss.VectorTransform] = []
    for part in parts.maps:
        match part.codec, linear(part.codec, dimension):
            case Identity(), _:
                pass
            case Normalize(mean), _:
                if mean.any():
                    transforms.append(_transform(np.eye(dimension, dtype=np.float32), -mean))
                transforms.append(faiss.NormalizationTransform(dimension))
            case _, (weights, bias):
                transforms.append(_transform(weights, bias))
            case _:
                raise refused("faiss", part.use, "a linear map", "onnx")
        dimension = transforms[-1].d_out if transforms else dimension
    return transforms


def _transform(weights: Floats, bias: Floats) -> Any:
    """Return x -> x W + b for ``weights`` (D, d) and ``bias`` (d,)."""
    import faiss

    transform = faiss_quantizers.new("LinearTransform", *weights.shape, bool(bias.any()))
    faiss.copy_array_to_vector(np.ascontiguousarray(weights.T, dtype=np.float32).ravel(), transform.A)
    if bias.any():
        faiss.copy_array_to_vector(np.ascontiguousarray(bias, dtype=np.float32), transform.b)
    transform.is_trained = True
    return transform
