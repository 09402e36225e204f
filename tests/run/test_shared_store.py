"""Texts encoded by several machines into one store: each chunk once, in the bytes of one machine."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from support.suites import edited, write_suite

from harness.evaluation.context import EncoderSpec, embed, spec_of
from harness.evidence.layout import Tree
from harness.planning.status import entries
from harness.run import cluster_tasks
from harness.run.cluster_tasks import ChunkOf, encode_chunk
from harness.run.shared_store import SharedStore
from harness.types import Place

ROWS = 600  # different texts: three chunks
Specs = Callable[[str], EncoderSpec]


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Specs:
    """Return a function from the name of a store to the spec of an encoder of texts that uses it."""
    folder = tmp_path_factory.mktemp("texts")
    text = edited(
        ('encoders = ["own"]', 'encoders = ["minilm"]'), ('path = "train.npy"', 'path = "train.tsv"')
    )
    path = write_suite(folder, text.replace('path = "test.npz"', 'path = "train.tsv"'))
    lines = [f"a cat sits on mat {i}\tthe dog number {i} barks\t{i}\n" for i in range(ROWS // 2)]
    (folder / "train.tsv").write_text("".join(lines), "utf-8")
    planned = entries(path, Place(folder, None, offline=True), Tree(folder / "out"))
    assert {"to do"} == {entry.state for entry in planned}
    cells = [entry.cell for entry in planned]
    return lambda store: spec_of(planned[0].inputs, "minilm", cells, folder / store)


def _stored(spec: EncoderSpec) -> dict[str, bytes]:
    return {
        path.relative_to(spec.store).as_posix(): path.read_bytes()
        for kind in ("vectors", "chunks")
        for path in (spec.store / kind).glob("*.npy")
    }


@pytest.fixture(scope="module")
def alone(specs: Specs) -> dict[str, bytes]:
    """Return what one machine stores."""
    embed(specs("alone"), lambda _done, _of: None)
    return _stored(specs("alone"))


def test_two_machines_encode_each_chunk_once(specs: Specs, alone: dict[str, bytes]) -> None:
    """The rows that they encode add up; the store is that of one machine."""
    spec = specs("shared")
    encoded: dict[str, int] = {}

    def work(name: str, offset: float) -> None:
        engine = SharedStore(spec.store, 1, name, offset, 60)
        engine.embed(spec, lambda done, _of: encoded.update({name: done}))

    threads = [threading.Thread(target=work, args=each) for each in (("first", 0.0), ("second", 0.5))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ROWS == sum(encoded.values())
    assert alone == _stored(spec)


def test_a_task_encodes_the_chunk_that_it_names(specs: Specs, alone: dict[str, bytes]) -> None:
    """A worker reads the texts itself; one that comes too late encodes nothing."""
    spec = specs("tasks")
    paths = list(cluster_tasks._missing(spec))
    counts = [encode_chunk(ChunkOf(spec, path)) for path in paths]
    assert (3, ROWS) == (len(counts), sum(counts))
    assert paths == [path for path in paths if path.is_file()]
    cluster_tasks._missing.cache_clear()  # another worker, which begins now
    assert 0 == encode_chunk(ChunkOf(spec, paths[0]))
    embed(spec, lambda _done, _of: None)
    assert alone == _stored(spec)
