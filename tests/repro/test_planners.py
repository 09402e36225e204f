"""The files that planners are compared on, and the commands that compare them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from repro.planners import commands, write_texts


def _mirror(root: Path) -> Path:
    (root / "nfcorpus").mkdir(parents=True)
    (root / "sts").mkdir()
    documents = [{"title": "A title", "text": "and a text"}, {"title": "", "text": "ein Tëxt"}]
    with gzip.open(root / "nfcorpus" / "corpus.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(each) + "\n" for each in documents)
    pairs = [("one", "two"), ("three", "one")]
    lines = (json.dumps({"sentence1": a, "sentence2": b}) for a, b in pairs)
    (root / "sts" / "stsb-train.jsonl").write_text("\n".join(lines))
    return root


def _texts(path: Path) -> list[str]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_texts_are_those_that_the_suites_read(tmp_path: Path) -> None:
    """Title and text are joined by a space; a sentence of two pairs stands once."""
    write_texts(_mirror(tmp_path / "mirror"), tmp_path)
    assert ["A title and a text", "ein Tëxt"] == _texts(tmp_path / "nfcorpus.jsonl")
    assert ["one", "two", "three"] == _texts(tmp_path / "stsb-train.jsonl")


def test_each_comparison_has_a_name_of_its_own(tmp_path: Path) -> None:
    """Two of the files are called embeddings.npy; texts name their encoder."""
    listed = commands(tmp_path, tmp_path, "tqp")
    names = [arguments[arguments.index("--name") + 1] for arguments in listed]
    assert ["ada-002", "esm2-peptides", "nfcorpus", "sts-b"] == names
    assert ["minilm", "mpnet"] == [x[x.index("--encoder") + 1] for x in listed if "--encoder" in x]
