"""The screen of ``harness reproduce``: a line a claim with how it was confirmed, a line a missing input."""

from __future__ import annotations

import pytest
from support.suites import SmallSuite

from harness.console.blocked import blocked_lines
from harness.console.screen import claims_lines, confirmed_by
from harness.evidence.layout import Tree
from harness.evidence.schema.verdict import BoardEntry
from harness.planning.status import entries
from harness.types import Place

ENTRY = BoardEntry(
    id="C1", kind="extrinsic", source="s", origin="published",
    sentence="A claim of more than forty-six characters, in all",
    role="analogue", verdict="FAILS", number="another space", selected_here=False, arithmetic=False,
    lock="locked", reason="", row="r", space="minilm", protocol="decontaminated", published="~95%",
    value="87.9%", low="86.1%", high="89.5%", rows={}, evidence=["sts/a", "sts/b"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("rerun", "recomputed", "expected"),
    [
        ({"sts/a", "sts/b"}, {"C1"}, "rerun"),
        ({"sts/a"}, {"C1"}, "recompute"),
        ({"sts/a"}, set(), "hash"),
    ],
)
def test_the_strongest_confirmation_is_named(rerun: set[str], recomputed: set[str], expected: str) -> None:
    """A claim is confirmed by rerun only where every cell that it rests on was run again."""
    assert expected == confirmed_by(ENTRY, rerun, recomputed)


def test_a_claim_without_evidence_is_confirmed_by_nothing() -> None:
    """A dash stands where there is nothing to confirm."""
    assert "–" == confirmed_by(ENTRY.model_copy(update={"evidence": []}), set(), {"C1"})


def test_a_line_has_verdict_numbers_and_space() -> None:
    """The number that decides stands beside the published one, with its interval and its space."""
    head, line, note = claims_lines([ENTRY], set(), {"C1"}).splitlines()
    assert ["claim", "verdict", "here", "published", "space", "confirmed by"] == [
        part.strip() for part in head.split("  ") if part.strip()
    ]
    parts = [part.strip() for part in line.split("  ") if part.strip()]
    assert ["C1", "FAILS", "87.9% (86.1% to 89.5%)", "~95%"] == [parts[0], *parts[2:5]]
    assert ["minilm*", "recompute"] == parts[5:]
    assert note.startswith("* not the space")
    assert parts[1].endswith(" …")


def test_missing_inputs_are_counted_and_cut_after_the_most(small_suite: SmallSuite) -> None:
    """One line an input with the cells that lack it; the rest are counted."""
    path = small_suite(('path = "test.npz"', 'path = "nowhere.npz"'))
    listed = entries(path, Place(path.parent, None, offline=True), Tree(path.parent.parent / "out"))
    (line,) = blocked_lines(listed)
    assert line.startswith(f"BLOCKED  {len(listed)} cells: ")
    assert ["and 1 more inputs: harness blocked"] == blocked_lines(listed, 0)
