"""Protocols, one file each: which test pairs count, given their overlap with the training split."""
