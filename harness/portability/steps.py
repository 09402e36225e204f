"""Digests of what this process computes, one a step: libraries, and a small cell of every plug-in.

``python -m harness.portability.steps KIND`` prints them. The same steps run as they are and under an emulated
processor (``table``). Plug-ins are those in the folders; a parameter without a default gets a
small value, and training is cut short. qemu 7.2 ends a process in NumPy's AVX2 kernel of ``argsort``: both
runs sort stably instead.
"""

from __future__ import annotations

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
from harness.portability import probes
from harness.portability.library_steps import libraries
from harness.types import PairSet, Place, Training

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


def compressors() -> Iterator[tuple[str, str]]:
    """Yield name and digest of codes, decoded vectors and state of every compressor, fitted on a few rows."""
    x = probes.vectors()
    pairs = np.random.default_rng(1).integers(len(x), size=(200, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    train = Training(x, pairs, np.random.default_rng(2).uniform(0, 5, len(pairs)))
    for name in registry.names("compressors"):
        module = registry.load("compressors", name, "portability")
        codec = module.fit(train, small(module.Params), 7)
        codes = codec.encode(x)
        yield (
            name,
            probes.digest(codes, codec.decode(codes), *(codec.state()[key] for key in sorted(codec.state()))),
        )


def indexes() -> Iterator[tuple[str, str]]:
    """Yield name and digest of the rows that every index finds for a few queries, one alone among them."""
    x = probes.vectors()
    x = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)
    for name in registry.names("indexes"):
        module = registry.load("indexes", name, "portability")
        index = module.build(x, small(module.Params), 7)
        neighbours = index.search(x[:40] + x[1:41], 10), index.search(x[:1], 10)
        yield name, probes.digest(*neighbours, np.array(index.nbytes))
        if name == "usearch":  # no setting holds its kernels: measured, and not expected to be equal
            yield USEARCH, probes.digest(index.index.search(x[:40] + x[1:41], 10, threads=1).distances)


def encoders() -> Iterator[tuple[str, str]]:
    """Yield name and digest of a few vectors of every encoder without weights: given, joined, of words."""
    from harness.encoders import as_is, concat, tfidf_svd

    place = Place(Path(), None, offline=True)
    data = PairSet(
        "texts",
        portable_networks.TEXTS,
        probes.vectors()[: len(portable_networks.TEXTS)],
        np.empty((0, 2), np.int64),
        None,
        {},
    )
    rows = list(range(data.rows))
    yield "as-is", probes.digest(as_is.encode(data, rows, as_is.Params(dimension=probes.DIMENSION), place))
    yield (
        "concat",
        probes.digest(concat.join([probes.vectors(), np.ascontiguousarray(probes.vectors()[:, ::-1])])),
    )
    words = tfidf_svd.Params(dimension=3, corpus="texts", in_texts=1)
    yield "tfidf-svd", probes.digest(tfidf_svd.encode(data, rows, words, place, data))


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


def networks(folder: str) -> Iterator[tuple[str, str]]:
    """Yield name and digest of the vectors of every network prepared in a folder."""
    for name, vectors in portable_networks.prepared(Path(folder)):
        yield name, probes.digest(vectors)


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
