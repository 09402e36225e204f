"""TOML to Suite, strictly: an unknown or ill-typed key is an error that names file, table and key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, ValidationError, model_validator

from harness.core import InputError

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class _Strict(BaseModel, extra="forbid", frozen=True, strict=True, allow_inf_nan=False):
    pass


class Dataset(_Strict):
    """A data set: its licence, where it can be read from (first that can be had wins), its own metrics."""

    licence: str
    origins: list[dict[str, Any]] = Field(min_length=1)
    metrics: list[str] | None = None


class Point(_Strict):
    """A compression ratio, met in whole units of so many bytes (4: float32 values, 1: bytes)."""

    ratio: float = Field(ge=1)
    unit_bytes: int = Field(ge=1)


class Chain(_Strict):
    """Compressors in series. ``bits`` a stored dimension and a point's bytes give the dimensions."""

    name: Name
    label: str
    steps: list[dict[str, Any]] = Field(min_length=1)
    points: list[str] = []
    bits: int | None = Field(default=None, ge=1, le=32)
    stages: bool = False
    metrics: list[str] = []
    train: list[str] | None = None
    test: list[str] | None = None

    @model_validator(mode="after")
    def _sized(self) -> Chain:
        if bool(self.points) != (self.bits is not None):
            raise ValueError("points and bits go together")
        return self


class Expect(_Strict):
    """What a planted case must come out at: a value and how far from it is still right."""

    chain: str
    train: str
    dataset: str
    metric: str
    value: float
    tolerance: float = Field(ge=0)
    why: str


class Suite(_Strict):
    """What to measure; data only."""

    name: Name
    title: str
    question: str
    metrics: list[str] = Field(min_length=1)
    protocols: list[str] = Field(min_length=1)
    seeds: list[int] = Field(min_length=1)
    train: list[str] = Field(min_length=1)
    test: list[str] = Field(min_length=1)
    seen: list[str] = []
    codecs: list[str] = []
    datasets: dict[Name, Dataset]
    encoders: dict[Name, dict[str, Any]] = Field(min_length=1)
    points: dict[Name, Point] = {}
    chains: list[Chain] = Field(min_length=1)
    combine: dict[Name, dict[str, float]] = {}
    expect: list[Expect] = []


def load(path: Path) -> Suite:
    """Return the suite in a TOML file; raise InputError with one line for anything wrong in it."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}, expected a suite") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}, expected TOML") from error
    try:
        suite = Suite.model_validate(document)
    except ValidationError as error:
        raise InputError(f"{path}: {explain(error)}") from error
    if suite.name != path.stem:
        raise InputError(f"{path}: name: found {suite.name!r}, expected {path.stem!r}, as the file is called")
    _check_names(suite, str(path))
    return suite


def explain(error: ValidationError) -> str:
    """Return pydantic's first error as '[table] key: found …, expected …'."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]] or ["(whole)"]
    where = (f"[{'.'.join(place[:-1])}] " if place[:-1] else "") + place[-1]
    if first["type"] == "extra_forbidden":
        return f"{where}: unknown key"
    if first["type"] == "missing":
        return f"{where}: the key is missing"
    expected = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    found = repr(first["input"])
    return f"{where}: found {found if len(found) < 80 else found[:77] + '…'}, expected {expected}"  # noqa: PLR2004


def _check_names(suite: Suite, where: str) -> None:
    sets, chains = list(suite.datasets), [chain.name for chain in suite.chains]
    for key in ("train", "test", "seen"):
        _known(getattr(suite, key), sets, f"{where}: {key}")
    for key in ("train", "test", "seeds", "protocols", "metrics"):
        _different(getattr(suite, key), f"{where}: {key}")
    _different(chains, f"{where}: [chains] name")
    for chain in suite.chains:
        table = f"{where}: [chains.{chain.name}]"
        for key in ("train", "test", "points"):
            _different(getattr(chain, key) or [], f"{table} {key}")
        _known([*(chain.train or ()), *(chain.test or ())], sets, f"{table} train or test")
        _known(chain.points, list(suite.points), f"{table} points")
        for name in set(chain.train or suite.train) & set(chain.test or suite.test) - set(suite.seen):
            said = f"{name!r} is also tested on; say so with seen = [{name!r}] or drop it"
            raise InputError(f"{where}: train: {said}")
    for combined, weights in suite.combine.items():
        _known(list(weights), suite.test, f"{where}: [combine.{combined}]")
        if combined in sets:
            raise InputError(f"{where}: [combine.{combined}]: found the name of a data set, expected another")
    for i, expect in enumerate(suite.expect):
        _known([expect.chain], chains, f"{where}: [expect.{i}] chain")
        chain = suite.chains[chains.index(expect.chain)]
        _known([expect.train], chain.train or suite.train, f"{where}: [expect.{i}] train")
        tests = [*(chain.test or suite.test), *suite.combine]
        _known([expect.dataset], tests, f"{where}: [expect.{i}] dataset")


def _known(found: list[str], choices: list[str], where: str) -> None:
    for name in found:
        if name not in choices:
            raise InputError(f"{where}: found {name!r}, expected one of {', '.join(sorted(choices))}")


def _different(found: list[Any], where: str) -> None:
    for entry in found:
        if found.count(entry) > 1:
            raise InputError(f"{where}: found {entry!r} twice, expected entries that differ")
