"""The shipped claims: what was published, number by number, and selectors that fit the suites."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InputError
from report.verdicts.claim_rows import PublishedRow
from report.verdicts.claims import Claim, load_claims

CLAIMS = {claim.id: claim for claim in load_claims()}


def published(claim: str) -> dict[str, float]:
    """Return the published values of a claim's rows as written, in per cent, by the row's name."""
    return {row.row: round(100 * row.published, 6) for row in CLAIMS[claim].rows}


def test_claims_stand_in_the_order_of_their_numbers() -> None:
    """C10 comes after C9, and not after C1."""
    assert [f"C{number}" for number in range(1, 12)] == [name for name in CLAIMS if name[0] == "C"]


def test_each_number_of_section_5_2_is_a_row() -> None:
    """Five lines of five numbers, and three numbers of the set that was trained on."""
    made = {row.row: row for row in CLAIMS["C1"].every_row()[len(CLAIMS["C1"].rows) :]}
    assert 28 == len(made)
    assert [77.0, 84.1, 80.5, 89.8, 85.5] == [
        round(100 * made[f"sts{year}-original"].published, 6) for year in range(12, 17)
    ]
    assert [84.5, 81.0, 81.1] == [
        round(100 * made[f"stsb-test-{column}"].published, 6) for column in ("original", "lens", "lens-pq")
    ]


def test_a_printed_change_is_a_loss_with_the_other_sign() -> None:
    """STS13 lost 4.6 points at 29×, and PQ took another 0.1: printed as changes, judged as losses."""
    made = {row.row: row for row in CLAIMS["C1"].every_row()}
    loss, effect = made["sts13-loss"], made["sts13-pq-effect"]
    assert (0.046, "−4.6%", -100.0, "at most") == (loss.published, loss.printed, loss.scale, loss.rule)
    assert (0.001, "−0.1%", "added-loss@human") == (effect.published, effect.printed, effect.metric)
    assert ("0.0", "−0.0%") == (str(made["sts12-pq-effect"].published), made["sts12-pq-effect"].printed)


def test_a_score_of_the_table_is_compared_on_its_own_encoder_alone() -> None:
    """How high a correlation is says something of the encoder; a loss can be compared across encoders."""
    made = {row.row: row for row in CLAIMS["C1"].every_row()}
    assert ["e5-large-v2", "e5-large-v2-published"] == made["sts12-original"].encoders
    assert made["sts12-loss"].encoders is None


def test_the_intrinsic_figures_of_both_sources_are_recorded() -> None:
    """Section 5.3 and the vendor's page, each twice: by the lens and by the reference method."""
    names = ("minilm", "mpnet", "e5-large", "wav2vec2", "esm")
    for method in ("lens", "aqea"):
        first, second = published("C3"), published("C10")
        assert [88.8, 94.7, 94.9, 97.1, 93.8] == [first[f"{name}-{method}"] for name in names]
        assert [97.1, 98.3, 98.2, 97.1, 95.0] == [second[f"{name}-{method}"] for name in names]


def test_the_two_intrinsic_claims_select_the_same_evidence() -> None:
    """They differ in what was published, and in nothing that picks a result."""
    selectors = set(PublishedRow.model_fields) - {"published", "printed"}
    first, second = (
        [row.model_dump(include=selectors) for row in CLAIMS[claim].rows] for claim in ("C3", "C10")
    )
    assert first == second


def test_both_columns_of_section_5_4_are_recorded() -> None:
    """Similarity and task preservation; nobody named the pairs behind the task column of wav2vec2."""
    published_values = published("C4")
    names = ("e5-large", "wav2vec2", "mpnet", "mistral", "minilm")
    assert [91.7, 94.9, 91.0, 89.9, 73.1] == [published_values[f"{name}-similarity"] for name in names]
    assert [94.1, 94.9, 92.2, 89.8, 67.9] == [published_values[f"{name}-task"] for name in names]
    assert ["wav2vec2-task"] == [row.row for row in CLAIMS["C4"].rows if row.missing]


def test_the_ratios_and_the_certificates_of_section_5_5_are_recorded() -> None:
    """Two spaces at three points; of each certificate seven digits are printed."""
    ratios = {row.row: row.published for row in CLAIMS["C5"].rows}
    small = {"small-29x": 29.0, "small-96x": 96.0, "small-192x": 192.0}
    assert {**small, "large-29x": 29.0, "large-192x": 192.0, "large-384x": 384.0} == ratios
    assert ["sha256:69970d8…", "sha256:d777e2b…"] == [anchor.printed for anchor in CLAIMS["C5"].anchors]


def test_a_share_is_told_from_that_of_one_pair_more_or_less() -> None:
    """The precision of each counted share is under half a pair of its set, and it prints its own counts."""
    for row in CLAIMS["C7"].rows:
        shared, pairs = (int(word) for word in row.printed.split()[0:3:2])
        assert abs(row.published - shared / pairs) < row.precision < 0.5 / pairs
    totals = {
        row.trains[0]: row.printed for row in CLAIMS["C7"].rows if row.dataset == "sts12-16" and row.trains
    }
    assert {"stsb-train": "4759 of 12544 (37.9%)", "stsb-test": "1017 of 12544 (8.1%)"} == totals


def test_one_server_is_the_published_one() -> None:
    """What answers on loopback is this project's, and shows nothing of the vendor's."""
    roles = {name: server.role for name, server in CLAIMS["C6"].servers.items()}
    assert {"loopback": "analogue", "api.aqea.ai": "as published"} == roles


def test_the_checks_are_checks_of_the_smoke_test() -> None:
    """A check that the smoke test does not have could never be judged."""
    from repro.api_checks import CHECKS

    allowed = {"all", *(name for name, _, _ in CHECKS)}
    assert [] == [check.check for check in CLAIMS["C6"].checks if check.check not in allowed]


def suite_of(name: str) -> dict[str, Any]:
    """Return a suite's document."""
    return tomllib.loads((Path("suites") / f"{name}.toml").read_text("utf-8"))


def misfits(row: PublishedRow, encoder: str, suite: dict[str, Any]) -> list[str]:
    """Return the selectors of a row that no cell of the suite can have."""
    pipeline = next((pipeline for pipeline in suite["pipelines"] if pipeline["name"] == row.pipeline), None)
    space = suite.get("splits", {}).get(encoder, {})
    if pipeline is None or encoder not in pipeline.get("encoders", suite["encoders"]):
        return [f"{row.pipeline} on {encoder}"]
    tested = pipeline.get("test") or space.get("test") or suite["test"]
    trained = pipeline.get("train") or space.get("train") or suite["train"]
    own = suite.get("metrics_on", {}).get(row.dataset, [])
    measured = {
        *suite["metrics"],
        *own,
        *pipeline.get("metrics", []),
        "ratio@bytes",
        "shared-pairs@contamination",
    }
    wrong = {
        "point": row.point not in pipeline.get("points", [None]),
        "dataset": row.dataset not in {"", *tested, *suite.get("combine", {})},
        "metric": row.metric not in measured,
        "trains": not set(row.trains or []) <= set(trained),
        "protocols": not set(row.protocols) <= {*suite["protocols"], "as-published"},
    }
    return [key for key, bad in wrong.items() if bad]


@pytest.mark.parametrize(
    "claim", [claim for claim in CLAIMS.values() if claim.rows], ids=lambda claim: claim.id
)
def test_every_row_selects_what_its_suite_measures(claim: Claim) -> None:
    """A selector that fits no cell would be NOT_RUN for ever, whoever runs the suite."""
    assert [] == [
        (row.row, encoder, reasons)
        for row in claim.every_row()
        if not row.missing
        for encoder in row.encoders or claim.encoders
        if (reasons := misfits(row, encoder, suite_of(str(row.suite or claim.suite))))
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rule =", "ruel =", r"C2\.toml: \[rows\.0\] rule"),
        ('"at most"', '"about"', r"C2\.toml: \[rows\.0\] rule"),
        ('pipeline = "lens-pq"', 'pipeline = "lens-pq"\nencoders = ["bert"]', r"row added-loss-117x: .*bert"),
        ('suite = "sts-generalization"', "", r"row added-loss-117x: expected a suite"),
        ('id = "C2"', 'id = "C3"', r"found 'C3', expected 'C2'"),
        ("[[rows]]", "[[row]]", r"C2\.toml: "),
        ("id =", "id", r"expected TOML"),
    ],
)
def test_a_mistake_in_a_claim_is_one_line_that_names_file_and_key(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    """Whatever is wrong, the line names the file, and the key or the row."""
    text = Path("report/claims/C2.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "C2.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(InputError, match=message) as error:
        load_claims(tmp_path)
    assert 1 == len(str(error.value).splitlines())


def test_a_claim_about_nothing_is_refused(tmp_path: Path) -> None:
    """A claim without rows, checks, anchors and measures could never be judged."""
    text = 'id = "X"\nsentence = "s"\nkind = "extrinsic"\nsource = "here"\n'
    (tmp_path / "X.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"X\.toml: expected rows, checks, anchors or measures"):
        load_claims(tmp_path)


def test_a_bound_without_a_suite_is_refused(tmp_path: Path) -> None:
    """Envelopes are those of a suite's cells."""
    text = 'id = "X"\nsentence = "s"\nkind = "engineering"\nsource = "here"\n[[measures]]\nrow = "r"\n'
    text += 'what = "w"\npublished = 1.0\nprinted = "1 s"\nunit = "s"\npipeline = "fsq"\npath = "seconds"\n'
    (tmp_path / "X.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"X\.toml: measures: expected a suite"):
        load_claims(tmp_path)


def test_a_claim_that_compares_methods_is_decided_by_the_comparison() -> None:
    """The sentences of C8 and R2 say 'more than': their headline rows are paired differences."""
    for name, others in (("C8", {"lens-pq"}), ("R2", {"axes", "pca"})):
        assert others == {row.against for row in CLAIMS[name].rows if row.headline}
