"""``tqp`` of turboquant-pro, in an environment of its own: its plan, and its codec on other rows."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from harness.errors import InputError
from harness.evidence.stamp import read_json
from harness.evidence.validation import explain_json
from harness.numerics.pinning import INSTRUCTIONS, NUMPY, THREADS
from harness.peers import tqp_codec
from harness.types import Floats, check_vectors

SECONDS = 3_600  # that the command may take
SAMPLE, MOST_QUERIES = 100, 50  # its defaults: rows it measures on, of which up to half are queries
_PASSED = frozenset({*INSTRUCTIONS, *THREADS, NUMPY, "HOME", "LANG", "PATH", "TMPDIR"})
_LONGEST = 300  # characters of an error that are kept


class Recipe(BaseModel, extra="ignore"):
    """What the plan recommends, with the recall that the planner measured."""

    label: str = Field(min_length=1)
    bytes_per_vector: float = Field(gt=0, allow_inf_nan=False)
    recall: float = Field(ge=0, le=1)


class TqpPlan(BaseModel, extra="ignore"):
    """What is read of plan.json."""

    tool_version: str = Field(min_length=1)
    recommended: Recipe
    risk_flags: list[str]


class TqpSizes(BaseModel, extra="forbid"):
    """What the codec takes, in bytes."""

    payload_bytes: int = Field(ge=1)
    side_bytes: int = Field(ge=0)
    state_bytes: int = Field(ge=0)


@dataclass(frozen=True, slots=True)
class Tqp:
    """The command of turboquant-pro; the ``python`` beside it runs its codec."""

    command: Path

    @classmethod
    def at(cls, location: Path) -> Tqp:
        """Return the command at a path; raise InputError where it or its Python is not there."""
        command = location.resolve()  # a link from a folder of commands leads into the environment
        for path in (command, command.with_name("python")):
            if not os.access(path, os.X_OK) or not path.is_file():
                expected = "the tqp of an environment in which turboquant-pro is installed"
                raise InputError(f"--tqp: {path}: found no command, expected {expected}")
        return cls(command)

    def version(self) -> str:
        """Return the version of turboquant-pro; raise InputError where the command says none."""
        done = _run([str(self.command), "version"])
        words = done.stdout.split()
        if done.returncode or not words:
            raise InputError(f"--tqp: {self.command}: found {_problem(done)!r}, expected a version")
        return words[-1]

    def plan(self, seen: Path, k: int, recall: float, sample: int | None, out: Path) -> TqpPlan | str:
        """Return the plan for the rows of ``seen``, written to ``out``; a line where there is none.

        It is to keep ``recall`` of the ``k`` nearest. ``sample`` rows are measured on, the command's default
        if None. Raises InputError for a plan of another form.
        """
        options = [] if sample is None else ["--sample", str(sample)]
        target = ["--target", f"recall@{k} >= {recall:g}"]
        files = ["--embeddings", str(seen), "--out", str(out)]
        done = _run([str(self.command), "plan", "embeddings", *files, *target, *options])
        if not out.is_file():  # status 1 alone is a plan that the tool itself has doubts about
            return _problem(done)
        return _parsed(read_json(out), k, out)

    def decoded(self, plan: Path, seen: Path, rows: Floats, folder: Path) -> tuple[Floats, TqpSizes]:
        """Return ``rows`` (n, D) float32 after the codec of a plan, and its sizes; files go to ``folder``.

        Raises InputError where the codec fails, or where what it writes is no vector for each row.
        """
        before, after = folder / "rows.npy", folder / "decoded.npy"
        np.save(before, rows)
        python = self.command.with_name("python")
        done = _run([str(python), tqp_codec.__file__, str(plan), str(seen), str(before), str(after)])
        if done.returncode or not after.is_file():
            raise InputError(f"--tqp: {python}: {_problem(done)}, expected decoded rows")
        try:
            array, sizes = np.load(after, allow_pickle=False), TqpSizes.model_validate_json(done.stdout)
        except ValidationError as error:
            raise InputError(f"--tqp: {python}: {explain_json(error)}") from error
        except (ValueError, EOFError) as error:
            raise InputError(f"{after}: {error}, expected an array of decoded rows") from error
        vectors = check_vectors(array, str(after), rows.shape[1])
        if len(vectors) != len(rows):
            raise InputError(f"{after}: found {len(vectors)} rows, expected {len(rows)}")
        return vectors, sizes


def measured_on(sample: int | None, seen: int) -> tuple[int, int]:
    """Return the queries and the rows that the planner's recall is of (``compute_recall_at_k``, 1.9.1).

    >>> measured_on(None, 2_000)
    (50, 50)
    """
    rows = min(SAMPLE if sample is None else sample, seen)
    queries = max(1, min(rows // 2, MOST_QUERIES))
    return queries, rows - queries


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command without this process's paths and keys; one that does not end fails as others do."""
    environment = {name: value for name, value in os.environ.items() if name in _PASSED}
    try:
        return subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", f"no answer after {SECONDS:,} seconds")


def _problem(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line that a command wrote: of a traceback, the error."""
    lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    return lines[-1].strip()[:_LONGEST] if lines else f"exit status {done.returncode}"


def _parsed(content: dict[str, Any], k: int, where: Path) -> TqpPlan:
    recipe = content.get("recommended")
    if isinstance(recipe, dict):  # the key of its recall depends on k
        content = {**content, "recommended": {**recipe, "recall": recipe.get(f"recall@{k}")}}
    try:
        return TqpPlan.model_validate(content)
    except ValidationError as error:
        raise InputError(f"{where}: {explain_json(error)}") from error
