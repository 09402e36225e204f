"""What every file under ``artifacts/`` says: a model a kind of file, each field described."""
