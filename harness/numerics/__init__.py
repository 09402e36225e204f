"""Instruction set, threads and rounding: decided before a library is imported, and looked at."""
