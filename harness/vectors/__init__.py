"""Files of vectors as streams of blocks: one reader a format, every row checked, broken rows by number."""
