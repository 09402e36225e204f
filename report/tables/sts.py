"""Tables of the generalization to STS12–16, and of retention at equal bytes."""

from __future__ import annotations

from dataclasses import dataclass

from report.tables.rows import PROTOCOLS, Row, Rows, best, worth
from report.verdicts.claims import Claim

SUITE, UNSEEN = "sts-generalization", "sts12-16"
LIMITS = (7, 14, 52)  # bytes a vector: the best of at most so many is named


@dataclass(frozen=True, slots=True)
class Generalization:
    """Looks up what agreement with people is left; numbers are fractions and bytes."""

    rows: Rows
    claims: list[Claim]

    def encoders(self) -> list[str]:
        """Return the encoders of the STS suite that there is evidence for."""
        return self.rows.encoders(SUITE)

    def trains(self, encoder: str) -> list[str]:
        """Return the training splits of the STS suite that an encoder has evidence for."""
        return self.rows.trains(SUITE, encoder)

    def uncompressed(self, encoder: str) -> list[Row]:
        """Return the Spearman of the vectors as they are, a line a test set."""
        wanted = {"compressor": "identity", "protocol": "as-published"}
        names = self.rows.datasets(SUITE, encoder, "spearman@human")
        found = [self.rows.select(SUITE, encoder, name, "spearman@human", **wanted) for name in names]
        return [rows[0] for rows in found if rows]

    def published(self, encoder: str, train: str, protocol: str) -> list[Row]:
        """Return the table of section 5.2: published values beside the ones here."""
        table = next(claim.table for claim in self.claims if claim.table)

        def value(dataset: str, compressor: str, point: str | None, metric: str) -> Row | None:
            line = {"compressor": compressor, "point": point, "grid": "", "train": train}
            found: Row | None = self.rows.means(SUITE, encoder, dataset, metric, line)[protocol]
            return found

        lines = []
        for printed in table:
            name = printed.dataset
            lines.append({
                "dataset": name.upper(),
                "published": printed,
                "original": value(name, "identity", None, "spearman@human"),
                "lens": value(name, "lens", "29x", "spearman@human"),
                "loss": _change(value(name, "lens", "29x", "loss@human")),
                "lens_pq": value(name, "lens-pq", "117x", "spearman@human"),
                "pq_effect": _change(value(name, "lens-pq", "117x", "added-loss@human")),
            })  # fmt: skip
        return lines

    def compressors(self, encoder: str, train: str, suite: str = SUITE, dataset: str = UNSEEN) -> list[Row]:
        """Return every compressor of a suite: bytes, and each protocol's retention with its interval."""
        lines = []
        for line in self.rows.settings(suite, encoder, train):
            kept = self.rows.means(suite, encoder, dataset, "retention@human", line)
            if any(kept.values()):
                own = self.rows.means(suite, encoder, dataset, "spearman@original", line)
                lines.append({**line, "retention": kept, "intrinsic": own})
        return sorted(lines, key=lambda line: (-line["bytes"], -worth(line["retention"])))

    def best(self, encoder: str, train: str) -> list[Row]:
        """Return, for each of LIMITS, the compressor that keeps most on decontaminated STS12–16.

        Chains that compare a vector that was not made so small with one that was are not among them.
        """
        lines = [line for line in self.compressors(encoder, train) if not line["asymmetric"]]
        found = [(limit, best(lines, limit, "retention")) for limit in LIMITS]
        return [{"limit": limit, **line} for limit, line in found if line]

    def contamination(self, encoder: str, train: str) -> list[Row]:
        """Return the compressors measured under both protocols, by how much the published one flatters them.

        ``more`` is retention as published minus decontaminated.
        """
        lines = [
            {
                **line,
                "more": line["retention"][PROTOCOLS[0]]["value"] - line["retention"][PROTOCOLS[1]]["value"],
            }
            for line in self.compressors(encoder, train)
            if all(line["retention"].values())
        ]
        return sorted(lines, key=lambda line: -line["more"])


def _change(loss: Row | None) -> Row | None:
    """Return a loss as the report prints it: after minus before."""
    return loss and {**loss, "value": -loss["value"]}
