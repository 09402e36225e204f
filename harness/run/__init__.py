"""Cells run, their means over seeds, and comparing and publishing what came out."""
