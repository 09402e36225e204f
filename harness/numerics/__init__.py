"""Instruction set, threads and rounding: set before a library is imported, and inspected."""
