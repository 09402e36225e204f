"""Evidence as the report reads it."""
