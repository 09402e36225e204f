"""The steps of a pipeline at a point: compressors with all their parameters, and the index behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness import limits
from harness.errors import InputError
from harness.planning import registry
from harness.planning.models import Pipeline, Suite
from harness.planning.parameters import plugin_params, validated
from harness.planning.points import budget
from harness.types import Json


@dataclass(frozen=True, slots=True)
class Step:
    """One compressor of a pipeline: its name, all its parameters, or the file it is loaded from."""

    use: str
    params: Json
    load: str | None = None

    def spec(self) -> dict[str, Any]:
        """Return the step as JSON."""
        return (
            {"use": self.use, "load": self.load}
            if self.load
            else {"use": self.use, "params": dict(self.params)}
        )


def steps_of(
    suite: Suite, encoder: str, pipeline: Pipeline, settings: Json, point: str | None, where: str
) -> tuple[Step, ...]:
    """Return the steps of a pipeline for an encoder, at a point and with the settings of its grid.

    Raises InputError for parameters that a compressor does not take, or of sizes that cannot be.
    """
    _check_settings(pipeline, settings, where)
    dimension = suite.encoders[encoder].dimension
    steps = []
    for i, raw in enumerate(pipeline.steps):
        at = f"{where}: [pipelines.{pipeline.name}] steps.{i}"
        use = str(raw.get("use", ""))
        own = {key.partition(".")[2]: v for key, v in settings.items() if key.partition(".")[0] == use}
        fields = {**raw, **own}
        other, target, bits = fields.pop("at", None), None, pipeline.bits
        if other is not None:  # as many float32 dimensions as another point has
            if str(other) not in suite.points:
                raise InputError(f"{at}.at: found {other!r}, expected one of {', '.join(suite.points)}")
            target, bits = budget(suite, str(other), encoder, where), 32
        elif point is not None:
            target = budget(suite, point, encoder, where)
        steps.append(_step(fields, target, bits, dimension, at))
    return tuple(steps)


def index_of(pipeline: Pipeline, where: str) -> Step | None:
    """Return the index that a pipeline's vectors are searched with, None where they are not."""
    if pipeline.index is None:
        return None
    at = f"{where}: [pipelines.{pipeline.name}] index"
    params = plugin_params("indexes", pipeline.index, at)
    limits.check_parameters(params.model_dump(), at)
    return Step(str(pipeline.index["use"]), params.model_dump())


def is_random(pipeline: Pipeline, where: str) -> bool:
    """Return whether a seed changes what any step of a pipeline, or its index, comes to."""
    at = f"{where}: [pipelines.{pipeline.name}]"
    used = [("compressors", step) for step in pipeline.steps] + [("indexes", pipeline.index)] * (
        pipeline.index is not None
    )
    return any(registry.load(kind, str((raw or {}).get("use", "")), at).RANDOM for kind, raw in used)


def _check_settings(pipeline: Pipeline, settings: Json, where: str) -> None:
    uses = {str(raw.get("use", "")) for raw in pipeline.steps}
    for key in settings:
        use, _, parameter = key.partition(".")
        if use not in uses or parameter in {"", "use", "load"}:
            message = f"found {key!r}, expected compressor.parameter of a step"
            raise InputError(f"{where}: [pipelines.{pipeline.name}] grid: {message}")


def _step(raw: Json, target: int | None, bits: int | None, dimension: int, where: str) -> Step:
    fields = dict(raw)
    use, load = str(fields.pop("use", "")), fields.pop("load", None)
    module = registry.load("compressors", use, f"{where}.use")
    if load is not None:
        if fields:
            raise InputError(f"{where}: found {sorted(fields)} beside load, expected none: the file has them")
        return Step(use, {}, str(load))
    if target is not None and bits is not None:
        dims, rest = divmod(8 * target, bits)
        for key, value in (("dims", dims), ("subvectors", target)):
            if key not in module.Params.model_fields or key in fields:
                continue
            if rest and key == "dims":
                raise InputError(f"{where}: {target} bytes are no whole number of {bits}-bit dimensions")
            fields[key] = value
    params = validated(module.Params, fields, where)
    limits.check_parameters(params.model_dump(), where)
    if getattr(params, "dims", 0) > dimension and use != "random-projection":
        raise InputError(f"{where}.dims: found {params.dims}, expected at most the encoder's {dimension}")
    return Step(use, params.model_dump())
