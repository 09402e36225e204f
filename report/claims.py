"""Claims as data: what was published, to which printed precision, and which results speak to it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from harness.core import InputError

FOLDER = Path(__file__).parent / "claims"


class _Strict(BaseModel, extra="forbid", frozen=True, strict=True):
    pass


class Row(_Strict):
    """One published number, and the selector of the results that it is compared with.

    ``published`` and ``precision`` (half a unit of the last printed digit) are in the metric's unit;
    ``printed`` is the number as printed, which is ``scale`` times a value (-100: a loss printed as a change
    in per cent). ``rule`` says which side of it still holds the claim.
    """

    row: str
    what: str
    published: float
    printed: str
    precision: float = Field(ge=0)
    scale: float = 100.0
    rule: Literal["at least", "at most", "equal"]
    chain: str
    point: str
    dataset: str
    metric: str
    trains: list[str] = Field(min_length=1)
    protocols: list[str] = Field(min_length=1)
    headline: bool = False


class Published(_Strict):
    """One line of a published table, in per cent as printed."""

    dataset: str
    original: float
    lens: float
    loss: float
    lens_pq: float
    pq_effect: float


class Claim(_Strict):
    """A claim of a published report. ``encoders`` maps each space to its part: as published, or analogue."""

    id: str
    sentence: str
    kind: Literal["extrinsic", "intrinsic", "retrieval", "engineering"]
    source: str
    suite: str
    encoders: dict[str, Literal["as published", "analogue"]]
    rows: list[Row] = Field(min_length=1)
    table_columns: list[str] = []
    table: list[Published] = []


def load_claims(folder: Path = FOLDER) -> list[Claim]:
    """Return the claims in ``folder``, by file name; raise InputError naming file and key otherwise."""
    found = []
    for path in sorted(folder.glob("*.toml")):
        try:
            claim = Claim.model_validate(tomllib.loads(path.read_text("utf-8")))
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{path}: {error}, expected TOML") from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise InputError(f"{path}: {place}: {first['msg']}, found {first['input']!r}") from error
        if claim.id != path.stem:
            raise InputError(f"{path}: id: found {claim.id!r}, expected {path.stem!r}, as the file is called")
        found.append(claim)
    return found


def percent(value: float | None, digits: int = 1) -> str:
    """Return a fraction as per cent with ``digits`` decimals and a true minus sign; a dash for None."""
    if value is None:
        return "–"
    text = f"{100 * value:.{digits}f}"
    return "0." + "0" * digits if float(text) == 0 and digits else text.replace("-", "\N{MINUS SIGN}")


def as_json(claim: Claim) -> dict[str, Any]:
    """Return what a claim says of itself, for the rows that are judged by it."""
    return {"id": claim.id, "kind": claim.kind, "source": claim.source, "sentence": claim.sentence}
