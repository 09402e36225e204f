"""What a suite declares to be large: left out, before any hub is asked, unless all is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.command import Cli
from support.suites import TEST_SET, SmallSuite, encoder

from harness.data import hub
from harness.evidence.layout import Tree
from harness.planning.cells import cells
from harness.planning.resolve import Inputs, locate
from harness.planning.shipped import suite_paths
from harness.planning.status import entries
from harness.planning.suite import load
from harness.types import Place

COST = "a model of 2 GB, and hours"
WHY, REMEDY = f"large: {COST}", "--all (make reproduce ALL=1) runs it"
AS_IS = 'use = "as-is"\ndimension = 8'
MODEL = 'use = "sentence-transformer"\nrepo = "who/what"\ndimension = 8'
LAST = 'path = "test.npz"\n'


def _states(path: Path, *, large: bool = False) -> set[tuple[str, str, str]]:
    place = Place(path.parent, None, offline=False, large=large)
    return {(e.state, e.why, e.remedy) for e in entries(path, place, Tree(path.parent.parent / "out"))}


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of what the hub was asked for: it would answer, and have every model."""
    names: list[str] = []

    def reachable() -> bool:
        names.append("hub")
        return True

    monkeypatch.setattr(hub, "reachable", reachable)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    return names


def test_a_large_model_is_left_out_before_the_hub_is_asked(
    small_suite: SmallSuite, requests: list[str]
) -> None:
    """With all it is to do; a model that is not declared large is to do as well."""
    revision = f'{MODEL}\nrevision = "{"a" * 40}"'
    path = small_suite((AS_IS, f'{revision}\nlarge = "{COST}"'))
    assert {("left out", WHY, REMEDY)} == _states(path)
    assert [] == requests
    assert {("to do", "no result yet", "")} == _states(path, large=True)
    assert ["hub"] == requests[:1]
    assert {("to do", "no result yet", "")} == _states(small_suite((AS_IS, revision)))


def test_a_large_data_set_is_left_out_though_it_is_here(small_suite: SmallSuite) -> None:
    """Hours are hours whatever lies on the disk."""
    path = small_suite((TEST_SET, f'{TEST_SET}large = "{COST}"\n'))
    assert {("left out", WHY, REMEDY)} == _states(path)
    assert {("to do", "no result yet", "")} == _states(path, large=True)


def test_what_is_made_of_something_large_is_large(small_suite: SmallSuite) -> None:
    """A space of two models side by side costs what the larger one does."""
    big = encoder("big", f'{AS_IS}\nlarge = "{COST}"')
    both = encoder("both", 'use = "concat"\ndimension = 16\nparts = ["own", "big"]')
    named = ('encoders = ["own"]', 'encoders = ["own", "big", "both"]')
    path = small_suite(named, (LAST, LAST + big + both))
    place = Place(path.parent, None, offline=True)
    states = {e.cell.encoder: e.state for e in entries(path, place, Tree(path.parent / "out"))}
    assert {"own": "to do", "big": "left out", "both": "left out"} == states


def test_what_cannot_be_had_at_all_is_blocked_first(small_suite: SmallSuite) -> None:
    """Asking for what is large would not help where another file is not there."""
    path = small_suite((AS_IS, f'{MODEL}\nlarge = "{COST}"'))
    (path.parent / "test.npz").unlink()
    (state,) = _states(path)
    assert "blocked" == state[0]
    assert "test.npz is not there" in state[1]


def test_what_was_run_with_all_stays_done(quick: Cli, small_suite: SmallSuite) -> None:
    """A result is there and its inputs are too: nothing is left to leave out."""
    path = small_suite((TEST_SET, f'{TEST_SET}large = "{COST}"\n'))
    folder = path.parent.parent
    done = quick("run", "mine", "--jobs", "1", cwd=folder)
    expected = [
        "mine: nothing to do, 0 done before, 0 blocked, 2 left out",
        f"LEFT OUT 2 cells: {WHY}; {REMEDY}.",
    ]
    assert (0, expected) == (done.returncode, done.stdout.splitlines())
    blocked = json.loads((folder / "out" / "results" / "mine.suite.json").read_text("utf-8"))
    listed = blocked["content"]["blocked"]
    assert {(WHY, REMEDY)} == {(cell["missing"], cell["remedy"]) for cell in listed}
    plan = quick("plan", "mine", cwd=folder).stdout.splitlines()
    assert "0 done, 0 to do, 0 blocked, 2 left out" == plan[-1]
    assert plan[0].startswith("left out mine  own.")
    everything = quick("run", "mine", "--jobs", "1", "--all", cwd=folder)
    assert "mine: 2 run, 0 done before, 0 blocked\n" == everything.stdout
    assert "mine: nothing to do, 2 done before, 0 blocked\n" == quick("run", "mine", cwd=folder).stdout


def test_the_declaration_decides_no_result(small_suite: SmallSuite) -> None:
    """Neither the identity of an encoder nor that of a data set has it, and so no seed and no byte."""

    def identities(*edits: tuple[str, str]) -> list[object]:
        path = small_suite(*edits)
        suite = load(path)
        inputs: Inputs = locate(suite, str(path), Place(path.parent, None, offline=True, large=True))
        return [inputs.identity(cell) for cell in cells(suite, str(path))]

    large = (AS_IS, f'{AS_IS}\nlarge = "{COST}"'), (TEST_SET, f'{TEST_SET}large = "{COST}"\n')
    assert identities() == identities(*large)


def test_an_empty_cost_is_refused(quick: Cli, small_suite: SmallSuite, tmp_path: Path) -> None:
    """It is what a user reads when a cell is left out."""
    small_suite((TEST_SET, f'{TEST_SET}large = ""\n'))
    done = quick("plan", "mine", cwd=tmp_path)
    assert 2 == done.returncode
    assert "datasets/test-set.toml: large: found ''" in done.stderr


def test_the_suites_declare_their_large_inputs() -> None:
    """Every model of over a gigabyte, and every file of vectors or speech that takes as much."""
    models = ("intfloat/e5-large-v2", "mixedbread-ai/mxbai-embed-large-v1", "jinaai/jina-embeddings-v3-hf")
    repositories = ("openslr/librispeech_asr", "Qdrant/", "chaehoyu/wikipedia-22-12-ko")
    for path in suite_paths([]):
        suite = load(path)
        for name, model in suite.encoders.items():
            repo = str((model.model_extra or {}).get("repo", ""))
            big = (
                repo in models or name == "mpnet-retrieval"
            )  # documents take a model of half a gigabyte hours
            assert big == (model.large is not None), f"{path}: {name}"
        for name, dataset in suite.datasets.items():
            repos = [str(origin.get("repo", "")) for origin in dataset.origins]
            big = any(repo.startswith(repositories) for repo in repos)
            # The corpora of the suite scale are left out together: their means are of the whole suite.
            big |= any(
                (origin.get("use"), origin.get("part")) == ("planted-vectors", "test")
                for origin in dataset.origins
            )
            assert big == (dataset.large is not None), f"{path}: {name}"
