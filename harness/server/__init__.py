"""The reference server of the HTTP contract, and the file formats of its clients."""
