"""What evidence is: layout, stamps, files, schema, and what jitter says of a value."""
