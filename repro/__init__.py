"""For a stranger: checks that need the standard library alone."""
