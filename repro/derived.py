"""Means, jitter and noise, against the results that they were made from; benches by themselves."""

from __future__ import annotations

from typing import Any

from repro.listing import Problems
from repro.means import check_means
from repro.values import check_value, finite, numbers


def check_jitter(suite: str, content: Any, results: dict[str, Any]) -> None:
    """Raise ValueError unless a suite's jitter is of existing ``results``, each once, in finite numbers."""
    if content["suite"] != suite or not all(finite(x) and x > 0 for x in content["floors"].values()):
        raise ValueError("expected the suite of its place, and floors above 0")
    cells = [entry["cell"] for entry in content["cells"]]
    for entry in content["cells"]:
        cell = entry["cell"]
        result = results.get(cell)
        if result is None or result["sha256"] != entry["result"] or cells.count(cell) > 1:
            raise ValueError(f"{cell}: expected a result that is there, by its certificate, once")
        parameters = result["content"]["inputs"]["cell"]
        if any(entry[key] != parameters.get(key) for key in ("encoder", "pipeline", "point")):
            raise ValueError(f"{cell}: expected the encoder, pipeline and point of its result")
        measured = {check_value(value) for value in result["content"]["values"]}
        for name, value in numbers(cell, entry["values"], ()).items():
            if name not in measured or value["metric"] not in content["floors"]:
                raise ValueError(f"{cell}: {name}: expected a value of its result, and a floor of its metric")
            if not value["moves"] or not all(finite(move) for move in value["moves"]):
                raise ValueError(f"{cell}: {name}: found moves {value['moves']}, expected finite numbers")


def check_noise(content: Any, suites: dict[str, dict[str, Any]]) -> None:
    """Raise ValueError unless noise is of existing results, each once, in finite numbers."""
    names = [(entry["suite"], entry["cell"]) for entry in content["cells"]]
    for entry in content["cells"]:
        suite, cell = entry["suite"], entry["cell"]
        result = suites.get(suite, {}).get(cell)
        if result is None or result["sha256"] != entry["result"] or names.count((suite, cell)) > 1:
            raise ValueError(f"{suite}/{cell}: expected a result that is there, by its certificate, once")
        for row in entry["metrics"]:
            moves = [row[key] for key in ("spread", "threads", "seed") if row[key] is not None]
            if not all(finite(x) and x >= 0 for x in moves) or not finite(row["tolerance"]):
                raise ValueError(f"{suite}/{cell}: {row['metric']}: expected finite numbers from 0")


def check_bench(name: str, content: Any) -> None:
    """Raise ValueError unless a bench is of its place, in finite numbers, each median within its range."""
    names = [entry["name"] for entry in content["measurements"]]
    if content["name"] != name or not names or len(set(names)) < len(names):
        raise ValueError("expected the name of its place, and measurements, each once")
    for entry in content["measurements"]:
        ranges = [entry["value"], entry["ratio"], (entry["baseline"] or {}).get("value")]
        for each in (each for each in ranges if each):
            ends = each["low"], each["median"], each["high"]
            if not all(map(finite, ends)) or not ends[0] <= ends[1] <= ends[2]:
                raise ValueError(f"{entry['name']}: found {ends}, expected low <= median <= high, finite")


def check_derived(values: dict[str, Any], sound: list[str], problems: Problems) -> None:
    """Check means, jitter and noise against the results that are ``sound``, named suite/cell, and benches.

    ``values`` are the JSON files by path.
    """
    suites: dict[str, dict[str, Any]] = {}
    for name in sound:
        suite, _, cell = name.partition("/")
        suites.setdefault(suite, {})[cell] = values[f"artifacts/results/{name}.json"]
    for path, stamped in values.items():
        kind, _, name = path.removeprefix("artifacts/").partition("/")
        if kind not in {"means", "jitter", "noise", "bench"} or stamped is None:
            continue
        try:
            _check(kind, name.removesuffix(".json"), stamped["content"], suites)
        except (KeyError, TypeError, AttributeError) as error:
            problems.append(f"{path}: {type(error).__name__}: {error}, expected what a run writes")
        except ValueError as error:
            problems.append(f"{path}: {error}")
    for suite in suites:
        path = f"artifacts/means/{suite}.json"
        if path not in values:
            problems.append(f"{path}: not found, expected the means of the suite's results")


def _check(kind: str, name: str, content: Any, suites: dict[str, dict[str, Any]]) -> None:
    if kind == "noise":
        check_noise(content, suites)
    elif kind == "bench":
        check_bench(name, content)
    elif name not in suites:
        raise ValueError("no suite with results has this name")
    else:
        {"means": check_means, "jitter": check_jitter}[kind](name, content, suites[name])
