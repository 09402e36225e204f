"""Claims as data: what is claimed, by whom, and the rows that decide it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ValidationError, model_validator

from harness.errors import InputError
from harness.evidence.schema.verdict import Kind, Origin, Role
from harness.evidence.validation import explain
from report.verdicts.claim_rows import (
    Anchor,
    Check,
    Measure,
    Published,
    PublishedRow,
    Scores,
    Server,
    table_rows,
)

FOLDER = Path(__file__).parent.parent / "claims"
OWN = "this project"  # how the source of an own claim begins


class Claim(BaseModel, extra="forbid", frozen=True, strict=True):
    """A claim of a published report, or of this project: then its ``source`` begins with 'this project'.

    ``encoders`` maps each space to its part: as published, the same space with other data, or an analogue.
    ``short``: the sentence in few words, for a table that has its numbers beside it; it is in no lock.
    ``note`` says how the published words are read here, and what of that is a guess.
    ``table`` and ``training``: the lines of section 5.2, tested on and trained on.
    """

    id: str
    sentence: str
    short: str = ""
    kind: Kind
    source: str
    note: str = ""
    suite: str | None = None
    encoders: dict[str, Role] = {}
    rows: list[PublishedRow] = []
    table_columns: list[str] = []
    table: list[Published] = []
    training: Scores | None = None
    servers: dict[str, Server] = {}
    checks: list[Check] = []
    anchors: list[Anchor] = []
    measures: list[Measure] = []

    @model_validator(mode="after")
    def _whole(self) -> Claim:
        if not (self.rows or self.checks or self.anchors or self.measures):
            raise ValueError("expected rows, checks, anchors or measures")
        if self.measures and not self.suite:
            raise ValueError("measures: expected a suite")
        for row in self.rows:
            if unknown := set(row.encoders or ()) - set(self.encoders):
                raise ValueError(f"row {row.row}: expected encoders of the claim, not {sorted(unknown)}")
            if not (row.suite or self.suite):
                raise ValueError(f"row {row.row}: expected a suite, of the row or of the claim")
        return self

    @property
    def origin(self) -> Origin:
        """Return whose claim it is. ``source`` says so, which the lock covers."""
        return "own" if self.source.startswith(OWN) else "published"

    def every_row(self) -> list[PublishedRow]:
        """Return the rows as written, and one for each number of the table."""
        own = [name for name, role in self.encoders.items() if role == "as published"]
        lines = [*self.table, *([self.training] if self.training else [])]
        return [*self.rows, *table_rows(lines, own)]


def load_claims(folder: Path = FOLDER) -> list[Claim]:
    """Return the claims in ``folder``, letter C first, by number; raise InputError naming file and key."""
    claims = []
    for path in sorted(
        folder.glob("*.toml"), key=lambda p: (p.stem[0] != "C", p.stem[0], len(p.stem), p.stem)
    ):
        try:
            claim = Claim.model_validate(tomllib.loads(path.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: {error}, expected TOML") from error
        except ValidationError as error:
            raise InputError(f"{path}: {explain(error)}") from error
        if claim.id != path.stem:
            raise InputError(f"{path}: id: found {claim.id!r}, expected {path.stem!r}, as the file is called")
        claims.append(claim)
    return claims


def percent(value: float | None, digits: int = 1) -> str:
    """Return a fraction as per cent with ``digits`` decimals and a true minus sign; a dash for None."""
    if value is None:
        return "–"
    text = f"{100 * value:.{digits}f}"
    return "0." + "0" * digits if float(text) == 0 and digits else text.replace("-", "\N{MINUS SIGN}")
