"""How long the vectors that the store lacks take to encode here, by encoding a few rows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from harness.errors import BlockedError, InputError
from harness.evaluation.context import EncoderSpec, embed, spec_of
from harness.parallel.resources import use_threads
from harness.planning import registry
from harness.planning.parameters import encoder_params
from harness.planning.status import Entry

_SAMPLE = 24  # rows that are encoded to see how long one takes


class _Counted(Exception):  # noqa: N818 - no error: ends an encoding before it begins
    def __init__(self, missing: int) -> None:
        self.missing = missing


@dataclass(frozen=True, slots=True)
class EncodingCosts:
    """What encoding into ``store`` costs; each encoder is timed once, however many suites have it."""

    store: Path
    _per_character: dict[str, float] = field(default_factory=dict)

    def seconds(self, entries: Sequence[Entry]) -> float:
        """Return the seconds, in one process, of the vectors that the cells of one encoder need and lack.

        Of an encoder that joins others the parts count. Only encoders that encode in chunks are timed: the
        others take no time to speak of. What cannot be read costs nothing: running it says why.
        """
        inputs, encoder = entries[0].inputs, entries[0].cell.encoder
        parts = getattr(encoder_params(inputs.suite.encoders[encoder]), "parts", ()) or (encoder,)
        cells = [entry.cell for entry in entries]
        try:
            return sum(self._of(spec_of(inputs, part, cells, self.store)) for part in parts)
        except (InputError, BlockedError):
            return 0.0

    def _of(self, spec: EncoderSpec) -> float:
        module = registry.load("encoders", spec.inputs.suite.encoders[spec.encoder].use, spec.inputs.where)
        missing = _missing_rows(spec) if hasattr(module, "CHUNK") else 0
        if not missing:
            return 0.0
        if spec.encoder not in self._per_character:
            self._per_character[spec.encoder] = _seconds_of_a_character(spec)
        return missing * self._per_character[spec.encoder] * _characters_of_a_row(spec)


def _missing_rows(spec: EncoderSpec) -> int:
    """Return how many rows the store lacks: encoding says so before it begins."""

    def stop(done: int, total: int) -> NoReturn:
        raise _Counted(total - done)

    try:
        embed(spec, stop)
    except _Counted as counted:
        return counted.missing
    return 0


def _seconds_of_a_character(spec: EncoderSpec) -> float:
    """Return how long a character takes, by encoding a few rows of the largest set."""
    use_threads()
    definition = spec.inputs.suite.encoders[spec.encoder]
    module = registry.load("encoders", definition.use, spec.inputs.where)
    params = encoder_params(definition)
    data = max((spec.read(name) for name in spec.sets), key=lambda each: each.rows)
    rows = list(range(0, data.rows, max(1, data.rows // _SAMPLE)))[:_SAMPLE]
    module.encode(data, rows[:1], params, spec.inputs.place)  # reads the model
    start = time.monotonic()
    module.encode(data, rows, params, spec.inputs.place)
    characters = sum(len(data.texts[i]) if data.texts else 1 for i in rows)
    return (time.monotonic() - start) / max(characters, 1)


def _characters_of_a_row(spec: EncoderSpec) -> float:
    """Return the mean length of the rows of all sets; 1 where they are no texts."""
    sets = [spec.read(name) for name in spec.sets]
    characters = sum(len(text) for data in sets for text in data.texts or ())
    return characters / sum(data.rows for data in sets) or 1.0
