"""What is irregular in published retrieval sets: treated as by BEIR and trec_eval, and counted.

A grade below 0 (TREC-COVID) is not relevant. An empty document (FiQA) is ranked like any other, and is not
trained on. A judged document that the collection lacks (ArguAna) cannot be found, and counts in the best
ranking. A query that is itself a document (ArguAna) is not its own answer. A query without a relevant
document scores 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.data.normalize import fold
from harness.types import Ints, Irregularities

Grades = Mapping[tuple[str, str], int]  # of a query and a document


def irregularities(
    documents: Mapping[str, tuple[str, str]],
    queries: Mapping[str, str],
    grades: Grades,
    row_of_document: Mapping[str, int],
    row_of_query: Mapping[str, int],
) -> Irregularities:
    """Return what is irregular; ``documents`` has each one's text with its title and without."""
    own = own_documents(documents, queries, grades)
    missing = [(query, grade) for (query, key), grade in grades.items() if key not in documents]
    relevant = {query for (query, _), grade in grades.items() if grade > 0}
    by_id = sum(query == document for query, document in own)
    return Irregularities(
        own=_two_columns([(row_of_query[query], row_of_document[document]) for query, document in own]),
        missing=_two_columns([(row_of_query[query], grade) for query, grade in missing]),
        counts={
            "own_documents_by_id": by_id,
            "own_documents_by_text": len(own) - by_id,
            "negative_grades": sum(grade < 0 for grade in grades.values()),
            "empty_documents": sum(not text for text, _ in documents.values()),
            "judgements_of_missing_documents": len(missing),
            "queries_without_a_relevant_document": len(queries.keys() - relevant),
        },
    )


def own_documents(
    documents: Mapping[str, tuple[str, str]], queries: Mapping[str, str], grades: Grades
) -> list[tuple[str, str]]:
    """Return each query with the documents that are the query itself: of its id, as in BEIR, or of its text.

    A document of the same text (with its title or without) under another id stays where it was judged
    relevant to the query: then it is an answer.
    """
    by_text: dict[str, dict[str, None]] = {}
    for key, texts in documents.items():
        for text in texts:
            by_text.setdefault(fold(text), {})[key] = None
    own = []
    for query, text in queries.items():
        same = by_text.get(fold(text), {}) if fold(text) else {}
        own += [(query, query)] if query in documents else []
        own += [(query, key) for key in same if key != query and grades.get((query, key), 0) <= 0]
    return own


def _two_columns(pairs: list[tuple[int, int]]) -> Ints:
    return np.array(pairs, np.int64).reshape(-1, 2)
