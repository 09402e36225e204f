"""Checks of evidence against suites and scores, without a new run."""
