"""Claims, their rules, and the verdicts computed from evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.certificate import read_stamped, write_stamped
from harness.core import InputError
from harness.tree import Tree
from report.claims import Claim, Row, load_claims, percent
from report.verdicts import judge, verdict

CELL = {"encoder": "minilm", "train": "stsb-test", "chain": "lens-pq", "point": "117x", "seed": 0}


def a_row(rule: str = "at least") -> Row:
    """Return a claim's row that publishes 95 %, printed without decimals."""
    return Row(
        row="kept", what="retention", published=0.95, printed="~95%", precision=0.005, rule=rule,
        chain="lens-pq", point="117x", dataset="sts12-16", metric="retention@human",
        trains=["stsb-test"], protocols=["as-published"],
    )  # fmt: skip


def a_claim(encoders: dict[str, str]) -> Claim:
    """Return a claim with that one row."""
    return Claim.model_validate(
        {
            "id": "X1",
            "sentence": "s",
            "kind": "extrinsic",
            "source": "here",
            "suite": "s",
            "encoders": encoders,
            "rows": [a_row()],
        }
    )


def write_result(tree: Tree, seed: int, value: float, low: float, high: float) -> str:
    """Write a stamped result with one value, and return its certificate."""
    name = f"minilm.stsb-test.lens-pq.117x.s{seed}"
    content = {
        "suite": "s",
        "cell": name,
        "inputs": {"cell": {**CELL, "seed": seed}},
        "sizes": {"bytes_per_vector": 13, "ratio": 118.0},
        "values": [
            {"protocol": "as-published", "dataset": "sts12-16", "metric": "retention@human",
             "value": value, "low": low, "high": high, "n": 100}
        ],
    }  # fmt: skip
    write_stamped(tree.result("s", name), content)
    return read_stamped(tree.result("s", name))[1]


@pytest.mark.parametrize(
    ("rule", "value", "low", "high", "expected"),
    [
        ("at least", 0.96, 0.95, 0.97, "REPRODUCED"),
        ("at least", 0.9451, 0.93, 0.949, "REPRODUCED"),  # prints as 95 without decimals
        ("at least", 0.944, 0.93, 0.951, "WITHIN_TOLERANCE"),
        ("at least", 0.944, 0.93, 0.949, "NOT_REPRODUCED"),
        ("at most", 0.90, 0.89, 0.91, "REPRODUCED"),
        ("at most", 0.96, 0.949, 0.97, "WITHIN_TOLERANCE"),
        ("at most", 0.96, 0.951, 0.97, "NOT_REPRODUCED"),
        ("equal", 0.953, 0.95, 0.96, "REPRODUCED"),
        ("equal", 0.96, 0.94, 0.97, "WITHIN_TOLERANCE"),
        ("equal", 0.99, 0.98, 1.0, "NOT_REPRODUCED"),
    ],
)
def test_a_verdict_follows_from_rule_value_and_interval(
    rule: str, value: float, low: float, high: float, expected: str
) -> None:
    """Each rule has a side on which the claim holds, and an interval that may still reach it."""
    assert expected == verdict(a_row(rule), value, low, high)


def test_seeds_are_averaged_and_the_widest_interval_is_kept(tmp_path: Path) -> None:
    """0.94 and 0.96 average to 0.95; the interval runs from the lowest low to the highest high."""
    tree = Tree(tmp_path)
    hashes = [write_result(tree, 0, 0.94, 0.90, 0.95), write_result(tree, 1, 0.96, 0.93, 0.99)]
    (row,) = judge([a_claim({"minilm": "analogue"})], tree)
    assert (0.95, 0.90, 0.99, 2) == (row["value"], row["low"], row["high"], row["seeds"])
    assert hashes == [entry["sha256"] for entry in row["evidence"]]
    assert "REPRODUCED" == row["verdict"]


def test_missing_evidence_is_blocked_or_not_run_and_never_a_number(tmp_path: Path) -> None:
    """An encoder that the run lists as blocked is BLOCKED with its remedy, any other NOT_RUN."""
    tree = Tree(tmp_path)
    write_result(tree, 0, 0.9, 0.8, 0.95)
    entry = {"cell": "c", "encoder": "e5", "train": "stsb-test", "missing": "no hub", "remedy": "connect"}
    write_stamped(tree.blocked("s"), {"suite": "s", "blocked": [entry]})
    blocked, not_run = judge([a_claim({"e5": "as published", "mpnet": "analogue"})], tree)
    assert ("BLOCKED", None, "no hub; to unblock: connect") == (
        blocked["verdict"],
        blocked["value"],
        blocked["reason"],
    )
    assert ("NOT_RUN", None, []) == (not_run["verdict"], not_run["value"], not_run["evidence"])


def test_a_result_that_was_edited_is_refused(tmp_path: Path) -> None:
    """A value changed by hand no longer matches its certificate, and no verdict is computed from it."""
    tree = Tree(tmp_path)
    write_result(tree, 0, 0.9, 0.8, 0.95)
    path = tree.result("s", "minilm.stsb-test.lens-pq.117x.s0")
    path.write_text(path.read_text().replace("0.95", "0.99"))
    with pytest.raises(InputError, match="its certificate says"):
        judge([a_claim({"minilm": "analogue"})], tree)


def test_the_shipped_claims_quote_the_published_table() -> None:
    """The five printed lines of section 5.2 average to 93.9 % retention, and C1 records both figures."""
    claims = {claim.id: claim for claim in load_claims()}
    kept = [line.lens_pq / line.original for line in claims["C1"].table]
    assert 0.939 == round(sum(kept) / len(kept), 3)
    assert 0.051 == round(-sum(line.loss for line in claims["C1"].table) / 500, 3)
    published = {row.row: row.published for row in claims["C1"].rows}
    assert (0.95, 0.939, 0.051) == (
        published["retention-117x"],
        published["retention-117x-table"],
        published["loss-29x"],
    )
    assert [0.0] == [row.published for row in claims["C2"].rows]


def test_a_claim_with_an_unknown_key_names_file_and_key(tmp_path: Path) -> None:
    """A misspelt key in a claim is one line, not a claim that silently says less."""
    text = (Path("report/claims/C2.toml")).read_text("utf-8").replace("precision =", "precison =")
    (tmp_path / "C2.toml").write_text(text)
    with pytest.raises(InputError, match=r"C2\.toml: rows\.0\.precision"):
        load_claims(tmp_path)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.9386, "93.9"), (-0.051, "−5.1"), (-0.0001, "0.0"), (0.0, "0.0"), (1.0, "100.0")],
)
def test_per_cent_prints_one_decimal_and_no_negative_zero(value: float, expected: str) -> None:
    """Fractions print as the published tables do, with a true minus sign."""
    assert expected == percent(value)
