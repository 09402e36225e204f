"""One cell measured: pairs, neighbours, retrieval, indexes, code usage and time."""
