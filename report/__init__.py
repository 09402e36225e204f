"""Evidence to verdicts, tables, figures and documents; sees results, never the machinery that made them."""
