"""The report's table of emulated processors, from the evidence that ``harness portability`` writes."""

from __future__ import annotations

from pathlib import Path

from harness.evidence.layout import Tree
from harness.evidence.stability import Stability
from harness.evidence.stamp import write_stamped
from report.evidence.means import Comparisons
from report.evidence.results import Evidence
from report.pages.render import template
from report.tables.every import Tables
from report.tables.portability import KindLine

PAGE = "appendix/machines.md.j2"


def _tables(root: Path) -> Tables:
    return Tables(Evidence([], [], {}, {}, Comparisons(), Stability({}, {}), Tree(root)), [], [])


def _measure(root: Path) -> None:
    steps = [
        {"kind": "indexes", "step": step, "digest": "0", "same": same, "pinned": step != "usearch"}
        for step, same in {
            "flat": {"Haswell": True, "EPYC": True},
            "hnsw": {"Haswell": True, "EPYC": False},
            "usearch": {"Haswell": False, "EPYC": False},
        }.items()
    ]
    content = {
        "models": ["Haswell", "EPYC"], "numerics": {"simd": "avx2", "version": 1}, "plain_flags": [],
        "libraries": {}, "code": {}, "steps": steps,
    }  # fmt: skip
    write_stamped(Tree(root).portability(), content)


def test_each_kind_has_its_counts_and_names_what_differs(tmp_path: Path) -> None:
    """A step that no setting holds says so; the others are counted by processor."""
    _measure(tmp_path)
    assert [
        KindLine("indexes", {"Haswell": 2, "EPYC": 1}, 3, ["hnsw", "usearch (no setting holds it)"])
    ] == _tables(tmp_path).portability.lines()


def test_compressors_without_a_step_are_named(tmp_path: Path) -> None:
    """Those that were added after the run, in order; a step of another kind is none of a compressor."""
    _measure(tmp_path)
    assert ["eden", "flat"] == _tables(tmp_path).portability.without(["flat", "eden"])


def test_without_the_evidence_there_is_no_table(tmp_path: Path) -> None:
    """The page has no such heading; with the evidence it has a line a kind."""
    assert b"## Portability" not in template(PAGE, {"tables": _tables(tmp_path)})
    _measure(tmp_path)
    line = "| indexes | 3 | 2 | 1 | hnsw; usearch (no setting holds it) |"
    assert line in template(PAGE, {"tables": _tables(tmp_path)}).decode().splitlines()
