"""Estimates with intervals: what is resampled, and how."""
