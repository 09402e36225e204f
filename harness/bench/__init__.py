"""Measurements of this machine: how long the harness's work takes on it."""
