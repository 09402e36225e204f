"""The page's table of disputed quantizers: a row a method, a column a size, a dash without a measurement."""

from __future__ import annotations

from typing import Any

from report.pages.page import code_tables


def _point(value: float, **names: Any) -> dict[str, Any]:
    return {"value": value, "low": value - 0.01, "high": value + 0.01, "cells": ["cell"], **names}


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
