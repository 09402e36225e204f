"""The command ``harness bench``: its table, JSON, file, and refusal."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path

from support.command import Cli
from support.invented_bench import invented_bench

from harness.console.bench import bench_table, benches_json, steps
from harness.console.output import show


def test_an_unknown_group_is_refused_in_one_line(quick: Cli, tmp_path: Path) -> None:
    """With the groups there are; nothing is written."""
    done = quick("bench", "nothing", cwd=tmp_path)
    assert 2 == done.returncode
    assert done.stderr.startswith("harness: bench: found 'nothing', expected one of ")
    assert "codecs, commands, " in done.stderr
    assert [] == list(tmp_path.iterdir())


def test_what_can_measure_nothing_here_writes_nothing(quick: Cli, tmp_path: Path) -> None:
    """The suite of sentence pairs needs a mirror."""
    done = quick("bench", "sts-suite", "--json", cwd=tmp_path)
    assert (0, []) == (done.returncode, json.loads(done.stdout))
    assert [] == list(tmp_path.iterdir())


def test_the_table_has_every_measurement_with_its_verdict() -> None:
    """Median, range, ratio, target and whether it is met; the machine is the title."""
    stream = io.StringIO()
    with redirect_stdout(stream):
        show(bench_table([invented_bench()]))
    text = stream.getvalue()
    assert "a processor, 2 cores" in text
    rows = {line.split("│")[2].strip(): line for line in text.splitlines() if line.count("│") > 8}
    assert ["sign", "report", "fit pq"] == list(rows)
    assert "0.5" in rows["sign"]
    assert ["met", "missed", ""] == [line.split("│")[-2].strip() for line in rows.values()]


def test_the_json_is_the_documents() -> None:
    """A list, one a group."""
    (document,) = json.loads(benches_json([invented_bench()]))
    assert invented_bench().model_dump(mode="json", by_alias=True) == document


def test_each_measurement_is_a_step_of_the_progress() -> None:
    """The group begins; then what was measured, with its median and unit."""
    reported: list[tuple[str, int, int]] = []
    on_measurement = steps(["a", "invented"], lambda *step: reported.append(step))
    on_measurement("invented", None)
    on_measurement("invented", invented_bench().measurements[1])
    assert [("groups", 1, 2), ("invented: report: 12.5 s", 1, 1)] == reported
