"""The command line: help, errors in one line, and what a command may import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import ROOT

from harness.planning import registry

COMMANDS = (
    *("list", "plan", "run", "results", "claims", "report", "export"),
    *("verify", "compare", "schema", "artifacts", "serve", "jitter", "doctor", "portability", "devices"),
    "bench",
    *(
        "audit",
        "status",
        "worker",
        "fit",
        "compress",
        "decompress",
        "similarity",
        "export-codec",
        "push",
        "compare-planners",
    ),
    *("lock", "labels", "explain", "replay", "diff", "receipt", "reproduce", "blocked"),
    "neighbors",
)
# The command, and after it what it has imported, as the last line.
MODULES = """
import json, sys
from harness.cli import main
try:
    main()
finally:
    print(json.dumps(sorted(name.partition(".")[0] for name in sys.modules)))
"""
HEAVY = {"torch", "faiss", "transformers", "sentence_transformers", "datasets", "huggingface_hub", "joblib"}


def _run(
    *args: str, cwd: Path = ROOT, code: str = "from harness.cli import main; main()"
) -> tuple[int, str, str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    environment = {**inherited, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *args],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def _imported(*args: str) -> set[str]:
    status, stdout, stderr = _run(*args, code=MODULES)
    assert 0 == status, stderr
    return set(json.loads(stdout.splitlines()[-1]))


# -- Help


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    """--help is exit status 0, a sentence, an example and nothing on standard error."""
    status, stdout, stderr = _run(command, "--help")
    assert (0, "") == (status, stderr)
    assert f"harness {command}" in stdout.partition("Example")[2]
    assert "Usage: " in stdout


def test_help_lists_every_command() -> None:
    """The commands tested here are those that there are."""
    status, stdout, _ = _run("--help")
    assert 0 == status
    lines = stdout.partition("Commands:")[2].splitlines()
    assert sorted(COMMANDS) == sorted(line.split()[0] for line in lines if line[2:3].strip())


# -- What a command imports


def test_help_imports_nothing_heavy() -> None:
    """The help of the command comes without scipy, pydantic's models of suites or anything heavier."""
    imported = _imported("--help")
    assert not (HEAVY | {"scipy", "pydantic", "matplotlib", "report"}) & imported
    assert "typer" in imported


@pytest.mark.parametrize(
    "args", [("plan", "--offline", "--device", "cpu"), ("list",)], ids=lambda args: args[0]
)
def test_looking_imports_neither_torch_nor_faiss(args: tuple[str, ...]) -> None:
    """Planning and listing in this checkout, all suites of it, load no model library."""
    assert not (HEAVY - {"huggingface_hub"}) & _imported(*args)


# -- In this checkout


def test_list_names_what_there_is() -> None:
    """Suites with their questions, and every plug-in under the name that suites write."""
    status, stdout, stderr = _run("list", "--json")
    assert 0 == status, stderr
    listed = json.loads(stdout)
    assert {path.stem for path in (ROOT / "suites").glob("*.toml")} == set(listed["suites"])
    for kind in set(registry.KINDS) - {"encoders"}:
        assert registry.names(kind) == listed[kind]
    assert registry.names("encoders") == listed["encoder-kinds"]
    assert listed["claims"]
    text = _run("list")[1]
    for name in (*listed["suites"], *listed["datasets"], *listed["claims"], *listed["indexes"]):
        assert name in text


def test_list_takes_one_kind() -> None:
    """That alone is listed; another word is refused with the kinds that there are."""
    assert (0, json.dumps({"indexes": registry.names("indexes")}, indent=2) + "\n", "") == _run(
        "list", "indexes", "--json"
    )
    status, stdout, stderr = _run("list", "engines")
    assert (2, "") == (status, stdout)
    assert stderr.startswith("harness: list: found 'engines', expected one of suites, datasets, encoders, ")


def test_plan_states_every_cell_of_a_suite(tmp_path: Path) -> None:
    """Into an empty evidence folder the planted suite is all to do; the table counts what the JSON lists."""
    status, stdout, stderr = _run("plan", "planted", "--offline", "--out", str(tmp_path), "--json")
    assert 0 == status, stderr
    rows = json.loads(stdout)
    assert {"suite", "cell", "state", "why", "remedy"} == set(rows[0])
    assert {("planted", "to do", "no result yet")} == {
        (row["suite"], row["state"], row["why"]) for row in rows
    }
    text = _run("plan", "planted", "--offline", "--out", str(tmp_path))[1].splitlines()
    assert f"0 done, {len(rows)} to do, 0 blocked" == text[-1]
    assert [row["cell"] for row in rows] == [line.split()[3] for line in text[:-1]]


def test_planning_writes_nothing(tmp_path: Path) -> None:
    """Neither evidence nor a cache is begun by looking."""
    (tmp_path / "suites").mkdir()
    suite = tmp_path / "suites" / "planted.toml"
    suite.write_bytes((ROOT / "suites" / "planted.toml").read_bytes())
    assert 0 == _run("plan", "--offline", cwd=tmp_path)[0]
    assert [suite] == [path for path in tmp_path.rglob("*") if path.is_file()]


# -- What is wrong is one line


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("weigh",), "weigh"),
        (("plan", "--surplus"), "--surplus"),
        (("run", "--jobs", "none"), "--jobs"),
        (("run", "--jobs", "0"), "--jobs"),
        (("plan", "no-such-suite"), "no-such-suite"),
        (("plan", "--mirror", "no-such-folder"), "no-such-folder"),
        (("run", "planted", "--only", "nothing*", "--out", "no-such-folder"), "nothing*"),
    ],
    ids=["command", "option", "no number", "no job", "suite", "mirror", "pattern"],
)
def test_wrong_usage_is_one_line(args: tuple[str, ...], message: str) -> None:
    """Exit status 2, one line that names what was wrong, on standard error."""
    status, stdout, stderr = _run(*args)
    assert (2, "") == (status, stdout)
    assert stderr.startswith("harness: ")
    assert message in stderr
    assert 1 == stderr.count("\n")


def test_an_unknown_suite_lists_the_suites() -> None:
    """The error says what there is to choose from."""
    suites = [path.stem for path in sorted((ROOT / "suites").glob("*.toml"))]
    assert f"expected one of {', '.join(suites)}" in _run("plan", "no-such-suite")[2]


def test_output_may_be_cut_off() -> None:
    """Where the reader of a pipe has gone the command ends quietly."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HARNESS_")}
    with subprocess.Popen(
        [sys.executable, "-c", "from harness.cli import main; main()", "plan", "--offline", "--json"],
        cwd=ROOT,
        env=inherited,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert "" == process.stderr.read()


@pytest.mark.parametrize("start", [["-c", "from harness.cli import main; main()"], ["-m", "harness"]])
def test_the_command_alone_prints_its_help(start: list[str]) -> None:
    """Without arguments nothing is wrong: help on standard output, over several lines, exit status 0."""
    done = subprocess.run(
        [sys.executable, *start],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert len(done.stdout.splitlines()) > 10
