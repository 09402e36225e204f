"""docs/audit.md: what it lists is what there is."""

from __future__ import annotations

import pkgutil
import re

from support.paths import ROOT

from harness.audit import target
from harness.vectors import formats

PAGE = (ROOT / "docs" / "audit.md").read_text("utf-8")


def _column(heading: str) -> list[str]:
    """Return the code in the first column of the table that has a heading."""
    table = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return [name for row in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_every_rule_of_a_warning_has_a_line() -> None:
    """The names under which warnings stand in audit.json, each with when it fires."""
    modules = sorted((ROOT / "harness" / "audit").glob("*_rules.py"))
    names = [
        name for path in modules for name in re.findall(r'warn\(\s*"([a-z-]+)"', path.read_text("utf-8"))
    ]
    assert names
    assert sorted(names) == sorted(_column("rule"))


def test_every_metric_of_a_target_has_a_line() -> None:
    """Each is one that --target takes."""
    metrics = [metric.replace("@k", "@10") for metric in _column("metric")]
    assert metrics == [target.parse_target(f"{metric} >= 0.5").metric for metric in metrics]
    assert len(metrics) == len(target._metrics().split(", "))


def test_every_ending_of_a_file_of_vectors_is_named() -> None:
    """The readers' own names."""
    names = [module.name for module in pkgutil.iter_modules(formats.__path__)]
    assert names
    assert [] == [name for name in names if f"`.{name}`" not in PAGE]
