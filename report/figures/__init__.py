"""Figures, one module each: ``data`` selects the numbers, ``draw`` draws them."""
