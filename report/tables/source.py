"""What findings, full tables and pages are computed from, and numbers looked up in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.evidence.schema.verdict import VerdictRow
from report.evidence.means import Key
from report.evidence.paired import Difference
from report.evidence.results import Evidence
from report.evidence.values import Mean
from report.tables.every import Tables
from report.tables.rows import Setting
from report.verdicts.claims import Claim


@dataclass(frozen=True, slots=True)
class Number:
    """A mean over seeds with the setting that it was measured of."""

    mean: Mean
    setting: Setting
    suite: str

    @property
    def id(self) -> str:
        """Return the id of the cells that it averages, 'suite/cell' without the seed."""
        return f"{self.suite}/{self.setting.group}"


@dataclass(frozen=True, slots=True)
class Source:
    """Evidence, the tables made of it, the claims, and the judged rows."""

    evidence: Evidence
    tables: Tables
    claims: list[Claim]
    judged: list[VerdictRow] = field(default_factory=list)

    def claim(self, claim_id: str) -> Claim | None:
        """Return a claim; None where there is no such claim."""
        return next((claim for claim in self.claims if claim.id == claim_id), None)

    def number(
        self,
        of: tuple[str, str, str],
        pipeline: tuple[str, str | None],
        about: tuple[str, str],
        protocol: str = "decontaminated",
    ) -> Number | None:
        """Return a mean over seeds; None where nothing was measured.

        ``of``: suite, encoder, training split; ``pipeline``: its name and point; ``about``: data set, metric.
        """
        suite, encoder, train = of
        place = (*pipeline, "")
        mean = self.tables.rows.means(suite, encoder, *about, train, place)[protocol]
        setting = next((x for x in self.tables.rows.settings(*of) if x.place == place), None)
        return Number(mean, setting, suite) if mean and setting else None

    def difference(self, one: Number, other: Number, key: Key) -> Difference | None:
        """Return how much more the first is, compared on the same resamples; None where no run compared them.

        ``key``: protocol, data set and metric.
        """
        groups = one.setting.group, other.setting.group
        less = self.evidence.comparisons.difference(one.suite, *groups, key)
        return None if less is None else Difference(less.value, less.low, less.high)
