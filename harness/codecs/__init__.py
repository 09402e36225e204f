"""Pipelines of compressors, and what several compressors are made of."""
