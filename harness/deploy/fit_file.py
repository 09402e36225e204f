"""Fitting a codec on a file of vectors, of which a part is held out to measure it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness.deploy.card import DataCard, Measured
from harness.deploy.codec import Codec
from harness.deploy.fitting import fit
from harness.deploy.limits import fit_rows
from harness.deploy.measuring import held_out, measured
from harness.deploy.opening import open_source
from harness.embedding.units import OnRows
from harness.errors import InputError
from harness.planning.steps import Step
from harness.vectors.reading import read_vectors, sample_rows


def _ignore(_done: int, _of: int) -> None:
    pass


def fit_file(
    location: str,
    pipeline: tuple[Step, ...],
    *,
    seed: int = 0,
    sample: int | None = None,
    column: str | None = None,
    encoder: str | None = None,
    drop_broken: bool = False,
    audited: Sequence[Measured] = (),
    advice: Sequence[str] = (),
    on_rows: OnRows = _ignore,
) -> Codec:
    """Return a codec fitted on the vectors of a file; the same file and options give the same bytes.

    A random sample of ``sample`` rows is read, by default of as many as 128 MiB of float32 hold, or all where
    there are fewer. A tenth of them, 1,000 rows at most, is held out to measure the codec, unless an audit
    has: its values, ``audited``, and its ``advice`` go into the card. ``location``, ``column`` and
    ``encoder`` as ``open_source`` takes them. Raises InputError for broken rows unless ``drop_broken``, and
    for a sample of fewer than two.
    """
    source = open_source(location, column=column, encoder=encoder)
    most = fit_rows(source.dimension) if sample is None else sample
    if most < 2:  # noqa: PLR2004 - rows that differ
        raise InputError(f"sample: found {most} rows, expected at least 2")
    sampled = source.rows > most
    clean = (
        sample_rows(source, most, seed, drop_broken=drop_broken, on_rows=on_rows)
        if sampled
        else read_vectors(source, drop_broken=drop_broken, on_rows=on_rows)
    )
    test = np.zeros(len(clean.vectors), bool) if audited else held_out(len(clean.vectors), seed)
    train = clean.vectors[~test]
    data = DataCard(
        name=Path(location).name,
        sha256=source.digest(),
        rows=source.rows,
        broken=sum(map(len, clean.broken.values())),
        fitted_rows=len(train),
        held_out_rows=int(test.sum()),
        sample_seed=seed if sampled else None,
    )
    codec = fit(train, pipeline, seed=seed, data=data)
    values = measured(codec, train, clean.vectors[test]) if test.any() else audited
    return codec.with_card(measured=list(values), advice=list(advice))
