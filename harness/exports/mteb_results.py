"""A suite's results in mteb's own layout, as its ``ResultCache`` reads them.

A data set is a task of mteb where both name the same files of the hub. Values are those of the protocol
as-published, mteb's own: the whole test set. Each cell is an experiment of its encoder.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import InputError
from harness.evidence.files import write_atomic
from harness.evidence.layout import Tree
from harness.evidence.schema.result import StatedValue
from harness.exports.installed import check_installed
from harness.planning import catalogue, shipped
from report.evidence.results import Measured
from report.export.rows import of_suite

if TYPE_CHECKING:
    from mteb import AbsTask
    from mteb.models.model_meta import ModelMeta

PROTOCOL = "as-published"
_RANKED = re.compile(r"(ndcg|recall|mrr)@(\d+)")


@dataclass(frozen=True, slots=True)
class Exported:
    """How many results of tasks were written, and the data sets that are none of mteb's tasks."""

    results: int
    left_out: tuple[str, ...]


def export(tree: Tree, suite: str, folder: Path) -> Exported:
    """Write a suite's results below ``folder``, which becomes a ``ResultCache``.

    A codec that was fitted on a test set has no result for it. Raises InputError where mteb is not
    installed, or no data set of the suite is one of its tasks.
    """
    check_installed("mteb", "mteb")
    import mteb

    cells = of_suite(tree, suite)
    names = sorted({value.dataset for cell in cells for value in cell.result.values})
    tasks = {name: task for name in names if (task := _task(name)) is not None}
    if not tasks:
        raise InputError(f"{suite}: found {', '.join(names)}, expected a data set that is a task of mteb")
    cache, count = mteb.ResultCache(cache_path=folder), 0
    for cell in cells:
        meta = _meta(cell)
        for name, task in tasks.items():
            scores = _scores(cell.result.values, name, task) if name != cell.cell.train else None
            if scores is not None:
                path = cache.get_task_result_path(task.metadata.name, meta)
                write_atomic(path, _task_result(task, scores))
                write_atomic(path.with_name("model_meta.json"), _json(meta.to_dict()))
                count += 1
    return Exported(count, tuple(name for name in names if name not in tasks))


def _task(dataset: str) -> AbsTask | None:
    """Return the task of the same files on the hub as a data set that comes with the harness."""
    folders = (shipped.SHIPPED,)
    if dataset not in catalogue.names("datasets", folders):
        return None
    for origin in catalogue.dataset(dataset, folders, dataset).origins:
        for task in _tasks(str(origin.get("repo"))):
            stated = task.metadata.dataset
            if (
                origin.get("revision") in {None, stated["revision"]}
                and origin.get("split", "test") in task.metadata.eval_splits
                and "part" not in origin
            ):
                return task
    return None


@functools.cache
def _tasks(repo: str) -> tuple[AbsTask, ...]:
    """Return the tasks in one language whose files are those of a repository of the hub."""
    import mteb

    tasks = mteb.get_tasks(task_types=["STS", "Retrieval"], exclude_superseded=False)
    return tuple(t for t in tasks if t.metadata.dataset["path"] == repo and not t.metadata.is_multilingual)


def _scores(values: Iterable[StatedValue], dataset: str, task: AbsTask) -> dict[str, Any] | None:
    """Return a cell's scores by mteb's names; None where the task's main score is not among them."""
    scores: dict[str, Any] = {}
    for value in values:
        if (value.dataset, value.protocol) == (dataset, PROTOCOL):
            scores |= dict.fromkeys(_names(value.metric), value.value)
    main = task.metadata.main_score
    return {**scores, "main_score": scores[main]} if main in scores else None


def _names(metric: str) -> tuple[str, ...]:
    """Return mteb's names of a metric, none where it has no such metric.

    >>> _names("ndcg@10")
    ('ndcg_at_10',)
    """
    if metric == "spearman@human":
        return ("spearman", "cosine_spearman")
    ranked = _RANKED.fullmatch(metric)
    return (f"{ranked[1]}_at_{ranked[2]}",) if ranked else ()


def _task_result(task: AbsTask, scores: dict[str, Any]) -> bytes:
    from mteb.results import TaskResult

    stated = task.metadata
    [split], [languages] = stated.eval_splits, stated.hf_subsets_to_langscripts.values()
    result = TaskResult(
        task_name=stated.name,
        dataset_revision=stated.revision,
        mteb_version=None,  # another program measured them
        evaluation_time=None,
        scores={split: [{**scores, "hf_subset": "default", "languages": languages}]},
    )
    return _json(result.to_dict())


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, sort_keys=True, default=str) + "\n").encode()


def _meta(cell: Measured) -> ModelMeta:
    """Return mteb's description of the encoder where it has one, with the cell as an experiment of it."""
    from mteb.models.model_meta import ModelMeta, ScoringFunction

    encoder, spec = cell.result.inputs.encoder, cell.cell
    experiment = {
        "codec": spec.pipeline + (f" {spec.point}" if spec.point else ""),
        "train": spec.train,
        "seed": spec.seed,
        "bytes_per_vector": cell.sizes.bytes_per_vector,
        "cell": cell.name,
    }
    stated = {
        "name": str(encoder.get("repo") or f"harness/{spec.encoder}"),
        "revision": str(encoder.get("revision") or encoder.get("weights_sha256") or "no_revision_available"),
        "experiment_kwargs": experiment,
        "similarity_fn_name": ScoringFunction.COSINE,
    }
    return ModelMeta.create_empty(stated)
