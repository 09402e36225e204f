"""What a person sees of a codec that was fitted, and of an array that it made."""

from __future__ import annotations

import json
from pathlib import Path

from harness.deploy.codec import Codec
from harness.deploy.record import Record


def fitted(codec: Codec, out: Path, *, as_json: bool) -> str:
    """Return a codec's sizes, what was measured, and where it is; as JSON its card."""
    card = codec.card
    if as_json:
        return card.model_dump_json(by_alias=True, indent=1)
    data = card.data
    measured = [
        f"{m.metric} {m.value:.3f} [{m.low:.3f}, {m.high:.3f}], n = {m.n:,}: {m.protocol}"
        for m in card.measured
    ]
    rows = f"fitted on {data.fitted_rows:,} of {data.rows:,} rows of {data.name}"
    lines = [codec.describe, _with_broken(rows, data.broken), *measured, *card.advice, f"written: {out}"]
    return "\n".join(lines)


def written(record: Record, out: Path, *, before: bool, as_json: bool) -> str:
    """Return how many rows an array has and which were left out; as JSON its record."""
    if as_json:
        content = record.model_dump(mode="json", by_alias=True)
        return json.dumps({**content, "already_complete": before}, indent=1)
    state = "complete already, nothing to do" if before else "written"
    return f"{out}: {_with_broken(f'{record.rows:,} rows', sum(map(len, record.broken.values())))}, {state}"


def _with_broken(text: str, broken: int) -> str:
    return f"{text}, {broken:,} broken rows left out" if broken else text
