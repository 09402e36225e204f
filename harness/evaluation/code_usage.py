"""How a test set uses codes: how many, how evenly, and what each position correlates with.

A codec of symbols has ``levels`` (the size of each position), ``symbols`` (codes to symbols) and ``ordered``
(whether a symbol's levels have an order). Where rows are texts, each position is compared with properties
counted from the text alone: by Spearman's correlation where levels are ordered, otherwise by the correlation
ratio eta squared, the share of a property's variance that lies between the symbols (Fisher 1925). By chance
alone eta squared is about (symbols used - 1) / (n - 1), which is reported as ``chance``.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from harness.codecs import bitpacking
from harness.numerics.rounding import rounded
from harness.types import Bytes, Doubles, Ints

EXACT = 2**53  # integers below it are exact in JSON


@runtime_checkable
class Symbolic(Protocol):
    """A codec whose codes are symbols, packed by ``bitpacking``, and can be described."""

    @property
    def ordered(self) -> bool:
        """Return whether the levels of a position have an order."""

    @property
    def levels(self) -> tuple[int, ...]:
        """Return the size of each position."""

    def symbols(self, codes: Bytes) -> Ints:
        """Return the symbols (n, positions) int64 behind ``codes`` (n, bytes) uint8."""


def described(
    codec: Symbolic, blocks: Iterable[Bytes], rows: int, texts: Sequence[str] | None
) -> dict[str, Any]:
    """Return, as JSON, how the codes of ``rows`` different rows are spread over all codes.

    ``blocks`` yields the codes (m, bytes) uint8 in order; they are held together, and symbols a block at a
    time. ``bits`` is the sum of log2(levels). ``perplexity`` is the exponential of the entropy of whole
    codes, at most the number of rows. ``collision_rate`` is the share of rows that share their code with
    another row. No row has a ``dead`` code; most codes are dead where there are more codes than rows. Counts
    of codes that JSON cannot hold exactly are None. With ``texts``, one a row, ``axes`` has the association
    of each position with each property that varies.
    """
    codes = np.empty((rows, bitpacking.size(codec.levels)), np.uint8)
    by_position: list[Ints] = [np.zeros(size, np.int64) for size in codec.levels]
    held, start = [], 0  # symbols are held where properties of texts are compared with them
    for block in blocks:
        codes[start : start + len(block)] = block
        start += len(block)
        symbols = codec.symbols(block)
        for i, size in enumerate(codec.levels):
            by_position[i] += np.bincount(symbols[:, i], minlength=size)
        if texts is not None:
            held.append(symbols)
    counts = _counts(codes)
    possible = math.prod(codec.levels)
    exact = possible < EXACT
    usage: dict[str, Any] = {
        "rows": rows,
        "levels": list(codec.levels),
        "bits": rounded(bitpacking.bits(codec.levels)),
        "possible": possible if exact else None,
        "used": len(counts),
        "dead": possible - len(counts) if exact else None,
        "dead_share": rounded((possible - len(counts)) / possible),  # of integers: any number of codes
        "perplexity": rounded(_perplexity(counts)),
        "collision_rate": rounded(float(counts[counts > 1].sum() / rows)),
        "positions": [_position(counted) for counted in by_position],
    }
    if texts is not None:
        usage["axes"] = _axes(np.concatenate(held), properties(texts), ordered=codec.ordered)
    return usage


def properties(texts: Sequence[str]) -> dict[str, Doubles]:
    """Return the properties counted from each text, by name, (n,) float64 each.

    Words are runs of letters, digits and apostrophes, in lower case. Their frequency is counted in ``texts``.
    """
    words = [re.findall(r"[\w']+", text.lower()) for text in texts]
    frequency = Counter(word for tokens in words for word in tokens)
    total = frequency.total()

    def share(count: int, text: str) -> float:
        return count / max(1, len(text))

    counted = {
        "characters": [len(text) for text in texts],
        "words": [len(tokens) for tokens in words],
        "mean_word_length": [_mean([len(word) for word in tokens]) for tokens in words],
        "digits": [share(sum(letter.isdigit() for letter in text), text) for text in texts],
        "capitals": [share(sum(letter.isupper() for letter in text), text) for text in texts],
        "type_token_ratio": [len(set(tokens)) / max(1, len(tokens)) for tokens in words],
        "log_frequency": [_mean([math.log(frequency[word] / total) for word in tokens]) for tokens in words],
        "punctuation": [
            sum(not letter.isalnum() and not letter.isspace() for letter in text) for text in texts
        ],
    }
    return {name: np.array(values, np.float64) for name, values in counted.items()}


def eta_squared(symbols: Ints, values: Doubles) -> float:
    """Return the share of the variance of ``values`` (n,) that lies between the ``symbols`` (n,)."""
    _, group = np.unique(symbols, return_inverse=True)
    counts = np.bincount(group)
    means = np.bincount(group, values) / counts
    between = float((counts * (means - values.mean()) ** 2).sum())
    return between / float(((values - values.mean()) ** 2).sum())


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0


def _perplexity(counts: Ints) -> float:
    shares = counts / counts.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _counts(codes: Bytes) -> Ints:
    """Return how many rows have each code, in the order of their symbols; sort ``codes`` (n, bytes) in place.

    Packed symbols have the order of their bytes. NumPy sorts whole rows as strings of bytes.
    """
    whole = codes.view(f"S{codes.shape[1]}").ravel()  # a view: rows are contiguous
    whole.sort()
    begins = np.flatnonzero(np.concatenate([[True], whole[1:] != whole[:-1]]))
    return np.diff(begins, append=len(whole))


def _position(counts: Ints) -> dict[str, Any]:
    return {
        "levels": len(counts),
        "used": int((counts > 0).sum()),
        "perplexity": rounded(_perplexity(counts[counts > 0])),
    }


def _axes(symbols: Ints, counted: dict[str, Doubles], *, ordered: bool) -> dict[str, Any]:
    """Return, for each property, its association with each position (0 where the position never varies)."""
    varying = {name: values for name, values in counted.items() if np.ptp(values) > 0}
    measure = _spearman if ordered else eta_squared
    axes: dict[str, Any] = {
        "measure": "spearman" if ordered else "eta_squared",
        "n": len(symbols),
        "properties": {
            name: [rounded(measure(column, values)) for column in symbols.T]
            for name, values in varying.items()
        },
    }
    if not ordered:
        used = [len(np.unique(column)) for column in symbols.T]
        axes["chance"] = [rounded((count - 1) / max(1, len(symbols) - 1)) for count in used]
    return axes


def _spearman(symbols: Ints, values: Doubles) -> float:
    from scipy.stats import spearmanr  # it takes longer to import than a run with nothing to do

    return 0.0 if np.ptp(symbols) == 0 else float(spearmanr(symbols, values).statistic)
