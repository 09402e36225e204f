"""Codecs in the forms of other libraries, which need nothing of this project to use them."""
