"""How long the vectors that the store lacks take to encode here, by encoding a few."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from typing import NoReturn

from harness.evaluation.context import EncoderSpec, embed, spec_of
from harness.evidence.files import store_folder
from harness.parallel.resources import use_threads
from harness.planning import registry
from harness.planning.parameters import encoder_params
from harness.planning.status import Entry

_SAMPLE = 24  # rows that are encoded to see how long one takes


class _Counted(Exception):  # noqa: N818 - no error: ends an encoding before it begins
    def __init__(self, missing: int) -> None:
        self.missing = missing


def encoding_seconds(entries: Sequence[Entry]) -> float:
    """Return the seconds, in one process, of the vectors that the cells of one encoder need and lack.

    Only encoders that encode in chunks are timed: the others take no time to speak of.
    """
    inputs, encoder = entries[0].inputs, entries[0].cell.encoder
    cells = [entry.cell for entry in entries]
    parts = getattr(encoder_params(inputs.suite.encoders[encoder]), "parts", ()) or (encoder,)
    return sum(_seconds(spec_of(inputs, part, cells, store_folder())) for part in parts)


def _seconds(spec: EncoderSpec) -> float:
    inputs = spec.inputs
    module = registry.load("encoders", inputs.suite.encoders[spec.encoder].use, inputs.where)
    missing = _missing_rows(spec) if hasattr(module, "CHUNK") else 0
    return missing * seconds_of_a_row(spec) if missing else 0.0


def _missing_rows(spec: EncoderSpec) -> int:
    """Return how many rows the store lacks: encoding says so before it begins."""

    def stop(done: int, total: int) -> NoReturn:
        raise _Counted(total - done)

    try:
        embed(spec, stop)
    except _Counted as counted:
        return counted.missing
    return 0


@functools.cache
def seconds_of_a_row(spec: EncoderSpec) -> float:
    """Return how long one row takes, by encoding a few rows of the largest set; once for each spec."""
    use_threads()
    inputs = spec.inputs
    definition = inputs.suite.encoders[spec.encoder]
    module, params = registry.load("encoders", definition.use, inputs.where), encoder_params(definition)
    data = max((spec.read(name) for name in spec.sets), key=lambda each: each.rows)
    rows = list(range(0, data.rows, max(1, data.rows // _SAMPLE)))[:_SAMPLE]
    module.encode(data, rows[:1], params, inputs.place)  # reads the model
    start = time.monotonic()
    module.encode(data, rows, params, inputs.place)
    return (time.monotonic() - start) / len(rows)
