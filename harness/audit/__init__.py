"""The audit of a file of vectors: split, frontier within the time, prediction at full size, advice by rule."""
