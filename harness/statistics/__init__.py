"""Estimates with bootstrap intervals, and the units that are resampled."""
