"""Whether the names and lists in a suite fit together: what no single key can say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from harness import limits
from harness.errors import InputError
from harness.planning.models import Pipeline, Suite, SuiteFile


def check_written(suite: SuiteFile, where: str) -> None:
    """Raise InputError for an entry that a list of a suite has twice, and for too many seeds."""
    for seeds in (suite.seeds, *(pipeline.seeds or () for pipeline in suite.pipelines)):
        limits.SEEDS.check(len(seeds), f"{where}: seeds")
    for key in ("train", "test", "encoders", "seeds", "protocols", "metrics"):
        _different(getattr(suite, key), f"{where}: {key}")
    _different([pipeline.name for pipeline in suite.pipelines], f"{where}: [pipelines] name")
    for pipeline in suite.pipelines:
        table = f"{where}: [pipelines.{pipeline.name}]"
        for key in ("seeds", "train", "test", "points", "encoders"):
            _different(getattr(pipeline, key) or [], f"{table} {key}")
        _check_grid(pipeline, table)


def check_names(suite: Suite, where: str) -> None:
    """Raise InputError for a name in a suite that is none of its encoders, data sets, points or pipelines."""
    sets, pipelines, encoders = (
        list(suite.datasets),
        [pipeline.name for pipeline in suite.pipelines],
        list(suite.encoders),
    )
    _check_encoders(suite)
    _check_draws(suite, where)
    _check_names(suite.splits, encoders, f"{where}: [splits]")
    _check_names(suite.metrics_on, sets, f"{where}: [metrics_on]")
    _check_names(suite.baselines, pipelines, f"{where}: baselines")
    _check_names(suite.seen, sets, f"{where}: seen")
    for name, point in suite.points.items():
        ratios = point.ratio if isinstance(point.ratio, dict) else {}
        _check_names(ratios, encoders, f"{where}: [points.{name}] ratio")
    for pipeline in suite.pipelines:
        _check_pipeline(suite, pipeline, f"{where}: [pipelines.{pipeline.name}]")
    for combined, weights in suite.combine.items():
        _check_names(weights, sets, f"{where}: [combine.{combined}]")
        if combined in sets:
            raise InputError(f"{where}: [combine.{combined}]: found the name of a data set, expected another")
    _check_expectations(suite, pipelines, where)


def _check_encoders(suite: Suite) -> None:
    plain = [name for name, encoder in suite.encoders.items() if encoder.use != "concat"]
    for encoder in suite.encoders.values():
        parts = (encoder.model_extra or {}).get("parts", ())
        if isinstance(parts, list):
            _check_names(parts, plain, f"{encoder.file}: parts, of the suite's encoders")


def _check_draws(suite: Suite, where: str) -> None:
    """Raise InputError for two data sets whose random draws one name would seed: they would hang together."""
    taken: dict[str, str] = {}
    for name, dataset in suite.datasets.items():
        other = taken.setdefault(dataset.drawn_as or name, name)
        if other != name:
            message = f"found {other!r} and {name!r}, both drawn as {dataset.drawn_as or name!r}"
            raise InputError(f"{where}: {message}, expected names that differ (drawn_as, {dataset.file})")


def _check_pipeline(suite: Suite, pipeline: Pipeline, table: str) -> None:
    _check_names(pipeline.points, suite.points, f"{table} points")
    _check_names(pipeline.encoders or [], suite.encoders, f"{table} encoders")
    for encoder in pipeline.encoders or suite.encoders:
        for name in set(suite.trains(encoder, pipeline)) & set(suite.tests(encoder, pipeline)) - set(
            suite.seen
        ):
            message = f"{name!r} is also tested on; say so with seen = [{name!r}] or drop it"
            raise InputError(f"{table} train: {message}")


def _check_expectations(suite: Suite, pipelines: list[str], where: str) -> None:
    for i, expect in enumerate(suite.expect):
        at = f"{where}: [expect.{i}]"
        _check_names([expect.pipeline], pipelines, f"{at} pipeline")
        pipeline = suite.pipelines[pipelines.index(expect.pipeline)]
        trained = {name for encoder in suite.encoders for name in suite.trains(encoder, pipeline)}
        tested = {name for encoder in suite.encoders for name in suite.tests(encoder, pipeline)}
        _check_names([expect.train], trained, f"{at} train")
        _check_names([expect.dataset], {*tested, *suite.combine}, f"{at} dataset")


def _check_grid(pipeline: Pipeline, table: str) -> None:
    for key, values in pipeline.grid.items():
        for value in values:
            # It becomes part of a file's name.
            if isinstance(value, (dict, list)) or not re.fullmatch(r"[\w.+-]+", str(value), re.ASCII):
                raise InputError(f"{table} grid {key}: found {value!r}, expected a number or a word")
        _different(values, f"{table} grid {key}")
        _different([str(value) for value in values], f"{table} grid {key}")


def _check_names(named: Iterable[Any], choices: Iterable[str], where: str) -> None:
    allowed = sorted(choices)
    for name in named:
        if name not in allowed:
            raise InputError(f"{where}: found {name!r}, expected one of {', '.join(allowed)}")


def _different(entries: Iterable[Any], where: str) -> None:
    seen: set[Any] = set()
    for entry in entries:
        if entry in seen:
            raise InputError(f"{where}: found {entry!r} twice, expected entries that differ")
        seen.add(entry)
