"""Labels: written at the end of a run, made again from data alone, and no person's score among them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.tampering import checkout

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped, write_stamped
from harness.planning.status import Entry, entries
from harness.run.labels import write_labels
from harness.types import Place
from harness.verification.labels import read_labels


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout whose suite ran."""
    return checkout(tmp_path_factory.mktemp("checkout"))


def planned(root: Path) -> list[Entry]:
    """Return the cells of the checkout's suite."""
    return entries(
        root / "suites" / "mine.toml", Place(root / "suites", None, offline=True), Tree(root / "artifacts")
    )


def test_labels_are_made_again_from_data_alone(root: Path, tmp_path: Path) -> None:
    """The same bytes in any store; nothing is written where they are there."""
    tree = Tree(root / "artifacts")
    paths = [tree.labels("mine"), tree.labels("mine").with_suffix(".npz")]
    before = [path.read_bytes() for path in paths]
    assert [] == write_labels(planned(root), tree, tmp_path / "store")
    paths[1].unlink()
    assert paths[:1] == write_labels(planned(root), tree, tmp_path / "store")
    assert before == [path.read_bytes() for path in paths]


def test_of_human_scores_only_the_ranks_are_there(root: Path) -> None:
    """Half steps from 1, as many as pairs; audits are masks, clusters are numbers."""
    labels = read_labels(Tree(root / "artifacts"), "mine")
    gold = np.load(root / "suites" / "test.npz")["gold"]
    ranks = labels.human("test-set")
    assert ranks is not None
    assert (np.argsort(gold, kind="stable") == np.argsort(ranks, kind="stable")).all()
    assert 60 * 61 / 2 == ranks.sum()
    assert {"float32", "uint8", "uint32"} == {str(array.dtype) for array in labels.arrays.values()}
    assert 10 == labels.contamination("test-set", "train-set", 60).seen_sentence.sum()


def test_labels_of_other_data_or_form_are_refused(root: Path, tmp_path: Path) -> None:
    """A line that names the file, what was found and what was expected."""
    tree = Tree(root / "artifacts")
    labels = read_labels(tree, "mine")
    with pytest.raises(InputError, match=r"audit@train-set@test-set: found .* expected \(3, 1\) uint8"):
        labels.contamination("test-set", "train-set", 5)
    with pytest.raises(InputError, match="found no array audit@x@test-set, expected it; harness labels"):
        labels.contamination("test-set", "x", 60)
    with pytest.raises(InputError, match="samples: found none of test-set, expected what is resampled"):
        labels.pairs_sample(("test-set",), "test-set")
    with pytest.raises(InputError, match=r"fresh_rows\.train-set: found no test-set, expected its rows"):
        labels.random_sample("test-set", "test-set", "train-set")
    other = Tree(tmp_path)
    content, _ = read_stamped(tree.labels("mine"))
    write_stamped(other.labels("mine"), content)
    with pytest.raises(InputError, match=r"mine.npz: not found, expected a file with sha256"):
        read_labels(other, "mine")
