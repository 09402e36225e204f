"""Metrics, one file each: what is measured, its unit, direction and rerun tolerance."""
