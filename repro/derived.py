"""Means, jitter and noise, against the results that they were made from."""

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


def check_derived(values: dict[str, Any], sound: list[str], problems: Problems) -> None:
    """Check means, jitter and noise against the results that are ``sound``, named suite/cell.

    ``values`` are the JSON files by path.
    """
    suites: dict[str, dict[str, Any]] = {}
    for name in sound:
        suite, _, cell = name.partition("/")
        suites.setdefault(suite, {})[cell] = values[f"artifacts/results/{name}.json"]
    kinds = {"means": check_means, "jitter": check_jitter}
    for path, stamped in values.items():
        _, kind, *names = path.split("/")
        if kind not in {*kinds, "noise"} or stamped is None:
            continue
        suite = "/".join(names).removesuffix(".json")
        try:
            if kind == "noise":
                check_noise(stamped["content"], suites)
                continue
            if suite not in suites:
                raise ValueError("no suite with results has this name")  # noqa: TRY301 - one place says it
            kinds[kind](suite, stamped["content"], suites[suite])
        except (KeyError, TypeError, AttributeError) as error:
            problems.append(f"{path}: {type(error).__name__}: {error}, expected what a run writes")
        except ValueError as error:
            problems.append(f"{path}: {error}")
    for suite in suites:
        path = f"artifacts/means/{suite}.json"
        if path not in values:
            problems.append(f"{path}: not found, expected the means of the suite's results")
