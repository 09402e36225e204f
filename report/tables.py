"""The tables of the technical report, as lists of cells that a template lays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from report.claims import Claim
from report.evidence import over_seeds

SUITE, UNSEEN = "sts-generalization", "sts12-16"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tables:
    """Looks up results for tables; every method returns rows whose numbers are fractions and bytes."""

    results: list[Row]
    rows: list[Row]
    claims: list[Claim]

    def encoders(self) -> list[str]:
        """Return the encoders of the STS suite that there is evidence for."""
        return list(dict.fromkeys(row["encoder"] for row in self.rows if row["suite"] == SUITE))

    def trains(self, encoder: str) -> list[str]:
        """Return the training splits of the STS suite that an encoder has evidence for."""
        found = [row["train"] for row in self.rows if (row["suite"], row["encoder"]) == (SUITE, encoder)]
        return list(dict.fromkeys(found))

    def audit(self) -> list[Row]:
        """Return what each test set shares with each training split: one line a pair of sets."""
        found: dict[tuple[str, str, str], Row] = {}
        for result in self.results:
            for dataset, counts in result["audit"].items():
                key = (result["suite"], result["inputs"]["cell"]["train"], dataset)
                found[key] = {"suite": key[0], "train": key[1], "dataset": dataset, **counts}
        return [found[key] for key in sorted(found)]

    def uncompressed(self, encoder: str) -> list[Row]:
        """Return the Spearman of the vectors as they are, a line a test set."""
        identity = {"encoder": encoder, "compressor": "identity", "protocol": "as-published"}
        found = self._select(**identity, metric="spearman@human")
        return list({row["dataset"]: row for row in found}.values())

    def section_5_2(self, encoder: str, train: str, protocol: str) -> list[Row]:
        """Return the report's table of section 5.2: published values beside the ones here."""
        table = next(claim.table for claim in self.claims if claim.table)
        cell = {"encoder": encoder, "train": train, "protocol": protocol}

        def value(dataset: str, compressor: str, point: str | None, metric: str) -> float | None:
            found = self._select(**cell, dataset=dataset, compressor=compressor, point=point, metric=metric)
            return over_seeds(found)["value"] if found else None

        lines = []
        for published in table:
            name = published.dataset
            lines.append({
                "dataset": name.upper(),
                "published": published,
                "original": value(name, "identity", None, "spearman@human"),
                "lens": value(name, "lens", "29x", "spearman@human"),
                "loss": _change(value(name, "lens", "29x", "loss@human")),
                "lens_pq": value(name, "lens-pq", "117x", "spearman@human"),
                "pq_effect": _change(value(name, "lens-pq", "117x", "added-loss@human")),
            })  # fmt: skip
        return lines

    def compressors(self, suite: str, encoder: str, train: str, dataset: str) -> list[Row]:
        """Return every compressor of a suite: bytes, and each protocol's retention with its interval."""
        found = self._select(
            suite=suite, encoder=encoder, train=train, dataset=dataset, metric="retention@human"
        )
        intrinsic = self._select(
            suite=suite, encoder=encoder, train=train, dataset=dataset, metric="spearman@original"
        )
        lines = []
        for compressor, point in dict.fromkeys((row["compressor"], row["point"]) for row in found):
            mine = [row for row in found if (row["compressor"], row["point"]) == (compressor, point)]
            same = [row for row in intrinsic if (row["compressor"], row["point"]) == (compressor, point)]
            lines.append({
                "compressor": compressor,
                "bytes": mine[0]["bytes_per_vector"],
                "ratio": mine[0]["ratio"],
                "seeds": len({row["seed"] for row in mine}),
                "retention": _by_protocol(mine),
                "intrinsic": _by_protocol(same),
            })  # fmt: skip
        return sorted(lines, key=lambda line: (-line["bytes"], -line["retention"]["decontaminated"]["value"]))

    def best(self, encoder: str, train: str, limits: tuple[int, ...]) -> list[Row]:
        """Return, for each limit of bytes, the compressor with the best decontaminated retention.

        The best of many is read off the very sets it is quoted for: it is a description of this table, and
        no estimate of what the winner does on other data.
        """
        lines = self.compressors(SUITE, encoder, train, UNSEEN)
        found = []
        for limit in limits:
            fitting = [line for line in lines if line["bytes"] <= limit]
            if fitting:
                found.append(
                    {"limit": limit, **max(fitting, key=lambda x: x["retention"]["decontaminated"]["value"])}
                )
        return found

    def _select(self, suite: str = SUITE, **wanted: Any) -> list[Row]:
        wanted["suite"] = suite
        return [row for row in self.rows if wanted.items() <= row.items()]


def _change(loss: float | None) -> float | None:
    """Return a loss as the report prints it: after minus before."""
    return None if loss is None else -loss


def _by_protocol(rows: list[Row]) -> dict[str, Row]:
    protocols = dict.fromkeys(row["protocol"] for row in rows)
    return {name: over_seeds([row for row in rows if row["protocol"] == name]) for name in protocols}
