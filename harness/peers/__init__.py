"""Planners of other projects beside this one's audit, measured by the same search on rows that none saw."""
