"""Rows for other programs: tables of values, and what is best."""
