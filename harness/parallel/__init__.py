"""Processes, threads and memory that work is given."""
