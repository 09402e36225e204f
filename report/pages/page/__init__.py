"""The page ``index.html``: verdicts, the frontier and a section a question, in one self-contained file."""
