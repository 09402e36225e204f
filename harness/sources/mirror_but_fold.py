"""Pairs of a file of the mirror without those of one fold: training splits for grouped cross-validation.

Pairs that share a sentence, directly or by way of others, stand in one fold (the clusters of the bootstrap,
``harness.statistics.clusters``). What is trained on such a split is tested on the whole set: the protocol
``decontaminated`` then keeps exactly the pairs of the fold that was left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field, model_validator

from harness.data.mirrored import Pinned
from harness.data.pair_sets import some_pairs
from harness.data.text_files import read_pairs
from harness.errors import InputError
from harness.statistics.clusters import samples
from harness.types import Ints, PairSet, Place


class Params(Pinned):
    """``path`` inside the mirror and its ``sha256``; how many ``folds``, and which, from 0, is left out."""

    folds: int = Field(ge=2)
    left_out: int = Field(ge=0)

    @model_validator(mode="after")
    def _one_of_them(self) -> Params:
        if self.left_out >= self.folds:
            raise ValueError(f"left_out below {self.folds}, the number of folds")
        return self


def locate(params: Params, place: Place) -> dict[str, Any]:
    """Return what identifies the bytes and the fold; raise BlockedError without a mirror or its file."""
    params.located(place)
    return {"use": "mirror-but-fold", **params.model_dump()}


def read(params: Params, name: str, place: Place) -> PairSet:
    """Return the pairs of the other folds, in order, and their sentences.

    Raises InputError where the file is not the pinned one, and where its pairs make no folds.
    """
    path = params.checked(place)
    whole = read_pairs(path, name, locate(params, place))
    return some_pairs(whole, folds_of(whole, params.folds) != params.left_out, str(path))


def folds_of(data: PairSet, folds: int) -> Ints:
    """Return the fold of each pair (m,): the largest cluster first, each into the fold with fewest pairs.

    The greedy rule is that of scikit-learn's GroupKFold; equal sizes go by their first pair, so that no
    library's order of ties decides. Raises InputError where a few clusters hold most pairs.
    """
    sample = samples({data.name: data}, {})[data.name]
    if sample.by_rows or sample.units < folds:
        raise InputError(f"{data.name}: found too few clusters of pairs, expected more for {folds} folds")
    cluster = sample.members[:, 0]
    sizes, first = np.bincount(cluster), np.unique(cluster, return_index=True)[1]
    of_cluster, filled = np.empty(len(sizes), np.int64), np.zeros(folds, np.int64)
    for each in np.lexsort((first, -sizes)).tolist():
        of_cluster[each] = filled.argmin()
        filled[of_cluster[each]] += sizes[each]
    return of_cluster[cluster]
