"""CLAIMS.md: a row a claim, own claims apart, and what is said of ratios, selection and locks."""

from __future__ import annotations

import pytest
from support.pages import lines_of, section
from support.verdict_rows import UNMEASURED, a_row

from report.pages.render import template
from report.verdicts.board import board
from report.verdicts.claims import Claim, load_claims

CLAIMS = {claim.id: claim for claim in load_claims()}


@pytest.fixture(scope="module")
def page() -> str:
    """Return the page of three claims: one published, one own, one of ratios alone."""
    rows = [
        a_row(id="C1", number="ABOVE"),
        a_row(id="C1", protocol="as-published", **UNMEASURED),
        a_row(id="C8", origin="own", verdict="INCONCLUSIVE", selected_here=True, lock="not locked"),
        a_row(id="S1", arithmetic=True),
    ]
    claims: list[Claim] = [CLAIMS[name] for name in ("C1", "C8", "S1")]
    context = {"claims": rows, "board": board(rows), "in_points": "; C8 is in points", "published": claims}
    return template("CLAIMS.md.j2", context).decode()


def test_a_claim_is_one_row_with_both_answers(page: str) -> None:
    """Verdict and number, what was published and what is here, the space, the protocol and the lock."""
    (row,) = lines_of(section(page, "Published claims"), "[C1](#c1) s")
    assert [
        "HOLDS", "ABOVE", "90%", "95.0", "94.0 … 96.0", "minilm, as published", "decontaminated", "locked"
    ] == row[1:]  # fmt: skip


def test_own_claims_stand_apart(page: str) -> None:
    """No table of published claims has one; what is selected here says so."""
    assert "[C8]" not in section(page, "Published claims")
    (row,) = lines_of(section(page, "Claims of this project"), "[C8](#c8) s")
    assert ["INCONCLUSIVE", "selected here", "not locked"] == [row[1], row[2], row[-1]]


def test_a_ratio_is_listed_as_arithmetic(page: str) -> None:
    """On the board and below its claim."""
    (row,) = lines_of(section(page, "Published claims"), "[S1](#s1) s")
    assert "HOLDS (arithmetic)" == row[1]
    assert "Arithmetic: these ratios hold by construction." in section(page, "S1")
    assert "Arithmetic" not in section(page, "C1")


def test_details_have_a_row_a_number_and_the_reason_of_what_is_blocked(page: str) -> None:
    """Two rows of C1: one judged, one blocked."""
    part = section(page, "C1")
    assert ["HOLDS", "BLOCKED"] == [row[8] for row in lines_of(part, "w")]
    assert "- BLOCKED: minilm. no hub." in part


def test_the_page_says_which_claims_were_written_with_their_evidence(page: str) -> None:
    """Plainly, and before any verdict."""
    plain = page.partition("## Published claims")[0].replace("\n", " ")
    assert "The others were written together with theirs.**" in plain
    assert (
        "A6, A7 and the rows of A2 on spaces measured here were locked before their present evidence."
        in plain
    )
