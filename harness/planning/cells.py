"""Suite to ordered cells: which encoder, training split, chain, point and seed. No I/O, nothing heavy."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from harness import limits
from harness.errors import InputError
from harness.evidence.validation import explain
from harness.planning import registry
from harness.planning.suite import Chain, Suite, tests, trains
from harness.types import Json

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
    asymmetric: bool
    index: Step | None
    grid: tuple[tuple[str, Any], ...]
    guardrails: tuple[tuple[str, Any], ...]
    target_bytes: int | None
    keep_codec: bool
    timings: bool

    @property
    def id(self) -> str:
        """Return the name of the cell's files: encoder, training split, chain, point, settings and seed."""
        point = f".{self.point}" if self.point else ""
        settings = "".join(f".{key.rpartition('.')[2]}-{value}" for key, value in self.grid)
        return f"{self.encoder}.{self.train}.{self.chain}{point}{settings}.s{self.seed}"

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
            "asymmetric": self.asymmetric,
            "index": self.index.spec() if self.index else None,
            "grid": dict(self.grid),
            "guardrails": dict(self.guardrails),
        }


def cells(suite: Suite, where: str) -> list[Cell]:
    """Return every cell of a suite in order; raise InputError for parameters that make no sense.

    A chain in which nothing is random has one seed, the first.
    """
    for protocol in suite.protocols:
        registry.load("protocols", protocol, f"{where}: protocols")
    limits.CELLS.check(_most_cells(suite), f"{where}: chains, grids, points and seeds make up")
    found = [
        _cell(suite, encoder, train, chain, settings, point, seed, where)
        for encoder, space in suite.encoders.items()
        for _ in [encoder_params(space.raw(), encoder, where)]
        for chain in suite.chains
        if chain.encoders is None or encoder in chain.encoders
        for train in trains(suite, space, chain)
        for point in (chain.points or (None,))
        for settings in _settings(chain)
        for seed in _seeds(suite, chain, where)
    ]
    for name in (suite.name, *(cell.id for cell in found)):
        limits.NAME.check(len(name.encode()), f"{where}: {name[:60]}…")
    kept = {f"{cell.chain}.{cell.point}" if cell.point else cell.chain for cell in found}
    for name in set(suite.codecs) - kept:
        raise InputError(f"{where}: codecs: found {name!r}, expected a chain, or chain.point, of this suite")
    return found


def _most_cells(suite: Suite) -> int:
    """Return how many cells a suite has if every chain in it is random: counted, none of them is built."""
    return sum(
        len(trains(suite, space, chain))
        * max(len(chain.points), 1)
        * math.prod(len(values) for values in chain.grid.values())
        * len(chain.seeds or suite.seeds)
        for encoder, space in suite.encoders.items()
        for chain in suite.chains
        if chain.encoders is None or encoder in chain.encoders
    )


def encoder_params(raw: Json, name: str, where: str) -> Any:
    """Return the validated parameters of an encoder's table."""
    return _plugin_params("encoders", raw, f"{where}: [encoders.{name}]")


def origin_params(raw: Json, dataset: str, where: str) -> Any:
    """Return the validated parameters of one origin of a data set."""
    return _plugin_params("sources", raw, f"{where}: [datasets.{dataset}.origins]")


def budget(suite: Suite, name: str, encoder: str, where: str) -> int:
    """Return the payload bytes of a point for the float32 vectors of an encoder.

    Raises InputError where no whole number of units lies within RATIO_TOLERANCE of the ratio, or where the
    point has no ratio for the encoder.
    """
    point, original = suite.points[name], 4 * suite.encoders[encoder].dimension
    ratio = point.ratio.get(encoder) if isinstance(point.ratio, dict) else point.ratio
    if ratio is None:
        raise InputError(f"{where}: [points.{name}] ratio: found none for {encoder}, expected one")
    units = max(1, round(original / (ratio * point.unit_bytes)))
    bytes_per_vector = units * point.unit_bytes
    if abs(original / bytes_per_vector / ratio - 1) > RATIO_TOLERANCE:
        raise InputError(
            f"{where}: [points.{name}] ratio: found {ratio:g}, expected one that a whole number of "
            f"{point.unit_bytes}-byte units meets: {original} bytes / {bytes_per_vector} = "
            f"{original / bytes_per_vector:.2f}"
        )
    return bytes_per_vector


def _seeds(suite: Suite, chain: Chain, where: str) -> list[int]:
    """Return the seeds of a chain: the first alone where nothing in it is random."""
    seeds = chain.seeds or suite.seeds
    return seeds if _random(chain, where) else seeds[:1]


def _settings(chain: Chain) -> list[tuple[tuple[str, Any], ...]]:
    """Return every combination of the grid's values; a single empty one where there is no grid."""
    keys = list(chain.grid)
    return [tuple(zip(keys, values, strict=True)) for values in itertools.product(*chain.grid.values())]


def _cell(
    suite: Suite,
    encoder: str,
    train: str,
    chain: Chain,
    settings: tuple[tuple[str, Any], ...],
    point: str | None,
    seed: int,
    where: str,
) -> Cell:
    tested = tests(suite, suite.encoders[encoder], chain)
    metrics = {name: (*(suite.datasets[name].metrics or suite.metrics), *chain.metrics) for name in tested}
    for name in dict.fromkeys(metric for listed in metrics.values() for metric in listed):
        _check_metric(name, chain, where)
    named = f"{chain.name}.{point}" if point else chain.name
    return Cell(
        suite=suite.name,
        encoder=encoder,
        train=train,
        chain=chain.name,
        point=point,
        seed=seed,
        steps=_steps(suite, encoder, chain, dict(settings), point, where),
        tests=tuple(tested),
        metrics=tuple(sorted(metrics.items())),
        stages=chain.stages,
        asymmetric=chain.asymmetric,
        index=_index(chain, where),
        grid=settings,
        guardrails=_guardrails(suite, point),
        target_bytes=budget(suite, point, encoder, where) if point else None,
        keep_codec=named in suite.codecs and seed == suite.seeds[0],
        timings=suite.timings,
    )


def _index(chain: Chain, where: str) -> Step | None:
    """Return the back end that a chain's vectors are searched with, None where they are not."""
    if chain.index is None:
        return None
    at = f"{where}: [chains.{chain.name}] index"
    params = _plugin_params("indexes", chain.index, at)
    limits.check_parameters(params.model_dump(), at)
    return Step(str(chain.index["use"]), params.model_dump())


def _guardrails(suite: Suite, point: str | None) -> tuple[tuple[str, Any], ...]:
    """Return what the point promises: it goes into the result, so that a report can hold it to that."""
    found = suite.points[point].model_dump(include={"bounds", "smallest_bytes"}) if point else {}
    return tuple((key, value) for key, value in found.items() if value)


def _steps(
    suite: Suite, encoder: str, chain: Chain, settings: Json, point: str | None, where: str
) -> tuple[Step, ...]:
    dimension = suite.encoders[encoder].dimension
    uses = [str(raw.get("use", "")) for raw in chain.steps]
    for key in settings:
        use, _, parameter = key.partition(".")
        if use not in uses or parameter in {"", "use", "load"}:
            raise InputError(
                f"{where}: [chains.{chain.name}] grid: found {key!r}, expected compressor.parameter of a step"
            )
    steps = []
    for i, raw in enumerate(chain.steps):
        at = f"{where}: [chains.{chain.name}] steps.{i}"
        mine = {key.partition(".")[2]: v for key, v in settings.items() if key.partition(".")[0] == uses[i]}
        fields = {**raw, **mine}
        other, target, bits = fields.pop("at", None), None, chain.bits
        if other is not None:  # as many float32 dimensions as another point has
            if str(other) not in suite.points:
                raise InputError(f"{at}.at: found {other!r}, expected one of {', '.join(suite.points)}")
            target, bits = budget(suite, str(other), encoder, where), 32
        elif point is not None:
            target = budget(suite, point, encoder, where)
        steps.append(_step(fields, target, bits, dimension, at))
    return tuple(steps)


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
    params = _validated(module.Params, fields, where)
    limits.check_parameters(params.model_dump(), where)
    if getattr(params, "dims", 0) > dimension and use != "random-projection":
        raise InputError(f"{where}.dims: found {params.dims}, expected at most the encoder's {dimension}")
    return Step(use, params.model_dump())


def _check_metric(name: str, chain: Chain, where: str) -> None:
    metric, _, reference = name.partition("@")
    module = registry.load("metrics", metric, f"{where}: metrics")
    if reference not in module.REFERENCES:
        choices = ", ".join(f"{metric}@{choice}" for choice in module.REFERENCES)
        raise InputError(f"{where}: metrics: found {name!r}, expected {choices}")
    if chain.index is None and module.ITEMS == "index":
        raise InputError(f"{where}: [chains.{chain.name}] metrics: {name} needs an index")
    if not chain.stages and any("stage" in request for request in module.needs(reference)):
        raise InputError(f"{where}: [chains.{chain.name}] metrics: {name} needs stages = true")


def _plugin_params(kind: str, raw: Json, where: str) -> Any:
    fields = dict(raw)
    module = registry.load(kind, str(fields.pop("use", "")), f"{where} use")
    return _validated(module.Params, fields, where)


def _validated(model: Any, fields: Json, where: str) -> Any:
    try:
        return model.model_validate(fields, strict=True)
    except ValidationError as error:
        raise InputError(f"{where} {explain(error)}") from error


def _random(chain: Chain, where: str) -> bool:
    at = f"{where}: [chains.{chain.name}]"
    used = [("compressors", step) for step in chain.steps] + [("indexes", chain.index)] * (
        chain.index is not None
    )
    return any(registry.load(kind, str((raw or {}).get("use", "")), at).RANDOM for kind, raw in used)
