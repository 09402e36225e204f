"""What mteb's CompressionWrapper reports, beside the same codes decoded. It needs mteb alone.

python examples/mteb_compression.py [MODEL PAIRS.jsonl ...]

MODEL is a folder or a name of the hub. Each PAIRS.jsonl (``sentence1``, ``sentence2``, ``score``) is a task.
Without arguments: all-MiniLM-L6-v2 on mteb's own STS12 to STS16, from the hub. Prints a table in Markdown.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import mteb
import numpy as np
from datasets import Dataset, DatasetDict
from mteb.abstasks.sts import AbsTaskSTS
from mteb.abstasks.task_metadata import TaskMetadata
from mteb.models import CompressionWrapper
from mteb.models.sentence_transformer_wrapper import SentenceTransformerEncoderWrapper
from mteb.types import OutputDType
from sentence_transformers import SentenceTransformer

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
TASKS = ("STS12", "STS13", "STS14", "STS15", "STS16")
BITS = {OutputDType.INT8: 8, OutputDType.UINT8: 8, OutputDType.INT4: 4, OutputDType.UINT4: 4}


class EachTextOnce:
    """An encoder of mteb that remembers its vectors, so that further settings cost nothing."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.mteb_model_meta = model.mteb_model_meta
        self.vectors: dict[tuple[str, ...], Any] = {}

    def encode(self, inputs: Any, **options: Any) -> Any:
        """Return the model's vectors of a data loader's texts."""
        texts = tuple(text for batch in inputs for text in batch["text"])
        if texts not in self.vectors:
            self.vectors[texts] = self.model.encode(inputs, **options)
        return self.vectors[texts]

    def similarity(self, a: Any, b: Any) -> Any:
        """Return the model's similarities of all pairs of rows."""
        return self.model.similarity(a, b)

    def similarity_pairwise(self, a: Any, b: Any) -> Any:
        """Return the model's similarities row by row."""
        return self.model.similarity_pairwise(a, b)


class Decoded(CompressionWrapper):
    """The wrapper's codes, each replaced by the middle of its cell."""

    def _quantize_embeddings(self, embeddings: Any) -> Any:
        codes = super()._quantize_embeddings(embeddings)
        if self._quantization_level == OutputDType.BINARY:
            return 2 * codes - 1
        mins, maxs = self._get_min_max_per_dim(embeddings)
        levels = 2 ** BITS[self._quantization_level]
        unsigned = self._quantization_level in {OutputDType.UINT8, OutputDType.UINT4}
        cells = codes + (0 if unsigned else levels // 2)
        return mins + (cells + 0.5) * (maxs - mins) / (levels - 1)


def local_task(path: Path) -> Any:
    """Return a task on a file of pairs."""

    def load_data(task: Any, **_options: Any) -> None:
        rows = [json.loads(line) for line in path.read_text("utf-8").removesuffix("\n").split("\n")]
        columns = {key: [row[key] for row in rows] for key in ("sentence1", "sentence2", "score")}
        task.dataset, task.data_loaded = DatasetDict({"test": Dataset.from_dict(columns)}), True

    metadata = TaskMetadata(
        name=path.stem.upper(),
        description="Pairs of texts, scored by people.",
        dataset={"path": f"local/{path.stem}", "revision": "1"},
        type="STS",
        main_score="cosine_spearman",
        eval_splits=["test"],
        eval_langs=["eng-Latn"],
    )
    return type(path.stem, (AbsTaskSTS,), {"metadata": metadata, "load_data": load_data})()


def row(name: str, model: Any, tasks: list[Any]) -> str:
    """Return a line of the table: Spearman x 100 by task, and the mean."""
    evaluated = mteb.evaluate(model, tasks, cache=None, co2_tracker=False, show_progress_bar=False)
    scores = [100 * result.get_score() for result in evaluated.task_results]
    return " | ".join([f"| {name}", *(f"{score:.2f}" for score in (*scores, np.mean(scores)))]) + " |"


def main(model_name: str, paths: list[str]) -> None:
    """Print the table."""
    encoder = SentenceTransformerEncoderWrapper(SentenceTransformer(model_name))
    model = EachTextOnce(encoder)
    tasks = [local_task(Path(path)) for path in paths] or list(mteb.get_tasks(tasks=list(TASKS)))
    print(" | ".join(["| setting", *(task.metadata.name for task in tasks), "mean |"]))
    print("|---" + "|---:" * (len(tasks) + 1) + "|")
    print(row("float32", model, tasks))
    for level in (*BITS, OutputDType.BINARY):
        print(row(f"{level.value}, CompressionWrapper", CompressionWrapper(model, level), tasks), flush=True)
        print(row(f"{level.value}, the same codes decoded", Decoded(model, level), tasks), flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else MODEL, sys.argv[2:])
