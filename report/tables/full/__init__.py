"""Full tables, one module a CSV file: ``rows(source)`` yields its lines, the docstring says what they are."""
