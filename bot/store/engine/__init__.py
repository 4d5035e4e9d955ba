"""The engine: one SQLite file, its transactions, its folders and permissions, and one process at a time."""
