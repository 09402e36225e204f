"""Protocols, one file each: which test items count, given what the training split holds."""
