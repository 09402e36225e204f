"""Figures, one file each: what is drawn (data) and how (draw)."""
