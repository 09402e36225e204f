"""mteb's own evaluation of a model under its compression settings: a program that imports mteb alone.

Example: ``python mteb_evaluation.py work.json results.json``. ``work.json`` has the folder of a
sentence-transformers model (``model``), JSON lines of pairs by the name of their task (``tasks``: keys
``sentence1``, ``sentence2``, ``score``), names of settings (``settings``) and the folder of mteb's cache
(``cache``). ``results.json`` has, by setting, the seconds and Spearman's correlation of each task.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

UNCOMPRESSED = "uncompressed"


def main(work: Path, results: Path) -> None:
    """Evaluate what ``work`` says in one process, the model loaded once; write ``results``."""
    content = json.loads(work.read_text("utf-8"))
    os.environ |= {"HF_HUB_OFFLINE": "1", "MTEB_CACHE": content["cache"]}  # both are read on import
    from mteb.models.sentence_transformer_wrapper import SentenceTransformerEncoderWrapper
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformerEncoderWrapper(SentenceTransformer(content["model"]))
    tasks = [_task(name, Path(path)) for name, path in content["tasks"].items()]
    measured = {}
    for setting in content["settings"]:
        start = time.perf_counter()
        scores = _scores(_compressed(model, setting), tasks)
        measured[setting] = {"seconds": time.perf_counter() - start, "spearman": scores}
    results.write_text(json.dumps(measured), "utf-8")


def _compressed(model: Any, setting: str) -> Any:
    """Return ``model`` as it is, or in mteb's wrapper. The wrapper changes the model's description alone."""
    from mteb.models import CompressionWrapper
    from mteb.types import OutputDType

    return model if setting == UNCOMPRESSED else CompressionWrapper(model, OutputDType(setting))


def _scores(model: Any, tasks: list[Any]) -> dict[str, float]:
    import mteb

    evaluated = mteb.evaluate(model, tasks, co2_tracker=False)
    return {result.task_name: result.get_score() for result in evaluated.task_results}


def _task(name: str, path: Path) -> Any:
    """Return a task of mteb on the pairs of a file, read when mteb asks for them."""
    from datasets import Dataset, DatasetDict
    from mteb.abstasks.sts import AbsTaskSTS
    from mteb.abstasks.task_metadata import TaskMetadata

    def load_data(task: Any, **_options: Any) -> None:
        rows = [json.loads(line) for line in path.read_text("utf-8").removesuffix("\n").split("\n")]
        task.dataset, task.data_loaded = DatasetDict({"test": Dataset.from_list(rows)}), True

    metadata = TaskMetadata(
        name=name,
        description="Pairs of texts, scored by people.",
        dataset={"path": f"local/{name}", "revision": "1"},
        type="STS",
        main_score="cosine_spearman",
        eval_splits=["test"],
        eval_langs=["eng-Latn"],
    )
    return type(name, (AbsTaskSTS,), {"metadata": metadata, "load_data": load_data})()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
