"""Tables of students and back ends of search: against the teacher, the student, and what is cheapest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from report.evidence import paired
from report.evidence.envelopes import envelope_of, machine_of
from report.tables.rows import AXES, PCA, Row
from report.tables.students import (
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

        ``bytes``: of the index as it is written to a file, a row, ``whole`` with the map's; ``search`` has
        the latency of a query in milliseconds by stages, empty where the envelope is not at hand.
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
        seed's mean first; ``outcome`` says which is better (``report.evidence.paired``).
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
        """Return the settings of a validation suite, best first in each space, beside its best student.

        Chains of equal steps are one setting. ``change`` is what a student has different from the best one,
        and what else a line is; ``taken``: a chain of the search has the same first step, as far as the suite
        varies its parameters.
        """
        searched = self.lines(SUITE)
        spaces: dict[str, list[Row]] = {}
        for line in {line["encoder"] + str(line["steps"]): line for line in self.lines(suite)}.values():
            spaces.setdefault(line["encoder"], []).append(line)
        found = []
        for encoder, lines in spaces.items():
            ordered = sorted(lines, key=lambda line: -float(overlap(line)["value"]))
            best = next(line for line in ordered if line["method"] in {STUDENT, PLAIN})
            chosen = ", ".join(f"{key} {value}" for key, value in varied(lines, best)[1].items())
            mine = [varied(lines, line) for line in searched if line["encoder"] == encoder]
            for line in ordered:
                said = {"change": change(best, line), **self._against(best, line)}
                if line is best:
                    said = {"change": f"the best student: {chosen}", "less": None, "outcome": ""}
                found.append({**line, **said, "taken": varied(lines, line) in mine})
        return found

    def selected(self) -> list[Row]:
        """Return the cheapest configuration of each space that reaches TARGET, by stages and by rule.

        Strict: the interval's lower end does; loose: the mean does. Cheapest is by bytes of index and map,
        and of the originals with two stages; of as many bytes what is not trained for neighbours comes first,
        then what finds most. ``line`` is None where nothing reaches it.
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
                            "whole": line["whole"] + (stage != "one") * line["original"],
                        }
                        for line in mine
                        for reached in [line["values"].get(SCOPES["vs_teacher"] + score)]
                        if reached and reached[end] >= TARGET
                    ]
                    best = min(fitting, key=_cost, default=None)
                    found.append({"encoder": encoder, "stage": stage, "rule": rule, "line": best})
        return found

    def timed(self) -> list[Row]:
        """Return the lines whose latency is at hand, by space, method, dimensions and back end."""
        lines = [line for line in self.lines(SUITE) if line["search"]]
        return sorted(lines, key=lambda x: (x["encoder"], x["method"], -x["dims"], x["use"]))

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
        envelope = envelope_of(self.root, result["suite"], result["cell"])
        timings = next(iter(envelope.get("timings", {}).values()), None)
        if timings is None:
            return {"search": {}, "built": None, "machine": ""}
        named = {stage: stage.replace("two", "two stages") for stage in STAGES} | {"one": "one stage"}
        search = {stage: timings["search_ms"][name] for stage, name in named.items()}
        built = timings["index_build_seconds"]
        return {"search": search, "built": built, "machine": machine_of(envelope)}

    def _against(self, line: Row, base: Row) -> Row:
        means = float(overlap(line)["value"]), float(overlap(base)["value"])
        key = line["dataset"] + "@index@vs-teacher overlap@10"
        return paired.compared(self.root, (line["files"], base["files"]), key, means)


def _cost(line: Row) -> tuple[float, bool, float]:
    return line["whole"], line["method"] in {STUDENT, PLAIN}, -line["reached"]["value"]
