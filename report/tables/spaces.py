"""Tables of a space's own similarities at about 29x, and of the three stages on and off."""

from __future__ import annotations

from dataclasses import dataclass

from report.tables.rows import PROTOCOLS, Row, Rows, Steps, best, worth
from report.verdicts.claims import Claim

INTRINSIC, STAGES = "intrinsic", "three-stage"
# Chains that a column of the summary is for: what a chain's name begins with.
COLUMNS = {"lens": "lens", "reference": "aqea", "pca": "pca", "axes": "axes", "projection": "projection"}
NEIGHBOURS = {"random": "spearman-random@original", "recall": "recall@10", "overlap": "overlap@10"}
TASKS = {"stsb": "stsb-test", "unseen": "sts12-16"}


@dataclass(frozen=True, slots=True)
class Intrinsic:
    """Looks up what of each space's own similarities is left; numbers are fractions and bytes."""

    rows: Rows
    claims: list[Claim]

    def encoders(self) -> list[str]:
        """Return the spaces with evidence."""
        return self.rows.encoders(INTRINSIC)

    def summary(self, protocol: str) -> list[Row]:
        """Return a line a space, the published ones first: both published values, and the chains of COLUMNS.

        A space without evidence has its published values alone; ``best`` is the best chain of the lens' bytes
        or fewer.
        """
        first, second = published(self.claims, "C3"), published(self.claims, "C10")
        lines = []
        for encoder in dict.fromkeys([*first, *second, *self.encoders()]):
            mine = [line for line in self.lines(encoder) if line["pairs"][protocol]]
            lens = next((line for line in mine if line["compressor"] == COLUMNS["lens"]), None)
            top = best(mine, lens["bytes"], "pairs") if lens else None
            lines.append({
                "encoder": encoder,
                "published": first.get(encoder),
                "second": second.get(encoder),
                "measured": bool(mine),
                "bytes": lens["bytes"] if lens else None,
                "ratio": lens["ratio"] if lens else None,
                **{name: _first(mine, start, protocol) for name, start in COLUMNS.items()},
                "best": top and {"compressor": top["compressor"], "mean": top["pairs"][protocol]},
            })  # fmt: skip
        return lines

    def lines(self, encoder: str) -> list[Row]:
        """Return every chain of a space: Spearman on its pairs and random ones, neighbours found again."""
        lines = []
        for dataset in self.rows.datasets(INTRINSIC, encoder, "spearman@original"):
            for train in self.rows.trains(INTRINSIC, encoder):
                for line in self.rows.settings(INTRINSIC, encoder, train):
                    pairs = self.rows.means(INTRINSIC, encoder, dataset, "spearman@original", line)
                    drawn = {
                        name: _any(self.rows.means(INTRINSIC, encoder, dataset, metric, line))
                        for name, metric in NEIGHBOURS.items()
                    }
                    if any(pairs.values()):
                        lines.append({**line, "dataset": dataset, "pairs": pairs, **drawn})
        return sorted(lines, key=lambda line: (-line["bytes"], -worth(line["pairs"])))


@dataclass(frozen=True, slots=True)
class Stages:
    """Looks up the three stages on and off: what is kept of similarities, and of agreement with people."""

    rows: Rows
    steps: Steps
    claims: list[Claim]

    def encoders(self) -> list[str]:
        """Return the spaces with evidence."""
        return self.rows.encoders(STAGES)

    def published(self) -> list[Row]:
        """Return a line a published space: similarity and task preservation, each as printed."""
        similarity, task = (
            published(self.claims, "C4", metric) for metric in ("spearman@original", "retention@human")
        )
        names = dict.fromkeys([*similarity, *task])
        return [
            {"encoder": name, "similarity": similarity.get(name), "task": task.get(name)} for name in names
        ]

    def lines(self, encoder: str) -> list[Row]:
        """Return every chain: its stages, similarity preservation, task preservation where people rated."""
        pairs = self.rows.datasets(STAGES, encoder, "spearman@original")
        own = TASKS["stsb"] if TASKS["stsb"] in pairs else pairs[0]
        lines = []
        for train in self.rows.trains(STAGES, encoder):
            for line in self.rows.settings(STAGES, encoder, train):
                steps = [step["use"] for step in self.steps[STAGES, line["cells"][0]]]
                lines.append({
                    **line,
                    "scalar": "scalar-per-vector" in steps,
                    "map": next((use for use in steps if use in {"lens", "aqea", "pca"}), None),
                    "pq": "pq" in steps,
                    "similarity": self.rows.means(STAGES, encoder, own, "spearman@original", line),
                    **{
                        name: self.rows.means(STAGES, encoder, dataset, "retention@human", line)
                        for name, dataset in TASKS.items()
                    },
                })  # fmt: skip
        return sorted(lines, key=lambda line: (-line["bytes"], line["compressor"]))

    def ablations(self, encoder: str) -> list[Row]:
        """Return the chain of all three stages, and those without one of them or with another map."""
        lines = {line["compressor"]: line for line in self.lines(encoder)}
        full = lines.get("three-stage")
        without = {
            "without the 8 bits": "lens-pq",
            "without the lens": "scalar-8-pq",
            "without PQ": "scalar-8-lens",
            "AQEA for the lens": "three-stage-aqea",
            "all three": "three-stage",
        }
        return [{"what": what, **lines[name]} for what, name in without.items() if full and name in lines]


def published(claims: list[Claim], claim_id: str, metric: str = "spearman@original") -> dict[str, Row]:
    """Return what a claim prints of a metric for each space: the number as printed, and as a fraction."""
    found: dict[str, Row] = {}
    for claim in claims:
        for row in claim.rows:
            if claim.id == claim_id and row.metric == metric:
                for encoder in row.encoders or claim.encoders:
                    found.setdefault(encoder, {"printed": row.printed, "value": row.published})
    return found


def _first(lines: list[Row], start: str, protocol: str) -> Row | None:
    """Return the mean of the first chain that is called ``start``, or begins with it where none is."""
    names = [line["compressor"] for line in lines]
    name = start if start in names else next((name for name in names if name.startswith(start + "-")), None)
    return next((line["pairs"][protocol] for line in lines if line["compressor"] == name), None)


def _any(means: Row) -> Row | None:
    """Return one of the means of what is the same under every protocol: random pairs, and queries."""
    return next((means[name] for name in reversed(PROTOCOLS) if means[name]), None)
