"""Results compared with the answers that a suite expects."""

from __future__ import annotations

from harness.evidence.layout import Tree
from harness.evidence.stamp import read_stamped
from harness.planning.status import Entry


def shortfalls(entries: list[Entry], tree: Tree) -> list[str]:
    """Return one line for each expected value that a suite's results do not show.

    Every protocol's value and every seed has to be within the tolerance; a value that is missing is off.
    """
    lines = []
    for entry in entries:
        suite, cell = entry.inputs.suite, entry.cell
        wanted = [e for e in suite.expect if (e.chain, e.train) == (cell.chain, cell.train)]
        path = tree.result(cell.suite, cell.id)
        if not wanted or not path.is_file():
            continue
        values = read_stamped(path)[0]["values"]
        for expect in wanted:
            measured = [
                v["value"] for v in values if (v["dataset"], v["metric"]) == (expect.dataset, expect.metric)
            ]
            if not measured or any(abs(value - expect.value) > expect.tolerance for value in measured):
                lines.append(
                    f"{cell.suite}: {cell.id}: {expect.metric} on {expect.dataset}: found {measured}, "
                    f"expected {expect.value:g} ± {expect.tolerance:g} ({expect.why})"
                )
    return lines
