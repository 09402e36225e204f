"""Data sets: readers, samples of them, which rows are the same, and contamination."""
