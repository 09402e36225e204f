"""Groups of measurements, each at tiny sizes: what they measure, in which unit, and beside what."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.suites import SmallSuite

from harness.bench import processes
from harness.bench.encoding_alone import specs
from harness.bench.groups.scale import _sizes, write_planted
from harness.bench.run import chosen, load, names, run, write
from harness.errors import InputError, RunError
from harness.evidence.layout import Tree
from harness.evidence.schema.bench import Measurement, parse_bench
from harness.evidence.stamp import read_stamped
from harness.types import Doubles

SMALL: Mapping[str, Mapping[str, Any]] = {
    "codecs": {
        "dimension": 16, "fitted": 300, "encoded": 50, "large": 1_000, "repeats": 1,
        "compressors": ("pq", "sign"),
    },
    "evaluation": {"pairs": 40, "rows": 150, "queries": 5, "repeats": 1},
    "neighbors": {"rows": 300, "dimension": 8, "queries": 10, "repeats": 2},
    "quantizers": {"sizes": (("pq", 300, 8, 2), ("opq", 300, 8, 2)), "repeats": 1},
    "scale": {"sizes": (200, 400, 800), "dimension": 8, "only": ("fit", "compress")},
    "encoding": {"sets": ("wordsim353",), "repeats": 1},
}  # fmt: skip


def _measured(name: str) -> list[Measurement]:
    return list(load(name).measure(None, **SMALL[name]))


def test_codecs_have_rates_of_each_and_bandwidths_of_the_simplest() -> None:
    """Bandwidths first, against a copy and a product of the same run, with targets; then three rates each."""
    measured = _measured("codecs")
    rates = [f"{what} {name}" for name in ("pq", "sign") for what in ("fit", "encode", "decode")]
    bandwidths = [
        "bandwidth of encode sign",
        "bandwidth of decode sign",
        "bandwidth of a copy into a new array",
        "rate of encode random-projection",
    ]
    assert [*bandwidths, *rates] == [each.name for each in measured]
    assert [True] * 4 + [False] * 6 == [each.ratio is not None for each in measured]
    assert [0.5] * 3 == [each.target.bound for each in measured if each.target]
    assert {"vectors/s"} == {each.unit for each in measured[3:]}


def test_every_repeat_of_a_fit_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Axes that a process caches of a training split are computed for each."""
    decomposed: list[int] = []
    compute = np.linalg.eigh

    def counted(matrix: Doubles) -> Any:
        decomposed.append(len(matrix))
        return compute(matrix)

    monkeypatch.setattr(np.linalg, "eigh", counted)
    sizes = {**SMALL["codecs"], "repeats": 3, "compressors": ("pca", "pca")}
    assert 4 + 6 == len(list(load("codecs").measure(None, **sizes)))
    assert [16] * 6 == decomposed


def test_evaluation_has_the_bootstrap_with_its_target() -> None:
    """10,000 resamples, whatever the number of pairs; scores of pairs and of queries."""
    measured = _measured("evaluation")
    assert ("bootstrap of the Spearman", "10,000 resamples of 40 pairs, drawn anew") == (
        measured[0].name,
        measured[0].what,
    )
    assert [3.0] == [each.target.bound for each in measured if each.target]
    assert ["s", "s", "pairs/s", "pairs/s", "queries/s", "queries/s"] == [each.unit for each in measured]


def test_neighbours_are_set_against_a_product() -> None:
    """Both count the product's operations."""
    (each,) = _measured("neighbors")
    assert each.baseline
    assert ("plain matrix product", 2) == (each.baseline.name, each.repeats)
    assert (0.8, "at least") == (each.target and (each.target.bound, each.target.direction))


def test_quantizers_are_trained_as_faiss_trains_them_beside_their_error() -> None:
    """Every speed has an error beside it; k-means of 300 rows with 256 codewords leaves little of either.

    All is measured on idle cores, and beside other work.
    """
    measured = _measured("quantizers")
    assert 16 == len(measured)
    assert 8 == sum(each.name.endswith(", beside other work") for each in measured)
    for speed, error in zip(measured[::2], measured[1::2], strict=True):
        assert speed.name.removeprefix("train ") == error.name.removeprefix("error of ")
        assert error.ratio
        assert 0.5 < error.ratio.median < 2
        assert (4.0, 1.01) == (speed.target and speed.target.bound, error.target and error.target.bound)


def test_a_suite_is_run_from_cold_and_again(small_suite: SmallSuite) -> None:
    """The whole command on a small suite, beside a process that prepares its vectors and no more."""
    cold, warm = load("suites").measure(None, suite=str(small_suite()), repeats=1, warm=1)
    assert cold.baseline
    assert "encoding alone" == cold.baseline.name
    assert cold.ratio
    assert cold.name.endswith(", from cold")
    assert warm.name.endswith(", warm")
    assert [1.5, 1.0] == [each.target.bound for each in (cold, warm) if each.target]


def test_encoding_is_set_against_the_bare_model_twice() -> None:
    """In the same process, and in one without the harness's settings, on the same texts."""
    same, bare = _measured("encoding")
    assert same.value == bare.value
    assert same.baseline
    assert bare.baseline
    assert {"texts/s"} == {same.unit, bare.unit}
    assert same.what == bare.what


def test_encoding_alone_is_of_every_set_of_the_suite(tmp_path: Path) -> None:
    """What a run of the suite encodes before its first cell."""
    (spec,) = specs("sample", "*", None, tmp_path)
    assert ("sample", "minilm") == (spec.suite, spec.encoder)
    assert {"lee-background", "lee", "wordsim353", "simlex999"} == set(spec.sets)


def test_encoding_alone_is_of_the_cells_that_are_run(tmp_path: Path) -> None:
    """An encoder of which no cell matches is not encoded: a suite in part is set against its own part."""
    assert [] == specs("sample", "another-encoder.*", None, tmp_path)


def test_commands_without_a_checkout_are_the_help_alone(tmp_path: Path) -> None:
    """An installed package has no evidence beside its code."""
    (each,) = load("commands").measure(None, root=tmp_path, repeats=1)
    assert ("harness --help", 3, "s") == (each.name, each.repeats, each.unit)


def test_what_needs_a_mirror_is_left_out_without_one() -> None:
    """No record, and no file, but a line that says so."""
    blocked: list[str] = []
    assert [] == list(run(["sts-suite"], None, lambda _group, _each: None, blocked.append))
    (line,) = blocked
    assert line.startswith("BLOCKED sts-suite: found no mirror")


def test_a_group_is_found_by_its_file_and_every_one_is_small_here() -> None:
    """Groups that this file does not measure are measured by tests of their own."""
    assert {*SMALL, "commands", "sts-suite", "beside-mteb"} <= set(names())
    assert names() == chosen(None)
    assert ["neighbors"] == chosen(["neighbors"])
    with pytest.raises(InputError, match="bench: found 'x', expected one of "):
        chosen(["neighbors", "x"])
    assert [] == [name for name in names() if not str(load(name).TITLE)]


def test_a_group_is_written_stamped_with_its_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was measured is reported as it is made; the file is of the schema and of its place."""
    module = load("neighbors")
    measured = _measured("neighbors")
    monkeypatch.setattr(module, "measure", lambda _mirror: measured)
    steps: list[tuple[str, Measurement | None]] = []
    (bench,) = run(["neighbors"], None, lambda group, each: steps.append((group, each)), pytest.fail)
    assert [("neighbors", None), ("neighbors", measured[0])] == steps
    path = write(bench, Tree(tmp_path))
    assert tmp_path / "bench" / "neighbors.json" == path
    assert bench == parse_bench(path, read_stamped(path)[0])
    assert 1 == bench.machine.threads


def test_a_process_that_fails_is_one_line(tmp_path: Path) -> None:
    """With the command's status and last words."""
    script = tmp_path / "x.py"
    script.write_text("raise SystemExit('no vectors')")
    with pytest.raises(RunError, match=r"x\.py: ended with status 1: no vectors$"):
        processes.python(script)


def test_memory_of_a_command_is_its_own(tmp_path: Path) -> None:
    """What the process that measures it holds is none of it."""
    block = np.ones(500_000_000, np.uint8)
    used = processes.measured("--help", store=tmp_path)
    assert 5_000_000 < used.peak < block.nbytes
    assert 0 < used.seconds < 60


def test_a_measured_command_that_fails_is_one_line(tmp_path: Path) -> None:
    """With the command's status and last words."""
    with pytest.raises(RunError, match=r"status 2: harness: .*nothing"):
        processes.measured("nothing", store=tmp_path)


def test_a_process_without_the_harness_has_none_of_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user's own value of a variable that the harness overrides is restored."""
    monkeypatch.setenv("HARNESS_OVERRIDDEN", '{"MKL_NUM_THREADS": "7"}')
    script = tmp_path / "x.py"
    script.write_text(
        "import os; print([os.environ.get(x) for x in "
        "('OMP_WAIT_POLICY', 'OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'HARNESS_OVERRIDDEN')])"
    )
    assert "[None, None, '7', None]" == processes.python(script).strip()


def test_commands_on_growing_files_have_time_and_memory() -> None:
    """Each command has the time of a further row beside that in smaller files, and a peak below 2 GB."""
    measured = _measured("scale")
    commands = ("fit", "compress")
    expected = [f"{part}harness {command}" for command in commands for part in ("", "memory of ")]
    assert expected == [each.name for each in measured]
    assert [1.2, 2.0] * 2 == [each.target.bound for each in measured if each.target]
    assert all(0.05 < each.value.median < 2 for each in measured if each.unit == "GB")
    assert all(each.baseline for each in measured if each.unit != "GB")


def test_planted_files_are_planted_vectors(tmp_path: Path) -> None:
    """Rows differ, and their variances are those of the planted ones, whatever the blocks."""
    path = tmp_path / "planted.npy"
    write_planted(path, 70_000, 4, 5)
    rows = np.load(path)
    assert (70_000, 4) == rows.shape == np.unique(rows, axis=0).shape
    spread = np.linalg.svd(rows, compute_uv=False) ** 2 / len(rows)
    assert spread == pytest.approx(1 / np.arange(1, 5), rel=0.02)


@pytest.mark.parametrize("text", ["many", "10"])
def test_too_few_rows_are_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable's error says what is expected."""
    monkeypatch.setenv("HARNESS_BENCH_ROWS", text)
    with pytest.raises(InputError, match=f"HARNESS_BENCH_ROWS: found '{text}', expected a number of rows"):
        next(load("scale").measure(None))


@pytest.mark.parametrize(
    ("largest", "others"),
    [(1_000_000, (10_000, 100_000)), (1_000_001, (10_000, 100_000)), (2_000_000, (10_000, 100_000, 10**6))],
)
def test_the_last_file_is_much_larger_than_the_one_before(
    largest: int, others: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few further rows take no time that could be measured."""
    monkeypatch.setenv("HARNESS_BENCH_ROWS", str(largest))
    assert (*others, largest) == _sizes(dimension=1)
