"""Tables of students and back ends of search: against the teacher, the student, and what is cheapest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.certificate import read_json
from harness.tree import Tree
from report import paired
from report.tables_rows import AXES, PCA, Row
from report.tables_students import (
    PLAIN,
    SCOPES,
    STUDENT,
    change,
    line_of,
    overlap,
    scores_of,
    trained,
    varied,
)

SUITE = "search"
VALIDATION = ("quick-hyper", "hard-negatives")  # in the order in which they were chosen from
SCORES = ("recall@1", "recall@10", "overlap@10", "ndcg@10")
STAGES = {"one": "overlap@10", "two, 2x": "rescored@2", "two, 4x": "rescored@4", "two, 10x": "rescored@10"}
COMPARED = {(STUDENT, PLAIN), (STUDENT, AXES), (STUDENT, PCA), (PLAIN, AXES), (PLAIN, PCA)}
TARGET = 0.7  # the overlap@10 that a configuration has to reach (the published sweep's constraint)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Looks up results of the suites of this section; shares are fractions, bytes those of an index's row.

    ``root``: the folder of evidence, whose score files have a value a query and whose envelopes the
    latencies; None where there is none.
    """

    results: list[Row]
    root: Path | None
    target: float = TARGET

    def encoders(self) -> list[str]:
        """Return the spaces with evidence of the search."""
        return list(dict.fromkeys(line["encoder"] for line in self.lines(SUITE)))

    def lines(self, suite: str) -> list[Row]:
        """Return a line for each space, chain, point and grid setting of a suite: means over seeds.

        ``bytes``: of the index as it is written to a file, a row; ``p50`` the median latency of a query in
        milliseconds by the number of stages, empty where the envelope is not at hand.
        """
        groups: dict[tuple[str, ...], list[Row]] = {}
        for result in self.results:
            cell = result["inputs"]["cell"]
            if result["suite"] == suite and cell["index"] and result["sizes"].get("index"):
                key = (cell["encoder"], cell["chain"], str(cell["point"]), str(cell["grid"]))
                groups.setdefault(key, []).append(result)
        return [{**line_of(seeds), **self._timed(seeds[0])} for seeds in groups.values()]

    def backends(self, encoder: str) -> list[Row]:
        """Return a space's lines twice, one a scope: what is found of the teacher's, and of the student's."""
        lines = [line for line in self.lines(SUITE) if line["encoder"] == encoder]
        return [
            {**line, "scope": scope, "found": scores_of(line, prefix, (*SCORES, *STAGES.values()))}
            for scope, prefix in SCOPES.items()
            for line in sorted(lines, key=lambda line: (line["method"], -line["dims"], line["use"]))
        ]

    def compared(self) -> list[Row]:
        """Return what is COMPARED, the student beside simpler maps, at equal dimensions.

        ``less`` is the mean over queries of the student's overlap@10 with the teacher minus the other's, each
        seed's mean first; ``outcome`` says which is better where the interval leaves out zero.
        """
        lines = [line for line in self.lines(SUITE) if line["use"] == "flat"]
        found = []
        for line in lines:
            for base in lines:
                same = all(line[key] == base[key] for key in ("encoder", "dims"))
                if same and (line["method"], base["method"]) in COMPARED:
                    found.append({**line, "base": base, **self._against(line, base)})
        order = [STUDENT, PLAIN]
        return sorted(found, key=lambda x: (x["encoder"], -x["dims"], order.index(x["method"])))

    def settings(self, suite: str) -> list[Row]:
        """Return the settings of a validation suite, best first in each space, beside the space's best.

        Chains of equal steps are one setting. ``change`` is what a setting has different from the best;
        ``taken``: a chain of the search has the same first step, as far as the suite varies its parameters.
        """
        searched = self.lines(SUITE)
        spaces: dict[str, list[Row]] = {}
        for line in {line["encoder"] + str(line["steps"]): line for line in self.lines(suite)}.values():
            spaces.setdefault(line["encoder"], []).append(line)
        found = []
        for encoder, lines in spaces.items():
            best, *rest = sorted(lines, key=lambda line: -float(overlap(line)["value"]))
            chosen = ", ".join(f"{key} {value}" for key, value in varied(lines, best)[1].items())
            beside = [{"change": "the best: " + chosen, "less": None, "outcome": ""}]
            beside += [{"change": change(best, line), **self._against(best, line)} for line in rest]
            mine = [varied(lines, line) for line in searched if line["encoder"] == encoder]
            for line, said in zip([best, *rest], beside, strict=True):
                found.append({**line, **said, "taken": varied(lines, line) in mine})
        return found

    def selected(self) -> list[Row]:
        """Return the cheapest configuration of each space that reaches TARGET, by stages and by rule.

        Strict: the interval's lower end does; loose: the mean does. Cheapest is by bytes, the originals' with
        two stages; of as many bytes by what is found. ``line`` is None where nothing reaches it.
        """
        lines = self.lines(SUITE)
        found = []
        for encoder in self.encoders():
            mine = [line for line in lines if line["encoder"] == encoder]
            for stage, score in STAGES.items():
                for rule, end in (("strict", "low"), ("loose", "value")):
                    fitting = [
                        {
                            **line,
                            "reached": reached,
                            "whole": line["bytes"] + (stage != "one") * line["original"],
                        }
                        for line in mine
                        for reached in [line["values"].get(SCOPES["vs_teacher"] + score)]
                        if reached and reached[end] >= TARGET
                    ]
                    best = min(fitting, key=lambda x: (x["whole"], -x["reached"]["value"]), default=None)
                    found.append({"encoder": encoder, "stage": stage, "rule": rule, "line": best})
        return found

    def trained(self) -> list[Row]:
        """Return what training noted of each student of the search: first and last, means over seeds."""
        found: dict[str, Row] = {}
        for line in self.lines(SUITE):
            if line["histories"] and line["use"] == "flat":
                found[str(line["steps"]) + line["encoder"]] = {**line, **trained(line["histories"])}
        return list(found.values())

    def machine(self) -> str | None:
        """Return the machine that latencies were measured on; None where nobody noted it."""
        found = {line["machine"] for line in self.lines(SUITE)}
        return "; ".join(sorted(found - {""})) or None

    def _timed(self, result: Row) -> Row:
        path = Tree(self.root).envelope(result["suite"], result["cell"]) if self.root else None
        envelope = read_json(path) if path and path.is_file() else {}
        timings = next(iter(envelope.get("timings", {}).values()), None)
        if timings is None:
            return {"p50": {}, "machine": ""}
        named = {
            "one": "one stage",
            **{stage: stage.replace("two", "two stages") for stage in list(STAGES)[1:]},
        }
        p50 = {stage: timings["search_ms"][name]["p50"] for stage, name in named.items()}
        return {"p50": p50, "machine": f"{envelope['processor']}, {envelope['platform']}"}

    def _against(self, line: Row, base: Row) -> Row:
        means = float(overlap(line)["value"]), float(overlap(base)["value"])
        key = line["dataset"] + "@index@vs-teacher overlap@10"
        return paired.compared(self.root, (line["files"], base["files"]), key, means)
