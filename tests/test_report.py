"""Rendering: the same bytes from the same evidence, and no number in prose without a result."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harness.core import InputError
from harness.tree import Tree
from report import lint, readme
from report.evidence import rows, rows_csv
from report.render import render, template

COMMITTED = Path("artifacts")
committed = pytest.mark.skipif(
    not (COMMITTED / "results").is_dir(), reason="there is no committed evidence yet"
)


@pytest.fixture
def evidence(tmp_path: Path) -> Tree:
    """Return a copy of the committed results, without what was rendered from them."""
    shutil.copytree(COMMITTED / "results", tmp_path / "results")
    return Tree(tmp_path)


@committed
def test_the_committed_report_is_what_the_committed_results_render_to(evidence: Tree) -> None:
    """Every document and figure comes out in the bytes that are committed."""
    for path in render(evidence):
        assert (COMMITTED / "report" / path.name).read_bytes() == path.read_bytes(), path.name


@committed
def test_a_part_of_the_evidence_renders_as_well(evidence: Tree) -> None:
    """With one chain's results alone, what is missing is a dash in the tables, and no error."""
    for path in (evidence.root / "results").glob("*/*.json"):
        if ".lens-pq." not in path.name:
            path.unlink()
    render(evidence)
    text = (evidence.report() / "TECHNICAL_REPORT.md").read_text("utf-8")
    assert "| –% |" in text


@committed
def test_claims_json_has_the_promised_keys(evidence: Tree) -> None:
    """A program finds id, row, published, value, low, high, protocol, verdict and evidence in each claim."""
    render(evidence)
    claims = json.loads((evidence.report() / "claims.json").read_text())["claims"]
    keys = {"id", "row", "published", "value", "low", "high", "protocol", "verdict", "evidence"}
    assert [] == [claim["row"] for claim in claims if not keys <= set(claim)]
    assert {"C1", "C2"} <= {claim["id"] for claim in claims}
    places = [(claim["id"], claim["row"], claim["protocol"]) for claim in claims]
    assert len(places) == len(set(places))


@committed
def test_figure_one_is_drawn_from_the_numbers_beside_it(evidence: Tree) -> None:
    """Each point of figures_data.json is a mean over the result rows of the cells that it names."""
    render(evidence)
    figure = json.loads((evidence.report() / "figures_data.json").read_text())["tradeoff"]
    found = rows(evidence)
    for point in figure["points"]:
        values = [
            row["value"]
            for row in found
            if row["suite"] == figure["suite"]
            and row["cell"] in point["cells"]
            and (row["protocol"], row["dataset"], row["metric"])
            == (point["protocol"], figure["dataset"], figure["metric"])
        ]
        assert len(point["cells"]) == len(values)
        assert point["value"] == pytest.approx(sum(values) / len(values), abs=1e-8)
    assert [140, 35] == [point["bytes_per_vector"] for point in figure["published"]]


@committed
def test_flat_rows_have_the_promised_columns() -> None:
    """CSV and rows agree on their columns, and fractions are fractions."""
    found = rows(Tree(COMMITTED))
    header, first, *_ = rows_csv(found).splitlines()
    promised = "suite cell encoder compressor train seed bytes_per_vector ratio protocol dataset metric value"
    assert {*promised.split(), "low", "high", "n"} <= set(header.split(","))
    assert len(header.split(",")) == len(first.split(","))
    kept = [row["value"] for row in found if row["metric"] == "retention@human"]
    assert 0 < max(kept) < 1.5
    assert [] == [row["cell"] for row in found if not row["low"] <= row["value"] <= row["high"]]


@committed
def test_the_readme_and_the_templates_have_no_untraced_number() -> None:
    """The linter finds nothing in this checkout."""
    assert [] == lint.problems(Path())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We keep 95.3 of it.", 1),
        ("At 117× nothing is lost.", 1),
        ("A loss of 5 % and 13 bytes.", 2),
        ("Twelve sets, 3 seeds, STS12–16, C1.", 0),
        ("As `13 B` in code, and {{ value }} %.", 0),
        ("```\n95.3\n```\nthen 1.25 here", 1),
    ],
)
def test_a_measured_number_in_prose_is_found(text: str, found: int) -> None:
    """Decimals, per cent, ratios and bytes are refused outside code and rendered parts."""
    assert found == len(lint.untraced(text, "t"))


def test_an_edited_readme_table_is_noticed(tmp_path: Path) -> None:
    """A README whose rendered part says something else than the evidence is a problem."""
    if not (COMMITTED / "results").is_dir():
        pytest.skip("there is no committed evidence yet")
    shutil.copytree(COMMITTED / "results", tmp_path / "artifacts" / "results")
    text = Path("README.md").read_text("utf-8")
    (tmp_path / "README.md").write_text(
        text.replace("| REPRODUCED |", "| NOT_REPRODUCED |").replace("C1", "C9")
    )
    assert [
        "README.md: its rendered part is not what artifacts/ renders to; run make artifacts"
    ] == lint.problems(tmp_path)


def test_a_readme_without_marks_is_one_line(tmp_path: Path) -> None:
    """Where the rendered part was deleted, the error says which marks are missing."""
    (tmp_path / "README.md").write_text("# nothing\n")
    with pytest.raises(InputError, match="found no part between"):
        readme.split(tmp_path / "README.md")


def test_a_template_that_names_what_is_not_there_is_an_error() -> None:
    """StrictUndefined: a missing value stops the rendering instead of leaving a hole."""
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        template("README.md.j2", {})
