"""Digests of what this process computes, one a step: libraries, and a small cell of every plug-in.

``python -m harness.portability.steps KIND`` prints them. The same steps run as they are and under an emulated
processor (``table``). Plug-ins are those in the folders; a parameter without a default gets a
small value, and training is cut short. qemu 7.2 ends a process in NumPy's AVX2 kernel of ``argsort``: both
runs sort stably instead.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from harness.planning import registry
from harness.portability import networks as portable_networks
from harness.types import Floats, PairSet, Place, Training

ROWS, DIMENSION = 300, 24
USEARCH = "usearch, distances"
# What is made small wherever a plug-in has a parameter of the name: training repeats, emulation is slow.
SHORT = {
    "steps": 6,
    "epochs": 1,
    "iterations": 2,
    "budget": 40,
    "searches": 2,
    "batch": 64,
    "pairs": 200,
    "levels": [5, 5, 4],
    "beam": 2,
    "dims": 4,
    "hard_pool": 50,
    "queue": 20,
    "codewords": 16,
    "bits": 4,
}


def libraries() -> Iterator[tuple[str, str]]:
    """Yield name and digest of functions of NumPy, SciPy, torch and faiss that cells stand on."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((130, 384))
    for kind in (np.float32, np.float64):
        a: Any = x.astype(kind)
        flat, square = a[:, :50].ravel(), a[:, :60].T @ a[:, :60]
        name = f"numpy {np.dtype(kind)} "
        yield name + "matmul", digest(a @ a.T, a[:1] @ a.T, a[0] @ a.T, a.T @ a)
        yield (
            name + "elementwise",
            digest(*(f(np.abs(flat) + kind(0.1)) for f in (np.exp, np.log, np.tanh, np.sqrt))),
        )
        yield name + "sum", digest(a.sum(), a.mean(axis=0), a.std(axis=1), np.linalg.norm(a, axis=1))
        yield name + "svd", digest(*np.linalg.svd(a[:, :60], full_matrices=False))
        yield name + "eigh", digest(*np.linalg.eigh(square))
        yield name + "qr", digest(*np.linalg.qr(square))
    yield from _scipy(x)
    yield from _torch(x.astype(np.float32))
    yield from _faiss(_vectors())


def _scipy(x: Any) -> Iterator[tuple[str, str]]:
    from scipy import linalg, sparse, special
    from scipy.sparse.linalg import svds

    yield "scipy special", digest(special.erf(x), special.expit(x), special.ndtri(special.expit(x)))
    yield "scipy cholesky", digest(linalg.cholesky(x[:, :60].T @ x[:, :60]))
    rare = sparse.csr_matrix(np.where(x > 1, x, 0))
    yield "scipy svds", digest(*svds(rare, k=8, v0=np.ones(min(rare.shape)), solver="arpack"))


def _torch(x: Floats) -> Iterator[tuple[str, str]]:
    import torch
    from torch.nn import functional

    a, parts = torch.from_numpy(x), torch.from_numpy(x).reshape(10, 13, 384)[:, :, :32]
    positive, bounded = a.abs() + 0.1, a.tanh()
    yield "torch mm", digest(a @ a.T, a.double() @ a.double().T, a @ a[0])
    yield "torch linear", digest(functional.linear(a, a[:, :], a[0, :130]))
    yield "torch bmm", digest(parts @ parts.transpose(1, 2))
    yield "torch attention", digest(functional.scaled_dot_product_attention(parts, parts, parts))
    yield (
        "torch conv1d",
        digest(functional.conv1d(a.T[None, :48], a[:48, :48].reshape(16, 48, 3).contiguous())),
    )
    for name in ("exp", "erf", "tanh", "sigmoid", "sin", "cos", "log1p", "atan"):
        yield "torch " + name, digest(getattr(a, name)(), getattr(a.double(), name)())
    for name in ("sqrt", "rsqrt", "log", "log2", "log10"):
        yield "torch " + name, digest(getattr(positive, name)(), getattr(positive.double(), name)())
    yield "torch acos, asin", digest(bounded.acos(), bounded.asin())
    yield "torch gelu", digest(functional.gelu(a), functional.gelu(a, approximate="tanh"))
    yield "torch softmax", digest(a.softmax(1), a.log_softmax(1), a.logsumexp(1))
    yield "torch layer norm", digest(functional.layer_norm(a, (384,), a[0], a[1]))
    yield "torch sums", digest(a.sum(), a.sum(0), a.mean(1), a.var(0), a.norm(dim=1), functional.normalize(a))
    for kind, fused in (("Adam", True), ("Adam", False), ("AdamW", True), ("SGD", False)):
        weights = torch.nn.Parameter(a[:48, :30].clone())
        optimizer = getattr(torch.optim, kind)([weights], lr=3e-3, **({"fused": True} if fused else {}))
        for _ in range(4):
            loss = ((a[:, :48] @ weights).tanh() - 1).square().mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        yield f"torch {kind}{', fused' * fused}", digest(weights)
    generator = torch.Generator().manual_seed(3)
    yield (
        "torch random",
        digest(torch.randn(99, generator=generator), torch.randperm(99, generator=generator)),
    )


def _faiss(x: Floats) -> Iterator[tuple[str, str]]:
    import faiss

    means = faiss.Kmeans(DIMENSION, 16, niter=4, seed=5, min_points_per_centroid=1)
    means.train(x)
    yield "faiss k-means", digest(means.centroids)
    yield "faiss knn", digest(*faiss.knn(x, x, 9, metric=faiss.METRIC_INNER_PRODUCT), *faiss.knn(x, x, 9))
    wide = np.tile(x, 16)
    yield "faiss knn, 384 dimensions", digest(*faiss.knn(wide, wide, 9, metric=faiss.METRIC_INNER_PRODUCT))
    scalar = faiss.ScalarQuantizer(DIMENSION, faiss.ScalarQuantizer.QT_4bit)
    scalar.train(x)
    yield "faiss scalar quantizer", digest(scalar.compute_codes(x))


def compressors() -> Iterator[tuple[str, str]]:
    """Yield name and digest of codes, decoded vectors and state of every compressor, fitted on a few rows."""
    x = _vectors()
    pairs = np.random.default_rng(1).integers(len(x), size=(200, 2))
    train = Training(x, pairs[pairs[:, 0] != pairs[:, 1]], None)
    for name in registry.names("compressors"):
        module = registry.load("compressors", name, "portability")
        codec = module.fit(train, small(module.Params), 7)
        codes = codec.encode(x)
        yield name, digest(codes, codec.decode(codes), *(codec.state()[key] for key in sorted(codec.state())))


def indexes() -> Iterator[tuple[str, str]]:
    """Yield name and digest of the rows that every index finds for a few queries, one alone among them."""
    x = _vectors()
    x = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)
    for name in registry.names("indexes"):
        module = registry.load("indexes", name, "portability")
        index = module.build(x, small(module.Params), 7)
        neighbours = index.search(x[:40] + x[1:41], 10), index.search(x[:1], 10)
        yield name, digest(*neighbours, np.array(index.nbytes))
        if name == "usearch":  # no setting holds its kernels: measured, and not expected to be equal
            yield USEARCH, digest(index.index.search(x[:40] + x[1:41], 10, threads=1).distances)


def encoders() -> Iterator[tuple[str, str]]:
    """Yield name and digest of a few vectors of every encoder without weights: given, joined, of words."""
    from harness.encoders import as_is, concat, tfidf_svd

    place = Place(Path(), None, offline=True)
    data = PairSet(
        "texts",
        portable_networks.TEXTS,
        _vectors()[: len(portable_networks.TEXTS)],
        np.empty((0, 2), np.int64),
        None,
        {},
    )
    rows = list(range(data.rows))
    yield "as-is", digest(as_is.encode(data, rows, as_is.Params(dimension=DIMENSION), place))
    yield "concat", digest(concat.join([_vectors(), np.ascontiguousarray(_vectors()[:, ::-1])]))
    words = tfidf_svd.Params(dimension=3, corpus="texts", in_texts=1)
    yield "tfidf-svd", digest(tfidf_svd.encode(data, rows, words, place, data))


def small(params: type[BaseModel]) -> Any:
    """Return parameters that fit the rows here and train briefly: defaults, but for those of SHORT."""
    values: dict[str, Any] = {}
    for name, field in params.model_fields.items():
        if name in SHORT:
            values[name] = SHORT[name]
        elif field.is_required():
            nested = field.annotation
            values[name] = small(nested) if inspect.isclass(nested) and issubclass(nested, BaseModel) else 4
    try:
        return params(**values)
    except ValidationError:  # of another type or range under a name of SHORT
        return params(
            **{name: value for name, value in values.items() if params.model_fields[name].is_required()}
        )


def digest(*arrays: Any) -> str:
    """Return 16 hexadecimal digits of the bytes, shapes and types of arrays and tensors."""
    hasher = hashlib.sha256()
    for array in arrays:
        values = np.ascontiguousarray(array.detach().numpy() if hasattr(array, "detach") else array)
        hasher.update(f"{values.dtype} {values.shape} ".encode() + values.tobytes())
    return hasher.hexdigest()[:16]


def _vectors() -> Floats:
    rng = np.random.default_rng(3)
    mix = rng.standard_normal((DIMENSION, DIMENSION)) * 0.9 ** np.arange(DIMENSION)
    return (rng.standard_normal((ROWS, DIMENSION)) @ mix).astype(np.float32)


def networks(folder: str) -> Iterator[tuple[str, str]]:
    """Yield name and digest of the vectors of every network prepared in a folder."""
    for name, vectors in portable_networks.prepared(Path(folder)):
        yield name, digest(vectors)


STEPS: dict[str, Callable[..., Iterator[tuple[str, str]]]] = {
    "libraries": libraries,
    "compressors": compressors,
    "indexes": indexes,
    "encoders": encoders,
    "networks": networks,
}
UNPINNED = frozenset({USEARCH})


def main(kind: str, *arguments: str) -> None:
    """Print the digests of a kind's steps in this process, as the last line of what it prints."""
    argsort: Any = np.argsort
    np.argsort = lambda a, axis=-1, **_: argsort(a, axis=axis, kind="stable")
    steps = {}
    for name, value in STEPS[kind](*arguments):
        steps[name] = value
        sys.stderr.write(f"{name} done\n")
    sys.stdout.write("\n" + json.dumps(steps) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
