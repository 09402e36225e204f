"""The tables of the technical report, as lists of cells that a template lays out, a module a section."""

from __future__ import annotations

from pathlib import Path

from harness.evidence import stability
from harness.evidence.layout import Tree
from harness.evidence.stability import Stability
from report.evidence.means import Comparisons
from report.tables.autoencoder import AutoEncoders
from report.tables.jitter import Jitter
from report.tables.neighbours import Neighbours
from report.tables.portability import Portability
from report.tables.ranking import Ranking
from report.tables.rows import Row, Rows
from report.tables.search import Search
from report.tables.semantic import SemanticIds
from report.tables.spaces import Intrinsic, Stages
from report.tables.sts import Generalization
from report.verdicts.claims import Claim

VERDICTS = ("REPRODUCED", "WITHIN_TOLERANCE", "NOT_REPRODUCED", "BLOCKED", "NOT_RUN")
PINNED = ("sha256", "revision")


class Tables:
    """Looks up results for tables, an attribute a section.

    ``root``: the folder of the evidence; ``comparisons``: the differences of methods that a run left in it.
    """

    def __init__(
        self,
        results: list[Row],
        rows: list[Row],
        claims: list[Claim],
        root: Path | None = None,
        comparisons: Comparisons | None = None,
    ) -> None:
        found, compared = Rows(rows), comparisons or Comparisons()
        steps = {(result["suite"], result["cell"]): result["inputs"]["cell"]["steps"] for result in results}
        self.results = results
        self.verdicts = VERDICTS
        self.sts = Generalization(found, claims)
        self.intrinsic = Intrinsic(found, claims)
        self.stages = Stages(found, steps, claims)
        self.search = Search(found, steps, compared)
        self.ranking = Ranking(results, root)
        self.autoencoders = AutoEncoders(results, root)
        self.neighbours = Neighbours(results, root)
        self.semantic = SemanticIds(results, root, compared)
        self.portability = Portability.read(root)
        self.jitter = Jitter(stability.read(Tree(root)) if root else Stability({}, {}))

    def suites(self) -> list[Row]:
        """Return what there is evidence of: a line a suite, with its spaces and its number of results."""
        found: dict[str, Row] = {}
        for result in self.results:
            line = found.setdefault(result["suite"], {"suite": result["suite"], "results": 0, "encoders": {}})
            line["results"] += 1
            line["encoders"][result["inputs"]["cell"]["encoder"]] = None
        return [{**line, "encoders": list(line["encoders"])} for line in found.values()]

    def tally(self, judged: list[Row], claim_id: str) -> list[int]:
        """Return how many of a claim's judged rows have each of the verdicts."""
        mine = [row["verdict"] for row in judged if row["id"] == claim_id]
        return [mine.count(name) for name in VERDICTS]

    def audit(self, suite: str) -> list[Row]:
        """Return what each test set of a suite shares with each training split: one line a pair of sets.

        ``near`` has how many of the pairs that a protocol keeps have a near duplicate.
        """
        return [row for row in self.audits() if row["suite"] == suite]

    def audits(self) -> list[Row]:
        """Return what ``audit`` does of every suite, each after the other."""
        found: dict[tuple[str, str, str], Row] = {}
        for result in self.results:
            suite, train = result["suite"], result["inputs"]["cell"]["train"]
            for dataset, counts in result["audit"].items():
                line = {"suite": suite, "train": train, "dataset": dataset, **counts}
                found[suite, train, dataset] = {**line, "near": counts.get("kept_near_duplicates", {})}
        return [found[key] for key in sorted(found)]

    def irregularities(self) -> list[Row]:
        """Return what is irregular in each judged set, a line a set."""
        found = {
            dataset: {"dataset": dataset, **counts["irregularities"]}
            for result in self.results
            for dataset, counts in result["audit"].items()
            if "irregularities" in counts
        }
        return [found[key] for key in sorted(found)]

    def datasets(self) -> list[Row]:
        """Return every data set that results stand on, a line a file: where it was read from, and its pin."""
        found: dict[tuple[str, str, str], Row] = {}
        for result in self.results:
            for name, origin in result["inputs"]["datasets"].items():
                files = [part for part in origin.values() if isinstance(part, dict) and part.get("path")]
                for file in files or [origin]:
                    place = str(file.get("repo") or file.get("path") or file.get("name") or "")
                    pin = next((str(file[key]) for key in PINNED if file.get(key)), "")
                    line = {"dataset": name, "use": origin["use"], "place": place, "pin": pin}
                    found[name, place, pin] = line
        return [found[key] for key in sorted(found)]

    def certificates(self, judged: list[Row]) -> list[Row]:
        """Return each result or transcript that judged rows stand on, once, with the claims it speaks to."""
        found: dict[str, Row] = {}
        for row in judged:
            for entry in row["evidence"]:
                place = _place(entry)
                line = found.setdefault(place, {"path": place, "sha256": entry["sha256"], "claims": {}})
                line["claims"][row["id"]] = None
        return [{**found[key], "claims": list(found[key]["claims"])} for key in sorted(found)]


def _place(entry: Row) -> str:
    if "cell" in entry:
        return "results/" + str(entry["cell"]) + ".json"
    return "transcripts/" + str(entry["transcript"]) + ".json"
