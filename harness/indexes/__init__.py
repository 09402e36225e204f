"""Search indexes, one file each: typed Params and build() -> Index."""
