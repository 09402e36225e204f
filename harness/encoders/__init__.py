"""Encoders, one file each: text to vectors, or vectors as they come."""
