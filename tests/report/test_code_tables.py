"""The page's tables of quantizers: rows by method, columns by size or set, a dash without a measurement."""

from __future__ import annotations

from typing import Any

from report.pages.page import code_tables


def _point(value: float, **names: Any) -> dict[str, Any]:
    return {"value": value, "low": value - 0.01, "high": value + 0.01, "cells": ["cell"], **names}


def test_a_setting_stands_beside_its_codes_decoded() -> None:
    """With two digits, because the differences are that small."""
    own = {"encoder": "minilm", "dataset": "sts12-16", "bytes_per_vector": 384}
    points = [
        _point(0.7813, pipeline="wrapper-int8", **own),
        _point(0.7859, pipeline="wrapper-int8-decoded", **own),
        _point(0.7722, pipeline="wrapper-binary", **own),
    ]
    table = code_tables.default_tools({"points": points})
    assert [["wrapper, int8", "384", "78.13", "78.59"], ["wrapper, binary", "384", "77.22", "–"]] == [
        [cell.text for cell in row] for row in table.rows
    ]
    assert "default-tools/cell" == table.rows[0][2].evidence


def test_judged_documents_are_those_that_no_codec_was_fitted_on() -> None:
    """Two sizes of each pipeline, a column a set; other sizes and fits are in the figure."""
    own = {"label": "signs", "bytes_per_vector": 8, "protocol": "decontaminated"}
    points = [
        _point(0.30, dataset="nfcorpus", **own),
        _point(0.34, dataset="scifact", **own),
        _point(0.50, dataset="nfcorpus", **{**own, "protocol": "as-published"}),
        _point(0.60, dataset="nfcorpus", **{**own, "bytes_per_vector": 16}),
    ]
    table = code_tables.judged_bytes({"points": points})
    assert ["pipeline", "bytes", "nfcorpus, %", "scifact, %"] == table.columns
    assert [["signs", "8", "30.0", "34.0"]] == [[cell.text for cell in row] for row in table.rows]


def test_disputed_methods_are_rows_and_their_bytes_columns() -> None:
    """Of the first space; a size that a method lacks is a dash."""
    points = [
        _point(0.5, encoder="minilm", method="eden", bits=1, bytes_per_vector=56),
        _point(0.7, encoder="minilm", method="eden", bits=2, bytes_per_vector=116),
        _point(0.6, encoder="minilm", method="rabitq", bits=2, bytes_per_vector=116),
        _point(0.1, encoder="mpnet", method="eden", bits=4, bytes_per_vector=404),
    ]
    table = code_tables.disputes({"points": points})
    assert ["method", "56 bytes, %", "116 bytes, %"] == table.columns
    assert [["RaBitQ", "–", "60.0"], ["EDEN", "50.0", "70.0"]] == [
        [cell.text for cell in row] for row in table.rows
    ]


def test_the_earlier_choice_of_as_many_bytes_stands_beside_the_new_one() -> None:
    """A dash where there was none; each value names the suite that it is read from."""
    kept = {"low": 0.8, "high": 0.95, "cells": ["c.s0"], "encoder": "minilm", "ratio": 219.4}
    points = [
        {**kept, "family": "sharp", "bytes_per_vector": 7, "value": 0.92},
        {**kept, "family": "sharp", "bytes_per_vector": 14, "value": 0.94},
        {**kept, "family": "dev-best", "bytes_per_vector": 7, "value": 0.91},
    ]
    rows = code_tables.sharper({"points": points}).rows
    assert [["MiniLM", "7", "92.0", "91.0"], ["MiniLM", "14", "94.0", "–"]] == [
        [cell.text for cell in row] for row in rows
    ]
    assert ["sharper-sts/c.s0", "sts-generalization/c.s0"] == [cell.evidence for cell in rows[0][2:]]
