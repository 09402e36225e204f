"""What a claim rests on, run again alone, compared and judged again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.claimed import CLAIM, SIGN, claimed_checkout
from support.command import Cli

from harness.console.replay import verdicts
from harness.errors import BlockedError, InputError
from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped, write_stamped
from harness.planning.status import Entry, entries
from harness.run import replay
from harness.run.judged_again import judged_again
from harness.run.runner import run
from harness.types import Place
from harness.verification.references import reference

CELLS = tuple(("mine", f"{SIGN}.s{seed}") for seed in range(3))


@pytest.fixture(scope="module")
def claimed(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return the evidence of a small suite, with a claim that rests on it."""
    return claimed_checkout(tmp_path_factory.mktemp("claimed"))


@pytest.fixture
def committed(claimed: Tree, tmp_path: Path) -> Tree:
    """Return a copy of the evidence in a checkout of its own, to be changed."""
    return Tree(Path(shutil.copytree(claimed.root.parent, tmp_path / "checkout")) / "artifacts")


def rerun(committed: Tree, cells: tuple[replay.CellId, ...] = CELLS) -> Tree:
    """Run cells of the small suite again, and return the tree that they lie in."""
    out = Tree(committed.root.parent / "out")
    planned = _planned(committed, out)
    store = committed.root.parent / "store"
    assert [] == run(planned, replay.chosen(planned, cells), out, store, 1, lambda *_: None)
    return out


def _planned(committed: Tree, out: Tree) -> list[Entry]:
    suite = committed.root.parent / "suites" / "mine.toml"
    return entries(suite, Place(suite.parent, None, offline=True), out)


def falsify(committed: Tree, by: float) -> None:
    """Move the committed values of the claim's cells, stamped anew."""
    for cell in CELLS:
        content, _ = read_stamped(committed.result(*cell))
        for value in content["values"]:
            value |= {name: value[name] + by for name in ("value", "low", "high")}
        write_stamped(committed.result(*cell), content)


# -- What is to be run


def test_a_claim_stands_for_the_cells_of_the_row_that_decides(committed: Tree) -> None:
    """A row for its own, a cell for itself."""
    target = replay.target(reference("Z1"), committed)
    assert (CELLS, ["signs.own.train-set"]) == (target.cells, [row.row for row in target.rows])
    of_row = replay.target(reference("Z1:more-signs"), committed)
    assert (CELLS, ["more-signs.own.train-set"]) == (of_row.cells, [row.row for row in of_row.rows])
    assert replay.Target(CELLS[:1]) == replay.target(reference("/".join(CELLS[0])), committed)


def test_a_claim_without_a_value_cannot_be_replayed(committed: Tree) -> None:
    """Its reason stands in the line."""
    path = committed.report() / "claims.json"
    document = json.loads(path.read_text())
    for row in document["claims"]:
        row |= {"evidence": [], "verdict": "BLOCKED", "reason": "no mirror is given", "value": None}
    path.write_text(json.dumps(document))
    with pytest.raises(BlockedError, match=r"Z1: signs\.own\.train-set rests on no cell; no mirror is given"):
        replay.target(reference("Z1"), committed)


def test_what_cells_cost_is_what_their_envelopes_say(committed: Tree) -> None:
    """The sum of their seconds, the machine, and how many say nothing."""
    seconds = [json.loads(committed.envelope(*cell).read_text())["seconds"] for cell in CELLS]
    budget = replay.budget(CELLS, committed)
    assert (pytest.approx(sum(seconds)), 1, 0) == (budget.seconds, len(budget.machines), budget.unknown)
    committed.envelope(*CELLS[0]).unlink()
    less = replay.budget(CELLS, committed)
    assert (pytest.approx(sum(seconds[1:])), 1) == (less.seconds, less.unknown)


def test_a_missing_input_is_named_with_its_remedy(committed: Tree) -> None:
    """Where none of the cells can run."""
    (committed.root.parent / "suites" / "train.npy").unlink()
    planned = _planned(committed, Tree(committed.root.parent / "out"))
    with pytest.raises(BlockedError, match=rf"mine/{SIGN}\.s0: .*train\.npy"):
        replay.chosen(planned, CELLS)


def test_a_cell_that_no_suite_has_is_refused(committed: Tree) -> None:
    """Evidence of it may be there all the same."""
    planned = _planned(committed, Tree(committed.root.parent / "out"))
    with pytest.raises(InputError, match=r"mine/own\.x\.s0: the suite mine has no such cell"):
        replay.chosen(planned, [("mine", "own.x.s0")])


# -- What comes of it


def test_a_rerun_comes_out_in_its_bytes_and_with_its_verdict(committed: Tree, tmp_path: Path) -> None:
    """The cells of the claim alone are run and compared."""
    target = replay.target(reference("Z1"), committed)
    out = rerun(committed)
    assert sorted(cell for _, cell in CELLS) == [path.stem for path in out.results()]
    states = {line.cell: line.state for line in replay.compared(target, out, committed)}
    assert {cell: "SAME BYTES" for _, cell in CELLS} | {"means over seeds": "SAME BYTES"} == states
    rows, entry = judged_again(target, out, committed, tmp_path / "merged", [CLAIM])
    assert list(target.rows) == rows
    assert target.entry == entry
    assert [] == replay.changed(target, rows, entry)
    row, claim = verdicts(target, rows, entry)
    assert row.startswith("Z1:signs.own.train-set HOLDS ")
    assert row.endswith(" here, as committed")
    assert f"Z1 HOLDS here, as committed: {CLAIM.sentence}" == claim


def test_false_evidence_is_exposed_by_its_rerun(committed: Tree, tmp_path: Path) -> None:
    """The committed values were moved, and the verdict with them: the rerun has neither."""
    falsify(committed, by=-0.05)
    path = committed.report() / "claims.json"
    path.write_text(path.read_text().replace('"verdict": "HOLDS"', '"verdict": "FAILS"'))
    target = replay.target(reference("Z1:signs"), committed)
    out = rerun(committed)
    lines = [line for line in replay.compared(target, out, committed) if line.cell != "means over seeds"]
    assert ["DIFFERS"] * 3 == [line.state for line in lines]
    rows, entry = judged_again(target, out, committed, tmp_path / "merged", [CLAIM])
    expected = ["signs.own.train-set: HOLDS here, FAILS committed", "Z1: HOLDS here, FAILS committed"]
    assert expected == replay.changed(target, rows, entry)
    assert f"Z1 HOLDS here, FAILS committed: {CLAIM.sentence}" == verdicts(target, rows, entry)[-1]


# -- The command


def test_the_command_replays_a_cell(quick: Cli, committed: Tree) -> None:
    """Its cost first, then how it compares; the rerun is thrown away, and nothing is left behind."""
    root = committed.root.parent
    before = sorted(path for path in root.rglob("*") if ".cache" not in path.parts)
    run_of = quick("replay", "/".join(CELLS[0]), "--jobs", "1", cwd=root)
    assert 0 == run_of.returncode, run_of.stderr
    cost, states = run_of.stdout.splitlines()
    assert cost.startswith(f"{'/'.join(CELLS[0])}: 1 cells; they took ")
    assert "mine: 1 SAME BYTES" == states
    assert before == sorted(path for path in root.rglob("*") if ".cache" not in path.parts)


def test_the_command_fails_where_the_rerun_differs(quick: Cli, committed: Tree) -> None:
    """Exit status 1; a kept rerun lies in the folder that was named."""
    falsify(committed, by=-0.05)
    root = committed.root.parent
    run_of = quick("replay", "/".join(CELLS[0]), "--jobs", "1", "--out", "kept", cwd=root)
    assert 1 == run_of.returncode
    assert f"mine {CELLS[0][1]} DIFFERS" in run_of.stderr
    assert Tree(root / "kept").result(*CELLS[0]).is_file()


def test_the_command_is_blocked_by_a_missing_input(quick: Cli, committed: Tree) -> None:
    """Exit status 2, after the cost."""
    root = committed.root.parent
    (root / "suites" / "train.npy").unlink()
    run_of = quick("replay", "/".join(CELLS[0]), cwd=root)
    assert 2 == run_of.returncode
    assert "train.npy" in run_of.stderr


@pytest.mark.parametrize(
    ("server", "command"),
    [
        ("loopback", "harness serve --check out/transcripts/loopback.json"),
        (
            "a.io",
            "python3 repro/api_smoketest.py --base-url https://a.io --out out/transcripts/a.io.json",
        ),
    ],
)
def test_a_server_is_asked_again_by_its_own_command(server: str, command: str, committed: Tree) -> None:
    """A claim about a server rests on its transcript, and on no cell that could be run."""
    path = committed.report() / "claims.json"
    document = json.loads(path.read_text())
    for row in document["claims"]:
        row["evidence"] = [{"transcript": server, "sha256": "0" * 64}]
    path.write_text(json.dumps(document))
    for named in ("Z1", f"transcripts/{server}"):
        with pytest.raises(BlockedError) as raised:
            replay.target(reference(named), committed)
        assert command == raised.value.remedy
