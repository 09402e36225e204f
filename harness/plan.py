"""Suite to ordered cells: which encoder, training split, chain, point and seed. No I/O, nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from harness import plugins
from harness.core import InputError, Json
from harness.suite import Chain, Point, Suite, explain

RATIO_TOLERANCE = 0.025  # how far, relatively, a whole number of units may lie from the ratio asked for


@dataclass(frozen=True, slots=True)
class Step:
    """One compressor of a chain: its name, all its parameters, or the file it is loaded from."""

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


@dataclass(frozen=True, slots=True)
class Cell:
    """One measurement: everything that decides its result, but for the inputs' bytes."""

    suite: str
    encoder: str
    train: str
    chain: str
    point: str | None
    seed: int
    steps: tuple[Step, ...]
    tests: tuple[str, ...]
    metrics: tuple[tuple[str, tuple[str, ...]], ...]
    stages: bool
    target_bytes: int | None
    keep_codec: bool

    @property
    def id(self) -> str:
        """Return the name of the cell's files: encoder, training split, chain, point and seed."""
        point = f".{self.point}" if self.point else ""
        return f"{self.encoder}.{self.train}.{self.chain}{point}.s{self.seed}"

    def spec(self) -> dict[str, Any]:
        """Return the cell as JSON, for the result and for the hash that decides whether it is done."""
        return {
            "encoder": self.encoder,
            "train": self.train,
            "chain": self.chain,
            "point": self.point,
            "seed": self.seed,
            "steps": [step.spec() for step in self.steps],
            "tests": list(self.tests),
            "metrics": {name: list(metrics) for name, metrics in self.metrics},
            "stages": self.stages,
        }


def cells(suite: Suite, where: str) -> list[Cell]:
    """Return every cell of a suite in order; raise InputError for parameters that make no sense.

    A chain in which nothing is random has one seed, the first.
    """
    for protocol in suite.protocols:
        plugins.load("protocols", protocol, f"{where}: protocols")
    found = [
        _cell(suite, encoder, train, chain, point, seed, where)
        for encoder, raw in suite.encoders.items()
        for _ in [encoder_params(raw, encoder, where)]
        for chain in suite.chains
        for train in chain.train or suite.train
        for point in (chain.points or (None,))
        for seed in (suite.seeds if _random(chain, where) else suite.seeds[:1])
    ]
    kept = {f"{cell.chain}.{cell.point}" if cell.point else cell.chain for cell in found}
    for name in set(suite.codecs) - kept:
        raise InputError(f"{where}: codecs: found {name!r}, expected a chain, or chain.point, of this suite")
    return found


def encoder_params(raw: Json, name: str, where: str) -> Any:
    """Return the validated parameters of an encoder's table."""
    return _plugin_params("encoders", raw, f"{where}: [encoders.{name}]")


def origin_params(raw: Json, dataset: str, where: str) -> Any:
    """Return the validated parameters of one origin of a data set."""
    return _plugin_params("sources", raw, f"{where}: [datasets.{dataset}.origins]")


def budget(point: Point, name: str, dimension: int, where: str) -> int:
    """Return the payload bytes of a point for float32 vectors of ``dimension``.

    Raises InputError where no whole number of units lies within RATIO_TOLERANCE of the ratio.
    """
    original = 4 * dimension
    units = max(1, round(original / (point.ratio * point.unit_bytes)))
    bytes_per_vector = units * point.unit_bytes
    if abs(original / bytes_per_vector / point.ratio - 1) > RATIO_TOLERANCE:
        raise InputError(
            f"{where}: [points.{name}] ratio: found {point.ratio:g}, expected one that a whole number of "
            f"{point.unit_bytes}-byte units meets: {original} bytes / {bytes_per_vector} = "
            f"{original / bytes_per_vector:.2f}"
        )
    return bytes_per_vector


def _cell(
    suite: Suite, encoder: str, train: str, chain: Chain, point: str | None, seed: int, where: str
) -> Cell:
    dimension = int(suite.encoders[encoder]["dimension"])
    tests = chain.test or suite.test
    metrics = {name: (*(suite.datasets[name].metrics or suite.metrics), *chain.metrics) for name in tests}
    for name in dict.fromkeys(metric for listed in metrics.values() for metric in listed):
        _check_metric(name, chain, where)
    target = budget(suite.points[point], point, dimension, where) if point else None
    steps = tuple(
        _step(raw, chain, dimension, target, f"{where}: [chains.{chain.name}] steps.{i}")
        for i, raw in enumerate(chain.steps)
    )
    name = f"{chain.name}.{point}" if point else chain.name
    return Cell(
        suite=suite.name,
        encoder=encoder,
        train=train,
        chain=chain.name,
        point=point,
        seed=seed,
        steps=steps,
        tests=tuple(tests),
        metrics=tuple(sorted(metrics.items())),
        stages=chain.stages,
        target_bytes=target,
        keep_codec=name in suite.codecs and seed == suite.seeds[0],
    )


def _step(raw: Json, chain: Chain, dimension: int, target: int | None, where: str) -> Step:
    fields = dict(raw)
    use, load = str(fields.pop("use", "")), fields.pop("load", None)
    module = plugins.load("compressors", use, f"{where}.use")
    if load is not None:
        if fields:
            raise InputError(f"{where}: found {sorted(fields)} beside load, expected none: the file has them")
        return Step(use, {}, str(load))
    if target is not None and chain.bits is not None:
        dims, rest = divmod(8 * target, chain.bits)
        if rest:
            raise InputError(f"{where}: {target} bytes are no whole number of {chain.bits}-bit dimensions")
        for key, value in (("dims", dims), ("subvectors", target)):
            if key in module.Params.model_fields:
                fields.setdefault(key, value)
    params = _validated(module.Params, fields, where)
    if getattr(params, "dims", 0) > dimension and use != "random-projection":
        raise InputError(f"{where}.dims: found {params.dims}, expected at most the encoder's {dimension}")
    return Step(use, params.model_dump())


def _check_metric(name: str, chain: Chain, where: str) -> None:
    metric, _, reference = name.partition("@")
    module = plugins.load("metrics", metric, f"{where}: metrics")
    if reference not in module.REFERENCES:
        choices = ", ".join(f"{metric}@{choice}" for choice in module.REFERENCES)
        raise InputError(f"{where}: metrics: found {name!r}, expected {choices}")
    if not chain.stages and any("stage" in request for request in module.needs(reference)):
        raise InputError(f"{where}: [chains.{chain.name}] metrics: {name} needs stages = true")


def _plugin_params(kind: str, raw: Json, where: str) -> Any:
    fields = dict(raw)
    module = plugins.load(kind, str(fields.pop("use", "")), f"{where} use")
    return _validated(module.Params, fields, where)


def _validated(model: Any, fields: Json, where: str) -> Any:
    try:
        return model.model_validate(fields, strict=True)
    except ValidationError as error:
        raise InputError(f"{where} {explain(error)}") from error


def _random(chain: Chain, where: str) -> bool:
    at = f"{where}: [chains.{chain.name}]"
    return any(plugins.load("compressors", str(step.get("use", "")), at).RANDOM for step in chain.steps)
