"""Compressors, one file each: typed Params and fit() -> Codec."""
