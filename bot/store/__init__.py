"""Storage: one way to open a transaction, over one engine. All SQL lives in this room."""
