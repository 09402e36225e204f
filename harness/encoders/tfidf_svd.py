"""Words to vectors without a neural network: TF-IDF and a truncated SVD of a corpus, alone or beside others.

Latent semantic analysis (Deerwester et al. 1990): words of a text are weighed by 1 + log of their count and
by their rarity in the corpus, the row is scaled to unit length and projected onto the corpus' leading
singular vectors. Vectors are unit vectors. A text without a word that the corpus knows has no direction of
its own: it gets a vector of length 1e-6 along the first singular vector, which stands for what the texts have
in common. It can then be ranked like any other, and weighs nothing where vectors are averaged or fitted to.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, Field

from harness.errors import InputError
from harness.types import Doubles, Floats, PairSet, Place, check_vectors

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

LIBRARIES = ("scikit-learn", "scipy")  # another version, other last bits
TINY = 1e-6


class Params(BaseModel, extra="forbid", frozen=True):
    """``corpus``: the data set of the suite to fit on; words count that are ``in_texts`` of it."""

    dimension: int = Field(ge=1)
    corpus: str
    in_texts: int = Field(default=2, ge=1)


def locate(params: Params, _place: Place) -> dict[str, Any]:
    """Return what identifies the encoder, but for what stands in the corpus that it names."""
    return {"use": "tfidf-svd", "corpus": params.corpus, "in_texts": params.in_texts}


def holds(_params: Params, _name: str) -> bool:
    """Return whether vectors of a data set can be had: of any of texts."""
    return True


def encode(data: PairSet, rows: list[int], params: Params, _place: Place, corpus: PairSet) -> Floats:
    """Return the vectors (len(rows), D) float32 of the given rows of ``data``, fitted on ``corpus`` alone.

    Raises InputError for a set without texts, and for a corpus of too few texts or words.
    """
    texts, fitted_on = _texts_of(data), _texts_of(corpus)
    vectorizer, components = _fitted(fitted_on, params)
    projected = vectorizer.transform([texts[i] for i in rows]) @ components.T
    lengths = np.linalg.norm(projected, axis=1, keepdims=True)
    wordless = np.zeros_like(projected)
    wordless[:, 0] = TINY
    unit = np.where(lengths < TINY, wordless, projected / np.maximum(lengths, TINY))
    return check_vectors(unit, data.name, params.dimension)


def _texts_of(data: PairSet) -> tuple[str, ...]:
    if data.texts is None or data.waves is not None:
        raise InputError(f"{data.name}: found no texts, expected texts for the encoder tfidf-svd")
    return data.texts


@functools.lru_cache(maxsize=2)
def _fitted(texts: tuple[str, ...], params: Params) -> tuple[TfidfVectorizer, Doubles]:
    """Return the words' weights and the singular vectors (D, words), each with its largest entry positive."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=params.in_texts)
    try:
        weighted = vectorizer.fit_transform(dict.fromkeys(texts))
    except ValueError as error:  # the library's way to say that no word is left
        raise InputError(f"{params.corpus}: {error}, expected texts that share words") from error
    if params.dimension >= min(weighted.shape):
        size = f"{weighted.shape[0]} different texts of {weighted.shape[1]} words"
        raise InputError(f"{params.corpus}: found {size}, expected more than {params.dimension} of each")
    svd = TruncatedSVD(params.dimension, algorithm="arpack", random_state=0).fit(weighted)
    components: Doubles = svd.components_
    largest = np.abs(components).argmax(axis=1)
    return vectorizer, components * np.sign(components[np.arange(len(components)), largest])[:, None]
