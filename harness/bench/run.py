"""Groups of measurements run on this machine, one after another, each into a stamped file."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.schema.bench import Bench, Measurement
from harness.evidence.schema.version import SCHEMA_VERSION
from harness.evidence.stamp import write_stamped
from harness.parallel.resources import use_threads
from harness.run.environment import envelope

_FOLDER = Path(__file__).parent / "groups"
OnMeasurement = Callable[[str, Measurement | None], None]  # the group, and what was measured; None: it begins


def names() -> list[str]:
    """Return the groups: the modules of ``harness/bench/groups``, with dashes for underscores."""
    return sorted(path.stem.replace("_", "-") for path in _FOLDER.glob("[a-z]*.py"))


def chosen(wanted: list[str] | None) -> list[str]:
    """Return ``wanted``, or every group for none; raise InputError for a name that is no group's."""
    for name in wanted or ():
        if name not in names():
            raise InputError(f"bench: found {name!r}, expected one of {', '.join(names())}")
    return wanted or names()


def load(name: str) -> ModuleType:
    """Return the module of a group."""
    return importlib.import_module(f"harness.bench.groups.{name.replace('-', '_')}")


def run(groups: list[str], mirror: Path | None, on_measurement: OnMeasurement) -> Iterator[Bench]:
    """Yield each group once it is measured; one that can measure nothing here is left out.

    ``mirror`` has data that some groups need. The process has one thread, as every process of a run.
    """
    use_threads()
    for name in groups:
        module, start = load(name), time.perf_counter()
        on_measurement(name, None)
        measured = []
        for each in module.measure(mirror):
            on_measurement(name, each)
            measured.append(each)
        if measured:
            machine = envelope({"seconds": time.perf_counter() - start})
            content = {"schema": SCHEMA_VERSION, "name": name, "title": module.TITLE, "machine": machine}
            yield Bench.model_validate({**content, "measurements": measured})


def write(bench: Bench, tree: Tree) -> Path:
    """Write the measurements of a group, stamped; return the path."""
    path = tree.bench(bench.name)
    write_stamped(path, bench.model_dump(mode="json", by_alias=True))
    return path
