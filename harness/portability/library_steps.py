"""Digests of what NumPy, SciPy, torch and faiss compute, one a function that cells stand on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from harness.portability.probes import DIMENSION, digest, vectors
from harness.types import Floats


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
    yield from _faiss(vectors())


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
