"""Claims, their rules, and the verdicts computed from evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.evidence import AUDIT, BATCH_OF, MEANS, TRANSCRIPT, VALUE, a_result, a_suite
from support.pages import json_rows

from harness.errors import InputError
from harness.evidence.layout import Tree
from harness.evidence.schema.verdict import TranscriptEvidence
from harness.evidence.stamp import read_stamped, write_stamped
from report.verdicts.claim_rows import PublishedRow
from report.verdicts.claims import Claim, load_claims, percent
from report.verdicts.judge import judge

GROUP = "minilm.stsb-test.lens-pq.117x"
CELL = {"train": "stsb-test", "pipeline": "lens-pq", "point": "117x", "seed": 0}


def a_row(rule: Any = "at least") -> PublishedRow:
    """Return a claim's row that publishes 95 %, printed without decimals."""
    return PublishedRow(
        row="kept", what="retention", published=0.95, printed="~95%", precision=0.005, rule=rule,
        pipeline="lens-pq", point="117x", dataset="sts12-16", metric="retention@human",
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


def write_result(
    tree: Tree, seed: int, value: float, low: float, high: float, pipeline: str = "lens-pq"
) -> str:
    """Write a stamped result with one value, and return its certificate."""
    name = f"minilm.stsb-test.{pipeline}.117x.s{seed}"
    values = [{**VALUE, "value": value, "low": low, "high": high, "n": 100}]
    content = a_result({**CELL, "pipeline": pipeline, "seed": seed}, values=values)
    write_stamped(tree.result("s", name), {**content, "cell": name})
    return read_stamped(tree.result("s", name))[1]


def write_means(tree: Tree, results: dict[str, str], *against: dict[str, Any], **value: float) -> None:
    """Write the mean of results, by cell and certificate, of the one value that they have."""
    place = {"protocol": "as-published", "dataset": "sts12-16", "metric": "retention@human"}
    group = {"group": GROUP, "results": results, "values": [{**place, **value, "n": 100, "units": 90}]}
    others = [{"group": x["group"], "results": x["results"], "values": []} for x in against]
    pairs = [{"group": GROUP, "against": x["group"], "values": [{**place, **x["less"]}]} for x in against]
    batches = [{"of": BATCH_OF, "groups": [group, *others], "comparisons": pairs}]
    write_stamped(tree.means("s"), {**MEANS, "batches": batches})


def test_a_mean_over_seeds_is_read_with_its_interval(tmp_path: Path) -> None:
    """0.94 and 0.96 average to 0.95; the interval over items and seeds is what a run has left."""
    tree = Tree(tmp_path)
    hashes = [write_result(tree, 0, 0.94, 0.90, 0.95), write_result(tree, 1, 0.96, 0.93, 0.99)]
    write_means(
        tree, {f"{GROUP}.s{i}": each for i, each in enumerate(hashes)}, value=0.95, low=0.91, high=0.98
    )
    (row,) = judge([a_claim({"minilm": "analogue"})], tree)
    assert (0.95, 0.91, 0.98, 2) == (row.value, row.low, row.high, row.seeds)
    assert hashes == [entry.sha256 for entry in row.evidence]
    assert "INCONCLUSIVE" == row.verdict


@pytest.mark.parametrize("named", [{}, {"s0": "0" * 64, "s1": "1" * 64}], ids=["none", "of other results"])
def test_a_mean_of_other_results_is_never_used(tmp_path: Path, named: dict[str, str]) -> None:
    """Without a mean of just the seeds at hand the row is NOT_RUN, and says what is missing."""
    tree = Tree(tmp_path)
    write_result(tree, 0, 0.94, 0.90, 0.95)
    write_result(tree, 1, 0.96, 0.93, 0.99)
    if named:
        results = {f"{GROUP}.{seed}": each for seed, each in named.items()}
        write_means(tree, results, value=0.95, low=0.91, high=0.98)
    (row,) = judge([a_claim({"minilm": "analogue"})], tree)
    assert ("NOT_RUN", None) == (row.verdict, row.value)
    assert "found no mean over these 2 seeds" in row.reason


@pytest.mark.parametrize(
    ("rule", "low", "high", "expected"),
    [
        ("at least", 0.01, 0.05, "HOLDS"),
        ("at least", -0.01, 0.05, "INCONCLUSIVE"),
        ("at least", -0.05, -0.01, "FAILS"),
        ("at most", -0.05, -0.01, "HOLDS"),
        ("at most", -0.05, 0.01, "INCONCLUSIVE"),
        ("at most", 0.01, 0.05, "FAILS"),
    ],
)
@pytest.mark.parametrize("reversed_", [False, True], ids=["as compared", "the other way round"])
def test_a_row_against_another_method_is_judged_by_their_difference(
    tmp_path: Path, rule: str, low: float, high: float, expected: str, reversed_: bool
) -> None:
    """All of the interval on the claimed side of 0, some of it, or none; either method may be the first."""
    tree, other = Tree(tmp_path), "minilm.stsb-test.signs.117x"
    one = write_result(tree, 0, 0.94, 0.90, 0.95)
    two = write_result(tree, 0, 0.90, 0.88, 0.92, pipeline="signs")
    less = {"value": (low + high) / 2, "low": low, "high": high, "p": 0.5}
    if reversed_:
        less |= {"value": -less["value"], "low": -high, "high": -low}
    compared = {"group": other, "results": {f"{other}.s0": two}, "less": less}
    write_means(tree, {f"{GROUP}.s0": one}, compared, value=0.94, low=0.9, high=0.95)
    pipelines = {"pipeline": "signs", "against": "lens-pq"} if reversed_ else {"against": "signs"}
    row = a_row(rule).model_copy(update={**pipelines, "published": 0.0, "precision": 0.0})
    claim = a_claim({"minilm": "analogue"}).model_copy(update={"rows": [row]})
    (judged,) = judge([claim], tree)
    assert (expected, low, high) == (judged.verdict, judged.low, judged.high)
    assert {one, two} == {entry.sha256 for entry in judged.evidence}


def test_methods_that_no_run_has_compared_are_not_run(tmp_path: Path) -> None:
    """Two values are no comparison: their intervals say nothing of the difference."""
    tree = Tree(tmp_path)
    write_result(tree, 0, 0.94, 0.90, 0.95)
    write_result(tree, 0, 0.90, 0.88, 0.92, pipeline="signs")
    row = a_row().model_copy(update={"against": "signs"})
    (judged,) = judge([a_claim({"minilm": "analogue"}).model_copy(update={"rows": [row]})], tree)
    assert "NOT_RUN" == judged.verdict
    assert "found no comparison" in judged.reason


def test_missing_evidence_is_blocked_or_not_run_and_never_a_number(tmp_path: Path) -> None:
    """An encoder that the run lists as blocked is BLOCKED with its remedy, any other NOT_RUN."""
    tree = Tree(tmp_path)
    write_result(tree, 0, 0.9, 0.8, 0.95)
    entry = {"cell": "c", "encoder": "e5", "train": "stsb-test", "missing": "no hub", "remedy": "connect"}
    write_stamped(tree.suite("s"), a_suite("s", blocked=[entry]))
    blocked, not_run = judge([a_claim({"e5": "as published", "mpnet": "analogue"})], tree)
    assert ("BLOCKED", None, "no hub; to unblock: connect") == (
        blocked.verdict,
        blocked.value,
        blocked.reason,
    )
    assert ("NOT_RUN", None, []) == (not_run.verdict, not_run.value, not_run.evidence)


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
    retentions = [line.lens_pq / line.original for line in claims["C1"].table]
    assert 0.939 == round(sum(retentions) / len(retentions), 3)
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
    with pytest.raises(InputError, match=r"C2\.toml: \[rows\.0\] precision: the key is missing"):
        load_claims(tmp_path)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.9386, "93.9"), (-0.051, "−5.1"), (-0.0001, "0.0"), (0.0, "0.0"), (1.0, "100.0")],
)
def test_per_cent_prints_one_decimal_and_no_negative_zero(value: float, expected: str) -> None:
    """Fractions print as the published tables do, with a true minus sign."""
    assert expected == percent(value)


def measured(tree: Tree, cell: dict[str, object], values: list[dict[str, object]], **more: object) -> None:
    """Write a stamped result of the suite ``s`` with the given selectors and values."""
    content = a_result({**CELL, **cell}, values=values, **more)
    spec = content["inputs"]["cell"]
    name = f"{spec['encoder']}.{spec['train']}.{spec['pipeline']}.{len(list(tree.root.rglob('*.json')))}"
    write_stamped(tree.result("s", name), {**content, "cell": name})


def claim_of(*rows: dict[str, object], **more: object) -> Claim:
    """Return a claim whose rows differ from the usual one as given."""
    usual = a_row().model_dump()
    return Claim.model_validate(
        {
            "id": "X1",
            "sentence": "s",
            "kind": "extrinsic",
            "source": "here",
            "suite": "s",
            "encoders": {"minilm": "as published", "e5": "analogue"},
            "rows": [{**usual, **row} for row in rows],
            **more,
        }
    )


def test_a_row_may_be_about_some_encoders_only(tmp_path: Path) -> None:
    """Of two encoders of the claim, one is named by the row."""
    measured(Tree(tmp_path), {}, [VALUE])
    (row,) = judge([claim_of({"encoders": ["minilm"]})], Tree(tmp_path))
    assert ("kept.minilm.stsb-test", "as published") == (row.row, row.role)


def test_a_row_without_splits_takes_those_there_is_evidence_for(tmp_path: Path) -> None:
    """Measured splits first; where there are none, the blocked ones; else one row that was not run."""
    tree = Tree(tmp_path)
    measured(tree, {"train": "a"}, [VALUE])
    measured(tree, {"train": "b"}, [{**VALUE, "value": 0.5, "low": 0.4, "high": 0.6}])
    entry = {"cell": "c", "encoder": "e5", "train": "a", "missing": "no hub", "remedy": "connect"}
    write_stamped(tree.suite("s"), a_suite("s", blocked=[entry, {**entry, "train": "b"}]))
    claim = claim_of({"trains": None}, encoders=dict.fromkeys(("minilm", "e5", "mpnet"), "analogue"))
    verdicts = [(row.row, row.verdict) for row in judge([claim], tree)]
    assert [
        ("kept.minilm.a", "INCONCLUSIVE"), ("kept.minilm.b", "FAILS"),
        ("kept.e5.a", "BLOCKED"), ("kept.e5.b", "BLOCKED"), ("kept.mpnet", "NOT_RUN"),
    ] == verdicts  # fmt: skip


def test_a_row_without_a_point_is_about_pipelines_without_one(tmp_path: Path) -> None:
    """A pipeline that stores every dimension has no point, and is told from one that has."""
    tree = Tree(tmp_path)
    measured(tree, {"point": None}, [VALUE])
    claim = claim_of({"point": None, "encoders": ["minilm"]}, {"row": "other", "encoders": ["minilm"]})
    assert ["INCONCLUSIVE", "NOT_RUN"] == [row.verdict for row in judge([claim], tree)]


def test_settings_of_a_grid_are_no_evidence_for_a_claim(tmp_path: Path) -> None:
    """Values of several settings would be averaged as if they were seeds."""
    tree = Tree(tmp_path)
    measured(tree, {"grid": {"lens.dropout": 0.4}}, [VALUE])
    assert ["NOT_RUN"] == [row.verdict for row in judge([claim_of({"encoders": ["minilm"]})], tree)]


def test_what_was_never_named_is_blocked_whatever_was_measured(tmp_path: Path) -> None:
    """A number whose input the source does not name is compared with nothing."""
    measured(Tree(tmp_path), {}, [VALUE])
    (row,) = judge([claim_of({"encoders": ["minilm"], "missing": "nobody said"})], Tree(tmp_path))
    assert ("BLOCKED", "nobody said", None, []) == tuple(
        getattr(row, key) for key in ("verdict", "reason", "value", "evidence")
    )


def test_a_digest_without_its_file_is_blocked(tmp_path: Path) -> None:
    """The published certificate is printed, and there is no number on either side."""
    measured(Tree(tmp_path), {}, [VALUE])
    anchor = {"row": "certificate", "what": "w", "printed": "sha256:69970d8…", "missing": "not public"}
    (row,) = judge([claim_of(anchors=[anchor])], Tree(tmp_path))
    assert ("BLOCKED", None, "sha256:69970d8…") == (
        row.verdict,
        row.published,
        row.printed.published,
    )


def test_a_ratio_is_judged_and_printed_as_it_is(tmp_path: Path) -> None:
    """The ratio of the bytes is a row of its own, of no data set; at scale 1 it prints as a factor."""
    measured(Tree(tmp_path), {}, [VALUE])
    row = {"metric": "ratio@bytes", "dataset": "", "published": 96.0, "precision": 0.5, "scale": 1.0}
    (judged_row,) = judge([claim_of({**row, "printed": "96×", "encoders": ["minilm"]})], Tree(tmp_path))
    assert ("HOLDS", 96.0, "96.0×") == (judged_row.verdict, judged_row.value, judged_row.printed.value)
    assert (True, None) == (judged_row.arithmetic, judged_row.number)


def test_the_audit_is_evidence_as_shares_of_pairs(tmp_path: Path) -> None:
    """Half of 10 and a tenth of 30 pairs are shared: 8 of 40 together; a difference of sets has no share."""
    audit = {
        "one": {**AUDIT, "pairs": 10, "shared_pairs": 5, "pairs_with_a_seen_sentence": 6},
        "two": {**AUDIT, "pairs": 30, "shared_pairs": 3, "pairs_with_a_seen_sentence": 9},
    }
    combine = {"both": {"one": 0.5, "two": 0.5}, "gap": {"one": 1.0, "two": -1.0}, "more": {"three": 1.0}}
    measured(Tree(tmp_path), {}, [VALUE], contamination=audit, inputs={"combine": combine})
    flat = [row for row in json_rows(Tree(tmp_path)) if row["metric"].endswith(("@contamination", "@bytes"))]
    values = {(row["metric"], row["dataset"]): (row["value"], row["n"]) for row in flat}
    assert {
        ("ratio@bytes", ""): (96.0, 1),
        ("shared-pairs@contamination", "one"): (0.5, 10), ("seen-sentence@contamination", "one"): (0.6, 10),
        ("shared-pairs@contamination", "two"): (0.1, 30), ("seen-sentence@contamination", "two"): (0.3, 30),
        ("shared-pairs@contamination", "both"): (0.2, 40),
        ("seen-sentence@contamination", "both"): (0.375, 40),
    } == values  # fmt: skip


def heard(tree: Tree, *statuses: str, server: str = "loopback", name: str | None = "a server") -> str:
    """Write a transcript of checks called c0, c1 …, and return its certificate."""
    checks = [
        {"name": f"c{i}", "status": s, "found": f"said {i}", "requests": []} for i, s in enumerate(statuses)
    ]
    content = {**TRANSCRIPT, "server": {"host": server, "name": name}, "checks": checks}
    write_stamped(tree.transcript(server), content)
    return read_stamped(tree.transcript(server))[1]


def engineering(check: str = "all") -> Claim:
    """Return a claim with one check of two servers, of which one may be asked with a key."""
    return Claim.model_validate(
        {
            "id": "X6",
            "sentence": "s",
            "kind": "engineering",
            "source": "here",
            "servers": {
                "loopback": {"role": "analogue"},
                "api.x": {"role": "as published", "remedy": "a key"},
            },
            "checks": [{"row": "works", "what": "w", "check": check}],
        }
    )


@pytest.mark.parametrize(
    ("statuses", "check", "expected"),
    [
        (("PASS", "PASS"), "all", ("HOLDS", 1.0, "2 of 2", "")),
        (("PASS", "FAIL", "SKIPPED"), "all", ("FAILS", 0.333333333, "1 of 3", "c1: said 1")),
        (("PASS", "SKIPPED", "SKIPPED"), "all", ("BLOCKED", None, None, "c1: said 1 (and 1 more)")),
        (("PASS", "FAIL"), "c0", ("HOLDS", 1.0, "1 of 1", "")),
        (("PASS", "SKIPPED"), "c1", ("BLOCKED", None, None, "c1: said 1")),
    ],
)
def test_a_check_is_judged_by_the_transcript_of_its_server(
    tmp_path: Path, statuses: tuple[str, ...], check: str, expected: tuple[object, ...]
) -> None:
    """One failure fails all, a skipped check is blocked with its reason; the row says who answered."""
    tree = Tree(tmp_path)
    measured(tree, {}, [VALUE])
    sha256 = heard(tree, *statuses)
    row, unasked = judge([engineering(check)], tree)
    *reasons, whose = row.reason.split("; ")
    assert expected == (row.verdict, row.value, row.printed.value, "; ".join(reasons))
    assert "checked against our own reference server: says nothing of the published one" == whose
    assert ("works.loopback", "analogue", "loopback (a server)") == (row.row, row.role, row.server)
    assert [TranscriptEvidence(transcript="loopback", sha256=sha256)] == row.evidence
    assert ("BLOCKED", "no transcript of api.x; to unblock: a key", "") == (
        unasked.verdict,
        unasked.reason,
        unasked.server,
    )


def test_a_server_that_nobody_asked_was_not_run(tmp_path: Path) -> None:
    """Without a transcript and without a remedy to name, nothing hinders."""
    measured(Tree(tmp_path), {}, [VALUE])
    loopback, _ = judge([engineering()], Tree(tmp_path))
    assert ("NOT_RUN", None, []) == (loopback.verdict, loopback.value, loopback.evidence)


def test_a_check_that_the_transcript_does_not_have_is_not_judged(tmp_path: Path) -> None:
    """A name that no check has passes nothing."""
    measured(Tree(tmp_path), {}, [VALUE])
    heard(Tree(tmp_path), "PASS")
    assert "NOT_RUN" == judge([engineering("c9")], Tree(tmp_path))[0].verdict


def test_a_transcript_that_was_edited_is_refused(tmp_path: Path) -> None:
    """A FAIL made a PASS by hand no longer matches the certificate."""
    tree = Tree(tmp_path)
    measured(tree, {}, [VALUE])
    heard(tree, "FAIL")
    path = tree.transcript("loopback")
    path.write_text(path.read_text().replace(': "FAIL"', ': "PASS"'))
    with pytest.raises(InputError, match=r"loopback\.json: .*its certificate says"):
        judge([engineering()], tree)


def test_every_judged_row_has_the_same_keys_but_for_the_server(tmp_path: Path) -> None:
    """A program that reads claims.json finds each key in each row, whatever kind of row it is."""
    measured(Tree(tmp_path), {}, [VALUE])
    heard(Tree(tmp_path), "PASS")
    anchor = {"row": "a", "what": "w", "printed": "p", "missing": "l"}
    rows_found = judge(
        [claim_of({}, {"row": "r", "missing": "x"}, anchors=[anchor]), engineering()], Tree(tmp_path)
    )
    assert 1 == len({frozenset(row.as_json()) - {"server"} for row in rows_found})


@pytest.mark.parametrize(
    ("row", "more", "expected"),
    [
        ({}, {}, "REPRODUCED"),
        ({"published": 0.5}, {}, "ABOVE"),
        ({"published": 0.99}, {}, "BELOW"),
        ({}, {"encoders": {"minilm": "same space"}}, "another space"),
        ({"protocols": ["decontaminated", "as-published"]}, {}, None),
        ({"trains": ["stsb-train", "stsb-test"]}, {}, None),
        ({}, {"source": "this project, first measurements"}, None),
    ],
    ids=["within", "above", "below", "space", "other pairs", "other training split", "own"],
)
def test_a_number_is_compared_where_it_was_published_and_nowhere_else(
    tmp_path: Path, row: dict[str, object], more: dict[str, object], expected: str | None
) -> None:
    """On the published space, training split and pairs of a published claim."""
    measured(Tree(tmp_path), {}, [VALUE])
    rows = judge([claim_of({**row, "encoders": ["minilm"]}, **more)], Tree(tmp_path))
    assert [expected] == [judged.number for judged in rows if judged.value is not None]


def test_a_judged_row_says_whether_its_claim_was_locked(tmp_path: Path) -> None:
    """Evidence without envelopes names no lock; a claim of no lock is none either."""
    measured(Tree(tmp_path), {}, [VALUE])
    (row,) = judge([claim_of({"encoders": ["minilm"]}, id="C1")], Tree(tmp_path))
    (blocked,) = judge([claim_of({"encoders": ["minilm"], "missing": "x"}, id="C1")], Tree(tmp_path))
    assert ("not locked", "locked") == (row.lock, blocked.lock)
