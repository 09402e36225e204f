"""TOML to Suite, strictly: an unknown or ill-typed key is an error that names file, table and key."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, ValidationError, field_validator, model_validator

from harness import limits
from harness.errors import InputError
from harness.evidence.validation import explain

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=100)]
Cost = Annotated[str, StringConstraints(min_length=1)]

# A key of more parts than a suite is deep. The library takes the square of their number in time and memory.
_KEY = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_DEEP_KEY = re.compile(rf"(?<![A-Za-z0-9_-]){_KEY}(?:[ \t]*+\.[ \t]*+{_KEY}){{{limits.DEPTH.most},}}")

_WHOLE = 2**53 - 1  # what float64 counts to: the certificates' bound, no limit of ours


class _Strict(BaseModel, extra="forbid", frozen=True, strict=True, allow_inf_nan=False):
    pass


class Dataset(_Strict):
    """A data set: its licence, where it can be read from (first that can be had wins), its own metrics.

    ``large``: what it costs, in words, where that is over a gigabyte or hours; it is then left out of a run
    that does not ask for all. It decides no result.
    """

    licence: str
    large: Cost | None = None
    origins: list[dict[str, Any]] = Field(min_length=1)
    metrics: list[str] | None = None


class Prefixes(_Strict):
    """Texts that go before a query and before a document."""

    query: str
    document: str


class Encoder(BaseModel, extra="allow", frozen=True, strict=True, allow_inf_nan=False):
    """An embedding space: the plug-in, its parameters (every other key), and the sets it is measured on.

    ``prefixes``: what the model wants before a query, and before any other text. ``large``: as of a data set.
    """

    use: str
    dimension: int = Field(ge=1, le=limits.DIMENSIONS.most)
    prefixes: Prefixes | None = None
    large: Cost | None = None
    train: list[str] | None = None
    test: list[str] | None = None

    def raw(self) -> dict[str, Any]:
        """Return the plug-in's table: its name and its parameters."""
        return {"use": self.use, "dimension": self.dimension, **(self.model_extra or {})}


class Bound(_Strict):
    """What a named operating point promises of a data set; where it falls short it is not recommended."""

    dataset: str
    metric: str
    at_least: float


class Point(_Strict):
    """A compression ratio, or one for each encoder, met in whole units of so many bytes.

    A unit of 4 bytes is a float32 value. ``bounds`` that a value misses, and a space that the ratio leaves
    under ``smallest_bytes`` of, mark the point as not recommended (``report/verdicts/guardrails.py``).
    """

    ratio: float | dict[str, float]
    unit_bytes: int = Field(ge=1)
    bounds: list[Bound] = []
    smallest_bytes: int | None = Field(default=None, ge=1)

    @field_validator("ratio", mode="before")
    @classmethod
    def _numbers(cls, found: Any) -> Any:
        for ratio in found.values() if isinstance(found, dict) else [found]:
            if type(ratio) not in (int, float) or not 1 <= ratio < math.inf:
                raise ValueError("a valid number of at least 1, or a table of one for each encoder")
        return found


class Chain(_Strict):
    """Compressors in series. ``bits`` a stored dimension and a point's bytes give the dimensions.

    ``grid``: values for parameters, written 'compressor.parameter': one cell each combination. ``stages``:
    what the last step adds is measured. ``asymmetric``: the first of a pair, or the query, is compared as it
    is before the last step, the second, or what is searched, as it is stored. ``index``: the back end, with
    its parameters, that the metrics ``vs-teacher`` and ``vs-student`` are about. ``seeds``, ``encoders``,
    ``train`` and ``test``: its own, where they are not the suite's.
    """

    name: Name
    label: str
    steps: list[dict[str, Any]] = Field(min_length=1)
    points: list[str] = []
    bits: int | None = Field(default=None, ge=1, le=32)
    grid: dict[str, Annotated[list[Any], Field(min_length=1)]] = {}
    stages: bool = False
    asymmetric: bool = False
    index: dict[str, Any] | None = None
    metrics: list[str] = []
    seeds: list[int] | None = Field(default=None, min_length=1)
    encoders: list[str] | None = None
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
    """What to measure; data only.

    ``baselines``: chains that every other one of as many bytes is compared with, in the same space and after
    the same training split.
    """

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
    baselines: list[str] = []
    timings: bool = False
    datasets: dict[Name, Dataset]
    encoders: dict[Name, Encoder] = Field(min_length=1)
    points: dict[Name, Point] = {}
    chains: list[Chain] = Field(min_length=1)
    combine: dict[Name, dict[str, float]] = {}
    expect: list[Expect] = []


def trains(suite: Suite, encoder: Encoder, chain: Chain) -> list[str]:
    """Return the training splits of a chain in an embedding space: its own, the space's, or the suite's."""
    return chain.train or encoder.train or suite.train


def tests(suite: Suite, encoder: Encoder, chain: Chain) -> list[str]:
    """Return the test sets of a chain in an embedding space: its own, the space's, or the suite's."""
    return chain.test or encoder.test or suite.test


def load(path: Path) -> Suite:
    """Return the suite in a TOML file; raise InputError with one line for anything wrong in it."""
    document = _parsed(path)
    limits.check_document(document, str(path))
    _check_whole(document, str(path), "")
    try:
        suite = Suite.model_validate(document)
    except ValidationError as error:
        raise InputError(f"{path}: {explain(error)}") from error
    if suite.name != path.stem:
        raise InputError(f"{path}: name: found {suite.name!r}, expected {path.stem!r}, as the file is called")
    _check_names(suite, str(path))
    return suite


def _check_whole(value: Any, where: str, key: str) -> None:
    """Raise InputError for a whole number that a certificate cannot hold: those of JSON are float64."""
    if isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            _check_whole(inner, where, f"{key}.{name}" if key else str(name))
    elif isinstance(value, int) and abs(value) > _WHOLE:
        raise InputError(f"{where}: {key}: found {value}, expected at most {_WHOLE} either way, as in JSON")


def _parsed(path: Path) -> dict[str, Any]:
    try:
        limits.SUITE_BYTES.check(path.stat().st_size, str(path))
        text = path.read_text("utf-8")
        if _DEEP_KEY.search(text):
            raise _too_deep(path)
        return tomllib.loads(text)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}, expected a suite") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}, expected TOML") from error
    except ValueError as error:  # Python's own limit on the digits of a number
        raise InputError(f"{path}: found a number of thousands of digits, expected 64 bits") from error
    except RecursionError as error:
        raise _too_deep(path) from error


def _too_deep(path: Path) -> InputError:
    found = f"found more {limits.DEPTH.unit}"
    return InputError(f"{path}: {found}, expected at most {limits.DEPTH.most}: {limits.DEPTH.reason}")


def _check_names(suite: Suite, where: str) -> None:
    sets, chains = list(suite.datasets), [chain.name for chain in suite.chains]
    spaces = list(suite.encoders)
    for name, encoder in suite.encoders.items():
        extra = encoder.model_extra or {}
        plain = [other for other, found in suite.encoders.items() if found.use != "concat"]
        _known(list(extra.get("parts", ())), plain, f"{where}: [encoders.{name}] parts")
        _known([extra["corpus"]] if "corpus" in extra else [], sets, f"{where}: [encoders.{name}] corpus")
        _known(
            [*(encoder.train or ()), *(encoder.test or ())], sets, f"{where}: [encoders.{name}] train or test"
        )
    for name, point in suite.points.items():
        ratios = point.ratio if isinstance(point.ratio, dict) else {}
        _known(list(ratios), spaces, f"{where}: [points.{name}] ratio")
    _known(suite.baselines, chains, f"{where}: baselines")
    for key in ("train", "test", "seen"):
        _known(getattr(suite, key), sets, f"{where}: {key}")
    for seeds in (suite.seeds, *(chain.seeds or () for chain in suite.chains)):
        limits.SEEDS.check(len(seeds), f"{where}: seeds")
    for key in ("train", "test", "seeds", "protocols", "metrics"):
        _different(getattr(suite, key), f"{where}: {key}")
    _different(chains, f"{where}: [chains] name")
    for chain in suite.chains:
        _check_chain(suite, chain, f"{where}: [chains.{chain.name}]")
    for combined, weights in suite.combine.items():
        _known(list(weights), sets, f"{where}: [combine.{combined}]")
        if combined in sets:
            raise InputError(f"{where}: [combine.{combined}]: found the name of a data set, expected another")
    for i, expect in enumerate(suite.expect):
        _known([expect.chain], chains, f"{where}: [expect.{i}] chain")
        chain = suite.chains[chains.index(expect.chain)]
        found = list(suite.encoders.values())
        trained = [name for encoder in found for name in trains(suite, encoder, chain)]
        tested = [name for encoder in found for name in tests(suite, encoder, chain)]
        _known([expect.train], trained, f"{where}: [expect.{i}] train")
        _known([expect.dataset], [*tested, *suite.combine], f"{where}: [expect.{i}] dataset")


def _check_chain(suite: Suite, chain: Chain, table: str) -> None:
    for key in ("seeds", "train", "test", "points", "encoders"):
        _different(getattr(chain, key) or [], f"{table} {key}")
    _known([*(chain.train or ()), *(chain.test or ())], list(suite.datasets), f"{table} train or test")
    _known(chain.points, list(suite.points), f"{table} points")
    _known(chain.encoders or [], list(suite.encoders), f"{table} encoders")
    for key, values in chain.grid.items():
        for value in values:
            # It becomes part of a file's name.
            if isinstance(value, (dict, list)) or not re.fullmatch(r"[\w.+-]+", str(value), re.ASCII):
                raise InputError(f"{table} grid {key}: found {value!r}, expected a number or a word")
        _different(values, f"{table} grid {key}")
        _different([str(value) for value in values], f"{table} grid {key}")
    for encoder in (suite.encoders[name] for name in chain.encoders or suite.encoders):
        for name in set(trains(suite, encoder, chain)) & set(tests(suite, encoder, chain)) - set(suite.seen):
            said = f"{name!r} is also tested on; say so with seen = [{name!r}] or drop it"
            raise InputError(f"{table} train: {said}")


def _known(found: list[str], choices: list[str], where: str) -> None:
    for name in found:
        if name not in choices:
            raise InputError(f"{where}: found {name!r}, expected one of {', '.join(sorted(choices))}")


def _different(found: list[Any], where: str) -> None:
    seen: set[Any] = set()
    for entry in found:
        if entry in seen:
            raise InputError(f"{where}: found {entry!r} twice, expected entries that differ")
        seen.add(entry)
