"""The board: one entry a claim, and the row that decides it."""

from __future__ import annotations

from typing import Any

import pytest
from support.evidence import SHA256
from support.verdict_rows import UNMEASURED, a_row

from harness.evidence.schema.verdict import Claims
from report.verdicts.board import board, claims_document
from report.verdicts.claims import load_claims


@pytest.mark.parametrize(
    "rows",
    [
        [{"headline": False, "verdict": "FAILS"}, {"row": "this"}],
        [{**UNMEASURED}, {"row": "this", "role": "analogue"}],
        [{"role": "analogue", "verdict": "FAILS"}, {"row": "this", "role": "same space"}],
        [{"role": "same space", "verdict": "FAILS"}, {"row": "this"}],
        [{"protocol": "as-published", "verdict": "FAILS"}, {"row": "this"}],
        [{}, {"verdict": "INCONCLUSIVE"}, {"row": "this", "verdict": "FAILS"}],
        [{}, {"row": "this", "verdict": "INCONCLUSIVE"}, {}],
        [{"row": "this"}, {}],
        [{"arithmetic": True, "verdict": "FAILS"}, {"row": "this"}],
        [{"arithmetic": True}, {**UNMEASURED, "row": "this"}],
        [{"headline": False}, {"headline": False, "row": "this", "verdict": "FAILS"}],
        [{**UNMEASURED, "row": "this"}, {**UNMEASURED, "role": "same space"}],
    ],
    ids=[
        "headline", "measured", "same space", "published space", "decontaminated", "worst", "inconclusive",
        "first of equals", "measured before arithmetic", "blocked before arithmetic", "no headline",
        "nothing",
    ],
)  # fmt: skip
def test_one_row_decides_a_claim(rows: list[dict[str, Any]]) -> None:
    """Headline, measured, nearest to what was published, decontaminated, worst: in this order."""
    (entry,) = board([a_row(**changes) for changes in rows])
    assert "this" == entry.row


def test_an_entry_prints_its_row_and_counts_the_others() -> None:
    """Value, interval, space and evidence are those of the deciding row; arithmetic is in no count."""
    rows = [
        a_row(),
        a_row(verdict="FAILS", protocol="as-published"),
        a_row(**UNMEASURED),
        a_row(arithmetic=True),
    ]
    (entry,) = board(rows)
    assert ("90%", "95.0", "94.0", "96.0", "minilm") == (
        entry.published, entry.value, entry.low, entry.high, entry.space
    )  # fmt: skip
    assert {"HOLDS": 1, "INCONCLUSIVE": 0, "FAILS": 1, "BLOCKED": 1, "NOT_RUN": 0} == entry.rows
    assert ["s/c"] == entry.evidence


def test_nothing_measured_has_a_reason_and_no_number() -> None:
    """BLOCKED names the missing input; there is no value, and no interval."""
    (entry,) = board([a_row(**UNMEASURED)])
    assert ("BLOCKED", "no hub", None, None, []) == (
        entry.verdict, entry.reason, entry.value, entry.low, entry.evidence
    )  # fmt: skip


def test_a_claim_of_ratios_alone_is_arithmetic_and_says_so() -> None:
    """Its rule is met by construction, and its rows are counted nowhere."""
    (entry,) = board([a_row(arithmetic=True)])
    assert (True, 0) == (entry.arithmetic, sum(entry.rows.values()))
    assert "no measurement" in entry.reason


def test_the_number_is_that_of_the_pairs_it_was_published_for() -> None:
    """The decontaminated row decides the verdict; its twin on all pairs says what became of the number."""
    (entry,) = board([a_row(protocol="as-published", number="ABOVE"), a_row()])
    assert ("decontaminated", "ABOVE") == (entry.protocol, entry.number)


def test_a_server_is_the_space_of_a_check_and_its_transcript_the_evidence() -> None:
    """The server that answered stands beside the verdict."""
    evidence = [{"transcript": "loopback", "sha256": SHA256}]
    (entry,) = board([a_row(server="loopback (ours)", encoder="loopback", evidence=evidence)])
    assert ("loopback (ours)", ["transcripts/loopback"]) == (entry.space, entry.evidence)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["locked", "locked"], "locked"),
        (["locked", "not locked"], "not locked"),
        (["not locked", "changed after its evidence"], "changed after its evidence"),
    ],
)
def test_a_claim_is_locked_as_its_weakest_row_is(states: list[str], expected: str) -> None:
    """One result from before the claim was changed is enough."""
    (entry,) = board([a_row(lock=state) for state in states])
    assert expected == entry.lock


def test_claims_json_has_rows_and_board_in_the_order_of_the_claims() -> None:
    """What is written is what the schema reads."""
    rows = [a_row(id=name) for name in ("C2", "C10", "A1")]
    document = Claims.model_validate(claims_document(rows))
    assert ["C2", "C10", "A1"] == [entry.id for entry in document.board]
    assert rows == document.claims


def test_what_is_selected_here_says_so() -> None:
    """Values held against the better of two maps on one test part, and the best map of several."""
    selected = {claim.id for claim in load_claims() for row in claim.rows if row.selected_here}
    assert {"C11", "R2"} == selected


def test_own_claims_are_those_of_this_project() -> None:
    """The source says whose a claim is."""
    own = [claim.id for claim in load_claims() if claim.origin == "own"]
    assert ["C7", "C8", "C9", "C11", "F1", "F2", "F3", "F4", "F5", "M1", "M2", "M4", "N2", "R2"] == own
