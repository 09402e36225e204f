"""What a suite's cells stand on: located (identified, nothing heavy read), then read."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import BlockedError, InputError, LeftOutError
from harness.evidence.files import inside, sha256_file
from harness.numerics import device
from harness.planning import registry
from harness.planning.cells import Cell
from harness.planning.location import beside, dataset_identity, encoder_cost, encoder_identity, left_out
from harness.planning.models import Suite
from harness.planning.parameters import encoder_params, origin_params
from harness.types import Json, PairSet, Place

# Where the way of every cell begins. A change to these, or to what they import to compute, makes every result
# of before out of date.
_EVERY_CELL = ("harness.evaluation.context", "harness.evaluation.evaluate")


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of one suite in one place: identities of what is there, reasons for what is not."""

    suite: Suite
    where: str
    place: Place
    encoders: Json
    datasets: Json

    def blocked(self, cell: Cell) -> BlockedError | None:
        """Return why a cell cannot run here, or None."""
        needed = [self.encoders[cell.encoder], *(self.datasets[name] for name in (cell.train, *cell.tests))]
        missing = [entry for entry in needed if isinstance(entry, BlockedError)]
        # What cannot be had at all comes first: asking for what is large would not help.
        error = min(missing, key=lambda error: isinstance(error, LeftOutError), default=None)
        encoder = self.suite.encoders[cell.encoder]
        params = encoder_params(encoder)
        for name in () if error else (cell.train, *cell.tests):
            if not registry.load("encoders", encoder.use, self.where).holds(params, name):
                return BlockedError(f"{cell.encoder} has no vectors of {name}", "use an encoder of texts")
        return error

    def left_out(self, cell: Cell) -> LeftOutError | None:
        """Return why a cell is left out of this run though all that it needs is here, or None."""
        if self.place.large:
            return None
        costs = [encoder_cost(self.suite, cell.encoder)]
        costs += [self.suite.datasets[name].large for name in (cell.train, *cell.tests)]
        return next((left_out(cost) for cost in costs if cost), None)

    def identity(self, cell: Cell) -> dict[str, Any]:
        """Return all that decides a cell's result, as JSON: its parameters, inputs and code."""
        return {
            "cell": cell.spec(),
            "protocols": self.suite.protocols,
            "combine": self.suite.combine,
            "encoder": {**self.encoders[cell.encoder], "dimension": self.dimension(cell.encoder)},
            "datasets": {name: self._identified(name) for name in {cell.train, *cell.tests}},
            "loaded": {step.load: sha256_file(codec_path(step.load)) for step in cell.steps if step.load},
            # Digests without names: a module may move to another folder.
            "code": sorted(set(self.code(cell).values())),
            **device.identity(),
        }

    def code(self, cell: Cell) -> dict[str, str]:
        """Return the digest of every module that a cell's values come from, by the module's dotted name."""
        modules = [*_EVERY_CELL]
        modules += [f"harness.compressors.{_stem(step.use)}" for step in cell.steps]
        if cell.index:
            modules += [f"harness.indexes.{_stem(cell.index.use)}"]
        space = self.encoders[cell.encoder]
        modules += [f"harness.encoders.{_stem(part['use'])}" for part in (space, *space.get("parts", ()))]
        modules += [
            f"harness.sources.{_stem(self.datasets[name]['use'])}" for name in (cell.train, *cell.tests)
        ]
        modules += [f"harness.protocols.{_stem(name)}" for name in self.suite.protocols]
        modules += [
            f"harness.metrics.{_stem(name.partition('@')[0])}"
            for _, listed in cell.metrics
            for name in listed
        ]
        return dict(_digests(frozenset(modules)))

    def dimension(self, encoder: str) -> int:
        """Return the declared dimension of an encoder."""
        return self.suite.encoders[encoder].dimension

    def read(self, name: str) -> PairSet:
        """Return a data set, from the first origin that can be had.

        Raises InputError where it has other counts of rows or pairs than its file declares.
        """
        dataset, origin = self.suite.datasets[name], self.datasets[name]["origin"]
        use, params = dataset.origins[origin]["use"], origin_params(dataset, origin)
        data = _read(use, params, name, dataset.drawn_as, beside(self.place, dataset))
        for key, count in (("rows", data.rows), ("pairs", len(data.pairs))):
            declared = getattr(dataset, key)
            if declared is not None and declared != count:
                raise InputError(f"{dataset.file}: {key}: found {declared}, expected {count}, as in {use}")
        return data

    def _identified(self, name: str) -> dict[str, Any]:
        """Return what identifies a data set in a result, and the name that draws from it are seeded by."""
        drawn_as = self.suite.datasets[name].drawn_as
        return {**self.datasets[name], **({"drawn_as": drawn_as} if drawn_as else {})}


@functools.cache
def _digests(modules: frozenset[str]) -> Mapping[str, str]:
    """Return the digests of modules and of what they import to compute, by name."""
    used: set[str] = set().union(*map(registry.transitive_imports, modules))
    return {name: registry.code_digest(name) for name in sorted(used)}


def locate(suite: Suite, where: str, place: Place) -> Inputs:
    """Return the inputs of a suite as they can be had in ``place``."""
    datasets = {name: dataset_identity(suite, name, where, place) for name in suite.datasets}
    encoders = {name: encoder_identity(suite, name, datasets, where, place) for name in suite.encoders}
    return Inputs(suite, where, place, encoders, datasets)


@functools.lru_cache(maxsize=64)
def _read(use: str, params: Any, name: str, drawn_as: str | None, place: Place) -> PairSet:
    # The parameters are frozen and hash by value: a set is read once a process.
    data: PairSet = registry.load("sources", use, name).read(params, drawn_as or name, place)
    return dataclasses.replace(data, name=name, drawn_as=drawn_as)


def _stem(name: str) -> str:
    return name.replace("-", "_")


def codec_path(load: str) -> Path:
    """Return the file a step is loaded from: below the folder the harness runs in, and nowhere else."""
    path = inside(Path.cwd(), load, "load")
    if not path.is_file():
        raise InputError(f"load: {load} is not there, expected a codec saved by this harness")
    return path
