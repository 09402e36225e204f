"""The audit of a file of vectors: split, frontier within the time, prediction, advice by rule."""
