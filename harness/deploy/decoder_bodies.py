"""How codes of each kind are decoded, as lines of Python that use NumPy alone."""

from __future__ import annotations

from harness.codecs.affine import Affine
from harness.codecs.finite_scalars import FSQ
from harness.codecs.networks import Coder
from harness.compressors.hierarchical_vq import HierarchicalVQ
from harness.compressors.identity import Identity
from harness.compressors.lsq import LSQ
from harness.compressors.normalize import Normalize
from harness.compressors.pq import PQ
from harness.compressors.product_residual_quantizer import ProductResidualQuantizer
from harness.compressors.rabitq import MANY_SIGN_FACTORS, RaBitQ
from harness.compressors.residual_quantizer import ResidualQuantizer
from harness.compressors.residual_vq import ResidualVQ
from harness.compressors.scalar import AS_FAISS, Scalar
from harness.compressors.scalar_per_vector import PerVector
from harness.compressors.sign import Sign
from harness.types import Codec

_FLOATS = 'return np.ascontiguousarray(codes).view("<f4")'
_SIGNS = "return np.unpackbits(codes, axis=1, count={dimension}).astype(np.float32) * 2 - 1"
_SCALARS = """stream = np.unpackbits(codes, axis=1, count={count}, bitorder="little")
cells = np.packbits(stream.reshape(-1, {dimension}, {bits}), axis=2, bitorder="little")[:, :, 0]
low, width = np.split(arrays["ranges"], 2)
return low + (cells + np.float32(0.5)) / np.float32({cells}) * width"""
_PER_VECTOR = """low, high = np.split(np.ascontiguousarray(codes[:, :8]).view("<f4"), 2, axis=1)
return low + codes[:, 8:].astype(np.float32) / np.float32(255) * (high - low)"""
_PARTS = """books = arrays["centroids"]
parts = books[np.arange(len(books)), codes]
return parts.reshape(len(codes), -1)[:, : arrays["dimension"][0]]"""
_SUM = """books = arrays["codebooks"]
return sum(book[code] for book, code in zip(books, codes.T))"""
_PART_SUMS = """splits, stages, words, width = arrays["codebooks"].shape
books = arrays["codebooks"].reshape(-1, words, width)
chosen = books[np.arange(len(books)), codes].reshape(len(codes), splits, stages, width)
vectors = sum(chosen[:, :, stage] for stage in range(stages)).reshape(len(codes), -1)
return vectors[:, : arrays["dimension"][0]]"""
_ONE_BIT = """sign = np.unpackbits(codes[:, :{signs}], axis=1, count={dimension}, bitorder="little")
factor = np.ascontiguousarray(codes[:, -4:]).view("<f4")
point = (sign * np.float32(2) - 1) * (factor * np.float32(1 / np.sqrt({dimension})))
"""
_MORE_BITS = """sign = np.unpackbits(codes[:, :{signs}], axis=1, count={dimension}, bitorder="little")
stream = np.unpackbits(codes[:, {start}:{end}], axis=1, count={count}, bitorder="little")
rest = np.packbits(stream.reshape(-1, {dimension}, {more}), axis=2, bitorder="little")[:, :, 0]
factor = np.ascontiguousarray(codes[:, -4:]).view("<f4")
point = (sign * np.float32({half}) + rest - np.float32({middle})) * factor
"""
_TURNED = """point = (point.astype(np.float64) @ arrays["rotation"].T.astype(np.float64)).astype(np.float32)
"""
_MOVED = 'return point + arrays["mean"]'
_TREE = """branch = np.zeros(len(codes), np.int64)
for size, symbol in zip({levels}, unpack(codes, {levels})):
    branch = branch * size + symbol
return arrays["codebooks{deepest}"].reshape(-1, {dimension})[branch]"""
_STAGES = """symbols = unpack(codes, {levels})
x = sum(book[symbol] for book, symbol in zip(arrays["codebooks"], symbols))
"""
_FINITE = """sizes = np.array({sizes}, np.float64)
stages = np.split(np.stack(unpack(codes, {levels}), axis=1), {residuals}, axis=1)
scalars = [(s * (2 / (sizes - 1)) - 1) / sizes**stage for stage, s in enumerate(stages)]
x = np.asarray(sum(scalars), np.float32)
"""
_LINEAR = """return x @ arrays["decoder0"] + arrays["decoder1"]"""
_HIDDEN = """y = x @ arrays["decoder0"] + arrays["decoder1"]
hidden = np.maximum(x @ arrays["decoder2"] + arrays["decoder3"], 0)
return y + (hidden @ arrays["decoder4"] + arrays["decoder5"])"""


def body_of(codec: Codec, dimension: int) -> str | None:
    """Return the lines that decode codes of ``codec`` to ``dimension`` dimensions; None for another kind.

    They read ``codes`` (n, bytes) uint8 and ``arrays``, the codec's by name, and may call ``unpack``.
    """
    body: str | None
    match codec:
        case Affine() | Coder() | Identity() | Normalize():
            body = _FLOATS
        case Sign():
            body = _SIGNS.format(dimension=dimension)
        case Scalar(bits):
            cells = (1 << bits) - (bits >= AS_FAISS)
            body = _SCALARS.format(count=dimension * bits, dimension=dimension, bits=bits, cells=cells)
        case PerVector():
            body = _PER_VECTOR
        case PQ():
            body = _PARTS
        case LSQ() | ResidualQuantizer():
            body = _SUM
        case ProductResidualQuantizer():
            body = _PART_SUMS
        case RaBitQ():
            body = _rabitq(codec)
        case _:
            body = _symbols(codec, dimension)
    return body


def _rabitq(codec: RaBitQ) -> str:
    dimension, more = len(codec.mean), codec.bits - 1
    signs, rest = (-(-dimension * bits // 8) for bits in (1, more))
    start = signs + MANY_SIGN_FACTORS
    fields = {"dimension": dimension, "signs": signs, "start": start, "end": start + rest, "more": more}
    fields |= {"count": dimension * more, "half": 2**more, "middle": (2**codec.bits - 1) / 2}
    point = (_MORE_BITS if more else _ONE_BIT).format(**fields)
    return point + (_TURNED if len(codec.rotation) else "") + _MOVED


def _symbols(codec: Codec, dimension: int) -> str | None:
    match codec:
        case HierarchicalVQ():
            levels = list(codec.levels)
            return _TREE.format(levels=levels, deepest=len(levels) - 1, dimension=dimension)
        case ResidualVQ():
            network = _HIDDEN if len(codec.decoder.arrays) > 2 else _LINEAR  # noqa: PLR2004 - weights and bias
            return _STAGES.format(levels=list(codec.levels)) + network
        case FSQ():
            network = _HIDDEN if len(codec.decoder.arrays) > 2 else _LINEAR  # noqa: PLR2004 - the same
            levels = list(codec.levels)
            sizes = levels[: len(levels) // codec.residuals]
            return _FINITE.format(sizes=sizes, levels=levels, residuals=codec.residuals) + network
        case _:
            return None
