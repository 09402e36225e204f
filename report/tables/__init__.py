"""Tables of the report, a module a section: what templates look up, computed from results."""
