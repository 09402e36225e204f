"""The report as PDF: with the extra, and in one line without it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.errors import InputError
from report.pages.pdf import pdf

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Return a report's folder with a table and a figure."""
    (tmp_path / "TECHNICAL_REPORT.md").write_text(
        "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n![x](figure_x.svg)\n"
    )
    (tmp_path / "figure_x.svg").write_text(SVG)
    return tmp_path


def test_the_report_becomes_a_pdf(report: Path) -> None:
    """Its figures are drawn into it, and nothing is requested."""
    pytest.importorskip("weasyprint", reason="the extra pdf is not installed")
    document = pdf(report)
    assert b"%PDF-" == document[:5]
    (report / "TECHNICAL_REPORT.md").write_text("# Title\n")
    assert len(pdf(report)) < len(document)


def test_without_the_extra_it_is_one_line(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which extra has what is missing, and how to install it."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(InputError, match=r"^--pdf: .*pip install 'embedding-compression-evidence\[pdf\]'$"):
        pdf(report)
