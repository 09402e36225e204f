"""The report's comparisons of planners: ``make planners TQP=PATH MIRROR=DIR``.

Runs ``harness compare-planners`` on four sets of the mirrored data, into ``out/peers``. Texts are written as
the report's suites read them: title and text of a document joined by a space, and each sentence once, in the
order of its first appearance. Standard library only; ``harness`` has to be installed.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path


def write_texts(mirror: Path, folder: Path) -> None:
    """Write ``nfcorpus.jsonl`` and ``stsb-train.jsonl``, a JSON string a line."""
    with gzip.open(mirror / "nfcorpus" / "corpus.jsonl.gz", "rt", encoding="utf-8") as file:
        documents = [json.loads(line) for line in file]
    _write(folder / "nfcorpus.jsonl", (f"{each['title']} {each['text']}".strip() for each in documents))
    lines = (mirror / "sts" / "stsb-train.jsonl").read_text("utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    sentences = dict.fromkeys(pair[key] for pair in pairs for key in ("sentence1", "sentence2"))
    _write(folder / "stsb-train.jsonl", sentences)


def commands(mirror: Path, folder: Path, tqp: str) -> list[list[str]]:
    """Return the arguments of ``harness`` for each comparison; ``folder`` has the texts."""
    ada, peptides = (mirror / name / "embeddings.npy" for name in ("openai-ada-002", "esm2-8m-peptides"))
    compared = {
        "ada-002": ("Document chunks, text-embedding-ada-002", [str(ada)]),
        "esm2-peptides": ("Peptides, ESM-2 8M", [str(peptides)]),
        "nfcorpus": ("NFCorpus, MiniLM", [str(folder / "nfcorpus.jsonl"), "--encoder", "minilm"]),
        "sts-b": ("STS-B sentences, MPNet", [str(folder / "stsb-train.jsonl"), "--encoder", "mpnet"]),
    }
    return [
        ["compare-planners", *file, "--tqp", tqp, "--name", name, "--title", title]
        for name, (title, file) in compared.items()
    ]


def main(tqp: str, mirror: str) -> None:
    """Run the comparisons."""
    harness = Path(sys.executable).with_name("harness")
    with tempfile.TemporaryDirectory() as folder:
        write_texts(Path(mirror), Path(folder))
        for arguments in commands(Path(mirror), Path(folder), tqp):
            subprocess.run([str(harness), *arguments], check=True)


def _write(path: Path, texts: Iterable[str]) -> None:
    path.write_text("".join(json.dumps(text) + "\n" for text in texts), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
