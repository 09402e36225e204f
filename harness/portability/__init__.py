"""The same bytes under other processors."""
