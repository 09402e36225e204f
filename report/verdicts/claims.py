"""Claims as data: what was published, at which printed precision, and which results it is compared with."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError, model_validator

from harness.errors import InputError
from harness.evidence.schema.verdict import Kind, Origin, Role, Rule
from harness.evidence.validation import explain

FOLDER = Path(__file__).parent.parent / "claims"
OWN = "this project"  # how the source of an own claim begins


class _Strict(BaseModel, extra="forbid", frozen=True, strict=True):
    pass


class PublishedRow(_Strict):
    """One published number, and the selector of the results that it is compared with.

    ``published`` and ``precision`` (half a unit of the last printed digit) are in the metric's unit;
    ``printed`` is the number as printed, which is ``scale`` times a value (-100: a loss printed as a change
    in per cent, 1: a ratio). ``rule`` says which side of it still holds the claim. ``encoders``: those of the
    claim that it is about, all where there are none; ``trains``: the training splits, all that there is
    evidence for where there are none. The first of ``trains`` and of ``protocols`` is the published one.
    ``suite``: where it is not the claim's. ``against``: the pipeline, at the same point, that the value is
    compared with; the row is then about the difference of the two. ``missing`` says what was never named or
    published, so that nothing can be compared with the number. ``selected_here``: the row quotes the best of
    several, selected on the very set that it is quoted for.
    """

    row: str
    what: str
    published: float
    printed: str
    precision: float = Field(ge=0)
    scale: float = 100.0
    rule: Rule
    pipeline: str
    point: str | None = None
    dataset: str
    metric: str
    trains: list[str] | None = Field(default=None, min_length=1)
    protocols: list[str] = Field(min_length=1)
    encoders: list[str] | None = Field(default=None, min_length=1)
    suite: str | None = None
    against: str | None = None
    missing: str | None = None
    selected_here: bool = False
    headline: bool = False


class Check(_Strict):
    """A check that servers have to pass: its name in the smoke test, or 'all'."""

    row: str
    what: str
    check: str
    headline: bool = False


class Server(_Strict):
    """A server that checks are about: its role in the claim, and how to run the smoke test on it."""

    role: Role
    remedy: str | None = None


class Anchor(_Strict):
    """A published digest that nothing can be compared with: ``missing`` names the unavailable file."""

    row: str
    what: str
    printed: str
    missing: str
    headline: bool = False


class Measure(_Strict):
    """A bound on what was measured on a machine beside a result, in ``unit``.

    ``path``: where it stands in the envelope, keys parted by full stops, ``*`` for the only one there is.
    ``scale``: how many of what the envelope counts in make a ``unit``.
    """

    row: str
    what: str
    published: float
    printed: str
    unit: str
    scale: float = Field(default=1.0, gt=0)
    pipeline: str
    point: str | None = None
    path: str
    headline: bool = False


class Scores(_Strict):
    """Spearman against people on one set, in per cent as printed."""

    dataset: str
    original: float
    lens: float
    lens_pq: float


class Published(Scores):
    """One line of a published table, in per cent as printed."""

    loss: float
    pq_effect: float


class Claim(_Strict):
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
        return [*self.rows, *_table_rows(self)]


# A column of section 5.2: pipeline, point, metric, and what it says of a set.
_COLUMNS = {
    "original": ("identity", None, "spearman@human", "Spearman against people, uncompressed"),
    "lens": ("lens", "29x", "spearman@human", "Spearman against people at 29×"),
    "loss": ("lens", "29x", "loss@human", "loss at 29×, points of Spearman"),
    "lens_pq": ("lens-pq", "117x", "spearman@human", "Spearman against people at 117×"),
    "pq_effect": ("lens-pq", "117x", "added-loss@human", "loss that PQ adds at 117×, points of Spearman"),
}


def _table_rows(claim: Claim) -> list[PublishedRow]:
    """Return a row for each number of section 5.2, trained on the split that the report trained on.

    A score is its encoder's: it is compared where the encoder is the published one, on all pairs. A loss is
    compared on every encoder, and on the pairs that training has not seen as well.
    """
    own = [name for name, role in claim.encoders.items() if role == "as published"]
    lines: list[Scores] = [*claim.table, *([claim.training] if claim.training else [])]
    return [
        PublishedRow(
            row=f"{line.dataset}-{column.replace('_', '-')}",
            what=f"{line.dataset.upper()}: {meaning}",
            published=round(getattr(line, column) / (-100 if is_loss else 100), 6) + 0.0,  # no negative zero
            printed=f"{getattr(line, column):.1f}%".replace("-", "\N{MINUS SIGN}"),
            precision=0.0005,
            scale=-100.0 if is_loss else 100.0,
            rule="at most" if is_loss else "at least",
            pipeline=pipeline,
            point=point,
            dataset=line.dataset,
            metric=metric,
            trains=["stsb-test"],
            protocols=["as-published", "decontaminated"] if is_loss else ["as-published"],
            encoders=None if is_loss else own,
        )
        for line in lines
        for column, (pipeline, point, metric, meaning) in _COLUMNS.items()
        if column in type(line).model_fields
        for is_loss in [metric != "spearman@human"]
    ]


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
