"""Storage: one SQLite file, one way to open a transaction. All SQL lives in this room."""
