"""Running cells, and comparing and publishing their results."""
