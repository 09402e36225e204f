"""Exact nearest neighbours among vectors that need not fit into memory, in parts that machines share."""
